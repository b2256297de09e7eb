// SPDX-License-Identifier: Apache-2.0
// Readers of files: what they read, and that no malformed file does more than fail.
#include "runtime/tools/classify.h"
#include "runtime/tools/image.h"
#include "runtime/tools/npy.h"
#include "runtime/tools/tensor_proto.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <random>

using namespace cnnc;

namespace {
std::vector<uint8_t> bytes(const std::string &text) { return {text.begin(), text.end()}; }

/// An .npy file of version 1 with this dictionary and so many bytes of data.
std::vector<uint8_t> npy(const std::string &header, size_t size) {
  std::vector<uint8_t> file = bytes("\x93NUMPY");
  file.insert(file.end(), {1, 0, uint8_t(header.size()), uint8_t(header.size() >> 8)});
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + size, 1);
  return file;
}

Tensor floats(std::vector<int64_t> shape, const std::vector<float> &values) {
  Tensor tensor{CNNC_F32, std::move(shape), std::vector<uint8_t>(values.size() * 4)};
  memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

std::string failure(const std::function<void()> &action) {
  try {
    action();
  } catch (const Failure &failed) {
    return failed.what();
  }
  return "";
}

/// Every beginning of the file, and the file with random bytes in it: a tensor or a Failure.
void spoil(const std::vector<uint8_t> &file, Tensor (*parse)(const std::vector<uint8_t> &)) {
  auto check = [&](const std::vector<uint8_t> &spoilt) {
    try {
      Tensor tensor = parse(spoilt);
      EXPECT_EQ(tensor.data.size(), shape_bytes(tensor.shape, tensor.type));
    } catch (const Failure &) {
    }
  };
  for (size_t size = 0; size < file.size(); ++size)
    check({file.begin(), file.begin() + size});
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> spoilt = file;
    for (int i = 0; i < 1 + round % 4; ++i)
      spoilt[random() % spoilt.size()] = uint8_t(random());
    check(spoilt);
  }
}
} // namespace

TEST(Npy, GivesBackWhatItWrote) {
  for (int32_t type : {CNNC_F32, CNNC_U8, CNNC_I8, CNNC_U16, CNNC_I16, CNNC_I32, CNNC_I64, CNNC_BOOL, CNNC_F16,
                       CNNC_F64, CNNC_U32, CNNC_U64, CNNC_BF16})
    for (const std::vector<int64_t> &shape : {std::vector<int64_t>{}, {5}, {2, 3}, {1, 3, 2, 2}, {0, 4}}) {
      Tensor tensor{type, shape, std::vector<uint8_t>(shape_bytes(shape, type), 1)};
      std::vector<uint8_t> file = format_npy(tensor);
      EXPECT_EQ((file.size() - tensor.data.size()) % 64, 0u);
      Tensor again = parse_npy(file);
      EXPECT_EQ(again.type, type);
      EXPECT_EQ(again.shape, shape);
      EXPECT_EQ(again.data, tensor.data);
    }
}

