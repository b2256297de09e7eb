/* SPDX-License-Identifier: Apache-2.0
 * What a program may want around compiled networks: opening them as files, a pool of threads, memory, messages.
 *
 *     cnnc_library *library;
 *     if (cnnc_library_open("resnet50.so", &library) != CNNC_OK)
 *       fprintf(stderr, "%s\n", cnnc_last_error());
 *     const cnnc_network *network = cnnc_library_network(library);
 *
 * A network that is linked statically needs none of this. All functions may be called from any thread; those that
 * return a status leave their message in cnnc_last_error(), and set their result only when they return CNNC_OK.
 *
 * A library may say in its metadata how a photograph becomes its input, as cnnc-run reads it:
 *
 *     input.resize         first the short side is resized to so many pixels
 *     input.crop           then a centred square of so many pixels is cut out ...
 *     input.crop_fraction  ... or the largest centred region in the input's proportions, times this
 *     input.interpolation  bilinear or bicubic
 *     input.scale          each 8-bit value is multiplied by this,
 *     input.mean           reduced by this (one number, or one a channel, separated by commas),
 *     input.std            and divided by this
 *
 * A region that is not of the input's size is then resized to it. */
#ifndef CNNC_HOST_H
#define CNNC_HOST_H

#include <cnnc/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A sentence on a status; never NULL, and never to be freed. */
const char *cnnc_status_text(cnnc_status status);

/* One line on the last function of this header that failed on the calling thread, valid until the next one fails there;
 * empty when none did. */
const char *cnnc_last_error(void);

/* The CNNC_CPU_ bits of the instructions that this machine has. */
uint64_t cnnc_cpu_features(void);

/* Whether this program and this machine can run the network: CNNC_INCOMPATIBLE, CNNC_UNSUPPORTED_CPU or CNNC_OK. */
cnnc_status cnnc_network_check(const cnnc_network *network);

/* A compiled network in a shared library of its own. Its weights are mapped, not read. */
typedef struct cnnc_library cnnc_library;

/* Opens the library that exports cnnc_model(). A library that asks for instructions which the machine lacks opens too,
 * so that it can be looked at; see cnnc_network_check(). CNNC_NOT_FOUND, CNNC_INCOMPATIBLE, CNNC_OUT_OF_MEMORY. */
cnnc_status cnnc_library_open(const char *path, cnnc_library **library);

/* Valid until the library is closed. */
const cnnc_network *cnnc_library_network(const cnnc_library *library);

/* No run may be under way. NULL is allowed. */
void cnnc_library_close(cnnc_library *library);

/* Memory for one run of the network at a time; *arena is NULL if the network needs none. CNNC_OUT_OF_MEMORY. */
cnnc_status cnnc_arena_create(const cnnc_network *network, void **arena);
void cnnc_arena_destroy(void *arena); /* NULL is allowed */

/* Threads that wait for work, for cnnc_call.threads. Work is split into equal shares, so what a worker computes depends
 * on the number of workers alone. One run uses the pool at a time: others meanwhile compute on their own thread. */
typedef struct cnnc_pool cnnc_pool;

/* `count` workers, the calling thread among them; 0: as many as the machine has cores for this process.
 * CNNC_INVALID_ARGUMENT for a negative count or one above 1024, CNNC_OUT_OF_MEMORY if threads cannot be had. */
cnnc_status cnnc_pool_create(int32_t count, cnnc_pool **pool);

/* Valid until the pool is destroyed. */
const cnnc_threads *cnnc_pool_threads(const cnnc_pool *pool);

/* No run may be under way. NULL is allowed. */
void cnnc_pool_destroy(cnnc_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
