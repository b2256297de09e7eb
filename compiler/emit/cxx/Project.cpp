// SPDX-License-Identifier: Apache-2.0
// Distributes functions to files: layers in their order in one, the kernels that they share in
// others.
#include "compiler/emit/cxx/Project.h"

#include "compiler/emit/Header.h"
#include "compiler/emit/cxx/FunctionWriter.h"
#include "compiler/emit/cxx/Roll.h"
#include "compiler/emit/cxx/Tables.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Triple.h"

using namespace cnnc::emit;
using namespace cnnc::emit::cxx;
using namespace mlir;
using llvm::Error;
using llvm::Expected;

/// A file of kernels ends when it is longer; what calls each other stays together.
static constexpr int64_t kLinesPerFile = 1000;

namespace {
constexpr char kVector[] = {
#embed "templates/Vector.h"
};
constexpr char kCMakeLists[] = {
#embed "templates/CMakeLists.txt.in"
};
constexpr char kWeights[] = {
#embed "templates/Weights.S.in"
};
constexpr char kEntry[] = {
#embed CNNC_ENTRY_SOURCE
};
constexpr char kRuntime[] = {
#embed CNNC_RUNTIME_HEADER
};

template <size_t size>
StringRef embedded(const char (&bytes)[size]) {
  return StringRef(bytes, size);
}

/// Puts values in the places of `@word@`.
std::string filled(StringRef text, ArrayRef<std::pair<StringRef, std::string>> values) {
  std::string result = text.str();
  for (const auto &[word, value] : values) {
    std::string mark = ("@" + word + "@").str();
    for (size_t at = 0; (at = result.find(mark, at)) != std::string::npos; at += value.size())
      result.replace(at, mark.size(), value);
  }
  return result;
}

class Project {
public:
  Project(ModuleOp loops, const ModelTable &table, const MachineTarget &target, StringRef prefix)
      : loops(loops), table(table), target(target), prefix(prefix.str()) {}
  Expected<std::vector<File>> write();

private:
  Error writeKernels();
  Error writeLayers();
  void writeSurroundings();
  std::string usersOf(StringRef kernel) const;
  std::string machineFlags() const;

  ModuleOp loops;
  const ModelTable &table;
  const MachineTarget &target;
  std::string prefix;
  Types types;
  std::vector<File> files;
  std::string declarations, layers;
  std::vector<std::string> sources;
};
} // namespace

static int64_t linesIn(StringRef text) { return text.count('\n'); }

/// A comment that names the layers that call a kernel.
std::string Project::usersOf(StringRef kernel) const {
  std::string users;
  for (const PhaseInfo &phase : table.phases)
    if (phase.kernel == kernel)
      users += (users.empty() ? "For " : ", ") + phase.name;
  return users.empty() ? "" : commentOf(users + ".");
}

Error Project::writeKernels() {
  llvm::EquivalenceClasses<Operation *> groups;
  SmallVector<func::FuncOp> kernels;
  for (auto function : loops.getOps<func::FuncOp>())
    if (!function->hasAttr(kPhaseAttr)) {
      kernels.push_back(function);
      groups.insert(function);
      function.walk([&](func::CallOp call) {
        if (Operation *callee = SymbolTable::lookupNearestSymbolFrom(call, call.getCalleeAttr()))
          groups.unionSets(function, callee);
      });
    }
  // Groups in the order of their first kernels.
  std::vector<std::pair<Operation *, std::string>> texts;
  for (func::FuncOp kernel : kernels) {
    Code code;
    Expected<Function> function = FunctionWriter(code, types).write(kernel);
    if (!function)
      return function.takeError();
    rollUp(code, *function);
    declarations += declarationOf(*function);
    Operation *group = groups.getLeaderValue(kernel);
    auto known = llvm::find_if(texts, [&](auto &text) { return text.first == group; });
    if (known == texts.end())
      known = texts.insert(texts.end(), {group, ""});
    known->second += "\n" + usersOf(function->name) + textOf(*function);
  }
  std::vector<std::string> bodies;
  for (const auto &[group, text] : texts) {
    if (bodies.empty() || linesIn(bodies.back()) + linesIn(text) > kLinesPerFile)
      bodies.emplace_back();
    bodies.back() += text;
  }
  for (auto [i, body] : llvm::enumerate(bodies)) {
    std::string name = bodies.size() == 1 ? "kernels.cpp" : "kernels" + std::to_string(i + 1) + ".cpp";
    sources.push_back(name);
    files.push_back({name, "// Kernels of the network " + prefix + ".\n#include \"kernels.h\"\n\nnamespace " + prefix +
                               "_kernels {\n" + body + "} // namespace " + prefix + "_kernels\n"});
  }
  return Error::success();
}

