// SPDX-License-Identifier: Apache-2.0
// Operations as expressions: arithmetic, comparisons, vectors, memory.
#include "compiler/emit/cxx/FunctionWriter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <charconv>

using namespace cnnc::emit::cxx;
using namespace mlir;

/// The shortest decimals that read back as the same number.
static std::string numberText(const llvm::APFloat &value, bool isSingle) {
  if (value.isNaN())
    return isSingle ? "__builtin_nanf(\"\")" : "__builtin_nan(\"\")";
  std::string sign = value.isNegative() ? "-" : "";
  if (value.isInfinity())
    return sign + (isSingle ? "__builtin_inff()" : "__builtin_inf()");
  char buffer[40];
  char *end = isSingle ? std::to_chars(buffer, std::end(buffer), value.convertToFloat()).ptr
                       : std::to_chars(buffer, std::end(buffer), value.convertToDouble()).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return isSingle ? text + "f" : text;
}

static std::string numberText(const llvm::APInt &value) {
  if (value.getBitWidth() == 1)
    return value.isZero() ? "false" : "true";
  // The least number has no literal of its own.
  if (value.isMinSignedValue() && value.getBitWidth() >= 32)
    return "INT" + std::to_string(value.getBitWidth()) + "_MIN";
  return llvm::toString(value, 10, /*Signed=*/true);
}

static std::string numberText(Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value))
    return numberText(number.getValue(), number.getType().isF32());
  return numberText(cast<IntegerAttr>(value).getValue());
}

/// Whether all bits of a splat are zero.
static bool isZero(DenseElementsAttr splat) {
  return llvm::all_of(splat.getRawData(), [](char byte) { return byte == 0; });
}

Expr FunctionWriter::constant(Attribute value, Type type, unsigned width) {
  if (type.isIndex())
    return code.integer(cast<IntegerAttr>(value).getInt());
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return code.text(numberText(value));
  // A boolean of a mask is all bits or none.
  auto element = [&](Attribute number) {
    std::string text = isMask(type) ? (cast<BoolAttr>(number).getValue() ? "-1" : "0") : numberText(number);
    return code.text(text);
  };
  std::string name = types.name(type, width);
  if (dense.isSplat() && isZero(dense))
    return code.braces(name, {});
  if (dense.isSplat())
    return code.call("splat<" + name + ">", {element(dense.getSplatValue<Attribute>())});
  return code.braces(name, llvm::map_to_vector(dense.getValues<Attribute>(), element));
}

Expr FunctionWriter::spread(Value value, bool mayBeScalar) {
  Expr e = use(value);
  if (mayBeScalar && e->kind == Expression::Braces && e->operands.empty())
    return code.text(isa<FloatType>(getElementTypeOrSelf(value.getType())) ? "0.0f" : "0");
  return mayBeScalar && e->kind == Expression::Call && StringRef(e->text).starts_with("splat<") ? e->operands[0] : e;
}

Expr FunctionWriter::mask(Value value, unsigned width) {
  Expr e = use(value);
  if (!isMask(value.getType()) || maskWidth(value) == width ||
      isa_and_nonnull<arith::ConstantOp>(value.getDefiningOp()))
    return e;
  return code.call("__builtin_convertvector", {e, code.text(types.name(value.getType(), width))});
}

Expr FunctionWriter::unsignedOf(Value value) {
  std::string name = types.name(value.getType(), maskWidth(value), /*isUnsigned=*/true);
  return isa<VectorType>(value.getType()) ? code.call("bit_cast<" + name + ">", {use(value)})
                                          : code.call(name, {use(value)});
}

Expr FunctionWriter::signedAgain(Expr e, Type type) {
  std::string name = types.name(type);
  return isa<VectorType>(type) ? code.call("bit_cast<" + name + ">", {e}) : code.call(name, {e});
}

Expr FunctionWriter::place(Value memory, ValueRange indices) {
  auto type = cast<MemRefType>(memory.getType());
  Expr base = use(memory);
  auto at = llvm::map_to_vector(indices, [&](Value index) { return use(index); });
  if (isArray(type))
    return code.subscript(base, at);
  auto [strides, offset] = type.getStridesAndOffset();
  Expr sum = code.integer(offset);
  for (auto [index, stride] : llvm::zip(at, strides))
    sum = code.add(sum, code.multiply(index, code.integer(stride)));
  return code.subscript(base, {sum});
}

