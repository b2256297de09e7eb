// SPDX-License-Identifier: Apache-2.0
// `cnnc fmt`: lays .cnn files out anew.
#pragma once

namespace cnnc {

/// `cnnc fmt [--check] FILE...`: rewrites files in place, or only says which are laid out otherwise; `-` goes from
/// stdin to stdout. Returns the exit code.
int formatFiles(int argc, char **argv);

} // namespace cnnc
