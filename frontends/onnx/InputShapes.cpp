// SPDX-License-Identifier: Apache-2.0
// Dimensions are known, or symbols that --shape resolves, or the leading one that may stay open.
#include "frontends/onnx/InputShapes.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace cnnc::onnx {
namespace {

/// Checks a given shape against the declared one, and learns the symbols' numbers from it.
Error takeGiven(const ValueInfo &input, ArrayRef<int64_t> given, StringMap<int64_t> &symbols) {
  if (!fits(given, input))
    return makeError("--shape " + input.name + ": the model declares another shape for this input");
  for (auto [dim, size] : zip_equal(*input.shape, given)) {
    if (dim.value || dim.symbol.empty())
      continue;
    int64_t known = symbols.try_emplace(dim.symbol, size).first->second;
    if (known != size)
      return makeError("--shape " + input.name + ": the dimension '" + dim.symbol + "' is " + Twine(size) +
                       " here and " + Twine(known) + " elsewhere");
  }
  return Error::success();
}

Expected<InputShape> resolve(const ValueInfo &input, const StringMap<int64_t> &symbols) {
  if (!input.shape)
    return makeError("input '" + input.name + "' has no shape: give it with --shape " + input.name + "=…");
  InputShape shape;
  for (auto [d, dim] : llvm::enumerate(*input.shape)) {
    auto symbol = dim.symbol.empty() ? symbols.end() : symbols.find(dim.symbol);
    if (dim.value || symbol != symbols.end()) {
      shape.dims.push_back(dim.value ? *dim.value : symbol->second);
      continue;
    }
    if (d != 0)
      return makeError("input '" + input.name + "' has dimensions that are not known: give them with --shape " +
                       input.name + "=" + shapeHint(input));
    shape.dims.push_back(1);
    shape.freeBatch = true;
  }
  return shape;
}

} // namespace

bool fits(ArrayRef<int64_t> shape, const ValueInfo &input) {
  return !input.shape || equal(shape, *input.shape, [](int64_t size, const Dimension &declared) {
    return declared.value.value_or(size) == size;
  });
}

std::string shapeHint(const ValueInfo &input) {
  std::string hint;
  for (auto [d, dim] : llvm::enumerate(*input.shape))
    hint += (d ? "x" : "") + (dim.value            ? std::to_string(*dim.value)
                              : d == 0             ? "1"
                              : dim.symbol.empty() ? "?"
                                                   : dim.symbol);
  return hint;
}

Expected<InputShapes> findInputShapes(const Graph &graph, const StringMap<SmallVector<int64_t>> &given,
                                      function_ref<bool(StringRef)> isFrozen) {
  InputShapes shapes;
  StringMap<int64_t> symbols;
  for (const ValueInfo &input : graph.inputs)
    if (auto own = given.find(input.name); own != given.end() && !isFrozen(input.name)) {
      if (Error error = takeGiven(input, own->second, symbols))
        return std::move(error);
      shapes[input.name] = {own->second, false};
    }
  for (const auto &[name, shape] : given)
    if (!shapes.contains(name))
      return makeError("--shape " + name + ": the model has no such input");
  for (const ValueInfo &input : graph.inputs) {
    if (isFrozen(input.name) || shapes.contains(input.name) || input.kind != "tensor")
      continue;
    Expected<InputShape> shape = resolve(input, symbols);
    if (!shape)
      return shape.takeError();
    shapes[input.name] = std::move(*shape);
  }
  return shapes;
}

} // namespace cnnc::onnx
