/* SPDX-License-Identifier: Apache-2.0
 * A network written by hand that gives its input back: f32 1x3x32x32, or u8 1x32x32x3 with BYTES. */
#include "runtime/entry/entry.c"

#ifdef BYTES
enum { kType = CNNC_U8, kSize = 3 * 32 * 32 };
static const int64_t shape[4] = {1, 32, 32, 3};
#else
enum { kType = CNNC_F32, kSize = 3 * 32 * 32 * 4 };
static const int64_t shape[4] = {1, 3, 32, 32};
#endif

static void copy(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker) {
  const char *x = (const char *)frame->inputs[0];
  char *y = (char *)frame->outputs[0];
  (void)worker;
  for (int64_t i = begin; i < end; ++i)
    y[i] = x[i];
}

static const cnnc_tensor inputs[] = {{"photo", shape, kSize, kType, 4}};
static const cnnc_tensor outputs[] = {{"same", shape, kSize, kType, 4}};
static const cnnc_phase phases[] = {{"layer0", "copy", "Identity_0", "", "plain", 0, 2 * kSize, kSize, 64, copy}};
static const cnnc_metadata metadata[] = {{"input.interpolation", "bicubic"}, {"input.crop_fraction", "0.875"},
                                         {"input.scale", "1"},               {"input.mean", "127"},
                                         {"input.std", "128"}};
static const cnnc_network network = {CNNC_ABI_VERSION, sizeof(cnnc_network), "photo", "", 0, inputs, outputs, phases,
                                     metadata, NULL, 0, 0, 64, 1, 1, 1, sizeof metadata / sizeof metadata[0], 1,
                                     cnnc_entry_run};

const cnnc_network *cnnc_model(void);
const cnnc_network *cnnc_model(void) { return &network; }
