// SPDX-License-Identifier: Apache-2.0
// cnnc-run from its command line.
#include "runtime/tools/npy.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>

using namespace cnnc;
namespace fs = std::filesystem;

namespace {
std::string library(const std::string &name) { return std::string(CNNC_TEST_LIBRARIES) + "/" + name + ".so"; }

struct Result {
  int code;
  std::string out, error;
};

class Run : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cnnc-run-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder); }
  std::string path(const std::string &name) const { return (folder / name).string(); }

  std::string text(const std::string &name) const {
    std::vector<uint8_t> data = read_file(path(name));
    return {data.begin(), data.end()};
  }

  Result run(const std::string &arguments) const {
    std::string command = CNNC_RUN " " + arguments + " >" + path("out") + " 2>" + path("error");
    int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text("out"), text("error")};
  }

  /// Runs, and expects one line with this text, exit code 1 and nothing else.
  void expectError(const std::string &arguments, const std::string &message) const {
    Result result = run(arguments);
    EXPECT_EQ(result.code, 1) << arguments;
    EXPECT_EQ(result.out, "") << arguments;
    EXPECT_NE(result.error.find(message), std::string::npos) << arguments << ": " << result.error;
    EXPECT_EQ(std::count(result.error.begin(), result.error.end(), '\n'), 1) << result.error;
    EXPECT_EQ(result.error.rfind("cnnc-run: error: ", 0), 0u) << result.error;
  }

  /// A file of ascending numbers from `first`.
  std::string input(const std::string &name, std::vector<int64_t> shape, float first = -3) const {
    Tensor tensor{CNNC_F32, shape, std::vector<uint8_t>(shape_bytes(shape, CNNC_F32))};
    for (size_t i = 0; i < tensor.data.size() / 4; ++i, first += 1)
      memcpy(&tensor.data[4 * i], &first, 4);
    write_file(path(name), format_npy(tensor));
    return path(name);
  }

  /// A photograph of `width` x `height` pixels in which red grows to the right, and blue is 200.
  std::string photograph(const std::string &name, int width, int height) const {
    std::string pixels = "P6 " + std::to_string(width) + " " + std::to_string(height) + " 255\n";
    for (int i = 0; i < width * height; ++i)
      pixels += {char(i % width * 2), char(0), char(200)};
    std::ofstream(path(name)) << pixels;
    return path(name);
  }

  fs::path folder;
};
} // namespace

