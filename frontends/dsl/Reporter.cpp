// SPDX-License-Identifier: Apache-2.0
// Prints places with their lines.
#include "frontends/dsl/Reporter.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace llvm;

namespace cnnc::dsl {

/// What a terminal takes as one column each.
static std::string printable(StringRef text) {
  std::string line = text.str();
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return line;
}

void Reporter::print(Place place, StringRef severity, const Twine &message, ArrayRef<std::string> trace) {
  if (place.source)
    os << place.text() << ": ";
  os << severity << ": " << printable(message.str()) << '\n';
  if (place.source) {
    Position position = place.source->position(place.offset);
    os << format("%5u", position.line) << " | " << printable(place.source->lineText(position.line)) << '\n';
    os << "      | " << std::string(position.column - 1, ' ') << "^\n";
  }
  for (const std::string &line : trace)
    os << "   " << printable(line) << '\n';
}

void Reporter::error(Place place, const Twine &message, ArrayRef<std::string> trace) {
  if (isFull())
    return;
  ++count;
  print(place, "error", message, trace);
}

void Reporter::warning(Place place, const Twine &message) {
  if (warnings)
    print(place, "warning", message, {});
}

std::string nearest(StringRef name, ArrayRef<std::string> names) {
  constexpr size_t kMostLetters = 64; // comparing takes the product of the lengths
  if (name.size() > kMostLetters)
    return "";
  unsigned best = std::min<unsigned>(2, name.size() > 1 ? name.size() - 1 : 0);
  std::string found;
  for (const std::string &other : names) {
    unsigned distance = name.edit_distance(other, /*AllowReplacements=*/true, /*MaxEditDistance=*/best + 1);
    if (distance && (distance < best || (distance == best && found.empty() && best))) {
      best = distance;
      found = other;
    }
  }
  return found;
}

std::string suggest(StringRef name, ArrayRef<std::string> names) {
  std::string found = nearest(name, names);
  return found.empty() ? "" : "; did you mean '" + found + "'?";
}

} // namespace cnnc::dsl
