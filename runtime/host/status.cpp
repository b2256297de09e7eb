// SPDX-License-Identifier: Apache-2.0
// Status codes in words, and the last message of each thread.
#include "status.h"

#include <cstdarg>
#include <cstdio>

// An array, since a message about lack of memory must not need any.
static thread_local char last_error[1024];

cnnc_status cnnc::fail(cnnc_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(last_error, sizeof last_error, format, arguments);
  va_end(arguments);
  return status;
}

const char *cnnc_last_error(void) { return last_error; }

const char *cnnc_status_text(cnnc_status status) {
  switch (status) {
  case CNNC_OK:
    return "no error";
  case CNNC_INVALID_ARGUMENT:
    return "an argument is null, misaligned, or out of range";
  case CNNC_INVALID_BATCH:
    return "the network was compiled for one batch size";
  case CNNC_UNSUPPORTED_CPU:
    return "this machine lacks instructions that the network was compiled for";
  case CNNC_INCOMPATIBLE:
    return "the network was compiled for another version of the C interface";
  case CNNC_NOT_FOUND:
    return "no such compiled network";
  case CNNC_OUT_OF_MEMORY:
    return "out of memory";
  }
  return "unknown status";
}
