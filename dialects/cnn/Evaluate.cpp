// SPDX-License-Identifier: Apache-2.0
// An interpreter of plain loops: scf, memref, and scalars of arith and math.
#include "dialects/cnn/Evaluate.h"

#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"
#include "dialects/cnn/Loops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace cnnc::cnn;

namespace {
/// A scalar: an integer with its sign extended to 64 bits, or a float of any type as f64.
union Number {
  int64_t integer;
  double real;
};
Number ofInteger(int64_t value) { return {.integer = value}; }
Number ofReal(double value) { return {.real = value}; }

unsigned widthOf(Type type) { return type.isIndex() ? 64 : type.getIntOrFloatBitWidth(); }
int64_t wrapped(int64_t value, Type type) { return llvm::SignExtend64(value, widthOf(type)); }
uint64_t withoutSign(int64_t value, Type type) {
  return static_cast<uint64_t>(value) & llvm::maskTrailingOnes<uint64_t>(widthOf(type));
}
/// A real number as a value of a float type.
APFloat asFloat(double value, Type type) {
  APFloat result(value);
  bool losesInfo;
  result.convert(cast<FloatType>(type).getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  return result;
}
double rounded(double value, Type type) {
  if (type.isF64())
    return value;
  return type.isF32() ? static_cast<float>(value) : asFloat(value, type).convertToDouble();
}

/// Elements in the order of their indices.
struct Memory {
  ArrayRef<int64_t> shape;
  std::vector<Number> elements;
};

class Interpreter {
public:
  /// False at an operation that it does not know.
  bool run(Block &block);
  void bind(Value memref, Memory *memory) { memories[memref] = memory; }

private:
  bool execute(Operation &op);
  bool loop(scf::ForOp loop);
  std::optional<Number> compute(Operation &op) const;
  Number number(Value value) const { return numbers.lookup(value); }
  Number operand(Operation &op, unsigned i) const { return number(op.getOperand(i)); }
  Number &element(Value memref, ValueRange indices) {
    Memory &memory = *memories.lookup(memref);
    int64_t place = 0;
    for (auto [index, size] : llvm::zip(indices, memory.shape))
      place = place * size + number(index).integer;
    return memory.elements.at(place);
  }
  void define(ValueRange values, ArrayRef<Number> results) {
    for (auto [value, result] : llvm::zip(values, results))
      numbers[value] = result;
  }
  SmallVector<Number> yielded(Block &block) const {
    return llvm::map_to_vector(block.getTerminator()->getOperands(), [&](Value value) { return number(value); });
  }

  DenseMap<Value, Number> numbers;
  DenseMap<Value, Memory *> memories;
};
} // namespace

bool Interpreter::run(Block &block) {
  return llvm::all_of(block, [&](Operation &op) { return op.hasTrait<OpTrait::IsTerminator>() || execute(op); });
}

bool Interpreter::loop(scf::ForOp loop) {
  int64_t step = number(loop.getStep()).integer, high = number(loop.getUpperBound()).integer;
  auto carried = llvm::map_to_vector(loop.getInitArgs(), [&](Value value) { return number(value); });
  for (int64_t i = number(loop.getLowerBound()).integer; i < high; i += step) {
    numbers[loop.getInductionVar()] = ofInteger(i);
    define(loop.getRegionIterArgs(), carried);
    if (!run(*loop.getBody()))
      return false;
    carried = yielded(*loop.getBody());
  }
  define(loop.getResults(), carried);
  return true;
}

bool Interpreter::execute(Operation &op) {
  if (auto nested = dyn_cast<scf::ForOp>(op))
    return loop(nested);
  if (auto choice = dyn_cast<scf::IfOp>(op)) {
    Region &region = number(choice.getCondition()).integer ? choice.getThenRegion() : choice.getElseRegion();
    if (region.empty())
      return true;
    if (!run(region.front()))
      return false;
    define(choice.getResults(), yielded(region.front()));
    return true;
  }
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    numbers[load] = element(load.getMemRef(), load.getIndices());
    return true;
  }
  if (auto store = dyn_cast<memref::StoreOp>(op)) {
    element(store.getMemRef(), store.getIndices()) = number(store.getValue());
    return true;
  }
  std::optional<Number> result = compute(op);
  if (result)
    numbers[op.getResult(0)] = *result;
  return result.has_value();
}

static bool holds(arith::CmpFPredicate predicate, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  // The predicate's bits: equal, greater, less, unordered.
  auto bits = static_cast<uint64_t>(predicate);
  return unordered ? bits & 8 : a == b ? bits & 1 : a > b ? bits & 2 : bits & 4;
}

/// The bits of a float, or the float of bits.
static Number bitcast(Number value, Type from, Type to) {
  if (isa<FloatType>(from))
    return ofInteger(asFloat(value.real, from).bitcastToAPInt().getSExtValue());
  return ofReal(APFloat(cast<FloatType>(to).getFloatSemantics(), APInt(widthOf(from), withoutSign(value.integer, from)))
                    .convertToDouble());
}

