/* SPDX-License-Identifier: Apache-2.0
 * The C interface of compiled networks.
 *
 * A compiled network is one immutable descriptor, which `<prefix>_model()` returns: names, shapes and types of its
 * inputs and outputs, the memory that it needs, the table of its phases, and the function that runs it. It owns
 * nothing that changes: the caller brings the memory and the threads, so any number of calls may run at once.
 *
 *     const cnnc_network *network = cnnc_model();
 *     cnnc_call call = {sizeof call, 1, inputs, outputs, arena, NULL, NULL, NULL};
 *     cnnc_status status = network->run(network, &call);
 */
#ifndef CNNC_RUNTIME_H
#define CNNC_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a descriptor or a call changes in a way that older programs cannot read. */
#define CNNC_ABI_VERSION 1u

typedef enum cnnc_status {
  CNNC_OK = 0,
  CNNC_INVALID_ARGUMENT = 1, /* a null or misaligned pointer, a batch below one, a structure of another size */
  CNNC_INVALID_BATCH = 2,    /* a batch other than one, for a network whose batch is fixed */
  CNNC_UNSUPPORTED_CPU = 3,  /* this machine lacks instructions that the network was compiled for */
  CNNC_INCOMPATIBLE = 4,     /* the library was made for another version of this interface */
  CNNC_NOT_FOUND = 5,        /* a file cannot be read, or is no compiled network */
  CNNC_OUT_OF_MEMORY = 6
} cnnc_status;

/* Types of elements, numbered as in ONNX. Booleans take one byte. */
typedef enum cnnc_type {
  CNNC_F32 = 1,
  CNNC_U8 = 2,
  CNNC_I8 = 3,
  CNNC_U16 = 4,
  CNNC_I16 = 5,
  CNNC_I32 = 6,
  CNNC_I64 = 7,
  CNNC_BOOL = 9,
  CNNC_F16 = 10,
  CNNC_F64 = 11,
  CNNC_U32 = 12,
  CNNC_U64 = 13,
  CNNC_BF16 = 16
} cnnc_type;

/* Instructions that a network may need, as bits of cnnc_network.cpu_features. */
#define CNNC_CPU_SSE4_2 (UINT64_C(1) << 0)
#define CNNC_CPU_POPCNT (UINT64_C(1) << 1)
#define CNNC_CPU_AVX (UINT64_C(1) << 2)
#define CNNC_CPU_AVX2 (UINT64_C(1) << 3)
#define CNNC_CPU_FMA (UINT64_C(1) << 4)
#define CNNC_CPU_F16C (UINT64_C(1) << 5)
#define CNNC_CPU_BMI (UINT64_C(1) << 6)
#define CNNC_CPU_BMI2 (UINT64_C(1) << 7)
#define CNNC_CPU_LZCNT (UINT64_C(1) << 8)
#define CNNC_CPU_MOVBE (UINT64_C(1) << 9)
#define CNNC_CPU_AVX512F (UINT64_C(1) << 10)
#define CNNC_CPU_AVX512BW (UINT64_C(1) << 11)
#define CNNC_CPU_AVX512CD (UINT64_C(1) << 12)
#define CNNC_CPU_AVX512DQ (UINT64_C(1) << 13)
#define CNNC_CPU_AVX512VL (UINT64_C(1) << 14)
#define CNNC_CPU_NEON (UINT64_C(1) << 15)

/* An input or output. `shape` has `rank` extents, in elements; of a network with a free batch its first is 1. The data
 * are contiguous in the order of the extents; those of image i begin i * bytes after those of the first. */
typedef struct cnnc_tensor {
  const char *name;
  const int64_t *shape;
  uint64_t bytes; /* of one image, or of the whole fixed batch */
  int32_t type;   /* a cnnc_type */
  int32_t rank;
} cnnc_tensor;

/* The memory of one image while it is computed. */
typedef struct cnnc_frame {
  const void *const *inputs;
  void *const *outputs;
  const void *weights;
  void *arena;
} cnnc_frame;

/* Computes the share [begin, end) of a phase's grid. `worker` numbers the calling thread from 0. */
typedef void (*cnnc_phase_function)(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker);

/* One step of the network: a layer with all that is fused to it. */
typedef struct cnnc_phase {
  const char *name;   /* of the function: layer12 */
  const char *kernel; /* which other phases may share: conv3x3 */
  const char *nodes;  /* the ONNX nodes it computes, separated by ", " */
  const char *shapes; /* 1x64x56x56 -> 1x64x56x56 */
  const char *plan;   /* the algorithm and its parameters */
  int64_t flops;      /* of one image; a multiply-add is two */
  int64_t bytes;      /* that operands and results take together */
  int64_t grid;       /* how many parts the work has */
  int64_t grain;      /* the least number of parts that is worth a thread */
  cnnc_phase_function run;
} cnnc_phase;

/* A key and its value, from the model file or the compiler. */
typedef struct cnnc_metadata {
  const char *key;
  const char *value;
} cnnc_metadata;

/* Runs task(context, begin, end, worker) over all of [0, size) in shares of at least `grain`, and returns when all of
 * them are done. */
typedef void (*cnnc_task)(void *context, int64_t begin, int64_t end, int32_t worker);
typedef struct cnnc_threads {
  void (*parallel_for)(void *pool, int64_t size, int64_t grain, cnnc_task task, void *context);
  void *pool;    /* handed to parallel_for */
  int32_t count; /* workers are numbered below it */
} cnnc_threads;

/* One run. Inputs need no alignment; outputs may not overlap inputs, the arena, or each other. */
typedef struct cnnc_call {
  uint32_t struct_size; /* sizeof(cnnc_call) */
  int32_t batch;        /* images; 1 unless the network's batch is free */
  const void *const *inputs;
  void *const *outputs;
  void *arena;                 /* arena_bytes, aligned to arena_alignment; its contents need not be set */
  const cnnc_threads *threads; /* NULL: the calling thread alone */
  uint64_t (*clock)(void);     /* nanoseconds, for the profile; NULL: none */
  uint64_t *phase_ns;          /* with a clock: phase_count numbers, to which each phase's time is added */
} cnnc_call;

typedef struct cnnc_network cnnc_network;
struct cnnc_network {
  uint32_t abi_version; /* CNNC_ABI_VERSION */
  uint32_t struct_size; /* sizeof(cnnc_network): later versions may append */
  const char *name;
  const char *cpu;       /* what cpu_features says, in words: avx2,fma */
  uint64_t cpu_features; /* CNNC_CPU_ bits */
  const cnnc_tensor *inputs;
  const cnnc_tensor *outputs;
  const cnnc_phase *phases; /* in order of execution */
  const cnnc_metadata *metadata;
  const void *weights;
  uint64_t weight_bytes;
  uint64_t arena_bytes;
  uint32_t arena_alignment; /* 64 */
  uint32_t input_count;
  uint32_t output_count;
  uint32_t phase_count;
  uint32_t metadata_count;
  uint32_t free_batch; /* 1: the caller chooses how many images a call has */
  /* Reentrant; takes no lock and no memory. */
  cnnc_status (*run)(const cnnc_network *network, const cnnc_call *call);
};

/* The function that a library exports when it was compiled without --prefix. */
typedef const cnnc_network *(*cnnc_model_function)(void);

#ifdef __cplusplus
}
#endif
#endif
