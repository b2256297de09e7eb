// SPDX-License-Identifier: Apache-2.0
// Runs a text: loops, ifs, blocks and arithmetic unroll into calls of the builder.
#pragma once

#include "frontends/dsl/NetworkBuilder.h"
#include "frontends/dsl/Program.h"
#include "frontends/dsl/Value.h"

#include "llvm/ADT/StringSet.h"

#include <map>

namespace cnnc::dsl {

/// No list, or map, holds more, with all that is in it.
constexpr int64_t kMostItems = 1'000'000;

/// What stands on the command line.
struct NetworkOptions {
  std::string network;                           ///< empty: the last of the file
  std::map<std::string, std::string> parameters; ///< -D NAME=VALUE
  std::map<std::string, std::vector<int64_t>> shapes;
};

/// Whether `preprocess` takes such an argument.
bool takesPreprocessing(llvm::StringRef name, const Value &value);

class Evaluator {
public:
  Evaluator(const Program &program, NetworkBuilder &builder, mlir::MLIRContext &context, Reporter &reporter)
      : program(program), builder(builder), context(context), reporter(reporter) {}

  /// Builds a function of the module from a network, with `images` for a batch that is free.
  bool run(const Declared &network, const NetworkOptions &options, llvm::StringRef function, int64_t images);
  /// Whether an input left the number of images open.
  bool hasFreeBatch() const { return freeBatch; }
  const std::vector<std::pair<std::string, std::string>> &metadata() const { return described; }

private:
  /// An argument of a call, evaluated.
  struct Given {
    std::string name; ///< empty if by position
    Value value;
    uint32_t place; ///< of the name, if there is one
    uint32_t valueAt = place;
  };
  /// A layer of a block instance, for `reuse` and for messages.
  struct Layer {
    Place place;
    std::string callee;
    std::vector<Given> arguments;
  };
  /// A body's own names.
  struct Scope {
    llvm::StringMap<Value> names;
  };
  /// An instance of a block.
  struct Frame {
    explicit Frame(const Declared &block, Frame *caller = nullptr, Place calledAt = {}, std::string path = "")
        : block(&block), caller(caller), calledAt(calledAt), path(std::move(path)), scopes(1) {}
    const Declared *block;
    Frame *caller;
    Place calledAt;
    std::string path, callText;
    std::vector<Scope> scopes;
    llvm::StringMap<unsigned> counts;
    llvm::StringMap<Layer> layers;
    llvm::StringMap<std::string> ended; ///< names that ended with a body, and which
    std::vector<std::pair<std::string, Value>> returned;
    bool hasReturned = false;
    const Source *source() const { return block->file->source.get(); }
  };

  // Statements.
  bool runBody(Frame &frame, const Body &body);
  void runStatement(Frame &frame, const Stmt &statement);
  void runFor(Frame &frame, const ForStmt &loop);
  void runIf(Frame &frame, const IfStmt &branch);
  void runReturn(Frame &frame, const ReturnStmt &statement);
  void runPreprocess(Frame &frame, const PreprocessStmt &statement);
  void runLoss(Frame &frame, const LossStmt &loss);
  void bind(Frame &frame, llvm::ArrayRef<Name> names, const Value &value, uint32_t place);
  void assign(Frame &frame, llvm::StringRef name, Value value);
  void runScoped(
      Frame &frame, const Body &body, llvm::StringRef what, uint32_t place, llvm::function_ref<void()> before = [] {});

  // Expressions.
  Value evaluate(Frame &frame, const Expr &expr);
  Value evaluateName(Frame &frame, const NameExpr &name);
  Value evaluateIndex(Frame &frame, const IndexExpr &index);
  Value evaluateUnary(Frame &frame, const UnaryExpr &unary);
  Value evaluateBinary(Frame &frame, const BinaryExpr &binary);
  Value arithmetic(Frame &frame, llvm::StringRef sign, const Value &left, const Value &right, uint32_t place);
  std::optional<bool> condition(Frame &frame, const Expr &expr);
  std::optional<std::string> textOf(Frame &frame, const StringExpr &string);
  const Value *look(Frame &frame, llvm::StringRef name);

  // Calls.
  /// `piped` is the first argument, which stands at `pipedAt`.
  Value evaluateCall(Frame &frame, const CallExpr &call, const Value *piped, uint32_t pipedAt = 0);
  Value callAny(Frame &frame, llvm::StringRef callee, std::optional<std::string> label, std::vector<Given> given,
                Place place, bool isHandedOver = false);
  Value callBlock(Frame &frame, const Declared &block, const std::string &name, std::vector<Given> given, Place place);
  Value callOperator(Frame &frame, const Signature &signature, llvm::StringRef path, std::vector<Given> given,
                     Place place, llvm::StringRef shownAs = "");
  std::optional<Value> callBuiltIn(Frame &frame, llvm::StringRef name, llvm::ArrayRef<Given> given, Place place);
  Value reuse(Frame &frame, const CallExpr &call, std::vector<Given> given);
  std::shared_ptr<const Signature> signatureOf(llvm::StringRef name);
  bool bindParameters(Frame &callee, Frame &caller, std::vector<Given> given, Place place);

  // Inputs.
  mlir::Type elementOf(Frame &frame, const TypeSyntax &type);
  mlir::Value addInput(Frame &frame, const Parameter &parameter, const NetworkOptions &options, int64_t images);
  bool setParameters(Frame &frame, const NetworkOptions &options);

  /// A list, if it is small enough.
  Value bounded(Frame &frame, Value list, uint32_t place);
  Value fail(Frame &frame, uint32_t offset, const llvm::Twine &message);
  bool step(Frame &frame, uint32_t place);
  bool deeper(Frame &frame, uint32_t place);
  mlir::Location locationOf(Frame &frame, llvm::StringRef path, uint32_t offset);
  std::vector<std::string> visible(Frame &frame) const;

  const Program &program;
  NetworkBuilder &builder;
  mlir::MLIRContext &context;
  Reporter &reporter;
  std::map<const File *, llvm::StringMap<Value>> constants;
  llvm::StringMap<std::shared_ptr<const Signature>> signatures;
  llvm::StringSet<> openSizes; ///< words that stand for sizes of inputs
  std::vector<std::pair<std::string, std::string>> described;
  uint64_t steps = 0;
  unsigned level = 0, operators = 0;
  bool freeBatch = false, isStopped = false;
};

} // namespace cnnc::dsl