/// A float as an integer, at the end of the range where it lies outside.
static int64_t toInteger(double value, Type type, bool isSigned) {
  llvm::APSInt result(widthOf(type), !isSigned);
  bool exact;
  APFloat(value).convertToInteger(result, APFloat::rmTowardZero, &exact);
  return wrapped(result.getExtValue(), type);
}

std::optional<Number> Interpreter::compute(Operation &op) const {
  Type type = op.getResult(0).getType(), from = op.getNumOperands() ? op.getOperand(0).getType() : Type();
  auto real = [&](unsigned i) { return operand(op, i).real; };
  auto integer = [&](unsigned i) { return operand(op, i).integer; };
  auto bits = [&](unsigned i) { return withoutSign(integer(i), from); };
  auto isReal = [&](double value) { return std::optional(ofReal(rounded(value, type))); };
  auto isInteger = [&](int64_t value) { return std::optional(ofInteger(wrapped(value, type))); };
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  auto isExtreme = [&](double value) { return isReal(std::isnan(real(0)) || std::isnan(real(1)) ? kNaN : value); };
  using Result = std::optional<Number>;

  return llvm::TypeSwitch<Operation *, Result>(&op)
      .Case([&](arith::ConstantOp constant) -> Result {
        if (auto attribute = dyn_cast<FloatAttr>(constant.getValue()))
          return ofReal(attribute.getValue().convertToDouble());
        if (auto attribute = dyn_cast<IntegerAttr>(constant.getValue()))
          return ofInteger(attribute.getValue().getSExtValue());
        return std::nullopt;
      })
      .Case([&](arith::AddFOp) { return isReal(real(0) + real(1)); })
      .Case([&](arith::SubFOp) { return isReal(real(0) - real(1)); })
      .Case([&](arith::MulFOp) { return isReal(real(0) * real(1)); })
      .Case([&](arith::DivFOp) { return isReal(real(0) / real(1)); })
      .Case([&](arith::NegFOp) { return isReal(-real(0)); })
      .Case([&](arith::MaximumFOp) { return isExtreme(std::fmax(real(0), real(1))); })
      .Case([&](arith::MinimumFOp) { return isExtreme(std::fmin(real(0), real(1))); })
      .Case([&](math::FmaOp) { return isReal(std::fma(real(0), real(1), real(2))); })
      .Case([&](math::AbsFOp) { return isReal(std::fabs(real(0))); })
      .Case([&](math::SqrtOp) { return isReal(std::sqrt(real(0))); })
      .Case([&](math::FloorOp) { return isReal(std::floor(real(0))); })
      .Case([&](math::CeilOp) { return isReal(std::ceil(real(0))); })
      .Case([&](math::RoundEvenOp) { return isReal(std::nearbyint(real(0))); })
      .Case([&](math::CopySignOp) { return isReal(std::copysign(real(0), real(1))); })
      .Case([&](arith::CmpFOp compare) { return isInteger(holds(compare.getPredicate(), real(0), real(1))); })
      .Case([&](arith::CmpIOp compare) {
        unsigned width = widthOf(from);
        return isInteger(
            arith::applyCmpPredicate(compare.getPredicate(), APInt(width, bits(0)), APInt(width, bits(1))));
      })
      .Case([&](arith::SelectOp) { return Result(operand(op, integer(0) ? 1 : 2)); })
      .Case([&](arith::AddIOp) { return isInteger(uint64_t(integer(0)) + uint64_t(integer(1))); })
      .Case([&](arith::SubIOp) { return isInteger(uint64_t(integer(0)) - uint64_t(integer(1))); })
      .Case([&](arith::MulIOp) { return isInteger(uint64_t(integer(0)) * uint64_t(integer(1))); })
      .Case([&](arith::DivSIOp) -> Result {
        if (integer(1) == 0 || integer(1) == -1)
          return integer(1) ? isInteger(-uint64_t(integer(0))) : std::nullopt;
        return isInteger(integer(0) / integer(1));
      })
      .Case([&](arith::RemSIOp) -> Result {
        if (integer(1) == 0 || integer(1) == -1)
          return integer(1) ? isInteger(0) : std::nullopt;
        return isInteger(integer(0) % integer(1));
      })
      .Case([&](arith::DivUIOp) { return bits(1) ? isInteger(bits(0) / bits(1)) : std::nullopt; })
      .Case([&](arith::RemUIOp) { return bits(1) ? isInteger(bits(0) % bits(1)) : std::nullopt; })
      .Case([&](arith::MaxSIOp) { return isInteger(std::max(integer(0), integer(1))); })
      .Case([&](arith::MinSIOp) { return isInteger(std::min(integer(0), integer(1))); })
      .Case([&](arith::MaxUIOp) { return isInteger(std::max(bits(0), bits(1))); })
      .Case([&](arith::MinUIOp) { return isInteger(std::min(bits(0), bits(1))); })
      .Case([&](arith::AndIOp) { return isInteger(integer(0) & integer(1)); })
      .Case([&](arith::OrIOp) { return isInteger(integer(0) | integer(1)); })
      .Case([&](arith::XOrIOp) { return isInteger(integer(0) ^ integer(1)); })
      .Case([&](arith::ShLIOp) { return isInteger(bits(1) < 64 ? bits(0) << bits(1) : 0); })
      .Case([&](arith::ShRSIOp) { return isInteger(integer(0) >> std::min<uint64_t>(bits(1), 63)); })
      .Case([&](arith::ShRUIOp) { return isInteger(bits(1) < 64 ? bits(0) >> bits(1) : 0); })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) { return isReal(real(0)); })
      .Case<arith::ExtSIOp, arith::TruncIOp, arith::IndexCastOp>([&](auto) { return isInteger(integer(0)); })
      .Case([&](arith::ExtUIOp) { return isInteger(bits(0)); })
      .Case([&](arith::SIToFPOp) { return isReal(static_cast<double>(integer(0))); })
      .Case([&](arith::UIToFPOp) { return isReal(static_cast<double>(bits(0))); })
      .Case([&](arith::FPToSIOp) { return isInteger(toInteger(real(0), type, true)); })
      .Case([&](arith::FPToUIOp) { return isInteger(toInteger(real(0), type, false)); })
      .Case([&](arith::BitcastOp) { return Result(bitcast(operand(op, 0), from, type)); })
      .Default([](Operation *) { return std::nullopt; });
}

