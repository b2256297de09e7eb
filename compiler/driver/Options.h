// SPDX-License-Identifier: Apache-2.0
// The command line of cnnc, parsed.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cnnc {

/// The levels that `--emit` prints, in their order, and the C++ source; Library is the default.
enum class Stage { Cnn, Folded, Fused, Scheduled, Plans, Loops, Llvm, Cpp, Library };

/// `--input-format NAME=u8nhwc,mean=127,scale=0.0078125`: the caller gives bytes, the network sees
/// (byte - mean) * scale. One value a channel, or one for all.
struct InputFormat {
  std::vector<double> mean = {0}, scale = {1};
};

/// What is to be done; Compile is the default.
enum class Command { Compile, Tune, Summary, Import, Describe };

struct Options {
  Command command = Command::Compile;
  std::string model;
  std::string output; ///< `-` is stdout
  Stage emit = Stage::Library;
  std::string cpu = "native", triple, prefix = "cnnc";
  std::string precision = "f32";
  std::map<std::string, std::vector<int64_t>> shapes;
  std::map<std::string, std::string> constants;
  std::string network;                           ///< of a text that holds several
  std::map<std::string, std::string> parameters; ///< of the network: -D NAME=VALUE
  std::vector<std::string> weights, maps;        ///< files, and from paths to names in them
  uint64_t seed = 0;                             ///< of weights that no file gives
  std::map<std::string, InputFormat> inputFormats;
  std::string bottleneck = "auto";
  std::string plans;     ///< a file of measured plans
  bool measures = false; ///< plans are printed with measured times
  double seconds = 0;    ///< that tuning or measuring takes
  bool json = false;     ///< of a summary
  std::string picture;   ///< where the graph is drawn, if at all
  bool quiet = false;    ///< no warnings
  bool timing = false, remarks = false;

  /// Nothing if the program has to end with `exitCode`: after --help, or after an error, which is printed to `os`.
  static std::optional<Options> parse(int argc, char **argv, int &exitCode, std::ostream &os);
};

} // namespace cnnc
