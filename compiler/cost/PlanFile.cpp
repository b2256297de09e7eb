// SPDX-License-Identifier: Apache-2.0
// Reads and writes plan files. Names of nodes may hold anything, so lines are split from the right.
#include "compiler/cost/PlanFile.h"

#include "compiler/cost/Algorithm.h"
#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace cnnc;
using namespace llvm;

char PlanFileError::ID;
static constexpr StringLiteral kMagic = "cnnc-plans ", kBar = " | ";

Expected<PlanFile> PlanFile::read(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return make_error<PlanFileError>(0, buffer.getError().message());
  PlanFile file;
  StringMap<unsigned> lines;
  auto fail = [](unsigned line, const Twine &reason) { return make_error<PlanFileError>(line, reason.str()); };
  for (line_iterator line(**buffer); !line.is_at_end(); ++line) {
    unsigned number = line.line_number();
    StringRef text = line->trim();
    if (file.target.empty()) {
      if (!text.consume_front(kMagic) || text.empty())
        return fail(number, "a plan file begins with '" + kMagic + "TARGET'");
      file.target = text.str();
      continue;
    }
    auto [layer, plan] = text.rsplit(kBar);
    if (!layer.contains(kBar) || plan.empty())
      return fail(number, "not of the form NODES | SHAPES | PLAN");
    StringRef algorithm = plan.split(' ').first;
    if (!findAlgorithm(algorithm))
      return fail(number, "no algorithm is called '" + algorithm + "'");
    auto [known, isNew] = lines.try_emplace(layer, number);
    if (!isNew)
      return fail(number, "line " + Twine(known->second) + " is for this layer too");
    file.entries.push_back({layer.str(), plan.str()});
  }
  if (file.target.empty())
    return fail(1, "a plan file begins with '" + kMagic + "TARGET'");
  return file;
}

void PlanFile::write(raw_ostream &os) const {
  os << kMagic << target << '\n';
  for (const Entry &entry : entries)
    os << entry.layer << kBar << entry.plan << '\n';
}
