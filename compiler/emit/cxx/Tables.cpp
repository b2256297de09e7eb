// SPDX-License-Identifier: Apache-2.0
// What the C interface shows of a network, written with the words of its header.
#include "compiler/emit/cxx/Tables.h"

#include "runtime/include/cnnc/runtime.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace cnnc::emit;
using namespace cnnc::emit::cxx;
using llvm::raw_string_ostream;
using llvm::StringRef;

static constexpr size_t kColumns = 116;

/// A C string. Octal escapes end after three digits, whatever follows.
static std::string quoted(StringRef text) {
  std::string result = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (llvm::isPrint(c)) {
      result += c;
    } else {
      for (int shift : {6, 3, 0})
        result += (shift == 6 ? "\\" : "") + std::string(1, '0' + (c >> shift & 7));
    }
  }
  return result + '"';
}

std::string cnnc::emit::cxx::commentOf(const PhaseInfo &phase) {
  std::string words;
  raw_string_ostream os(words);
  os << phase.nodes << (phase.nodes.empty() ? "" : ": ") << phase.shapes;
  if (phase.flops)
    os << ", " << llvm::format("%.4g", phase.flops * 1e-6) << " MFLOP";
  if (!phase.plan.empty())
    os << ", " << phase.plan;
  return commentOf(words);
}

std::string cnnc::emit::cxx::commentOf(std::string words) {
  // Names come from files: whatever they hold, this is a comment.
  for (char &c : words)
    if (!llvm::isPrint(c) || c == '\\')
      c = ' ';
  std::string text, line = "//";
  for (StringRef word : llvm::split(words, ' ')) {
    if (line.size() + word.size() >= kColumns && line != "//") {
      text += line + "\n";
      line = "//";
    }
    line += (" " + word).str();
  }
  return text + line + "\n";
}

static StringRef wordOf(int32_t type) {
  switch (type) {
  case CNNC_U8:
    return "CNNC_U8";
  case CNNC_I8:
    return "CNNC_I8";
  case CNNC_U16:
    return "CNNC_U16";
  case CNNC_I16:
    return "CNNC_I16";
  case CNNC_I32:
    return "CNNC_I32";
  case CNNC_I64:
    return "CNNC_I64";
  case CNNC_BOOL:
    return "CNNC_BOOL";
  case CNNC_F16:
    return "CNNC_F16";
  case CNNC_F64:
    return "CNNC_F64";
  case CNNC_U32:
    return "CNNC_U32";
  case CNNC_U64:
    return "CNNC_U64";
  case CNNC_BF16:
    return "CNNC_BF16";
  default:
    return "CNNC_F32";
  }
}

namespace {
class TableWriter {
public:
  TableWriter(const ModelTable &table, StringRef prefix) : table(table), prefix(prefix), os(text) {}
  std::string write() {
    tensors(table.inputs, "inputs", "input");
    tensors(table.outputs, "outputs", "output");
    phases();
    metadata();
    descriptor();
    return text;
  }

private:
  void tensors(const std::vector<TensorInfo> &infos, StringRef name, StringRef each) {
    for (auto [i, info] : llvm::enumerate(infos))
      if (!info.shape.empty()) {
        os << "const int64_t " << each << i << "_shape[] = {";
        llvm::interleaveComma(info.shape, os);
        os << "};\n";
      }
    rows("cnnc_tensor", name, infos.size(), [&](size_t i) {
      const TensorInfo &info = infos[i];
      os << quoted(info.name) << ", ";
      if (info.shape.empty())
        os << "nullptr";
      else
        os << each << i << "_shape";
      os << ", " << info.bytes() << ", " << wordOf(info.type) << ", " << info.shape.size();
    });
  }

  void phases() {
    rows("cnnc_phase", "phases", table.phases.size(), [&](size_t i) {
      const PhaseInfo &phase = table.phases[i];
      for (StringRef word : {phase.name, phase.kernel, phase.nodes, phase.shapes, phase.plan})
        os << quoted(word) << ", ";
      os << phase.flops << ", " << phase.bytes << ", " << phase.grid << ", " << phase.grain << ", " << phase.name;
    });
  }

  void metadata() {
    rows("cnnc_metadata", "metadata", table.metadata.size(),
         [&](size_t i) { os << quoted(table.metadata[i].first) << ", " << quoted(table.metadata[i].second); });
  }

  /// An array of structures, a row each; there are no empty arrays.
  void rows(StringRef type, StringRef name, size_t count, llvm::function_ref<void(size_t)> row) {
    if (!count)
      return;
    os << "const " << type << ' ' << name << "[] = {\n";
    for (size_t i = 0; i != count; ++i) {
      os << "    {";
      row(i);
      os << "},\n";
    }
    os << "};\n";
  }

  void descriptor() {
    auto pointer = [](StringRef name, size_t count) { return count ? name.str() : "nullptr"; };
    std::string features;
    for (StringRef feature : llvm::split(table.cpuFeatures, ','))
      if (!feature.empty())
        features += (features.empty() ? "CNNC_CPU_" : " | CNNC_CPU_") + feature.upper();
    auto member = [&](StringRef name, const llvm::Twine &value) { os << "    /*" << name << "*/ " << value << ",\n"; };
    os << "const cnnc_network model = {\n";
    member("abi_version", "CNNC_ABI_VERSION");
    member("struct_size", "sizeof(cnnc_network)");
    member("name", quoted(table.name));
    member("cpu", quoted(table.cpuFeatures));
    member("cpu_features", features.empty() ? "0" : features);
    member("inputs", pointer("inputs", table.inputs.size()));
    member("outputs", pointer("outputs", table.outputs.size()));
    member("phases", pointer("phases", table.phases.size()));
    member("metadata", pointer("metadata", table.metadata.size()));
    member("weights", pointer((prefix + "_weights").str(), table.weightBytes));
    member("weight_bytes", llvm::Twine(table.weightBytes));
    member("arena_bytes", llvm::Twine(table.arenaBytes));
    member("arena_alignment", "64");
    member("input_count", llvm::Twine(table.inputs.size()));
    member("output_count", llvm::Twine(table.outputs.size()));
    member("phase_count", llvm::Twine(table.phases.size()));
    member("metadata_count", llvm::Twine(table.metadata.size()));
    member("free_batch", table.freeBatch ? "1" : "0");
    member("run", "cnnc_entry_run");
    os << "};\n";
  }

  const ModelTable &table;
  StringRef prefix;
  std::string text;
  raw_string_ostream os;
};
} // namespace

std::string cnnc::emit::cxx::tablesOf(const ModelTable &table, StringRef prefix) {
  return TableWriter(table, prefix).write();
}