static bool isConstant(Value value) { return value.getDefiningOp<arith::ConstantOp>() != nullptr; }

Expr FunctionWriter::arithmetic(Operation &op) {
  Type type = op.getResult(0).getType();
  bool isVector = isa<VectorType>(type);
  if (auto negation = dyn_cast<arith::NegFOp>(op))
    return code.prefix("-", use(negation.getOperand()));
  auto operand = [&](unsigned i) { return use(op.getOperand(i)); };
  if (type.isIndex()) {
    if (isa<arith::AddIOp>(op))
      return code.add(operand(0), operand(1));
    if (isa<arith::SubIOp>(op))
      return code.subtract(operand(0), operand(1));
    if (isa<arith::MulIOp>(op))
      return code.multiply(operand(0), operand(1));
    // Indices are below 2^63.
    if (isa<arith::DivUIOp, arith::DivSIOp>(op))
      return code.index("/", operand(0), operand(1));
    if (isa<arith::RemUIOp, arith::RemSIOp>(op))
      return code.index("%", operand(0), operand(1));
  }
  auto pair = [&](StringRef word) {
    Expr a = spread(op.getOperand(0), isVector && !isConstant(op.getOperand(1)));
    return code.binary(word, a, spread(op.getOperand(1), isVector && a->kind != Expression::Text));
  };
  auto bits = [&](StringRef word, StringRef ofBooleans) {
    if (type.isInteger(1))
      return code.binary(ofBooleans, operand(0), operand(1));
    if (!isMask(type))
      return pair(word);
    unsigned width = maskWidth(op.getResult(0));
    return code.binary(word, mask(op.getOperand(0), width), mask(op.getOperand(1), width));
  };
  auto ofUnsigned = [&](StringRef word) {
    return signedAgain(code.binary(word, unsignedOf(op.getOperand(0)), unsignedOf(op.getOperand(1))), type);
  };
  auto function = [&](StringRef word, bool isUnsigned = false) {
    std::string name = (word + "<" + types.name(type, 0, isUnsigned) + ">").str();
    if (isUnsigned)
      return signedAgain(code.call(name, {unsignedOf(op.getOperand(0)), unsignedOf(op.getOperand(1))}), type);
    return code.call(type.isIndex() ? word : StringRef(name), {operand(0), operand(1)});
  };
  return llvm::TypeSwitch<Operation *, Expr>(&op)
      .Case<arith::AddFOp, arith::AddIOp>([&](auto) { return pair("+"); })
      .Case<arith::SubFOp, arith::SubIOp>([&](auto) { return pair("-"); })
      .Case<arith::MulFOp, arith::MulIOp>([&](auto) { return pair("*"); })
      .Case<arith::DivFOp>([&](arith::DivFOp divide) {
        bool mayEstimate = bitEnumContainsAll(divide.getFastmath(), arith::FastMathFlags::arcp);
        return isVector && mayEstimate ? code.call("divide", {operand(0), operand(1)}) : pair("/");
      })
      .Case<arith::DivSIOp>([&](auto) { return pair("/"); })
      .Case<arith::RemSIOp>([&](auto) { return pair("%"); })
      .Case<arith::DivUIOp>([&](auto) { return ofUnsigned("/"); })
      .Case<arith::RemUIOp>([&](auto) { return ofUnsigned("%"); })
      .Case<arith::AndIOp>([&](auto) { return bits("&", "&&"); })
      .Case<arith::OrIOp>([&](auto) { return bits("|", "||"); })
      .Case<arith::XOrIOp>([&](auto) { return bits("^", "!="); })
      .Case<arith::ShLIOp>([&](auto) { return pair("<<"); })
      .Case<arith::ShRSIOp>([&](auto) { return pair(">>"); })
      .Case<arith::ShRUIOp>([&](auto) { return ofUnsigned(">>"); })
      .Case<arith::MinSIOp>([&](auto) { return function("min"); })
      .Case<arith::MaxSIOp>([&](auto) { return function("max"); })
      .Case<arith::MinUIOp>([&](auto) { return function("min", true); })
      .Case<arith::MaxUIOp>([&](auto) { return function("max", true); })
      .Case<arith::MinimumFOp>([&](auto) { return function("minimum"); })
      .Case<arith::MaximumFOp>([&](auto) { return function("maximum"); })
      .Case<arith::SelectOp>([&](arith::SelectOp select) {
        Expr condition =
            mask(select.getCondition(),
                 getElementTypeOrSelf(type).isIndex() ? 64 : getElementTypeOrSelf(type).getIntOrFloatBitWidth());
        return code.conditional(condition, use(select.getTrueValue()), use(select.getFalseValue()));
      })
      .Default(nullptr);
}

