// SPDX-License-Identifier: Apache-2.0
// Inputs marked `cnn.bytes` become 8-bit NHWC: the network then begins by moving the bytes into its own order and
// taking the mean and the scale into account.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_FORMATINPUTS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
/// More channels than this are no photograph's: most likely the network itself takes NHWC.
constexpr int64_t kMostChannels = 4;

struct FormatInputs : graph::impl::FormatInputsBase<FormatInputs> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (BlockArgument input : function.getArguments())
        if (auto format = function.getArgAttrOfType<DictionaryAttr>(input.getArgNumber(), CnnDialect::kBytes)) {
          if (failed(rewrite(function, input, format)))
            return signalPassFailure();
          function.removeArgAttr(input.getArgNumber(), CnnDialect::kBytes);
        }
  }

  LogicalResult rewrite(func::FuncOp function, BlockArgument input, DictionaryAttr format) {
    auto type = cast<RankedTensorType>(input.getType());
    auto name = function.getArgAttrOfType<StringAttr>(input.getArgNumber(), CnnDialect::kName);
    auto error = [&] {
      return emitError(function.getLoc()) << "--input-format " << (name ? name.getValue() : "") << ": ";
    };
    auto shape = type.getShape();
    if (shape.size() != 4 || !type.getElementType().isF32() || shape[1] > kMostChannels)
      return error() << "only f32 images [N, C, H, W] of at most " << kMostChannels
                     << " channels can be given as bytes, the input is " << type;
    auto mean = format.getAs<DenseF64ArrayAttr>("mean"), scale = format.getAs<DenseF64ArrayAttr>("scale");
    for (auto [word, list] : {std::pair("mean", mean), std::pair("scale", scale)})
      if (!list || (list.size() != 1 && list.size() != shape[1]))
        return error() << "the input has " << shape[1] << " channels, the " << word << " " << (list ? list.size() : 0)
                       << " numbers";

    OpBuilder builder = OpBuilder::atBlockBegin(input.getOwner());
    Location loc = input.getLoc();
    auto bytes =
        RankedTensorType::get({shape[0], shape[2], shape[3], shape[1]}, builder.getIntegerType(8, /*isSigned=*/false));
    input.setType(bytes);
    auto transpose = TransposeOp::create(builder, loc, input, ArrayRef<int64_t>{0, 3, 1, 2});
    Value value = CastOp::create(builder, loc, transpose, builder.getF32Type());
    if (llvm::any_of(mean.asArrayRef(), [](double number) { return number != 0; }))
      value = SubOp::create(builder, loc, value, perChannel(builder, loc, mean));
    if (llvm::any_of(scale.asArrayRef(), [](double number) { return number != 1; }))
      value = MulOp::create(builder, loc, value, perChannel(builder, loc, scale));
    input.replaceAllUsesExcept(value, transpose);
    function.setType(
        FunctionType::get(&getContext(), function.getBody().getArgumentTypes(), function.getResultTypes()));
    return success();
  }

  static Value perChannel(OpBuilder &builder, Location loc, DenseF64ArrayAttr numbers) {
    return makeConstant(builder, loc, {1, numbers.size(), 1, 1},
                        std::vector<float>(numbers.asArrayRef().begin(), numbers.asArrayRef().end()));
  }
};
} // namespace
