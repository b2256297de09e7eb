// SPDX-License-Identifier: Apache-2.0
// Packed weights, as the compiler streams them.
#include "compiler/loops/Packing.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace cnnc::loops;

namespace {
class Packings : public testing::Test {
protected:
  AffineExpr dim(unsigned d) { return getAffineDimExpr(d, &context); }
  DenseElementsAttr counting(ArrayRef<int64_t> shape) {
    std::vector<float> values(ShapedType::getNumElements(shape));
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i);
    return DenseElementsAttr::get(RankedTensorType::get(shape, builder.getF32Type()), ArrayRef<float>(values));
  }
  template <typename T>
  std::vector<T> stream(const WeightTable &table) {
    std::string bytes;
    llvm::raw_string_ostream os(bytes);
    cnnc::emit::WeightSection section = table.section();
    EXPECT_FALSE(section.write(os));
    EXPECT_EQ(section.bytes, bytes.size());
    auto *data = reinterpret_cast<const T *>(bytes.data());
    return std::vector<T>(data, data + bytes.size() / sizeof(T));
  }
  MLIRContext context;
  Builder builder{&context};
  WeightTable table;
};
} // namespace

TEST_F(Packings, PermuteAndPad) {
  // 3 x 2, transposed into lanes of four.
  Packing packing{{2, 4}, AffineMap::get(2, 0, {dim(1), dim(0)}, &context)};
  EXPECT_EQ(table.add(counting({3, 2}), packing), 0);
  EXPECT_EQ(stream<float>(table), (std::vector<float>{0, 2, 4, 0, 1, 3, 5, 0}));
}

TEST_F(Packings, ReverseWithinBounds) {
  Packing packing{{4}, AffineMap::get(1, 0, 2 - dim(0))};
  table.add(counting({3}), packing);
  EXPECT_EQ(stream<float>(table), (std::vector<float>{2, 1, 0, 0}));
}

TEST_F(Packings, ShareAndAlign) {
  auto weight = counting({3});
  Packing identity = Packing::identity(weight.getType());
  EXPECT_EQ(table.add(weight, identity), 0);
  EXPECT_EQ(table.add(counting({5}), Packing::identity(counting({5}).getType())), 64);
  EXPECT_EQ(table.add(weight, identity), 0);
  EXPECT_EQ(table.bytes(), 64 + 5 * 4);
  std::vector<float> all = stream<float>(table);
  EXPECT_EQ(all[2], 2);
  EXPECT_EQ(all[3], 0);
  EXPECT_EQ(all[16 + 4], 4);
}

TEST_F(Packings, SplatsAndBools) {
  auto splat = DenseElementsAttr::get(RankedTensorType::get({3}, builder.getIntegerType(8)), int8_t(7));
  auto bools =
      DenseElementsAttr::get(RankedTensorType::get({3}, builder.getI1Type()), ArrayRef<bool>{true, false, true});
  table.add(splat, Packing::identity(splat.getType()));
  table.add(bools, Packing::identity(bools.getType()));
  std::vector<char> bytes = stream<char>(table);
  EXPECT_EQ(std::vector<char>(bytes.begin(), bytes.begin() + 4), (std::vector<char>{7, 7, 7, 0}));
  EXPECT_EQ(std::vector<char>(bytes.begin() + 64, bytes.end()), (std::vector<char>{1, 0, 1}));
}
