// SPDX-License-Identifier: Apache-2.0
// Asks two networks, linked into the program, what they see in a photograph.
#include "first.h"
#include "second.h"
#include <cnnc/host.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb_image.h>
#include <stb_image_resize.h>

/// The best class for `photo`, or -1.
static long best(const cnnc_network *network, const unsigned char *photo, int width, int height, cnnc_pool *pool) {
  int h = int(network->inputs[0].shape[2]), w = int(network->inputs[0].shape[3]);
  std::vector<unsigned char> small(3 * h * w);
  stbir_resize_uint8(photo, width, height, 0, small.data(), w, h, 0, 3);
  std::vector<float> x(3 * h * w), y(network->outputs[0].bytes / sizeof(float));
  for (int i = 0; i < 3 * h * w; ++i)
    x[i % 3 * h * w + i / 3] = (small[i] - 127) / 128.0f;

  const void *inputs[] = {x.data()};
  void *outputs[] = {y.data()}, *arena = nullptr;
  cnnc_status status = cnnc_arena_create(network, &arena);
  cnnc_call call = {sizeof call, 1, inputs, outputs, arena, cnnc_pool_threads(pool), nullptr, nullptr};
  if (status == CNNC_OK)
    status = network->run(network, &call);
  cnnc_arena_destroy(arena);
  if (status != CNNC_OK)
    return fprintf(stderr, "%s: %s\n", network->name, cnnc_status_text(status)), -1;
  return std::max_element(y.begin(), y.end()) - y.begin();
}

int main(int argc, char **argv) {
  int width, height, channels;
  unsigned char *photo = argc == 2 ? stbi_load(argv[1], &width, &height, &channels, 3) : nullptr;
  cnnc_pool *pool;
  if (!photo || cnnc_pool_create(0, &pool) != CNNC_OK)
    return fprintf(stderr, "usage: classify PHOTOGRAPH\n"), 1;
  for (const cnnc_network *network : {first_model(), second_model()})
    printf("%s: class %ld\n", network->name, best(network, photo, width, height, pool));
  cnnc_pool_destroy(pool);
  stbi_image_free(photo);
}
