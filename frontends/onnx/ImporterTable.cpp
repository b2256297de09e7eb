// SPDX-License-Identifier: Apache-2.0
// Which function imports which operator, from which opset on.
#include "frontends/onnx/ImporterTable.h"

using namespace llvm;

namespace cnnc::onnx {

void ImporterTable::onOp(StringRef type, int64_t since, Arity inputs, Function import) {
  entries[type].push_back({since, inputs, import});
}

const ImporterTable::Entry *ImporterTable::find(StringRef type, int64_t opset) const {
  const Entry *best = nullptr;
  if (auto found = entries.find(type); found != entries.end())
    for (const Entry &entry : found->second)
      if (entry.since <= opset && (!best || entry.since > best->since))
        best = &entry;
  return best;
}

const ImporterTable &allImporters() {
  static const ImporterTable table = [] {
    ImporterTable table;
    for (auto *add : {registerActivation, registerConstant, registerConv, registerElementwise, registerLinear,
                      registerNorm, registerPool, registerReduce, registerResize, registerShape})
      add(table);
    return table;
  }();
  return table;
}

} // namespace cnnc::onnx
