// SPDX-License-Identifier: Apache-2.0
// What a text says: the tree that the parser makes, fmt prints and the evaluator runs.
#pragma once

#include "frontends/dsl/Lexer.h"

#include "llvm/Support/Casting.h"

namespace cnnc::dsl {

/// Deeper trees are refused, so that no recursion over one is deep.
constexpr unsigned kMostLevels = 256;

struct Expr {
  enum class Kind { Number, String, Bool, Name, Call, Pipe, List, Map, Index, Unary, Binary, If };
  const Kind kind;
  Span span;
  unsigned depth = 1; ///< levels of the tree from here down

  Expr(Kind kind, Span span) : kind(kind), span(span) {}
  virtual ~Expr() = default;
};
using ExprPtr = std::unique_ptr<Expr>;

template <Expr::Kind K>
struct ExprOf : Expr {
  explicit ExprOf(Span span) : Expr(K, span) {}
  static bool classof(const Expr *expr) { return expr->kind == K; }
};

struct NumberExpr : ExprOf<Expr::Kind::Number> {
  using ExprOf::ExprOf;
  llvm::StringRef text;
  bool isFloat = false;
  int64_t integer = 0;
  double number = 0;
};

struct StringExpr : ExprOf<Expr::Kind::String> {
  using ExprOf::ExprOf;
  /// Text, or an expression in braces.
  struct Part {
    std::string text;
    ExprPtr value;
  };
  llvm::StringRef raw; ///< as it is written, without quotes
  std::vector<Part> parts;
};

struct BoolExpr : ExprOf<Expr::Kind::Bool> {
  using ExprOf::ExprOf;
  bool value = false;
};

struct NameExpr : ExprOf<Expr::Kind::Name> {
  using ExprOf::ExprOf;
  llvm::StringRef name;
};

/// A name or a string before a colon.
struct Label {
  std::unique_ptr<StringExpr> text;
  bool isQuoted = false;
  explicit operator bool() const { return text != nullptr; }
};

struct Argument {
  llvm::StringRef name; ///< empty if given by position
  Span nameSpan;
  ExprPtr value;
  uint32_t begin() const { return name.empty() ? value->span.begin : nameSpan.begin; }
};

/// `label: callee(arguments)`; behind a pipe the parentheses may be missing.
struct CallExpr : ExprOf<Expr::Kind::Call> {
  using ExprOf::ExprOf;
  Label label;
  bool isReuse = false;
  bool isQuoted = false; ///< the layer behind `reuse` is a string
  llvm::StringRef callee;
  Span calleeSpan;
  bool hasParentheses = false;
  std::vector<Argument> arguments;
};

/// `head |> stage |> stage`.
struct PipeExpr : ExprOf<Expr::Kind::Pipe> {
  using ExprOf::ExprOf;
  struct Stage {
    uint32_t sign; ///< where its `|>` stands
    std::unique_ptr<CallExpr> call;
  };
  ExprPtr head;
  std::vector<Stage> stages;
};

struct ListExpr : ExprOf<Expr::Kind::List> {
  using ExprOf::ExprOf;
  std::vector<ExprPtr> items;
};

struct MapExpr : ExprOf<Expr::Kind::Map> {
  using ExprOf::ExprOf;
  struct Pair {
    Token key;
    ExprPtr value;
  };
  std::vector<Pair> pairs;
};

struct IndexExpr : ExprOf<Expr::Kind::Index> {
  using ExprOf::ExprOf;
  ExprPtr base, index;
};

struct UnaryExpr : ExprOf<Expr::Kind::Unary> {
  using ExprOf::ExprOf;
  Token sign;
  ExprPtr operand;
};

struct BinaryExpr : ExprOf<Expr::Kind::Binary> {
  using ExprOf::ExprOf;
  Token sign;
  ExprPtr left, right;
};

/// `if condition then yes else no`.
struct IfExpr : ExprOf<Expr::Kind::If> {
  using ExprOf::ExprOf;
  ExprPtr condition, yes, no;
};

struct Name {
  llvm::StringRef text;
  Span span;
};

struct TypeSyntax {
  Name name;
  bool hasSizes = false;
  std::vector<ExprPtr> sizes;
};

struct Parameter {
  Name name;
  std::optional<TypeSyntax> type;
  ExprPtr value; ///< its default, or null
};

struct Stmt {
  enum class Kind { Binding, For, If, Preprocess, Loss, Return };
  const Kind kind;
  Span span;

  Stmt(Kind kind, Span span) : kind(kind), span(span) {}
  virtual ~Stmt() = default;
};
struct Body {
  Span span; ///< with its braces
  std::vector<std::unique_ptr<Stmt>> statements;
};
template <Stmt::Kind K>
struct StmtOf : Stmt {
  explicit StmtOf(Span span = {}) : Stmt(K, span) {}
  static bool classof(const Stmt *stmt) { return stmt->kind == K; }
};

struct BindingStmt : StmtOf<Stmt::Kind::Binding> {
  std::vector<Name> names;
  ExprPtr value;
};
struct ForStmt : StmtOf<Stmt::Kind::For> {
  std::vector<Name> names;
  ExprPtr list;
  Body body;
};
struct IfStmt : StmtOf<Stmt::Kind::If> {
  ExprPtr condition;
  Body yes;
  std::unique_ptr<IfStmt> elseIf;
  std::optional<Body> no;
};
struct PreprocessStmt : StmtOf<Stmt::Kind::Preprocess> {
  Name input;
  std::vector<Argument> arguments;
};
struct LossStmt : StmtOf<Stmt::Kind::Loss> {
  std::vector<Parameter> parameters;
  ExprPtr value;
};
struct ReturnStmt : StmtOf<Stmt::Kind::Return> {
  struct Item {
    Name name; ///< empty if not given
    ExprPtr value;
  };
  std::vector<Item> items;
};

/// A block or a network.
struct BlockDecl {
  Span span;
  bool isNetwork = false;
  Name name;
  std::vector<Parameter> parameters;
  Body body;
  ExprPtr value; ///< of `= expr`, else null
};
struct IncludeDecl {
  Span span;
  Token path;
};
/// One of an include, a constant, and a block or network.
struct Decl {
  std::unique_ptr<IncludeDecl> include;
  std::unique_ptr<BindingStmt> constant;
  std::unique_ptr<BlockDecl> block;
  Span span() const { return include ? include->span : constant ? constant->span : block->span; }
};

struct File {
  std::shared_ptr<const Source> source;
  std::vector<Decl> declarations;
  std::vector<Comment> comments;
  llvm::StringRef textOf(Span span) const { return llvm::StringRef(source->text).slice(span.begin, span.end); }
};

} // namespace cnnc::dsl
