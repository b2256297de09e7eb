// SPDX-License-Identifier: Apache-2.0
// Networks that are built in C++ give the bits of the same ones as texts, and say what is wrong with them.
#include <cnnc/builder.h>
#include <cnnc/host.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

using namespace cnnc;
namespace fs = std::filesystem;

namespace {
class Builder : public testing::Test {
protected:
  void SetUp() override {
    const testing::TestInfo &own = *testing::UnitTest::GetInstance()->current_test_info();
    folder = fs::temp_directory_path() / ("cnnc_builder_" + std::to_string(getpid()) + "_" + own.name());
    fs::create_directories(folder);
  }
  void TearDown() override { fs::remove_all(folder); }
  std::string file(const char *name) const { return (folder / name).string(); }

  /// What `cnnc` makes of a text.
  std::string compileText(const std::string &path, const std::string &options = "") const {
    std::string command = std::string(CNNC_COMPILER) + " " + path + " -o " + file("text.so") + " " + options + " 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return file("text.so");
  }

  fs::path folder;
};

/// The outputs of some images of numbers, whatever the network is.
std::vector<std::vector<float>> run(const std::string &path, int64_t images) {
  cnnc_library *library = nullptr;
  EXPECT_EQ(cnnc_library_open(path.c_str(), &library), CNNC_OK) << cnnc_last_error();
  const cnnc_network *network = cnnc_library_network(library);
  void *arena = nullptr;
  EXPECT_EQ(cnnc_arena_create(network, &arena), CNNC_OK);
  std::vector<std::vector<float>> in, out;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (uint32_t i = 0; i < network->input_count; ++i) {
    auto &values = in.emplace_back(network->inputs[i].bytes / sizeof(float) * images);
    for (size_t k = 0; k < values.size(); ++k)
      values[k] = std::sin(static_cast<float>(k + i));
  }
  for (uint32_t i = 0; i < network->output_count; ++i)
    out.emplace_back(network->outputs[i].bytes / sizeof(float) * images);
  for (auto &values : in)
    inputs.push_back(values.data());
  for (auto &values : out)
    outputs.push_back(values.data());
  cnnc_call call = {sizeof call, static_cast<int32_t>(images), inputs.data(), outputs.data(), arena, nullptr, nullptr,
                    nullptr};
  EXPECT_EQ(network->run(network, &call), CNNC_OK);
  cnnc_arena_destroy(arena);
  cnnc_library_close(library);
  return out;
}

std::string messageOf(const std::function<void()> &body) {
  try {
    body();
  } catch (const Error &error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// models/lenet.cnn.
void buildLeNet(Network &net) {
  Tensor x = net.input("image", {kFree, 1, 28, 28});
  x = net.call("tanh", {net.call("conv", {x, 6, 5, {"pad", 2}})});
  x = net.call("avg_pool", {x, 2});
  x = net.call("tanh", {net.call("conv", {x, 16, 5})});
  x = net.call("avg_pool", {x, 2});
  x = net.call("tanh", {net.call("fc", {x, 120})});
  x = net.call("tanh", {net.call("fc", {x, 84})});
  net.output("logits", net.call("fc", {x, 10}));
}

TEST_F(Builder, GivesTheBitsOfTheText) {
  Network net("lenet");
  buildLeNet(net);
  net.compile(file("built.so"), {"--seed", "7"});
  auto expected = run(compileText(CNNC_MODELS "/lenet.cnn", "--seed 7"), 3);
  EXPECT_EQ(run(file("built.so"), 3), expected);
  net.compile(file("other.so"), {"--seed=8"}); // as often as wanted
  EXPECT_NE(run(file("other.so"), 3), expected);
}

TEST_F(Builder, ScopesNameWeightsAndAllKindsOfArgumentsAreTaken) {
  std::ofstream(file("net.cnn")) << R"(
block unit(x, width) = x |> conv(width, [3, 1], pad = same, init = [normal, 0.1]) |> bn |> relu
network net(x: f32[1, 8, 9, 7], y: f32[1, 8, 9, 7]) {
  a, b = split(x + y, 2)
  z = concat([a |> first: unit(12), b |> second: unit(4), y * 0.5]) |> "deep.er": unit(5)
  return z, sum = z / (z * z + 1)
}
)";
  Network net("net");
  auto unit = [&](const std::string &label, const Tensor &x, int width) {
    auto scope = net.scope(label);
    return net.call(
        "relu",
        {net.call("bn", {net.call("conv", {x, width, list(3, 1), {"pad", "same"}, {"init", list("normal", 0.1)}})})});
  };
  Tensor x = net.input("x", {1, 8, 9, 7}), y = net.input("y", {1, 8, 9, 7});
  std::vector<Tensor> halves = net.callAll("split", {x + y, 2});
  ASSERT_EQ(halves.size(), 2u);
  EXPECT_EQ(halves[1].shape(), (std::vector<int64_t>{1, 4, 9, 7}));
  std::vector<Tensor> parts = {unit("first", halves[0], 12), unit("second", halves[1], 4), y * 0.5};
  Tensor z = unit("deep.er", net.call("concat", {parts}), 5);
  EXPECT_EQ(z.channels(), 5);
  net.output("z", z);
  net.output("sum", z / (z * z + 1));
  net.compile(file("built.so"));
  EXPECT_EQ(run(file("built.so"), 1), run(compileText(file("net.cnn")), 1));
}

TEST_F(Builder, SaysWhatIsWrongAndGoesOn) {
  Network net("net"), other("other");
  Tensor x = net.input("x", {1, 3, 8, 8}), foreign = other.input("x", {1, 3, 8, 8});
  auto call = [&](const char *op, std::vector<Argument> arguments, const char *label = "") {
    return messageOf([&] { net.callAll(op, arguments, label); });
  };
  EXPECT_EQ(call("cov", {x, 8, 3}, "stem"), "net: layer 'stem': no operator 'cov'; did you mean 'conv'?");
  EXPECT_EQ(call("conv", {x, 8}, "a"),
            "net: layer 'a': conv needs 'kernel': conv(x, filters, kernel, stride = 1, pad = 0, …)");
  EXPECT_EQ(call("conv", {x, "8", 3}, "b"), "net: layer 'b': conv: 'filters' is an int, got the word '8'");
  EXPECT_EQ(call("conv", {x, 8, 3, {"strid", 2}}, "c"),
            "net: layer 'c': conv has no argument 'strid'; did you mean 'stride'?");
  EXPECT_NE(call("conv", {x, 8, 9}, "d").find("net: layer 'd': conv: "), std::string::npos);
  EXPECT_EQ(call("conv", {x, 8, 3}, "e"), "nothing was thrown");
  EXPECT_EQ(call("conv", {x, 8, 3}, "e"), "net: layer 'e': there is one already; choose another label");
  EXPECT_EQ(call("relu", {foreign}), "net: a tensor is not of this network");
  EXPECT_EQ(messageOf([&] { (void)(Tensor() + x); }), "add: a tensor is of no network");
  EXPECT_EQ(messageOf([&] { net.input("x", {1}); }), "net: there is an input 'x' already");
  EXPECT_EQ(messageOf([&] { net.input("y", {1, 0}); }), "net: input 'y': a size must be positive, got 0");
  EXPECT_EQ(messageOf([&] { net.input("y", {1}, "f31"); }), "net: input 'y': no type 'f31'; did you mean 'f32'?");
  EXPECT_EQ(messageOf([&] { net.compile(file("net.so")); }), "net: it has no output");
  net.output("y", net.call("relu", {x}));
  EXPECT_EQ(
      messageOf([&] { net.compile(file("net.so"), {"--mcpu=i386x"}); }).rfind("net: unknown processor 'i386x'", 0), 0u);
  EXPECT_EQ(messageOf([&] { net.compile(file("net.so"), {"--weights=none.npz"}); }).rfind("net: ", 0), 0u);
  EXPECT_NE(messageOf([&] { net.compile(file("net.so"), {"--bogus"}); }).find("--bogus"), std::string::npos);
  EXPECT_EQ(messageOf([&] {
              net.compile(file("net.so"), {"-D", "a=1"});
            }),
            "net: --shape, --const, --network and -D are for files");
  EXPECT_TRUE(fs::is_empty(folder));
  net.compile(file("net.so"));
  EXPECT_TRUE(fs::exists(file("net.so")) && fs::exists(file("net.h")));
  EXPECT_EQ(messageOf([&] { net.call("relu", {x}); }), "net: it was compiled, and takes nothing more");
}
} // namespace
