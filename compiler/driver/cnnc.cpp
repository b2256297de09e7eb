// SPDX-License-Identifier: Apache-2.0
// The compiler's command.
#include "compiler/driver/Compile.h"
#include "compiler/driver/DescribeText.h"
#include "compiler/driver/FormatFiles.h"
#include "compiler/driver/Import.h"
#include "compiler/driver/ListOperators.h"
#include "compiler/driver/Options.h"
#include "compiler/driver/Summary.h"
#include "compiler/driver/Tune.h"

#include <iostream>

/// The text of `cnnc --help FILE.cnn`, if that is what is asked for.
static std::optional<std::string_view> textToDescribe(int argc, char **argv) {
  auto asks = [](std::string_view word) { return word == "--help" || word == "-h"; };
  for (int help : {1, 2})
    if (argc == 3 && asks(argv[help]) && std::string_view(argv[3 - help]).ends_with(".cnn"))
      return argv[3 - help];
  return std::nullopt;
}

int main(int argc, char **argv) {
  if (auto text = textToDescribe(argc, argv))
    return cnnc::describeText(*text);
  if (argc > 1 && std::string_view(argv[1]) == "--ops")
    return cnnc::listOperators(argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "fmt")
    return cnnc::formatFiles(argc, argv);
  int exitCode = 0;
  std::optional<cnnc::Options> options = cnnc::Options::parse(argc, argv, exitCode, std::cerr);
  if (!options)
    return exitCode;
  switch (options->command) {
  case cnnc::Command::Compile:
    return options->measures ? cnnc::measurePlans(*options) : cnnc::compile(*options);
  case cnnc::Command::Tune:
    return cnnc::tune(*options);
  case cnnc::Command::Summary:
    return cnnc::summarize(*options);
  case cnnc::Command::Import:
    return cnnc::importModel(*options);
  }
}
