// SPDX-License-Identifier: Apache-2.0
// A summary as a graph: blocks are boxes around what their names begin with alike.
#include "compiler/driver/Summary.h"

#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace cnnc;
using llvm::StringRef;

namespace {
/// A block: those within it, in order of name, and its own layers.
struct Block {
  std::map<std::string, Block> blocks;
  std::vector<size_t> layers;
};

/// `layer1.0.conv1` and `/layer1/layer1.0/conv1/Conv` to their parts.
llvm::SmallVector<StringRef> partsOf(StringRef name) {
  llvm::SmallVector<StringRef> parts;
  name = name.split(',').first;
  if (name.consume_front("/"))
    name.split(parts, '/');
  else
    name.split(parts, '.');
  return parts;
}

std::string quoted(StringRef text) {
  std::string escaped = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      escaped += '\\';
    escaped += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return escaped + '"';
}

class GraphPrinter {
public:
  GraphPrinter(const Summary &summary, llvm::raw_ostream &os) : summary(summary), os(os) {}

  void print() {
    os << "digraph " << quoted(summary.network)
       << " {\n  node [shape=box, style=\"filled,rounded\", fillcolor=\"#eef3fa\", fontname=\"Helvetica\", "
          "fontsize=11]\n"
          "  graph [style=rounded, color=\"#7f8ea3\", fontname=\"Helvetica\", fontsize=11]\n";
    Block root;
    for (auto [i, layer] : llvm::enumerate(summary.layers)) {
      Block *block = &root;
      auto parts = partsOf(layer.name);
      for (StringRef part : llvm::ArrayRef(parts).drop_back())
        block = &block->blocks[part.str()];
      block->layers.push_back(i);
    }
    printBlock(root, "  ");
    for (auto [i, layer] : llvm::enumerate(summary.layers))
      for (size_t input : layer.inputs)
        os << "  n" << input << " -> n" << i << '\n';
    for (auto [i, output] : llvm::enumerate(summary.outputs))
      os << "  out" << i << " [fillcolor=\"#f7e9d7\", label=" << quoted(output.first) << "]\n  n" << output.second
         << " -> out" << i << '\n';
    os << "}\n";
  }

private:
  void printBlock(const Block &block, const std::string &indent) {
    for (size_t i : block.layers) {
      const SummaryLayer &layer = summary.layers[i];
      std::string label = quoted(partsOf(layer.name).back());
      label.pop_back();
      os << indent << 'n' << i << " [label=" << label << (layer.op == "input" ? "" : "\\n" + layer.op) << "\\n"
         << layer.output << "\"" << (layer.op == "input" ? ", fillcolor=\"#f7e9d7\"" : "") << "]\n";
    }
    for (const auto &[name, inner] : block.blocks) {
      os << indent << "subgraph cluster" << clusters++ << " {\n" << indent << "  label=" << quoted(name) << '\n';
      printBlock(inner, indent + "  ");
      os << indent << "}\n";
    }
  }

  const Summary &summary;
  llvm::raw_ostream &os;
  unsigned clusters = 0;
};
} // namespace

void cnnc::printGraph(const Summary &summary, llvm::raw_ostream &os) { GraphPrinter(summary, os).print(); }
