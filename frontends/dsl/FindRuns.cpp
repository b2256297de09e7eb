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

namespace {

class RunFinder {
public:
  RunFinder(const CallGraph &graph, const std::set<std::string> &blocks)
      : graph(graph), blocks(blocks), uses(countUses(graph)) {}
  std::vector<Run> run();

private:
  const Call &at(size_t index) const { return graph.calls[index]; }
  bool isUnit(size_t index) const;
  const CallArgument *listOf(size_t index) const;
  bool reads(size_t index, size_t from) const;
  std::optional<Run> labelled(size_t begin, size_t step, function_ref<bool(size_t)> follows) const;
  bool isOnlyGathered(const Run &run) const;

  const CallGraph &graph;
  const std::set<std::string> &blocks;
  std::vector<std::vector<unsigned>> uses;
};

/// Whether a call is one of a block with one tensor.
bool RunFinder::isUnit(size_t index) const {
  const Call &call = at(index);
  size_t tensors = 0;
  for (const CallArgument &argument : call.arguments)
    tensors += argument.tensors.size();
  return blocks.count(call.callee) && !call.isReuse && !call.isReused && call.types.size() == 1 && tensors == 1;
}

/// The list of a call that takes one, and nothing else.
const CallArgument *RunFinder::listOf(size_t index) const {
  const Call &call = at(index);
  bool isPlain = !call.arguments.empty() && call.arguments.front().kind == "tensors" && call.types.size() == 1 &&
                 all_of(drop_begin(call.arguments), [](const CallArgument &argument) { return argument.isDefault; });
  return isPlain ? &call.arguments.front() : nullptr;
}

/// Whether a call alone reads the result of another.
bool RunFinder::reads(size_t index, size_t from) const {
  const CallArgument &first = at(index).arguments.front();
  return uses[from].front() == 1 && first.tensors.size() == 1 &&
         first.tensors.front() == TensorRef{static_cast<int>(from), 0};
}

/// The run of calls, `step` apart, that follow each other and whose labels count up; none if it is only one.
std::optional<Run> RunFinder::labelled(size_t begin, size_t step, function_ref<bool(size_t)> follows) const {
  size_t next = begin + step;
  if (next >= graph.calls.size() || !follows(next))
    return std::nullopt;
  std::optional<Run> run;
  if (at(begin).path.empty() && at(next).path.empty())
    run = Run{0, 0, "", "", std::nullopt};
  else
    run = countUp(at(begin).path, at(next).path);
  if (!run)
    return std::nullopt;
  for (int64_t turn = 1; next < graph.calls.size() && follows(next); next += step, ++turn) {
    std::string path = run->first ? run->before + std::to_string(*run->first + turn) + run->after : "";
    if (at(next).path != path)
      break;
  }
  run->begin = begin + 1 - step;
  run->end = next + 1 - step;
  return run;
}

/// Whether no one reads what a turn gave but the turns behind it, and lists of all that was gathered.
bool RunFinder::isOnlyGathered(const Run &run) const {
  std::vector<TensorRef> all = listOf(run.end - 2)->tensors;
  all.push_back({static_cast<int>(run.end - 1), 0});
  unsigned lists = 0;
  for (size_t i = run.end; i < graph.calls.size(); ++i)
    if (const CallArgument *list = listOf(i))
      lists += list->tensors == all;
  for (size_t unit = run.begin + 1, later = run.turns() - 1; unit < run.end; unit += 2, --later)
    if (uses[unit].front() != later + lists)
      return false;
  return lists != 0;
}

std::vector<Run> RunFinder::run() {
  std::vector<Run> runs;
  for (size_t i = 0; i < graph.calls.size();) {
    std::optional<Run> run;
    if (isUnit(i)) {
      run = labelled(i, 1, [&](size_t next) {
        return isUnit(next) && reads(next, next - 1) && isEqualButTensors(at(next - 1), at(next));
      });
    } else if (listOf(i) && i + 1 < graph.calls.size() && isUnit(i + 1) && reads(i + 1, i)) {
      run = labelled(i + 1, 2, [&](size_t next) {
        const CallArgument *list = listOf(next - 1), *before = listOf(next - 3);
        if (!list || !isUnit(next) || !reads(next, next - 1) || !isEqualButTensors(at(next - 2), at(next)) ||
            at(next - 1).callee != at(next - 3).callee)
          return false;
        std::vector<TensorRef> longer = before->tensors;
        longer.push_back({static_cast<int>(next - 2), 0});
        return list->tensors == longer;
      });
      if (run)
        run->gathers = true;
      if (run && !isOnlyGathered(*run))
        run.reset();
    }
    i = run ? run->end : i + 1;
    if (run)
      runs.push_back(std::move(*run));
  }
  return runs;
}

} // namespace

std::vector<Run> findRuns(const CallGraph &graph, const std::set<std::string> &blocks) {
  return RunFinder(graph, blocks).run();
}

} // namespace cnnc::dsl
