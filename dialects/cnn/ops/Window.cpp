// SPDX-License-Identifier: Apache-2.0
// Windows that slide over images.
#include "dialects/cnn/ops/Window.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace cnnc::cnn;

int64_t Window::count(int64_t length, bool ceil) const {
  int64_t room = length + low + high - extent();
  if (!ceil)
    return llvm::divideFloorSigned(room, stride) + 1;
  int64_t windows = llvm::divideCeilSigned(room, stride) + 1;
  return (windows - 1) * stride >= length + low ? windows - 1 : windows;
}

Span Window::taps(Loops &loops, Value i, int64_t length, int64_t count, StringRef name) const {
  Span range = upTo(loops, kernel, name);
  Value start = loops.mul(i, stride);
  if (low > 0) {
    Value before = loops.max(loops.sub(loops.index(low + dilation - 1), start), loops.index(0));
    range.low = loops.min(loops.div(before, dilation), range.high);
  }
  if ((count - 1) * stride + extent() > length + low) {
    Value inside = loops.sub(loops.index(length + low + dilation - 1), start);
    range.high = loops.min(loops.div(loops.max(inside, loops.index(0)), dilation), range.high);
  }
  return range;
}

Value Window::position(Loops &loops, Value i, Value tap) const {
  return loops.add(loops.add(loops.mul(i, stride), loops.mul(tap, dilation)), -low);
}

std::array<Reach, 2> cnnc::cnn::reachOf(std::array<Window, 2> windows) {
  auto along = [](const Window &window) { return Reach{window.extent(), static_cast<double>(window.stride)}; };
  return {along(windows[0]), along(windows[1])};
}

LogicalResult cnnc::cnn::checkNumbers(Emit emit, StringRef name, ArrayRef<int64_t> values, size_t count,
                                      int64_t least) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  bool inRange = llvm::all_of(values, [&](int64_t value) { return value >= least && value <= kMost; });
  if (values.size() == count && inRange)
    return success();
  return emit() << name << " must be " << count << " numbers of at least " << least << ", got [" << values << "]";
}

LogicalResult cnnc::cnn::checkWindows(Emit emit, ArrayRef<int64_t> kernel, ArrayRef<int64_t> stride,
                                      ArrayRef<int64_t> dilation, ArrayRef<int64_t> pad) {
  return failure(
      failed(checkNumbers(emit, "kernel", kernel, 2, 1)) || failed(checkNumbers(emit, "stride", stride, 2, 1)) ||
      failed(checkNumbers(emit, "dilation", dilation, 2, 1)) || failed(checkNumbers(emit, "pad", pad, 4, 0)));
}

/// [top, left, bottom, right] as one number if all are equal.
static std::string padText(ArrayRef<int64_t> pad) {
  if (llvm::all_equal(pad))
    return std::to_string(pad.front());
  return "[" + llvm::join(llvm::map_range(pad, [](int64_t n) { return std::to_string(n); }), ", ") + "]";
}

std::string cnnc::cnn::doesNotFit(RankedTensorType x, std::array<Window, 2> windows) {
  auto [rows, columns] = windows;
  return "the window " + std::to_string(rows.extent()) + "x" + std::to_string(columns.extent()) + " does not fit into " +
         text(x) + " with pad = " + padText({rows.low, columns.low, rows.high, columns.high});
}

/// The padding with which there is a window for each `stride` elements; the odd one stands at the end, or at the
/// beginning.
static std::pair<int64_t, int64_t> samePad(int64_t length, int64_t kernel, int64_t stride, int64_t dilation,
                                           bool oddFirst) {
  int64_t windows = llvm::divideCeilSigned(length, stride);
  int64_t total = std::max<int64_t>(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - length);
  int64_t less = total / 2, more = total - less;
  return oddFirst ? std::pair(more, less) : std::pair(less, more);
}

LogicalResult cnnc::cnn::completeWindows(LayerCall &call, ArrayRef<int64_t> kernel) {
  RankedTensorType x = call.typeOf("x");
  if (x.getRank() != 4)
    return call.error("x", "needs x [N, C, H, W], got " + text(x));
  if (!call.has("stride"))
    call.set("stride", kernel);
  for (StringRef name : {"kernel", "stride", "dilation"})
    for (int64_t number : name == "kernel" ? kernel : call.ints(name))
      if (number < 1 || number > std::numeric_limits<int32_t>::max())
        return call.error(name, name + " = " + Twine(number) + " must be positive");
  StringRef word = call.word("pad");
  if (!word.empty()) {
    SmallVector<int64_t> pad(4);
    for (int d : {0, 1})
      std::tie(pad[d], pad[d + 2]) = samePad(x.getDimSize(2 + d), kernel[d], call.ints("stride")[d],
                                             call.ints("dilation")[d], word == "same_lower");
    call.set("pad", pad);
  }
  ArrayRef<int64_t> pad = call.ints("pad");
  for (int64_t number : pad)
    if (number < 0 || number > std::numeric_limits<int32_t>::max())
      return call.error("pad", "pad = " + padText(pad) + " must not be negative");
  return success();
}
