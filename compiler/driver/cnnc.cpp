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

int main(int argc, char **argv) {
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
  case cnnc::Command::Describe:
    return cnnc::describeText(*options);
  }
}
