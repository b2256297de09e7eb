/* SPDX-License-Identifier: Apache-2.0
 * The code that every compiled network holds: it checks a call and the machine, and walks the table of phases. It is
 * freestanding, so that generated libraries need no other. */
#include <cnnc/runtime.h>

#ifndef CNNC_ENTRY
#define CNNC_ENTRY static
#endif

#if defined(__x86_64__)
static void cpuid(uint32_t leaf, uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
  __asm__("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf), "c"(0));
}

/* What the processor has and the operating system saves (Intel SDM 2, CPUID; SDM 1, 13.3: XCR0). */
static uint64_t cpu_features(void) {
  static const struct {
    uint8_t word, bit;
  } bits[] = {
      /* in the order of the CNNC_CPU_ bits; word 0: leaf 1 ECX, 1: leaf 7 EBX, 2: leaf 0x80000001 ECX */
      {0, 20}, {0, 23}, {0, 28}, {1, 5}, {0, 12}, {0, 29}, {1, 3}, {1, 8}, {2, 5}, {0, 22}, {1, 16}, {1, 30}, {1, 28}, {1, 17}, {1, 31}};
  const uint64_t needs_ymm = CNNC_CPU_AVX | CNNC_CPU_AVX2 | CNNC_CPU_FMA | CNNC_CPU_F16C;
  const uint64_t needs_zmm =
      CNNC_CPU_AVX512F | CNNC_CPU_AVX512BW | CNNC_CPU_AVX512CD | CNNC_CPU_AVX512DQ | CNNC_CPU_AVX512VL;
  uint32_t words[3] = {0, 0, 0}, a, b, c, d, most, most_extended, saved = 0;
  uint64_t features = 0;
  size_t i;
  cpuid(0, &most, &b, &c, &d);
  cpuid(1, &a, &b, &words[0], &d);
  if (most >= 7)
    cpuid(7, &a, &words[1], &c, &d);
  cpuid(0x80000000u, &most_extended, &b, &c, &d);
  if (most_extended >= 0x80000001u)
    cpuid(0x80000001u, &a, &b, &words[2], &d);
  if (words[0] >> 27 & 1) /* OSXSAVE */
    __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
  for (i = 0; i < sizeof bits / sizeof bits[0]; ++i)
    if (words[bits[i].word] >> bits[i].bit & 1)
      features |= UINT64_C(1) << i;
  if ((saved & 0x6) != 0x6)
    features &= ~needs_ymm;
  if ((saved & 0xe6) != 0xe6)
    features &= ~needs_zmm;
  return features;
}
#elif defined(__aarch64__)
static uint64_t cpu_features(void) { return CNNC_CPU_NEON; }
#else
static uint64_t cpu_features(void) { return 0; }
#endif

/* Asking the processor traps in virtual machines, so the answer is kept; all threads find the same. */
static int lacks(uint64_t needed) {
  static uint64_t known;
  uint64_t features = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (!features) {
    features = cpu_features();
    __atomic_store_n(&known, features, __ATOMIC_RELAXED);
  }
  return (needed & ~features) != 0;
}

/* A phase and its frame, as parallel_for passes them on. */
typedef struct phase_task {
  cnnc_phase_function run;
  const cnnc_frame *frame;
} phase_task;

static void run_share(void *context, int64_t begin, int64_t end, int32_t worker) {
  const phase_task *task = (const phase_task *)context;
  task->run(task->frame, begin, end, worker);
}

static cnnc_status check_call(const cnnc_network *network, const cnnc_call *call) {
  uint32_t i;
  if (!call || call->struct_size < sizeof(cnnc_call) || call->batch < 1 || (!call->inputs && network->input_count) ||
      (!call->outputs && network->output_count) || (call->clock && !call->phase_ns))
    return CNNC_INVALID_ARGUMENT;
  if (call->batch != 1 && !network->free_batch)
    return CNNC_INVALID_BATCH;
  for (i = 0; i < network->input_count; ++i)
    if (!call->inputs[i] && network->inputs[i].bytes)
      return CNNC_INVALID_ARGUMENT;
  for (i = 0; i < network->output_count; ++i)
    if (!call->outputs[i] && network->outputs[i].bytes)
      return CNNC_INVALID_ARGUMENT;
  if (network->arena_bytes && (!call->arena || (uintptr_t)call->arena % network->arena_alignment))
    return CNNC_INVALID_ARGUMENT;
  if (lacks(network->cpu_features))
    return CNNC_UNSUPPORTED_CPU;
  return CNNC_OK;
}

static void run_image(const cnnc_network *network, const cnnc_call *call, const cnnc_frame *frame) {
  uint32_t i;
  for (i = 0; i < network->phase_count; ++i) {
    const cnnc_phase *phase = &network->phases[i];
    uint64_t start = call->clock ? call->clock() : 0;
    if (call->threads && phase->grid > phase->grain) {
      phase_task task = {phase->run, frame};
      call->threads->parallel_for(call->threads->pool, phase->grid, phase->grain, run_share, &task);
    } else {
      phase->run(frame, 0, phase->grid, 0);
    }
    if (call->clock)
      call->phase_ns[i] += call->clock() - start;
  }
}

/* The most inputs or outputs whose pointers move from image to image; networks have a handful. */
enum { kMostMoving = 64 };

CNNC_ENTRY cnnc_status cnnc_entry_run(const cnnc_network *network, const cnnc_call *call) {
  const void *inputs[kMostMoving];
  void *outputs[kMostMoving];
  int32_t image;
  uint32_t i;
  cnnc_status status = network ? check_call(network, call) : CNNC_INVALID_ARGUMENT;
  if (status != CNNC_OK)
    return status;
  if (call->batch == 1) {
    cnnc_frame frame = {call->inputs, call->outputs, network->weights, call->arena};
    run_image(network, call, &frame);
    return CNNC_OK;
  }
  if (network->input_count > kMostMoving || network->output_count > kMostMoving)
    return CNNC_INVALID_BATCH;
  for (image = 0; image < call->batch; ++image) {
    cnnc_frame frame = {inputs, outputs, network->weights, call->arena};
    for (i = 0; i < network->input_count; ++i)
      inputs[i] = (const char *)call->inputs[i] + (uint64_t)image * network->inputs[i].bytes;
    for (i = 0; i < network->output_count; ++i)
      outputs[i] = (char *)call->outputs[i] + (uint64_t)image * network->outputs[i].bytes;
    run_image(network, call, &frame);
  }
  return CNNC_OK;
}