TEST_F(Run, WritesOutputsAndJson) {
  std::string x = input("x.npy", {1, 2, 3, 4});
  Result result =
      run(library("fake") + " " + x + " --output " + path("deep/folder") + " --json --repeat 3 --threads 2 --profile");
  ASSERT_EQ(result.code, 0) << result.error;
  auto json = nlohmann::json::parse(result.out);
  for (const char *key :
       {"outputs", "top", "threads", "repeat", "median_ms", "min_ms", "open_ms", "first_ms", "peak_rss_mb"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["threads"], 2);
  EXPECT_EQ(json["repeat"], 3);
  EXPECT_EQ(json["outputs"][1]["name"], "sum/of:channels");
  EXPECT_EQ(json["outputs"][1]["file"], path("deep/folder/sum_of_channels.npy"));
  EXPECT_EQ(json["outputs"][1]["shape"], nlohmann::json({1, 2}));
  EXPECT_EQ(json["outputs"][1]["dtype"], "f32");
  EXPECT_EQ(json["profile"].size(), 3u);
  Tensor y = parse_npy(read_file(path("deep/folder/y.npy")));
  EXPECT_EQ(y.shape, (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(element(y, 23), 40);
  EXPECT_EQ(element(parse_npy(read_file(path("deep/folder/sum_of_channels.npy"))), 0), 36);
}

TEST_F(Run, TakesTheBatchFromTheInput) {
  std::string three = input("three.npy", {3, 2, 3, 4}), one = input("one.npy", {1, 2, 3, 4});
  auto images = [&](const std::string &arguments) {
    Result result = run(library("fake") + " " + arguments + " --json --top 2");
    EXPECT_EQ(result.code, 0) << result.error;
    auto json = nlohmann::json::parse(result.out);
    EXPECT_EQ(json["outputs"][0]["shape"][0], json["top"].size());
    return json["top"].size();
  };
  EXPECT_EQ(images(three), 3u);
  EXPECT_EQ(images(three + " " + one), 4u);
  EXPECT_EQ(images(one + " --batch 5"), 5u);
  std::ofstream(path("x.raw")) << std::string(2 * 96, '\0');
  EXPECT_EQ(images(path("x.raw")), 2u);
  expectError(library("fake") + " " + three + " --batch 5", "no multiple");
  expectError(library("fixed") + " " + three, "input 'x' is f32 1x2x3x4");
  expectError(library("fixed") + " " + one + " " + one, "its batch is fixed");
  expectError(library("fixed") + " " + one + " --batch 2", "--batch");
}

TEST_F(Run, ShowsLabels) {
  std::ofstream(path("labels.txt")) << "cat\r\ndog\n";
  Result result =
      run(library("fake") + " " + input("x.npy", {1, 2, 3, 4}) + " --labels " + path("labels.txt") + " --profile");
  EXPECT_EQ(result.code, 0) << result.error;
  EXPECT_LT(result.out.find("dog"), result.out.find("cat")) << result.out;
  EXPECT_NE(result.out.find("ReduceSum_2"), std::string::npos) << result.out;
}

TEST_F(Run, ShowsWhatTheNetworkNeeds) {
  Result result = run(library("foreign") + " --info");
  EXPECT_EQ(result.code, 0) << result.error;
  for (const char *line :
       {"input     x f32 1x2x3x4", "output    y f32 1x2x3x4", "phases    3", "producer_name = by hand"})
    EXPECT_NE(result.out.find(line), std::string::npos) << result.out;
  EXPECT_EQ(nlohmann::json::parse(run(library("fake") + " --info --json").out)["arena_bytes"], 96);
}

TEST_F(Run, NormalisesPhotographs) {
  std::string photo = photograph("photo.ppm", 80, 60);
  ASSERT_EQ(run(library("photo") + " " + photo + " -o " + path("out1")).code, 0);
  Tensor tensor = parse_npy(read_file(path("out1/same.npy")));
  EXPECT_EQ(element(tensor, 2048), (200 - 127) / 128.0f);
  EXPECT_LT(element(tensor, 0), element(tensor, 31));
  ASSERT_EQ(
      run(library("photo") + " " + photo + " --scale 1 --mean 0,0,100 --std 2 " + photo + " -o " + path("out2")).code,
      0);
  tensor = parse_npy(read_file(path("out2/same.npy")));
  EXPECT_EQ(tensor.shape[0], 2);
  EXPECT_EQ(element(tensor, 2048), 50);
  ASSERT_EQ(run(library("bytes") + " " + photo + " -o " + path("out3")).code, 0);
  tensor = parse_npy(read_file(path("out3/same.npy")));
  EXPECT_EQ(tensor.type, CNNC_U8);
  EXPECT_EQ(element(tensor, 2), 200);
  // torchvision's geometry: of 53 columns those from the 10th, since halves round to even
  ASSERT_EQ(
      run(library("bytes") + " " + photo + " --resize 40 --crop 32 --interpolation bilinear -o " + path("out4")).code,
      0);
  tensor = parse_npy(read_file(path("out4/same.npy")));
  EXPECT_NEAR(element(tensor, 0), 10.5 * 80 / 53 * 2 - 1, 2);
  expectError(library("photo") + " " + photo + " --resize 16 --crop 32", "--resize");
  expectError(library("photo") + " " + photo + " --mean 1,2", "3 channels");
  expectError(library("bytes") + " " + photo + " --mean 1", "takes bytes as they are");
}

TEST_F(Run, SaysWhatIsWrongInOneLine) {
  std::string x = input("x.npy", {1, 2, 3, 4}), fake = library("fake");
  expectError("", "model is required");
  expectError(fake + " --threads many " + x, "--threads");
  expectError(fake + " " + x + " --repeat 0", "--repeat");
  expectError(fake, "the network takes 1 input ('x' f32 1x2x3x4); 0 files were given");
  expectError(path("none.so") + " " + x, "none.so: No such file");
  expectError(folder.string() + " " + x, "not a file");
  expectError(x + " " + x, "x.npy: not a shared library of this machine");
  std::vector<uint8_t> whole = read_file(fake);
  for (size_t size : {0, 50, 100, 1000}) {
    write_file(path("half.so"), {whole.begin(), whole.begin() + size});
    expectError(path("half.so") + " " + x, "half.so: ");
  }
  expectError(library("old") + " " + x, "version 77");
  expectError(library("foreign") + " " + x, "this machine lacks");
  expectError(fake + " " + path("none.npy"), "none.npy: No such file");
  expectError(fake + " " + folder.string(), "is a folder");
  expectError(fake + " " + input("wide.npy", {1, 2, 3, 5}), "input 'x' is f32 1x2x3x4");
  std::ofstream(path("ints.npy")) << std::ifstream(x).rdbuf();
  std::fstream(path("ints.npy"), std::ios::in | std::ios::out).seekp(10) << "{'descr': '<i4'";
  expectError(fake + " " + path("ints.npy"), "holds i32 1x2x3x4, input 'x' is f32 1x2x3x4");
  expectError(fake + " " + photograph("photo.ppm", 8, 8), "which is no photograph");
  std::ofstream(path("half.npy")) << "\x93NUMPY";
  expectError(fake + " " + path("half.npy"), "half.npy: no .npy file");
  std::ofstream(path("short.pb")) << "\x08\x02";
  expectError(fake + " " + path("short.pb"), "short.pb: no ONNX tensor");
  std::ofstream(path("short.raw")) << "abc";
  expectError(fake + " " + path("short.raw"), "holds 3 bytes");
  std::ofstream(path("bad.png")) << "\x89PNG";
  expectError(library("photo") + " " + path("bad.png"), "bad.png: is no photograph");
  expectError(fake + " " + x + " --labels " + path("none.txt"), "none.txt");
  expectError(library("photo") + " " + photograph("p.ppm", 80, 60) + " --top 3", "no output");
  expectError(fake + " " + x + " -o " + x, "x.npy");
  expectError(fake + " " + x + " -o /proc/none", "/proc/none");
  fs::create_directories(path("taken/y.npy"));
  expectError(fake + " " + x + " -o " + path("taken"), "y.npy: Is a directory");
  EXPECT_EQ(std::distance(fs::directory_iterator(path("taken")), {}), 1);
}

TEST_F(Run, NeedsThePlaceToWrite) {
  std::string x = input("x.npy", {1, 2, 3, 4});
  int status = std::system((CNNC_RUN " " + library("fake") + " " + x + " >/dev/full 2>" + path("error")).c_str());
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_NE(text("error").find("stdout"), std::string::npos);
}
