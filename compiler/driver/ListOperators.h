// SPDX-License-Identifier: Apache-2.0
// The operators that a .cnn text can call.
#pragma once

namespace cnnc {

/// `cnnc --ops [NAME...]`: all of them in a line each, or what is to be said of some. Returns the exit code.
int listOperators(int argc, char **argv);

} // namespace cnnc
