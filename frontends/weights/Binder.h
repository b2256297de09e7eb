// SPDX-License-Identifier: Apache-2.0
// Gives each weight of a network its values: from files, by its path, or from its initializer.
#pragma once

#include "frontends/weights/NameMap.h"
#include "frontends/weights/WeightFile.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace cnnc::weights {

/// Where weights come from.
struct Sources {
  /// `FILE`, or `r50=FILE` for the paths below `r50`.
  std::vector<std::string> files;
  /// `features.*=backbone.*`; the first that fits counts.
  std::vector<std::string> maps;
  uint64_t seed = 0; ///< of the initializers
};

class Binder {
public:
  static llvm::Expected<Binder> open(mlir::MLIRContext &context, const Sources &sources);

  /// The values of a weight; null if it is missing or does not fit, which the report says.
  llvm::Expected<mlir::ElementsAttr> bind(llvm::StringRef path, mlir::RankedTensorType type, mlir::Attribute init);

  /// Whether each weight got its values.
  bool isComplete() const { return missing.empty() && misfits.empty(); }
  /// What came from files, what is missing, does not fit, or is in the files without use.
  void report(llvm::raw_ostream &os) const;

private:
  struct Source {
    std::string prefix; ///< with its dot, or empty
    WeightFile file;
    llvm::StringSet<> used;
  };
  struct Missing {
    std::string path;
    mlir::RankedTensorType type;
    const Source *source;
  };

  std::optional<std::string> nameOf(llvm::StringRef path);
  Source *sourceOf(llvm::StringRef path);
  std::string suggest(const Missing &weight) const;

  std::vector<Source> sources;
  std::vector<NameMap> maps;
  uint64_t seed = 0;
  unsigned bound = 0, initialized = 0;
  std::vector<Missing> missing;
  std::vector<std::string> misfits;
};

} // namespace cnnc::weights
