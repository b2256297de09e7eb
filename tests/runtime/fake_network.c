/* SPDX-License-Identifier: Apache-2.0
 * A network written by hand: y = 2 * relu(x) of 1x2x3x4 values by way of the arena, and the sums of its two channels.
 * Macros vary it: PREFIX, and what else the build sets. */
#include "runtime/entry/entry.c"

#ifndef PREFIX
#define PREFIX cnnc
#endif
#ifndef FREE_BATCH
#define FREE_BATCH 1
#endif
#ifndef CPU_FEATURES
#define CPU_FEATURES 0
#endif
#ifndef ABI
#define ABI CNNC_ABI_VERSION
#endif
#ifndef GRAIN
#define GRAIN 1
#endif
#define JOIN(a, b) a##b
#define NAME(prefix) JOIN(prefix, _model)

enum { kValues = 24, kHalf = 12 };
static const float weights[1] = {2.0f};

static void relu(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker) {
  const float *x = (const float *)frame->inputs[0];
  float *kept = (float *)frame->arena;
  (void)worker;
  for (int64_t i = begin; i < end; ++i)
    kept[i] = x[i] > 0 ? x[i] : 0;
}

static void twice(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker) {
  const float *kept = (const float *)frame->arena;
  float *y = (float *)frame->outputs[0];
  (void)worker;
  for (int64_t i = begin; i < end; ++i)
    y[i] = kept[i] * ((const float *)frame->weights)[0];
}

static void sums(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker) {
  const float *kept = (const float *)frame->arena;
  float *out = (float *)frame->outputs[1];
  (void)worker;
  for (int64_t channel = begin; channel < end; ++channel) {
    out[channel] = 0;
    for (int64_t i = 0; i < kHalf; ++i)
      out[channel] += kept[channel * kHalf + i];
  }
}

static const int64_t image[4] = {1, 2, 3, 4}, classes[2] = {1, 2};
static const cnnc_tensor inputs[] = {{"x", image, kValues * sizeof(float), CNNC_F32, 4}};
static const cnnc_tensor outputs[] = {{"y", image, kValues * sizeof(float), CNNC_F32, 4},
                                      {"sum/of:channels", classes, 2 * sizeof(float), CNNC_F32, 2}};
static const cnnc_phase phases[] = {
    {"layer0", "relu", "Relu_0", "1x2x3x4 -> 1x2x3x4", "elementwise", kValues, 192, kValues, GRAIN, relu},
    {"layer1", "twice", "Mul_1", "1x2x3x4 -> 1x2x3x4", "elementwise", kValues, 192, kValues, GRAIN, twice},
    {"layer2", "sums", "ReduceSum_2", "1x2x3x4 -> 1x2", "plain", kValues, 104, 2, GRAIN, sums}};
static const cnnc_metadata metadata[] = {{"producer_name", "by hand"}};
static const cnnc_network network = {ABI, sizeof(cnnc_network), "fake", "none", CPU_FEATURES, inputs, outputs, phases,
                                     metadata, weights, sizeof weights, kValues * sizeof(float), 64, 1, 2, 3, 1, FREE_BATCH,
                                     cnnc_entry_run};

const cnnc_network *NAME(PREFIX)(void);
const cnnc_network *NAME(PREFIX)(void) { return &network; }