Error Project::writeLayers() {
  for (const PhaseInfo &phase : table.phases) {
    Code code;
    SmallVector<Expr> arguments;
    func::FuncOp function = phase.function;
    for (unsigned i = 0, bases = function.getNumArguments() - 2; i != bases; ++i) {
      Expected<BaseRef> base = BaseRef::read(function, i, table);
      if (!base)
        return base.takeError();
      std::string index = "[" + std::to_string(base->index) + "]";
      arguments.push_back(code.text(base->kind == BaseRef::Arena     ? "frame->arena"
                                    : base->kind == BaseRef::Weights ? "frame->weights"
                                    : base->kind == BaseRef::Input   ? "frame->inputs" + index
                                                                     : "frame->outputs" + index));
    }
    Variable *begin = code.variable("begin", "int64_t"), *end = code.variable("end", "int64_t");
    arguments.append({code.asIndex(code.name(begin)), code.asIndex(code.name(end))});
    Expected<Function> layer = FunctionWriter(code, types).writePhase(function, arguments);
    if (!layer)
      return layer.takeError();
    // The frame keeps its name; the number of the worker has none.
    layer->parameters = {code.variable("", "const cnnc_frame *frame"), begin, end, code.variable("", "int32_t")};
    layers += "\n" + commentOf(phase) + "static " + textOf(*layer);
  }
  return Error::success();
}

std::string Project::machineFlags() const {
  llvm::Triple triple(target.triple);
  std::string flags = (triple.isX86() ? "-march=" : "-mcpu=") + target.cpu;
  if (target.cpu == "x86-64-v4")
    flags += " -mprefer-vector-width=512";
  return flags;
}

void Project::writeSurroundings() {
  std::string name = prefix + "_kernels";
  files.push_back({"kernels.h", "// Kernels of the network " + prefix +
                                    ", which its layers share.\n#pragma once\n\n#include <stdint.h>\n\n"
                                    "#pragma GCC visibility push(hidden)\nnamespace " +
                                    name + " {\n" + types.definitions() + "\n#include \"vector.h\"\n\n" + declarations +
                                    "} // namespace " + name + "\n#pragma GCC visibility pop\n"});
  files.push_back({"vector.h", embedded(kVector).str()});
  std::string weights;
  if (table.weightBytes) {
    weights = "extern \"C\" __attribute__((visibility(\"hidden\"))) const unsigned char " + prefix + "_weights[];\n";
    files.push_back({"weights.S", filled(embedded(kWeights), {{"prefix", prefix}})});
    sources.push_back("weights.S");
  }
  sources.insert(sources.begin(), "network.cpp");
  files.push_back(
      {"network.cpp", "// The layers of the network in their order, and the table that describes it.\n#include "
                      "\"cnnc/entry.h\"\n"
                      "#include \"kernels.h\"\n\nusing namespace " +
                          name + ";\n" + weights + layers + "\nnamespace {\n" + tablesOf(table, prefix) +
                          "} // namespace\n\n"
                          "extern \"C\" __attribute__((visibility(\"default\"))) const cnnc_network *" +
                          prefix +
                          "_model(void);\n"
                          "const cnnc_network *" +
                          prefix + "_model(void) { return &model; }\n"});
  std::string entry = embedded(kEntry).str(), include = "<cnnc/runtime.h>";
  if (size_t at = entry.find(include); at != std::string::npos)
    entry.replace(at, include.size(), "\"runtime.h\"");
  files.push_back({"cnnc/entry.h", entry});
  files.push_back({"cnnc/runtime.h", embedded(kRuntime).str()});
  File header{prefix + ".h", ""};
  llvm::raw_string_ostream os(header.text);
  writeHeader(table, prefix, os);
  files.push_back(header);
  files.push_back({"CMakeLists.txt", filled(embedded(kCMakeLists), {{"name", table.name},
                                                                    {"prefix", prefix},
                                                                    {"sources", llvm::join(sources, " ")},
                                                                    {"machine", machineFlags()}})});
}

Expected<std::vector<File>> Project::write() {
  if (Error error = writeKernels())
    return error;
  if (Error error = writeLayers())
    return error;
  writeSurroundings();
  return std::move(files);
}

Expected<std::vector<File>> cnnc::emit::cxx::writeProject(ModuleOp loops, const ModelTable &table,
                                                          const MachineTarget &target, StringRef prefix) {
  return Project(loops, table, target, prefix).write();
}