TEST(Npy, RefusesWhatItCannotRead) {
  auto message = [](const std::string &header, size_t size) { return failure([&] { parse_npy(npy(header, size)); }); };
  EXPECT_EQ(message("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24), "");
  EXPECT_EQ(message("{'shape': (2,), 'fortran_order':False,'descr':'|u1'}", 2), "");
  EXPECT_NE(message("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8).find("'>f4'"), std::string::npos);
  EXPECT_NE(message("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", 8), "");
  EXPECT_NE(message("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", 24).find("Fortran"),
            std::string::npos);
  EXPECT_NE(message("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 20).find("20 bytes"),
            std::string::npos);
  EXPECT_NE(message("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", 24), "");
  EXPECT_NE(message("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999), }", 8), "");
  EXPECT_NE(message("{'descr': '<f4'}", 8), "");
  EXPECT_NE(failure([] { parse_npy({}); }), "");
}

TEST(Npy, BearsSpoiltFiles) { spoil(format_npy(floats({1, 2, 3}, {1, 2, 3, 4, 5, 6})), parse_npy); }

TEST(TensorProto, ReadsRawAndTypedData) {
  // dims 2 and 3, type 1, raw_data
  std::vector<uint8_t> raw = {0x08, 2, 0x08, 3, 0x10, 1, 0x4a, 24};
  raw.resize(raw.size() + 24, 0);
  EXPECT_EQ(parse_tensor_proto(raw).shape, (std::vector<int64_t>{2, 3}));
  // packed dims, type 6, packed int32_data of -1 and 5, a name
  Tensor ints = parse_tensor_proto(
      {0x0a, 1, 2, 0x10, 6, 0x2a, 11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5, 0x42, 1, 'x'});
  EXPECT_EQ(ints.shape, std::vector<int64_t>{2});
  EXPECT_EQ(element(ints, 0), -1);
  EXPECT_EQ(element(ints, 1), 5);
  // halves in int32_data, one at a time
  Tensor halves = parse_tensor_proto({0x08, 2, 0x10, 10, 0x28, 0x80, 0x78, 0x28, 0x80, 0x80, 2});
  EXPECT_EQ(element(halves, 0), 1);
  EXPECT_TRUE(std::signbit(element(halves, 1)));
  // a scalar in packed float_data
  EXPECT_EQ(element(parse_tensor_proto({0x10, 1, 0x22, 4, 0, 0, 0x80, 0x3f}), 0), 1);
}

TEST(TensorProto, RefusesWhatIsNone) {
  EXPECT_NE(failure([] { parse_tensor_proto({}); }), "");
  EXPECT_NE(failure([] { parse_tensor_proto(bytes("hello, this is some text")); }), "");
  EXPECT_NE(failure([] {
              parse_tensor_proto({0x08, 2, 0x10, 1, 0x4a, 4, 0, 0, 0, 0});
            }).find("2 needs 8"),
            std::string::npos);
  EXPECT_NE(failure([] { parse_tensor_proto({0x08, 1, 0x10, 8, 0x32, 1, 'a'}); }).find("strings"), std::string::npos);
  EXPECT_NE(failure([] { parse_tensor_proto({0x08, 1, 0x10, 1, 0x6a, 0}); }).find("another file"), std::string::npos);
}

TEST(TensorProto, BearsSpoiltFiles) {
  std::vector<uint8_t> file = {0x08, 2, 0x08, 3, 0x10, 1, 0x42, 1, 'x', 0x4a, 24};
  file.resize(file.size() + 24, 7);
  spoil(file, parse_tensor_proto);
}

TEST(Image, ResizesConstantsToConstants) {
  Image grey{40, 30, 3, std::vector<uint8_t>(40 * 30 * 3, 99)};
  for (bool bicubic : {false, true})
    for (auto [width, height] : {std::pair(7, 9), std::pair(64, 50), std::pair(40, 30)}) {
      Image small = resize_image(grey, width, height, bicubic);
      EXPECT_EQ(small.width, width);
      EXPECT_EQ(small.pixels, std::vector<uint8_t>(size_t(width) * height * 3, 99));
    }
}

TEST(Image, ResizesByAnyRatioLikePillow) {
  Image ramp{80, 3, 1, {}};
  for (int i = 0; i < 240; ++i)
    ramp.pixels.push_back(uint8_t(i % 80 * i / 80));
  for (int width = 1; width < 200; ++width)
    for (bool bicubic : {false, true})
      EXPECT_EQ(resize_image(ramp, width, 5, bicubic).pixels.size(), size_t(width) * 5);
  Image edges{6, 1, 1, {0, 10, 200, 255, 30, 90}};
  EXPECT_EQ(resize_image(edges, 4, 1, false).pixels, (std::vector<uint8_t>{4, 143, 174, 68}));
  EXPECT_EQ(resize_image(edges, 4, 1, true).pixels, (std::vector<uint8_t>{0, 149, 183, 59}));
  EXPECT_EQ(resize_image(edges, 8, 1, true).pixels, (std::vector<uint8_t>{0, 0, 74, 215, 255, 106, 37, 93}));
}

TEST(Image, RefusesWhatIsNone) {
  EXPECT_NE(failure([] { decode_image({}, 3); }), "");
  EXPECT_NE(failure([] { decode_image(bytes("\x89PNG\r\n\x1a\n and no more"), 3); }), "");
}

TEST(Image, TakesWhatTheMetadataSayUnlessGiven) {
  cnnc_metadata metadata[] = {{"input.mean", "1,2,3"}, {"input.scale", "0.5"}, {"input.crop", "64"}};
  cnnc_network network{};
  network.metadata = metadata;
  network.metadata_count = 3;
  ImageOptions options;
  options.scale = 2;
  options = with_metadata(options, network);
  EXPECT_EQ(options.mean, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(options.scale, 2);
  EXPECT_EQ(options.crop, 64);
  for (const char *wrong : {"", "1,", "a", "nan", "1;2"}) {
    metadata[0].value = wrong;
    EXPECT_NE(failure([&] { with_metadata({}, network); }), "") << wrong;
  }
  metadata[0].value = "1";
  metadata[2].value = "-3";
  EXPECT_NE(failure([&] { with_metadata({}, network); }), "");
}

TEST(Classify, TakesSoftmaxOfScoresOnly) {
  auto scores = classify(floats({2, 3}, {0, 1, 2, 5, 5, -100}), 2, {"a", "b"});
  ASSERT_EQ(scores.size(), 2u);
  EXPECT_EQ(scores[0][0].index, 2u);
  EXPECT_EQ(scores[0][0].label, "");
  EXPECT_NEAR(scores[0][0].probability, 0.66524, 1e-5);
  EXPECT_EQ(scores[0][1].label, "b");
  EXPECT_EQ(scores[1][0].index, 0u);
  EXPECT_NEAR(scores[1][0].probability, 0.5, 1e-6);
  auto parts = classify(floats({1, 3}, {0.25f, 0.25f, 0.5f}), 9, {});
  ASSERT_EQ(parts[0].size(), 3u);
  EXPECT_EQ(parts[0][0].probability, 0.5);
}

TEST(Classify, BearsNumbersThatAreNone) {
  auto top = classify(floats({1, 3}, {NAN, 1, NAN}), 3, {});
  EXPECT_EQ(top[0][0].index, 1u);
  EXPECT_FALSE(is_classification(floats({1, 2, 2, 1}, {0, 0, 0, 0})));
  EXPECT_TRUE(is_classification(floats({1, 2, 1, 1}, {0, 0})));
}
