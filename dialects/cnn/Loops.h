// SPDX-License-Identifier: Apache-2.0
// Small words for writing loops over memrefs: the plain meanings of operators, and the kernels too.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace cnnc::cnn {

/// A builder with a location, and the arithmetic of indices and elements as functions. Constants fold: adding zero or
/// multiplying by one makes no operation.
class Loops {
public:
  Loops(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value index(int64_t value);
  /// `value`, with a name in the C++ source: the metadata of its location.
  mlir::Value named(mlir::Value value, llvm::StringRef name);
  /// A constant of a scalar or vector type, from a number.
  mlir::Value number(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);

  // Index arithmetic.
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  /// Quotient and remainder of a value that is not negative.
  mlir::Value div(mlir::Value a, int64_t b);
  mlir::Value rem(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  /// low <= a < high, on signed indices.
  mlir::Value within(mlir::Value a, int64_t low, int64_t high);
  mlir::Value both(mlir::Value a, mlir::Value b);

  mlir::Value load(mlir::Value memref, mlir::ValueRange indices);
  void store(mlir::Value value, mlir::Value memref, mlir::ValueRange indices);
  /// Asks for the cache line of an element, for the second cache; the element need not exist.
  void prefetch(mlir::Value memref, mlir::ValueRange indices);
  /// Values loaded or stored before are not known after: the compilers behind keep none of them in a register. No code.
  void forget();

  /// for (i = low; i < high; i += step) body(i). `name` is the loop variable's name in the C++ source.
  void loop(mlir::Value low, mlir::Value high, int64_t step, llvm::function_ref<void(mlir::Value)> body,
            llvm::StringRef name = "i");
  void loop(int64_t high, llvm::function_ref<void(mlir::Value)> body, llvm::StringRef name = "i");
  /// The same with values carried from turn to turn: body returns their next values, the last ones are the result.
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value low, mlir::Value high, int64_t step, mlir::ValueRange carried,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)> body,
       llvm::StringRef name = "i");
  /// Such a loop over 0 <= i < count; of one turn or none it is no loop.
  llvm::SmallVector<mlir::Value>
  carry(int64_t count, mlir::ValueRange carried, llvm::StringRef name,
        llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)> body);
  /// One loop for each dimension, the last innermost.
  void nest(llvm::ArrayRef<int64_t> shape, llvm::function_ref<void(mlir::ValueRange)> body);
  /// condition ? then() : otherwise, where `then` runs only if the condition holds (to guard a load).
  mlir::Value when(mlir::Value condition, llvm::function_ref<mlir::Value()> then, mlir::Value otherwise);
};

/// The signless element type in memory and registers of a cnn element type: f32, f64 and iN; f16 and bf16 stay.
mlir::Type signless(mlir::Type element);

} // namespace cnnc::cnn
