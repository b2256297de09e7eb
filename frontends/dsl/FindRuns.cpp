// SPDX-License-Identifier: Apache-2.0
// Finds what can be a loop: a block after itself, with labels that count up.
#include "frontends/dsl/WriteCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

std::vector<std::vector<unsigned>> countUses(const CallGraph &graph) {
  std::vector<std::vector<unsigned>> uses;
  for (const Call &call : graph.calls)
    uses.emplace_back(call.types.size(), 0);
  auto use = [&](TensorRef ref) {
    if (ref.call >= 0)
      ++uses[ref.call][ref.index];
  };
  for (const Call &call : graph.calls)
    for (const CallArgument &argument : call.arguments)
      for_each(argument.tensors, use);
  for (const auto &[name, ref] : graph.outputs)
    use(ref);
  return uses;
}

std::string freshName(StringRef wanted, const std::set<std::string> &taken) {
  std::string name;
  for (char c : wanted)
    name += isAlnum(c) ? c : '_';
  if (name.empty() || isDigit(name.front()))
    name.insert(0, "_");
  std::string fresh = name;
  for (unsigned i = 2; taken.count(fresh) || isKeyword(fresh); ++i)
    fresh = name + (isDigit(name.back()) ? "_" : "") + std::to_string(i);
  return fresh;
}

/// The labels' text around the one number that grows by one from `a` to `b`.
static std::optional<Run> countUp(StringRef a, StringRef b) {
  for (size_t at = 0; at < a.size();) {
    if (!isDigit(a[at])) {
      ++at;
      continue;
    }
    size_t end = std::min(a.find_if_not(isDigit, at), a.size());
    int64_t number;
    StringRef digits = a.slice(at, end);
    if (!digits.getAsInteger(10, number) && (digits.size() == 1 || digits.front() != '0')) {
      std::string next = (a.take_front(at) + Twine(number + 1) + a.drop_front(end)).str();
      if (next == b)
        return Run{0, 0, a.take_front(at).str(), a.drop_front(end).str(), number};
    }
    at = end;
  }
  return std::nullopt;
}

static bool isEqualButTensors(const Call &a, const Call &b) {
  return a.callee == b.callee && a.arguments.size() == b.arguments.size() &&
         all_of(zip(a.arguments, b.arguments), [](const auto &pair) {
           auto &[x, y] = pair;
           return x.parameter == y.parameter && x.atoms.size() == y.atoms.size() &&
                  all_of(zip(x.atoms, y.atoms), [](const auto &atoms) {
                    auto &[p, q] = atoms;
                    return p == q || (!p.expression.empty() && p.expression == q.expression);
                  });
         });
}

std::vector<Run> findRuns(const CallGraph &graph, const std::set<std::string> &blocks) {
  std::vector<std::vector<unsigned>> uses = countUses(graph);
  /// The only tensor of a call, if it takes one alone.
  auto inputOf = [&](const Call &call) -> std::optional<TensorRef> {
    std::optional<TensorRef> input;
    for (const CallArgument &argument : call.arguments)
      for (TensorRef ref : argument.tensors) {
        if (input)
          return std::nullopt;
        input = ref;
      }
    return input;
  };
  auto follows = [&](size_t i) {
    const Call &call = graph.calls[i], &before = graph.calls[i - 1];
    return !call.isReuse && !call.isReused && call.types.size() == 1 && before.types.size() == 1 &&
           uses[i - 1].front() == 1 && inputOf(call) == TensorRef{static_cast<int>(i - 1), 0} &&
           isEqualButTensors(before, call);
  };
  std::vector<Run> runs;
  for (size_t i = 0; i + 1 < graph.calls.size();) {
    const Call &first = graph.calls[i];
    std::optional<Run> run;
    size_t end = i + 1;
    if (blocks.count(first.callee) && !first.isReuse && !first.isReused && inputOf(first) && follows(i + 1)) {
      if (first.path.empty() && graph.calls[i + 1].path.empty())
        run = Run{0, 0, "", "", std::nullopt};
      else
        run = countUp(first.path, graph.calls[i + 1].path);
      for (; run && end != graph.calls.size() && follows(end); ++end) {
        std::string path;
        if (run->first)
          path = run->before + std::to_string(*run->first + static_cast<int64_t>(end - i)) + run->after;
        if (graph.calls[end].path != path)
          break;
      }
    }
    if (run && end - i > 1) {
      run->begin = i;
      run->end = end;
      runs.push_back(*run);
    }
    i = end;
  }
  return runs;
}

} // namespace cnnc::dsl
