// SPDX-License-Identifier: Apache-2.0
// Writes C that is C++ too, and that neither compiler warns about.
#include "compiler/emit/Header.h"

#include "runtime/include/cnnc/runtime.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace cnnc::emit;
using namespace llvm;

namespace {
StringRef cType(int32_t type) {
  switch (type) {
  case CNNC_F32:
    return "float";
  case CNNC_F64:
    return "double";
  case CNNC_I8:
    return "int8_t";
  case CNNC_U16:
  case CNNC_F16:
  case CNNC_BF16:
    return "uint16_t";
  case CNNC_I16:
    return "int16_t";
  case CNNC_U32:
    return "uint32_t";
  case CNNC_I32:
    return "int32_t";
  case CNNC_U64:
    return "uint64_t";
  case CNNC_I64:
    return "int64_t";
  default:
    return "uint8_t";
  }
}

/// A name from the model within a comment: it neither ends it nor breaks the line.
std::string quoted(StringRef name) {
  std::string text;
  for (char c : name)
    text += isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return "'" + text + "'";
}

/// Parameters are named after the tensors, behind a word that keeps them off C's own words and
/// ours.
class Parameters {
public:
  Parameters(StringRef word, ArrayRef<TensorInfo> tensors) : tensors(tensors) {
    StringSet<> taken;
    for (const TensorInfo &tensor : tensors) {
      std::string name = word.str();
      for (char c : tensor.name)
        name += isAlnum(c) ? c : '_';
      std::string unique = name;
      for (int copy = 2; !taken.insert(unique).second; ++copy)
        unique = name + "_" + std::to_string(copy);
      names.push_back(unique);
    }
  }

  void declare(raw_ostream &os, bool freeBatch, StringRef qualifier) const {
    for (auto [tensor, name] : zip(tensors, names)) {
      os << "    " << qualifier << cType(tensor.type) << " *" << name << ", /* " << quoted(tensor.name) << ": ";
      interleave(freeBatch ? ArrayRef(tensor.shape).drop_front() : ArrayRef(tensor.shape),
                 os << (freeBatch ? "batch x " : ""), "x");
      os << (tensor.shape.empty() ? "one number" : "")
         << (tensor.type == CNNC_F16    ? " halves"
             : tensor.type == CNNC_BF16 ? " bfloat16"
                                        : "")
         << " */\n";
    }
  }

  /// An array of the pointers, for the call; returns what to hand on.
  std::string collect(raw_ostream &os, StringRef type, StringRef array) const {
    if (names.empty())
      return "NULL";
    os << "  " << type << array << "[] = {" << join(names, ", ") << "};\n";
    return array.str();
  }

private:
  ArrayRef<TensorInfo> tensors;
  std::vector<std::string> names;
};
} // namespace

void cnnc::emit::writeHeader(const ModelTable &table, StringRef prefix, raw_ostream &os) {
  std::string upper = prefix.upper();
  Parameters inputs("in_", table.inputs), outputs("out_", table.outputs);
  os << "/* The network " << quoted(table.name) << ", compiled by cnnc.\n"
     << " *\n"
     << " *     void *arena = aligned_alloc(64, " << upper << "_ARENA_BYTES);\n"
     << " *     cnnc_status status = " << prefix << "_run(..., arena, NULL);\n"
     << " */\n"
     << "#ifndef CNNC_NETWORK_" << upper << "_H\n#define CNNC_NETWORK_" << upper << "_H\n\n"
     << "#include <cnnc/runtime.h>\n\n"
     << "/* The memory of one run at a time. */\n"
     << "#define " << upper << "_ARENA_BYTES ((size_t)" << table.arenaBytes << ")\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
     << "/* Names, shapes, metadata, phases: see cnnc/runtime.h. */\n"
     << "const cnnc_network *" << prefix << "_model(void);\n\n";

  os << "/* Runs the network" << (table.freeBatch ? " on `batch` images" : "")
     << ". Values lie densely, in the order of the shape; outputs may not\n"
     << " * overlap anything else. */\n"
     << "static inline cnnc_status " << prefix << "_run(\n";
  if (table.freeBatch)
    os << "    int32_t batch,\n";
  inputs.declare(os, table.freeBatch, "const ");
  outputs.declare(os, table.freeBatch, "");
  os << "    void *arena, /* " << upper << "_ARENA_BYTES, aligned to 64 */\n"
     << "    const cnnc_threads *threads) { /* NULL: the calling thread alone */\n"
     << "  const cnnc_network *network = " << prefix << "_model();\n"
     << "  cnnc_call call = {sizeof(cnnc_call), " << (table.freeBatch ? "batch" : "1")
     << ", NULL, NULL, NULL, NULL, NULL, NULL};\n";
  std::string inputArray = inputs.collect(os, "const void *const ", "inputs");
  std::string outputArray = outputs.collect(os, "void *const ", "outputs");
  os << "  call.inputs = " << inputArray << ";\n"
     << "  call.outputs = " << outputArray << ";\n"
     << "  call.arena = arena;\n"
     << "  call.threads = threads;\n"
     << "  return network->run(network, &call);\n}\n\n"
     << "#ifdef __cplusplus\n}\n#endif\n#endif\n";
}
