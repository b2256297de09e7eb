// SPDX-License-Identifier: Apache-2.0
// Builds a ResNet for small images in C++, compiles it in process, and runs it: no file of a model in between.
//
//     build_network DEPTH LIBRARY.so     DEPTH is 6n + 2 (He et al. 2015, section 4.2): 20, 32, 44, 56, 110
#include <cnnc/builder.h>
#include <cnnc/host.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

using cnnc::Network, cnnc::Tensor;

static Tensor conv_bn(Network &net, const Tensor &x, int width, int stride) {
  return net.call("bn", {net.call("conv", {x, width, 3, {"stride", stride}, {"pad", 1}, {"bias", false}})});
}

static Tensor block(Network &net, const Tensor &x, int width, int stride) {
  Tensor y = net.call("relu", {conv_bn(net, x, width, stride)});
  y = conv_bn(net, y, width, 1);
  Tensor shortcut = x;
  if (x.channels() != width)
    shortcut = net.call("conv", {x, width, 1, {"stride", stride}, {"bias", false}}, "downsample");
  return net.call("relu", {y + shortcut});
}

static void build(Network &net, int depth) {
  Tensor x = net.input("image", {cnnc::kFree, 3, 32, 32});
  x = net.call("relu", {conv_bn(net, x, 16, 1)});
  for (int stage = 0; stage < 3; ++stage)
    for (int i = 0; i < (depth - 2) / 6; ++i) {
      auto scope = net.scope("layer" + std::to_string(stage + 1) + "." + std::to_string(i));
      x = block(net, x, 16 << stage, stage > 0 && i == 0 ? 2 : 1);
    }
  net.output("logits", net.call("fc", {net.call("global_avg_pool", {x}), 10}, "fc"));
}

static int run(const char *path) {
  cnnc_library *library;
  void *arena;
  if (cnnc_library_open(path, &library) != CNNC_OK) {
    std::fprintf(stderr, "%s\n", cnnc_last_error());
    return 1;
  }
  const cnnc_network *network = cnnc_library_network(library);
  if (cnnc_network_check(network) != CNNC_OK || cnnc_arena_create(network, &arena) != CNNC_OK) {
    std::fprintf(stderr, "%s\n", cnnc_last_error());
    return 1;
  }
  std::vector<float> images(2 * 3 * 32 * 32), logits(2 * 10);
  for (size_t i = 0; i < images.size(); ++i)
    images[i] = std::sin(static_cast<float>(i));
  const void *inputs[] = {images.data()};
  void *outputs[] = {logits.data()};
  cnnc_call call = {sizeof call, 2, inputs, outputs, arena, nullptr, nullptr, nullptr};
  bool good = network->run(network, &call) == CNNC_OK;
  std::printf("%s, %u phases, two images:", network->name, network->phase_count);
  for (float logit : logits) {
    std::printf(" %.3f", logit);
    good &= std::isfinite(logit);
  }
  std::printf("\n%s\n", good ? "good" : "bad");
  cnnc_arena_destroy(arena);
  cnnc_library_close(library);
  return good ? 0 : 1;
}

int main(int argc, char **argv) {
  int depth = argc == 3 ? std::atoi(argv[1]) : 0;
  if (depth < 8 || depth % 6 != 2) {
    std::fprintf(stderr, "usage: build_network DEPTH LIBRARY.so, with a depth of 6n + 2\n");
    return 2;
  }
  try {
    Network net("resnet" + std::to_string(depth));
    build(net, depth);
    net.compile(argv[2]);
  } catch (const cnnc::Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return run(argv[2]);
}
