/* SPDX-License-Identifier: Apache-2.0
 * The machine's instructions, as the code in every network finds them. */
#define CNNC_ENTRY __attribute__((unused)) static
#include "../entry/entry.c"

#include <cnnc/host.h>

uint64_t cnnc_cpu_features(void) { return cpu_features(); }
