// SPDX-License-Identifier: Apache-2.0
// Follows includes and collects declarations, in the order of the text.
#include "frontends/dsl/Program.h"

#include "frontends/dsl/Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace cnnc::dsl {

/// The files beside `path` that end like texts of the language.
static std::vector<std::string> textsBeside(StringRef path) {
  std::vector<std::string> names;
  std::error_code error;
  StringRef folder = sys::path::parent_path(path);
  for (sys::fs::directory_iterator file(folder.empty() ? "." : folder, error), end; !error && file != end;
       file.increment(error))
    if (StringRef name = sys::path::filename(file->path()); name.ends_with(".cnn"))
      names.push_back(name.str());
  llvm::sort(names);
  return names;
}

bool Program::add(StringRef path, Reporter &reporter, Place from, StringRef shown) {
  SmallString<256> real;
  if (sys::fs::real_path(path, real))
    real = path;
  if (!isRead.try_emplace(real, true).second)
    return true;
  // What is included is a file: reading from a device may never end.
  auto source = !from.source || sys::fs::is_regular_file(path)
                    ? Source::read(path)
                    : Expected<std::shared_ptr<const Source>>(createStringError("no file"));
  if (!source) {
    std::string why = toString(source.takeError());
    if (from.source)
      reporter.error(from, "cannot read '" + shown + "' beside " + from.source->path +
                               suggest(sys::path::filename(path), textsBeside(path)));
    else
      reporter.error({}, path + ": " + why);
    return false;
  }
  return addSource(std::move(*source), reporter);
}

bool Program::addSource(std::shared_ptr<const Source> source, Reporter &reporter) {
  StringRef path = source->path;
  all.push_back(std::make_unique<File>(Parser(source, reporter).parseFile()));
  const File &file = *all.back();
  bool good = true;
  for (const Decl &declaration : file.declarations) {
    if (declaration.include) {
      StringRef name = declaration.include->path.text;
      SmallString<256> other(sys::path::parent_path(path));
      sys::path::append(other, name);
      good &= add(other, reporter, {file.source.get(), declaration.include->path.span.begin}, name);
    } else if (declaration.block) {
      const BlockDecl &block = *declaration.block;
      auto [known, isNew] =
          blocks.try_emplace(block.name.text, Declared{&block, &file, static_cast<unsigned>(blocks.size())});
      if (!isNew) {
        const Declared &first = known->second;
        reporter.error({file.source.get(), block.name.span.begin},
                       "'" + block.name.text + "' is declared already at " +
                           Place{first.file->source.get(), first.block->name.span.begin}.text());
        good = false;
      }
      if (block.isNetwork && &file == all.front().get())
        lastName = block.name.text.str();
    }
  }
  return good;
}

std::unique_ptr<Program> Program::read(StringRef path, Reporter &reporter) {
  auto program = std::make_unique<Program>();
  bool good = program->add(path, reporter, {}, path);
  return good && !reporter.errors() ? std::move(program) : nullptr;
}

std::unique_ptr<Program> Program::read(std::shared_ptr<const Source> source, Reporter &reporter) {
  auto program = std::make_unique<Program>();
  bool good = program->addSource(std::move(source), reporter);
  return good && !reporter.errors() ? std::move(program) : nullptr;
}

std::string documentationOf(const Declared &network) {
  std::string own = documentationOf(*network.file, network.block->span);
  return own.empty() ? documentationOf(*network.file, network.file->declarations.front().span()) : own;
}

const Declared *Program::find(StringRef name) const {
  auto found = blocks.find(name);
  return found == blocks.end() ? nullptr : &found->second;
}

std::vector<std::string> Program::names() const {
  std::vector<std::string> names;
  for (const auto &entry : blocks)
    names.push_back(entry.getKey().str());
  return names;
}

std::vector<std::string> Program::networks() const {
  std::vector<std::string> names;
  for (const auto &file : all)
    for (const Decl &declaration : file->declarations)
      if (declaration.block && declaration.block->isNetwork)
        names.push_back(declaration.block->name.text.str());
  return names;
}

const Declared *Program::network(StringRef name) const {
  const Declared *found = find(name.empty() ? StringRef(lastName) : name);
  return found && found->block->isNetwork ? found : nullptr;
}

void reportNoNetwork(const Program &program, StringRef path, StringRef name, Reporter &reporter) {
  std::vector<std::string> networks = program.networks();
  reporter.error({}, path + ": " + (name.empty() ? "holds no network" : ("has no network '" + name + "'").str()) +
                         (networks.empty() ? "" : "; --network takes " + join(networks, ", ")));
}

} // namespace cnnc::dsl
