// SPDX-License-Identifier: Apache-2.0
// Python's pickles, as far as checkpoints need them: a stack machine over plain values. It calls nothing, and knows no
// global but those from which PyTorch rebuilds tensors.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <deque>
#include <vector>

namespace cnnc::weights {

/// A value of Python's. Values refer to each other, as they may in a pickle, and belong to the Unpickler.
struct PyValue {
  enum Kind {
    None,
    Bool,
    Int,
    Float,
    String, ///< also bytes, and integers of more than 64 bits
    Tuple,
    List,
    Dict,    ///< keys and values alternate
    Global,  ///< `text` is `module.name`
    Storage, ///< `text` is its key, `number` how many elements it has, `items` its type
    Tensor,  ///< `items` are storage, offset, sizes and strides
    Mark
  };
  Kind kind = None;
  int64_t number = 0;
  llvm::StringRef text;
  std::vector<const PyValue *> items;

  const PyValue *find(llvm::StringRef key) const;
};

/// Reads pickles that stand one after another.
class Unpickler {
public:
  explicit Unpickler(llvm::StringRef bytes) : rest(bytes) {}

  /// The next pickle's value.
  llvm::Expected<const PyValue *> read();
  /// What stands behind.
  llvm::StringRef remaining() const { return rest; }
  /// The storages that were referred to.
  llvm::SmallVector<const PyValue *> storages() const;

private:
  llvm::Error step(uint8_t opcode);
  llvm::Error reduce();
  llvm::Error findStorage();
  llvm::Error setItems(size_t from);
  llvm::Error appendItems(size_t from);
  llvm::Error pushGlobal(llvm::StringRef module, llvm::StringRef name);

  /// So many bytes of the input; sets `broken` where it ends before.
  llvm::StringRef take(uint64_t count);
  template <typename Number>
  Number number();
  llvm::StringRef line();
  PyValue &push(PyValue::Kind kind, int64_t number = 0, llvm::StringRef text = {});
  const PyValue *pop();
  /// The place above the topmost mark, which it removes.
  size_t popMark();
  void collect(PyValue::Kind kind, size_t from);

  llvm::StringRef rest;
  std::deque<PyValue> values;
  llvm::SmallVector<PyValue *> stack;
  llvm::DenseMap<uint64_t, PyValue *> memo;
  bool broken = false; ///< cut off, or against the rules of the stack
};

} // namespace cnnc::weights
