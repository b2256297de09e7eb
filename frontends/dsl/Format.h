// SPDX-License-Identifier: Apache-2.0
// The one layout of a text: what `cnnc fmt` prints.
#pragma once

#include "frontends/dsl/Ast.h"

namespace cnnc::dsl {

/// The text of a file that was parsed without errors, laid out anew; comments stay.
std::string format(const File &file);

} // namespace cnnc::dsl
