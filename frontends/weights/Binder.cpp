// SPDX-License-Identifier: Apache-2.0
// Finds weights in files, and reports what did not come together.
#include "frontends/weights/Binder.h"

#include "frontends/weights/Convert.h"
#include "frontends/weights/Initialize.h"

#include "llvm/ADT/StringExtras.h"

using namespace cnnc::weights;
using namespace llvm;

/// Names beyond these are counted only.
static constexpr size_t kMostNames = 8;

static std::string shapeOf(mlir::RankedTensorType type) {
  std::string text;
  for (int64_t extent : type.getShape())
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "a number" : text;
}

/// PyTorch counts batches beside each norm; no inference asks for them.
static bool isCounter(StringRef name) { return name.ends_with("num_batches_tracked"); }

Expected<Binder> Binder::open(mlir::MLIRContext &context, const Sources &given) {
  Binder binder;
  binder.seed = given.seed;
  for (StringRef text : given.maps) {
    Expected<NameMap> map = NameMap::parse(text);
    if (!map)
      return createStringError("--map: " + toString(map.takeError()));
    binder.maps.push_back(std::move(*map));
  }
  for (StringRef text : given.files) {
    auto [prefix, path] = text.contains('=') ? text.split('=') : std::pair(StringRef(), text);
    Expected<WeightFile> file = WeightFile::open(context, path);
    if (!file)
      return file.takeError();
    binder.sources.push_back({prefix.empty() ? "" : prefix.str() + ".", std::move(*file), {}});
  }
  return binder;
}

std::optional<std::string> Binder::nameOf(StringRef path) {
  for (NameMap &map : maps)
    if (std::optional<std::string> name = map.apply(path)) {
      map.isUsed = true;
      return name->empty() ? std::nullopt : name;
    }
  return path.str();
}

Binder::Source *Binder::sourceOf(StringRef path) {
  Source *found = nullptr; // the one with the longest prefix
  for (Source &source : sources)
    if (path.starts_with(source.prefix) && (!found || source.prefix.size() > found->prefix.size()))
      found = &source;
  return found;
}

Expected<mlir::ElementsAttr> Binder::bind(StringRef path, mlir::RankedTensorType type, mlir::Attribute init) {
  std::optional<std::string> name = nameOf(path);
  if (!name || sources.empty()) {
    ++initialized;
    Expected<mlir::ElementsAttr> values = initialize(type, init, seed, path);
    return values ? converted(*values, type.getElementType()) : std::move(values);
  }
  Source *source = sourceOf(path);
  StringRef own = *name;
  if (source)
    own.consume_front(source->prefix);
  const Weight *weight = source ? source->file.find(own) : nullptr;
  if (!weight) {
    missing.push_back({path.str(), type, source});
    return mlir::ElementsAttr();
  }
  source->used.insert(own);
  mlir::ElementsAttr values;
  if (weight->type.getShape() == type.getShape())
    values = converted(weight->elements(), type.getElementType());
  if (values)
    ++bound;
  else if (weight->type.getShape() != type.getShape())
    misfits.push_back("'" + path.str() + "' is " + shapeOf(type) + " in the network and " + shapeOf(weight->type) +
                      " in the file");
  else
    misfits.push_back("'" + path.str() + "' holds no numbers that become weights");
  return values;
}

/// The nearest name that nothing used, of a weight of the same shape.
std::string Binder::suggest(const Missing &weight) const {
  const Weight *best = nullptr;
  unsigned least = std::max<unsigned>(weight.path.size(), 1);
  for (const Weight &other : weight.source ? weight.source->file.weights() : ArrayRef<Weight>()) {
    if (other.type.getShape() != weight.type.getShape() || weight.source->used.contains(other.name))
      continue;
    unsigned distance = StringRef(weight.path).edit_distance(other.name, true, least);
    if (distance < least)
      best = &other, least = distance;
  }
  return best ? "; did you mean '" + printable(best->name) + "'?" : "";
}

void Binder::report(raw_ostream &os) const {
  auto list = [&](StringRef title, size_t count, function_ref<void(size_t)> print) {
    for (size_t i = 0; i != std::min(count, kMostNames); ++i) {
      os << "  " << title << ": ";
      print(i);
      os << '\n';
    }
    if (count > kMostNames)
      os << "  " << title << ": " << count - kMostNames << " more\n";
  };
  std::vector<StringRef> unused;
  for (const Source &source : sources)
    for (const Weight &weight : source.file.weights())
      if (!source.used.contains(weight.name) && !isCounter(weight.name))
        unused.push_back(weight.name);
  os << "weights: " << bound << " from files, " << initialized << " initialized, " << missing.size() << " missing, "
     << misfits.size() << " that do not fit, " << unused.size() << " unused\n";
  for (const NameMap &map : maps)
    if (!map.isUsed)
      os << "  no use: --map '" << printable(map.text) << "', whose left side fits no path of the network\n";
  list("missing", missing.size(),
       [&](size_t i) { os << "'" << missing[i].path << "' " << shapeOf(missing[i].type) << suggest(missing[i]); });
  list("does not fit", misfits.size(), [&](size_t i) { os << misfits[i]; });
  list("unused", unused.size(), [&](size_t i) { os << "'" << printable(unused[i].str()) << "'"; });
}
