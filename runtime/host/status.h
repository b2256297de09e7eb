// SPDX-License-Identifier: Apache-2.0
// Leaves the message of a failure for cnnc_last_error().
#pragma once

#include <cnnc/host.h>

namespace cnnc {

/// Formats the message as printf does, cuts what is too long, and returns `status`.
[[gnu::format(printf, 2, 3)]] cnnc_status fail(cnnc_status status, const char *format, ...);

} // namespace cnnc
