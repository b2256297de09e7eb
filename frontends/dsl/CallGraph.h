// SPDX-License-Identifier: Apache-2.0
// A network as calls of operators and blocks by their names: what stands between a module and its text.
#pragma once

#include "frontends/dsl/Ast.h"
#include "frontends/dsl/Value.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace cnnc::dsl {

/// A result of a call, or an input of the graph where `call` is negative.
struct TensorRef {
  int call;
  unsigned index;
  bool operator==(const TensorRef &) const = default;
};

/// One number, word or flag of an argument. A block is called from several places, its instances; a network has one.
struct Atom {
  std::vector<Value> values; ///< in each instance of the graph
  std::string expression;    ///< in the scope of the graph; empty if the values are all the same
  int64_t images = 0;        ///< so many times the number of images, where that is free

  Atom(Value value) : values{std::move(value)} {}
  explicit Atom(std::vector<Value> values) : values(std::move(values)) {}
  const Value &value() const { return values.front(); }
  bool isConstant() const { return expression.empty() && !images; }
  /// Whether both say the same wherever they stand.
  bool operator==(const Atom &other) const {
    return expression.empty() && other.expression.empty() && images == other.images && isEqual(value(), other.value());
  }
};

/// In each instance of a graph.
using Types = std::vector<mlir::RankedTensorType>;

struct CallArgument {
  std::string parameter, kind;
  bool isRequired = false;             ///< it has no default
  bool isDefault = false;              ///< the text may leave it out
  std::vector<TensorRef> tensors = {}; ///< if it takes tensors
  std::vector<Atom> atoms = {};        ///< otherwise; also a number in a tensor's place
  bool isTensor() const { return kind == "tensor" || kind == "tensors"; }
};

struct Call {
  std::string callee;
  std::vector<CallArgument> arguments{}; ///< in the order of the callee's parameters
  std::string path{};                    ///< that its weights must have; empty if any will do
  std::string name{};                    ///< what its result may be called
  bool hasWeights = false;
  bool isReuse = false, isReused = false; ///< of another call's weights; by another call
  std::vector<Types> types{};             ///< of the results
};

/// The body of a network or of a block.
struct CallGraph {
  struct Input {
    std::string name;
    Types types;
    bool hasFreeBatch = false;
  };
  struct Parameter {
    std::string name;
    std::optional<Atom> value; ///< its default
  };
  std::string name;
  std::vector<Input> inputs;
  std::vector<Parameter> parameters; ///< of a block
  std::vector<Call> calls;           ///< operands before their users
  std::vector<std::pair<std::string, TensorRef>> outputs;
};

/// How a function is read as calls.
struct DescribeOptions {
  bool hasShortNumbers = false; ///< numbers have 32 bits, and are written so
};

/// The calls that make a function, in the order in which the outputs need them. What no text can say is reported.
mlir::FailureOr<CallGraph> describeCalls(mlir::func::FuncOp function, const DescribeOptions &options);

/// Whether a value is a constant or a parameter.
bool isWeight(mlir::Value value);
/// The operators that the outputs need, operands before users, one branch after the other.
std::vector<mlir::Operation *> inOrderOfNeed(mlir::func::FuncOp function);
/// Takes out the calls that no output needs.
void dropUnused(CallGraph &graph);

/// Marks in the network of one image what depends on the number of images, given that of two.
mlir::LogicalResult markImages(CallGraph &one, const CallGraph &two, mlir::Location location);

/// The atoms of an attribute that is given for a parameter of some kind; nothing if none say it.
std::optional<std::vector<Atom>> atomsOf(mlir::Attribute attribute, llvm::StringRef kind, bool hasShortNumbers);
/// Whether a default that a signature writes says these atoms; one number counts for all.
bool saysDefault(const Expr &value, llvm::ArrayRef<Atom> atoms);
bool isNone(const Expr &value);
/// The name of an element type, or an empty one.
llvm::StringRef typeName(mlir::Type element);

} // namespace cnnc::dsl