/// The elements of a constant; false if they are of a type that cannot be read.
static bool read(ElementsAttr attribute, Memory &memory) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    ArrayRef<char> bytes = rawBytes(resource);
    bool splat;
    if (resource.getElementType().isInteger(1) ||
        !DenseElementsAttr::isValidRawBuffer(resource.getType(), bytes, splat))
      return false;
    attribute = DenseElementsAttr::getFromRawBuffer(resource.getType(), bytes);
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense)
    return false;
  Type type = dense.getElementType();
  if (isa<FloatType>(type)) {
    for (const APFloat &value : dense.getValues<APFloat>())
      memory.elements.push_back(ofReal(value.convertToDouble()));
  } else {
    for (const APInt &value : dense.getValues<APInt>())
      memory.elements.push_back(ofInteger(value.getSExtValue()));
  }
  return true;
}

static ElementsAttr write(const Memory &memory, RankedTensorType type) {
  Type element = type.getElementType();
  if (isa<FloatType>(element))
    return DenseElementsAttr::get(
        type, llvm::map_to_vector(memory.elements, [&](Number number) { return asFloat(number.real, element); }));
  return DenseElementsAttr::get(type, llvm::map_to_vector(memory.elements, [&](Number number) {
                                  return APInt(widthOf(element), withoutSign(number.integer, element));
                                }));
}

LogicalResult cnnc::cnn::evaluate(Operation *op, ArrayRef<ElementsAttr> operands,
                                  SmallVectorImpl<ElementsAttr> &results, int64_t maxElements) {
  auto lowerable = dyn_cast<LowerableOpInterface>(op);
  int64_t elements = 0;
  for (Type type :
       llvm::concat<Type>(SmallVector<Type>(op->getOperandTypes()), SmallVector<Type>(op->getResultTypes())))
    elements += cast<RankedTensorType>(type).getNumElements();
  if (!lowerable || elements > maxElements || operands.size() != op->getNumOperands())
    return failure();

  op->getContext()
      ->loadDialect<arith::ArithDialect, math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  Block block;
  Interpreter interpreter;
  std::vector<std::unique_ptr<Memory>> memories;
  auto place = [&](Type tensor) {
    auto type = withoutLayout(cast<RankedTensorType>(tensor));
    Value memref = block.addArgument(MemRefType::get(type.getShape(), signless(type.getElementType())), op->getLoc());
    memories.push_back(std::make_unique<Memory>(cast<MemRefType>(memref.getType()).getShape()));
    interpreter.bind(memref, memories.back().get());
    return memref;
  };
  SmallVector<Value> inputs, outputs;
  for (auto [type, value] : llvm::zip(op->getOperandTypes(), operands)) {
    inputs.push_back(place(type));
    if (!read(value, *memories.back()))
      return failure();
  }
  for (Type type : op->getResultTypes()) {
    outputs.push_back(place(type));
    memories.back()->elements.resize(cast<RankedTensorType>(type).getNumElements(), ofInteger(0));
  }
  OpBuilder builder(op->getContext()); // the block is in no region that could tell it
  builder.setInsertionPointToEnd(&block);
  lowerable.lowerPlain(builder, inputs, outputs);
  if (!interpreter.run(block))
    return failure();
  for (size_t i = 0; i < outputs.size(); ++i)
    results.push_back(
        write(*memories[inputs.size() + i], withoutLayout(cast<RankedTensorType>(op->getResult(i).getType()))));
  return success();
}