Expr FunctionWriter::comparison(Operation &op) {
  bool isVector = isa<VectorType>(op.getResult(0).getType());
  StringRef both = isVector ? "&" : "&&", either = isVector ? "|" : "||", negation = isVector ? "~" : "!";
  if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
    using P = arith::CmpIPredicate;
    static constexpr StringLiteral kWords[] = {"==", "!=", "<", "<=", ">", ">=", "<", "<=", ">", ">="};
    StringRef word = kWords[static_cast<int>(compare.getPredicate())];
    if (compare.getPredicate() >= P::ult && !isMask(compare.getLhs().getType()))
      return code.binary(word, unsignedOf(compare.getLhs()), unsignedOf(compare.getRhs()));
    Expr left = spread(compare.getLhs(), isVector && !isConstant(compare.getRhs()));
    return code.binary(word, left, spread(compare.getRhs(), left->kind != Expression::Text));
  }
  auto compare = cast<arith::CmpFOp>(op);
  using P = arith::CmpFPredicate;
  Expr a = spread(compare.getLhs(), isVector && !isConstant(compare.getRhs()));
  Expr b = spread(compare.getRhs(), a->kind != Expression::Text);
  auto is = [&](StringRef word) { return code.binary(word, a, b); };
  auto isNaN = [&](Expr e) { return code.binary("!=", e, e); };
  switch (compare.getPredicate()) {
  case P::OEQ:
    return is("==");
  case P::OGT:
    return is(">");
  case P::OGE:
    return is(">=");
  case P::OLT:
    return is("<");
  case P::OLE:
    return is("<=");
  case P::UNE:
    return is("!=");
  case P::ONE:
    return code.binary(either, is("<"), is(">"));
  case P::UEQ:
    return code.prefix(negation, code.binary(either, is("<"), is(">")));
  case P::UGT:
    return code.prefix(negation, is("<="));
  case P::UGE:
    return code.prefix(negation, is("<"));
  case P::ULT:
    return code.prefix(negation, is(">="));
  case P::ULE:
    return code.prefix(negation, is(">"));
  case P::UNO:
    return compare.getLhs() == compare.getRhs() ? isNaN(a) : code.binary(either, isNaN(a), isNaN(b));
  case P::ORD:
    return code.binary(both, code.binary("==", a, a), code.binary("==", b, b));
  default:
    return nullptr;
  }
}

Expr FunctionWriter::conversion(Operation &op) {
  Value from = op.getOperand(0);
  Type type = op.getResult(0).getType(), element = getElementTypeOrSelf(type);
  bool isVector = isa<VectorType>(type);
  auto to = [&](Expr e) {
    std::string name = types.name(type, maskWidth(op.getResult(0)));
    return isVector ? code.call("__builtin_convertvector", {e, code.text(name)}) : code.call(name, {e});
  };
  // A mask counts as 0 or -1, a boolean as 0 or 1.
  auto zeroOrOne = [&]() -> Expr { return isVector ? code.binary("&", use(from), code.text("1")) : use(from); };
  bool isBoolean = getElementTypeOrSelf(from.getType()).isInteger(1);
  return llvm::TypeSwitch<Operation *, Expr>(&op)
      .Case<arith::BitcastOp>([&](auto) { return code.call("bit_cast<" + types.name(type) + ">", {use(from)}); })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::FPToSIOp>([&](auto) { return to(use(from)); })
      .Case<arith::IndexCastOp>(
          [&](auto) -> Expr { return from.getType().isInteger(64) || type.isInteger(64) ? use(from) : to(use(from)); })
      .Case<arith::SIToFPOp, arith::ExtSIOp>(
          [&](auto) -> Expr { return isBoolean && !isVector ? code.prefix("-", to(use(from))) : to(use(from)); })
      .Case<arith::UIToFPOp, arith::ExtUIOp, arith::IndexCastUIOp>(
          [&](auto) { return to(isBoolean ? zeroOrOne() : unsignedOf(from)); })
      .Case<arith::FPToUIOp>([&](auto) {
        std::string name = types.name(type, 0, /*isUnsigned=*/true);
        Expr e = isVector ? code.call("__builtin_convertvector", {use(from), code.text(name)})
                          : code.call(name, {use(from)});
        return signedAgain(e, type);
      })
      .Case<arith::TruncIOp>([&](auto) -> Expr {
        if (element.isInteger(1))
          return isVector ? nullptr : code.binary("!=", code.binary("&", use(from), code.text("1")), code.text("0"));
        return to(use(from));
      })
      .Default(nullptr);
}

