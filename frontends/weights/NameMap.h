// SPDX-License-Identifier: Apache-2.0
// From the paths of a network's weights to the names of a file.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace cnnc::weights {

/// `features.*=backbone.*`: a path that fits the left side is called as the right side says, what stars stand for going
/// over in order. A right side of nothing says that the weight is in no file.
class NameMap {
public:
  static llvm::Expected<NameMap> parse(llvm::StringRef text);

  /// The name of a path that fits.
  std::optional<std::string> apply(llvm::StringRef path) const;

  std::string text; ///< as it was given
  bool isUsed = false;

private:
  llvm::SmallVector<std::string> pattern, name; ///< what stands between the stars
};

} // namespace cnnc::weights
