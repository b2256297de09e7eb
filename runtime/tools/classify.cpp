// SPDX-License-Identifier: Apache-2.0
// Scores to probabilities to a short list.
#include "classify.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace cnnc;

std::vector<std::string> cnnc::read_labels(const std::string &path) {
  std::vector<std::string> labels(1);
  for (uint8_t byte : read_file(path))
    if (byte == '\n')
      labels.emplace_back();
    else if (byte != '\r')
      labels.back() += char(byte);
  if (labels.back().empty())
    labels.pop_back();
  return labels;
}

static size_t class_count(const Tensor &output) {
  const auto &shape = output.shape;
  return shape.size() == 1 ? size_t(shape[0]) : shape.size() > 1 ? size_t(shape[1]) : 0;
}

bool cnnc::is_classification(const Tensor &output) {
  bool number =
      output.type == CNNC_F32 || output.type == CNNC_F64 || output.type == CNNC_F16 || output.type == CNNC_BF16;
  bool flat = true;
  for (size_t i = 2; i < output.shape.size(); ++i)
    flat &= output.shape[i] == 1;
  return number && flat && class_count(output) > 1;
}

static std::vector<double> probabilities(const std::vector<double> &scores) {
  double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  bool distribution = std::abs(sum - 1) < 1e-3 && std::all_of(scores.begin(), scores.end(), [](double score) {
                        return score >= 0 && score <= 1.0001;
                      });
  if (distribution)
    return scores;
  double most = *std::max_element(scores.begin(), scores.end());
  std::vector<double> result;
  for (double score : scores)
    result.push_back(std::exp(score - most));
  sum = std::accumulate(result.begin(), result.end(), 0.0);
  for (double &value : result)
    value /= sum;
  return result;
}

std::vector<std::vector<Guess>> cnnc::classify(const Tensor &output, size_t count,
                                               const std::vector<std::string> &labels) {
  size_t classes = class_count(output), images = output.data.size() / type_bytes(output.type) / classes;
  std::vector<std::vector<Guess>> top(images);
  for (size_t image = 0; image < images; ++image) {
    std::vector<double> scores(classes);
    for (size_t i = 0; i < classes; ++i)
      scores[i] = element(output, image * classes + i);
    std::vector<double> parts = probabilities(scores);
    std::vector<size_t> order(classes);
    std::iota(order.begin(), order.end(), 0);
    // NaN stands behind all numbers: the order must be one.
    auto better = [&](size_t a, size_t b) {
      bool a_nan = std::isnan(scores[a]), b_nan = std::isnan(scores[b]);
      if (a_nan || b_nan)
        return a_nan == b_nan ? a < b : b_nan;
      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    };
    std::partial_sort(order.begin(), order.begin() + std::min(count, classes), order.end(), better);
    for (size_t i = 0; i < std::min(count, classes); ++i)
      top[image].push_back(
          {order[i], order[i] < labels.size() ? labels[order[i]] : "", parts[order[i]], scores[order[i]]});
  }
  return top;
}