Expr FunctionWriter::ofVectors(Operation &op) {
  return llvm::TypeSwitch<Operation *, Expr>(&op)
      .Case<vector::FMAOp>([&](vector::FMAOp fma) {
        return code.call("fma", {use(fma.getLhs()), use(fma.getRhs()), use(fma.getAcc())});
      })
      .Case<vector::BroadcastOp>([&](vector::BroadcastOp broadcast) -> Expr {
        if (isa<VectorType>(broadcast.getSourceType()) || isMask(broadcast.getType()))
          return nullptr;
        return code.call("splat<" + types.name(broadcast.getType()) + ">", {use(broadcast.getSource())});
      })
      .Case<vector::ExtractOp>([&](vector::ExtractOp extract) -> Expr {
        if (isa<VectorType>(extract.getType()) || extract.hasDynamicPosition() || isMask(extract.getSource().getType()))
          return nullptr;
        return code.subscript(use(extract.getSource()), {code.integer(extract.getStaticPosition()[0])});
      })
      .Case<vector::ShuffleOp>([&](vector::ShuffleOp shuffle) {
        SmallVector<Expr> arguments = {use(shuffle.getV1()), use(shuffle.getV2())};
        // Text, not integers: a lane must stay a constant where statements are rolled up.
        for (int64_t lane : shuffle.getMask())
          arguments.push_back(code.text(std::to_string(lane)));
        return code.call("__builtin_shufflevector", arguments);
      })
      .Case<vector::LoadOp>([&](vector::LoadOp load) {
        Expr address = code.prefix("&", place(load.getBase(), load.getIndices()));
        return code.reading(code.call("load<" + types.name(load.getVectorType()) + ">", {address}));
      })
      .Case<memref::LoadOp>(
          [&](memref::LoadOp load) { return code.reading(place(load.getMemRef(), load.getIndices())); })
      .Case<memref::ViewOp>([&](memref::ViewOp view) {
        return code.call("at", {use(view.getSource()), use(view.getByteShift())});
      })
      .Case<memref::ReinterpretCastOp>([&](memref::ReinterpretCastOp cast) { return use(cast.getSource()); })
      .Default(nullptr);
}

Expr FunctionWriter::mathematics(Operation &op) {
  StringRef word = llvm::TypeSwitch<Operation *, StringRef>(&op)
                       .Case<math::AbsFOp>([](auto) { return "absolute"; })
                       .Case<math::CopySignOp>([](auto) { return "copy_sign"; })
                       .Case<math::SqrtOp>([](auto) { return "square_root"; })
                       .Case<math::FloorOp>([](auto) { return "round_down"; })
                       .Case<math::CeilOp>([](auto) { return "round_up"; })
                       .Case<math::RoundEvenOp>([](auto) { return "round_even"; })
                       .Default(StringRef());
  if (word.empty())
    return nullptr;
  return code.call(word, llvm::map_to_vector(op.getOperands(), [&](Value value) { return use(value); }));
}

Expr FunctionWriter::expressionOf(Operation &op) {
  for (auto family : {&FunctionWriter::arithmetic, &FunctionWriter::conversion, &FunctionWriter::ofVectors,
                      &FunctionWriter::mathematics})
    if (Expr e = (this->*family)(op))
      return op.getResult(0).getType().isIndex() ? code.asIndex(e) : e;
  return isa<arith::CmpFOp, arith::CmpIOp>(op) ? comparison(op) : nullptr;
}
