// SPDX-License-Identifier: Apache-2.0
// Initializers by their names in the literature.
#include "frontends/weights/Initialize.h"

#include "dialects/cnn/Constants.h"
#include "frontends/weights/Random.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

namespace {
/// How many inputs a result sums up, and how many results an input reaches: `[filters, channels, rows, columns]`.
struct Fans {
  explicit Fans(mlir::RankedTensorType type) {
    double window = 1;
    for (int64_t extent : type.getShape().drop_front(std::min<int64_t>(2, type.getRank())))
      window *= static_cast<double>(extent);
    in = window * static_cast<double>(type.getRank() < 2 ? type.getNumElements() : type.getDimSize(1));
    out = window * static_cast<double>(type.getRank() < 1 ? 1 : type.getDimSize(0));
  }
  double in, out;
};

enum class Distribution { Constant, Uniform, Normal, TruncatedNormal, Orthogonal };

/// A distribution and its value, bound or deviation.
struct Recipe {
  Distribution distribution = Distribution::Constant;
  double scale = 0;
};

std::optional<Recipe> byWord(StringRef word, Fans fans) {
  using enum Distribution;
  // Glorot and Bengio, 2010; He et al., 2015; Saxe et al., 2014.
  return StringSwitch<std::optional<Recipe>>(word)
      .Case("zeros", Recipe{Constant, 0})
      .Case("ones", Recipe{Constant, 1})
      .Case("he_normal", Recipe{Normal, std::sqrt(2 / fans.in)})
      .Case("he_uniform", Recipe{Uniform, std::sqrt(6 / fans.in)})
      .Case("xavier_normal", Recipe{Normal, std::sqrt(2 / (fans.in + fans.out))})
      .Case("xavier_uniform", Recipe{Uniform, std::sqrt(6 / (fans.in + fans.out))})
      .Case("orthogonal", Recipe{Orthogonal, 1})
      .Default(std::nullopt);
}

std::optional<Recipe> byPair(StringRef word, double value) {
  using enum Distribution;
  return StringSwitch<std::optional<Recipe>>(word)
      .Case("constant", Recipe{Constant, value})
      .Case("normal", Recipe{Normal, value})
      .Case("truncated_normal", Recipe{TruncatedNormal, value})
      .Case("uniform", Recipe{Uniform, value})
      .Default(std::nullopt);
}

std::optional<double> numberOf(mlir::Attribute attribute) {
  if (auto number = dyn_cast<mlir::FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto number = dyn_cast<mlir::IntegerAttr>(attribute))
    return static_cast<double>(number.getInt());
  return std::nullopt;
}

std::optional<Recipe> recipeOf(mlir::Attribute init, mlir::RankedTensorType type) {
  if (auto word = dyn_cast<mlir::StringAttr>(init))
    return byWord(word, Fans(type));
  auto pair = dyn_cast<mlir::ArrayAttr>(init);
  auto word = pair && pair.size() == 2 ? dyn_cast<mlir::StringAttr>(pair[0]) : nullptr;
  std::optional<double> value = word ? numberOf(pair[1]) : std::nullopt;
  return value ? byPair(word, *value) : std::nullopt;
}

/// Rows (columns, if these are fewer) of length 1 that stand upright on each other: Gram and Schmidt, twice, for the
/// first time leaves errors.
std::vector<float> orthogonal(mlir::RankedTensorType type, const Random &random) {
  size_t rows = type.getRank() ? type.getDimSize(0) : 1, columns = type.getNumElements() / std::max<size_t>(rows, 1);
  bool isWide = rows <= columns;
  size_t count = isWide ? rows : columns, length = isWide ? columns : rows;
  std::vector<std::vector<double>> vectors(count, std::vector<double>(length));
  for (size_t at = 0; at != count * length; ++at)
    vectors[at / length][at % length] = random.normal(at / 4)[at % 4];
  for (size_t i = 0; i != count; ++i) {
    auto dot = [&](size_t j) {
      double sum = 0;
      for (size_t k = 0; k != length; ++k)
        sum += vectors[i][k] * vectors[j][k];
      return sum;
    };
    for (size_t j = 0; j != 2 * i; ++j) {
      double along = dot(j % i);
      for (size_t k = 0; k != length; ++k)
        vectors[i][k] -= along * vectors[j % i][k];
    }
    double norm = std::sqrt(dot(i));
    for (double &value : vectors[i])
      value /= norm;
  }
  std::vector<float> values(rows * columns);
  for (size_t i = 0; i != count; ++i)
    for (size_t k = 0; k != length; ++k)
      values[isWide ? i * columns + k : k * columns + i] = static_cast<float>(vectors[i][k]);
  return values;
}

std::vector<float> draw(Recipe recipe, mlir::RankedTensorType type, const Random &random) {
  if (recipe.distribution == Distribution::Orthogonal)
    return orthogonal(type, random);
  std::vector<float> values(type.getNumElements(), static_cast<float>(recipe.scale));
  if (recipe.distribution == Distribution::Constant)
    return values;
  for (size_t i = 0; i < values.size(); i += 4) {
    std::array<double, 4> units = recipe.distribution == Distribution::Uniform  ? random.uniform(i / 4)
                                  : recipe.distribution == Distribution::Normal ? random.normal(i / 4)
                                                                                : random.truncatedNormal(i / 4);
    for (size_t k = 0; k != std::min<size_t>(4, values.size() - i); ++k) {
      double unit = recipe.distribution == Distribution::Uniform ? 2 * units[k] - 1 : units[k];
      values[i + k] = static_cast<float>(recipe.scale * unit);
    }
  }
  return values;
}
} // namespace

Expected<mlir::ElementsAttr> cnnc::weights::initialize(mlir::RankedTensorType type, mlir::Attribute init, uint64_t seed,
                                                       StringRef path) {
  std::optional<Recipe> recipe = recipeOf(init, type);
  if (!recipe) {
    std::string text;
    raw_string_ostream(text) << init;
    return createStringError("weight '" + path + "': there is no initializer " + text);
  }
  return cnn::makeFloats(type.getContext(), type.getShape(), draw(*recipe, type, Random(seed, path)));
}
