/* SPDX-License-Identifier: Apache-2.0
 * Runs a network that is linked in: reads all inputs from one file, writes all outputs to another. */
#include "cnnc/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const cnnc_network *cnnc_model(void);

int main(int argc, char **argv) {
  const cnnc_network *network = cnnc_model();
  if (argc != 3)
    return 2;
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  const void **inputs = malloc((network->input_count + 1) * sizeof *inputs);
  void **outputs = malloc((network->output_count + 1) * sizeof *outputs);
  size_t arena_bytes = (network->arena_bytes + 127) / 64 * 64;
  void *arena = aligned_alloc(64, arena_bytes);
  if (!in || !out || !inputs || !outputs || !arena)
    return 3;
  memset(arena, 0xff, arena_bytes);
  for (uint32_t i = 0; i < network->input_count; ++i) {
    size_t bytes = network->inputs[i].bytes;
    void *data = malloc(bytes + 1);
    if (!data || fread(data, 1, bytes, in) != bytes)
      return 4;
    inputs[i] = data;
  }
  for (uint32_t i = 0; i < network->output_count; ++i)
    if (!(outputs[i] = malloc(network->outputs[i].bytes + 1)))
      return 5;
  cnnc_call call = {sizeof call, 1, inputs, outputs, arena, NULL, NULL, NULL};
  cnnc_status status = network->run(network, &call);
  if (status != CNNC_OK) {
    fprintf(stderr, "run() returned %d\n", (int)status);
    return 6;
  }
  for (uint32_t i = 0; i < network->output_count; ++i)
    fwrite(outputs[i], 1, network->outputs[i].bytes, out);
  return fclose(out) ? 7 : 0;
}
