// SPDX-License-Identifier: Apache-2.0
// Calls as the text of blocks and networks, before it is laid out.
#pragma once

#include "frontends/dsl/CallGraph.h"

#include <set>

namespace cnnc::dsl {

/// A run of calls of one block, each of the one before, whose labels count up. Where the run gathers, each turn is a
/// list operator (as concatenation is one) of what all turns before gave, and a call of the block.
struct Run {
  size_t begin, end;            ///< calls of the graph
  std::string before, after;    ///< of the number in their labels
  std::optional<int64_t> first; ///< the first number; nothing without labels
  bool gathers = false;
  size_t turns() const { return gathers ? (end - begin) / 2 : end - begin; }
};

struct WriteOptions {
  std::set<std::string> words;         ///< that no variable may be called
  std::set<std::string> blocks;        ///< callees that are blocks
  std::vector<std::string> statements; ///< of a network, before all others
};

std::string writeBlock(const CallGraph &block, const WriteOptions &options);
std::string writeNetwork(const CallGraph &network, const WriteOptions &options);

/// Runs of at least two turns that can be loops.
std::vector<Run> findRuns(const CallGraph &graph, const std::set<std::string> &blocks);
/// How often each result of each call is used, by the outputs too.
std::vector<std::vector<unsigned>> countUses(const CallGraph &graph);
/// A name of the language made of any other, which is not taken.
std::string freshName(llvm::StringRef wanted, const std::set<std::string> &taken);

} // namespace cnnc::dsl
