// SPDX-License-Identifier: Apache-2.0
// Random numbers are those of the literature, and the same everywhere; initializers have the deviations they promise.
#include "frontends/weights/Initialize.h"

#include "frontends/onnx/TensorData.h"
#include "frontends/weights/Random.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

using namespace cnnc::weights;

namespace {
class Initializers : public testing::Test {
protected:
  std::vector<double> draw(llvm::ArrayRef<int64_t> shape, mlir::Attribute init, uint64_t seed = 0,
                           llvm::StringRef path = "conv1.weight") {
    auto type = mlir::RankedTensorType::get(shape, builder.getF32Type());
    auto values = initialize(type, init, seed, path);
    EXPECT_TRUE(static_cast<bool>(values));
    return cnnc::onnx::toDoubles(*values);
  }
  mlir::Attribute word(llvm::StringRef name) { return builder.getStringAttr(name); }
  mlir::Attribute pair(llvm::StringRef name, double value) {
    return builder.getArrayAttr({word(name), builder.getF64FloatAttr(value)});
  }

  mlir::MLIRContext context;
  mlir::Builder builder{&context};
};

double deviation(const std::vector<double> &values) {
  double sum = 0;
  for (double value : values)
    sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double mean(const std::vector<double> &values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double largest(const std::vector<double> &values) {
  double most = 0;
  for (double value : values)
    most = std::max(most, std::abs(value));
  return most;
}
} // namespace

// The known answers of Random123, its authors' library.
TEST(Philox, GivesItsKnownAnswers) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST_F(Initializers, GiveTheSameBitsEverywhere) {
  auto bits = [&](mlir::Attribute init) {
    std::vector<uint32_t> bits;
    for (double value : draw({2, 3}, init, 7))
      bits.push_back(std::bit_cast<uint32_t>(static_cast<float>(value)));
    return bits;
  };
  using Bits = std::vector<uint32_t>;
  EXPECT_EQ(bits(pair("uniform", 1)), (Bits{3200776750, 1040199074, 1058097864, 1061792516, 3181193372, 1061091414}));
  EXPECT_EQ(bits(pair("normal", 1)), (Bits{3216393701, 3205970889, 1057779124, 3202156456, 1063138885, 3210995394}));
  EXPECT_EQ(bits(pair("truncated_normal", 1)),
            (Bits{3216393701, 3205970889, 1057779124, 3202156456, 1063138885, 3210995394}));
  EXPECT_EQ(bits(word("orthogonal")), (Bits{3210659605, 3199784753, 1051435631, 3204182969, 1058718422, 3206568944}));
}

TEST_F(Initializers, AgreeWithTheMathematics) {
  Random random(1, "x");
  for (uint64_t block = 0; block != 500; ++block) {
    std::array<double, 4> uniform = random.uniform(block), normal = random.normal(block);
    for (unsigned i = 0; i != 4; i += 2) {
      double radius = std::sqrt(-2 * std::log(uniform[i])), angle = 2 * M_PI * uniform[i + 1];
      EXPECT_NEAR(normal[i], radius * std::cos(angle), 1e-14 * (1 + radius));
      EXPECT_NEAR(normal[i + 1], radius * std::sin(angle), 1e-14 * (1 + radius));
    }
  }
}

TEST_F(Initializers, HaveTheirDeviations) {
  const std::vector<int64_t> shape{64, 32, 3, 3}; // fans of 288 and 576
  EXPECT_NEAR(deviation(draw(shape, word("he_normal"))), std::sqrt(2.0 / 288), 0.001);
  EXPECT_NEAR(deviation(draw(shape, word("he_uniform"))), std::sqrt(2.0 / 288), 0.001);
  EXPECT_NEAR(deviation(draw(shape, word("xavier_normal"))), std::sqrt(2.0 / 864), 0.001);
  EXPECT_NEAR(deviation(draw(shape, word("xavier_uniform"))), std::sqrt(2.0 / 864), 0.001);
  EXPECT_LE(largest(draw(shape, word("he_uniform"))), std::sqrt(6.0 / 288));
  EXPECT_NEAR(deviation(draw(shape, pair("truncated_normal", 0.1))), 0.0880, 0.001);
  EXPECT_LE(largest(draw(shape, pair("truncated_normal", 0.1))), 0.2);
  EXPECT_NEAR(deviation(draw(shape, pair("normal", 0.01))), 0.01, 0.0002);
  EXPECT_EQ(draw({3}, pair("constant", 0.5)), (std::vector<double>{0.5, 0.5, 0.5}));
  EXPECT_EQ(draw({2}, word("ones")), (std::vector<double>{1, 1}));
}

TEST_F(Initializers, HaveTheirMeansAndBounds) {
  const std::vector<int64_t> shape{64, 32, 3, 3};
  std::pair<mlir::Attribute, double> uniform[] = {{word("he_uniform"), std::sqrt(6.0 / 288)},
                                                  {word("xavier_uniform"), std::sqrt(6.0 / 864)},
                                                  {pair("uniform", 0.05), 0.05}};
  for (auto [init, bound] : uniform) {
    std::vector<double> values = draw(shape, init);
    EXPECT_LE(largest(values), bound);
    EXPECT_GE(largest(values), 0.999 * bound);
    EXPECT_NEAR(mean(values), 0, 0.02 * bound);
    EXPECT_NEAR(deviation(values), bound / std::sqrt(3), 0.01 * bound);
  }
  for (mlir::Attribute init :
       {word("he_normal"), word("xavier_normal"), pair("normal", 0.01), pair("truncated_normal", 0.1)}) {
    std::vector<double> values = draw(shape, init);
    EXPECT_NEAR(mean(values), 0, 0.02 * deviation(values));
  }
  // A normal number lies within one deviation at 68.3 of a hundred.
  std::vector<double> values = draw(shape, pair("normal", 2));
  auto within = std::count_if(values.begin(), values.end(), [](double value) { return std::abs(value) < 2; });
  EXPECT_NEAR(static_cast<double>(within) / static_cast<double>(values.size()), 0.683, 0.01);
  EXPECT_GT(largest(values), 3 * 2);
  EXPECT_EQ(draw({3}, word("zeros")), (std::vector<double>{0, 0, 0}));
}

TEST_F(Initializers, MakeOrthogonalRowsOrColumns) {
  for (auto [rows, columns] : {std::pair<int64_t, int64_t>{5, 12}, {12, 5}}) {
    std::vector<double> m = draw({rows, columns}, word("orthogonal"));
    bool isWide = rows < columns;
    for (int64_t a = 0; a != 5; ++a)
      for (int64_t b = 0; b != 5; ++b) {
        double sum = 0;
        for (int64_t k = 0; k != 12; ++k)
          sum += isWide ? m[a * columns + k] * m[b * columns + k] : m[k * columns + a] * m[k * columns + b];
        EXPECT_NEAR(sum, a == b, 1e-6);
      }
  }
}

TEST_F(Initializers, DependOnSeedAndPathAlone) {
  auto init = pair("normal", 1);
  EXPECT_EQ(draw({2, 8}, init, 1, "a"), draw({2, 8}, init, 1, "a"));
  EXPECT_NE(draw({2, 8}, init, 1, "a"), draw({2, 8}, init, 1, "b"));
  EXPECT_NE(draw({2, 8}, init, 1, "a"), draw({2, 8}, init, 2, "a"));
}

TEST_F(Initializers, SayWhatTheyDoNotKnow) {
  auto type = mlir::RankedTensorType::get({2}, builder.getF32Type());
  auto wrong = initialize(type, word("he_norml"), 0, "fc.weight");
  ASSERT_FALSE(static_cast<bool>(wrong));
  EXPECT_EQ(llvm::toString(wrong.takeError()), "weight 'fc.weight': there is no initializer \"he_norml\"");
}
