// SPDX-License-Identifier: Apache-2.0
// Declares the options, and checks all that can be checked without the model. CLI11 needs exceptions.
#include "compiler/driver/Options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <ostream>

using namespace cnnc;

namespace {
const std::map<std::string, Stage> kStages = {
    {"cnn", Stage::Cnn},     {"folded", Stage::Folded}, {"fused", Stage::Fused}, {"scheduled", Stage::Scheduled},
    {"plans", Stage::Plans}, {"loops", Stage::Loops},   {"llvm", Stage::Llvm},   {"cpp", Stage::Cpp}};
const std::map<std::string, Command> kCommands = {
    {"tune", Command::Tune}, {"summary", Command::Summary}, {"import", Command::Import}};

[[noreturn]] void refuse(const std::string &option, const std::string &text, const std::string &wanted) {
  throw CLI::ValidationError(option, "'" + text + "' is not of the form " + wanted);
}

/// NAME=VALUE; names may hold anything but the last '=' ends them, since values hold none.
std::pair<std::string, std::string> splitName(const std::string &option, const std::string &text, size_t equals,
                                              const std::string &wanted) {
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    refuse(option, text, wanted);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void parseShape(Options &options, const std::string &text) {
  const std::string wanted = "NAME=1x3x224x224";
  auto [name, dims] = splitName("--shape", text, text.rfind('='), wanted);
  std::vector<int64_t> shape;
  if (dims.back() == 'x')
    refuse("--shape", text, wanted);
  for (const std::string &dim : CLI::detail::split(dims, 'x')) {
    int64_t size = 0;
    if (!CLI::detail::lexical_cast(dim, size) || size < 1 || size > INT32_MAX)
      refuse("--shape", text, wanted);
    shape.push_back(size);
  }
  options.shapes[name] = shape;
}

void parseConstant(Options &options, const std::string &text) {
  auto [name, file] = splitName("--const", text, text.find('='), "NAME=FILE.pb");
  options.constants[name] = file;
}

void parseInputFormat(Options &options, const std::string &text) {
  const std::string wanted = "NAME=u8nhwc,mean=127,scale=0.0078125 (or mean=123.7:116.3:103.5, one value a channel)";
  auto [name, value] = splitName("--input-format", text, text.find('='), wanted);
  std::vector<std::string> parts = CLI::detail::split(value, ',');
  if (parts.front() != "u8nhwc")
    refuse("--input-format", text, wanted);
  InputFormat format;
  for (size_t i = 1; i != parts.size(); ++i) {
    auto [key, numbers] = splitName("--input-format", parts[i], parts[i].find('='), wanted);
    if (key != "mean" && key != "scale")
      refuse("--input-format", text, wanted);
    std::vector<double> &values = key == "mean" ? format.mean : format.scale;
    values.clear();
    for (const std::string &number : CLI::detail::split(numbers, ':')) {
      values.emplace_back();
      if (!CLI::detail::lexical_cast(number, values.back()))
        refuse("--input-format", text, wanted);
    }
  }
  options.inputFormats[name] = format;
}

void parseParameter(Options &options, const std::string &text) {
  auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    refuse("-D", text, "NAME=VALUE");
  options.parameters[text.substr(0, equals)] = text.substr(equals + 1);
}

void checkOutput(Options &options) {
  auto endsIn = [&](const char *end) {
    std::string::size_type size = std::string(end).size();
    return options.output.size() > size && options.output.ends_with(end);
  };
  bool compiles = options.command == Command::Compile;
  if (options.command == Command::Tune && options.output.empty())
    throw CLI::ValidationError("-o", "name the file of plans to write, such as -o model.plans");
  if (compiles && options.emit == Stage::Library && !endsIn(".so") && !endsIn(".a") && !endsIn(".o"))
    throw CLI::ValidationError("-o", options.output.empty()
                                         ? "name the library to write, such as -o model.so"
                                         : "'" + options.output + "' ends in none of .so, .a and .o");
  if (options.command == Command::Import && options.output != "-" && !endsIn(".cnn"))
    throw CLI::ValidationError("-o", options.output.empty() ? "name the text to write, such as -o model.cnn"
                                                            : "'" + options.output + "' does not end in .cnn");
  if (options.emit == Stage::Cpp && (options.output.empty() || options.output == "-"))
    throw CLI::ValidationError("-o", "name the folder for the C++ source, such as -o model/");
  if (options.output.empty())
    options.output = "-";
}

void checkTime(Options &options) {
  bool isGiven = options.seconds > 0, tunes = options.command == Command::Tune;
  if (options.measures && options.emit != Stage::Plans)
    throw CLI::ValidationError("--measure", "times stand in the table of plans; ask for it with --emit=plans");
  if (isGiven && !tunes && !options.measures)
    throw CLI::ValidationError("--time", "only 'cnnc tune' and --measure run the network");
  if (!isGiven)
    options.seconds = tunes ? 60 : 10;
}

void checkPrefix(const std::string &prefix) {
  auto letter = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  if (prefix.empty() || std::isdigit(static_cast<unsigned char>(prefix[0])) ||
      !std::all_of(prefix.begin(), prefix.end(), letter))
    throw CLI::ValidationError("--prefix", "'" + prefix + "' is no C identifier");
}

/// Whether --help stands beside a text: what is asked for is what the text says of itself.
bool asksText(const Options &options, int argc, char **argv) {
  auto isHelp = [](std::string_view word) { return word == "--help" || word == "-h"; };
  auto isText = [](std::string_view word) { return word.ends_with(".cnn"); };
  return options.command != Command::Import && std::any_of(argv, argv + argc, isHelp) &&
         std::any_of(argv, argv + argc, isText);
}

/// What a text leaves open.
void addText(CLI::App &app, Options &options, std::vector<std::string> &parameters) {
  app.add_option("-D", parameters, "NAME=VALUE: set a parameter of a .cnn network (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--network", options.network, "NAME of the network in a .cnn file; else the last");
  app.add_option("--weights", options.weights,
                 "FILE or PREFIX=FILE: .safetensors, .npz, .pth, .onnx; else MODEL.safetensors, or random (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--map", options.maps, "'features.*=backbone.*': how weights are named in the files (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--seed", options.seed, "of weights that no file gives")->type_name("");
}

/// How code is made of the network.
void addCompilation(CLI::App &app, Options &options, std::vector<std::string> &formats) {
  app.add_option("--emit", options.emit,
                 "Stop at a stage and print it (weights elided): cnn, folded, fused, scheduled, plans, loops, llvm; or "
                 "write C++ source: cpp")
      ->transform(CLI::Transformer(kStages).description("STAGE"))
      ->type_name("");
  app.add_option("--mcpu", options.cpu, "native, x86-64-v2, x86-64-v3, x86-64-v4, or a core such as cortex-a76")
      ->capture_default_str();
  app.add_option("--mtriple", options.triple, "Another machine than this one, such as aarch64-linux-gnu");
  app.add_option("--prefix", options.prefix, "Prefix of the C symbols")->capture_default_str();
  app.add_option("--input-format", formats,
                 "NAME=u8nhwc,mean=127,scale=0.0078125: take an input as bytes in NHWC order (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--precision", options.precision, "f32, or strict: plain f32 sums only")
      ->check(CLI::IsMember({"f32", "strict"}))
      ->type_name("")
      ->capture_default_str();
  app.add_option("--bottleneck", options.bottleneck,
                 "auto, always or never: run bottlenecks (1x1, 3x3 or depthwise, 1x1) in bands of rows")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("")
      ->capture_default_str();
  app.add_option("--time", options.seconds,
                 "SECONDS that 'cnnc tune' (60) or --measure (10) takes, more if compiling does")
      ->check(CLI::PositiveNumber)
      ->type_name("");
  if (options.command == Command::Compile)
    app.add_flag("--measure", options.measures,
                 "With --emit=plans: run the network, and as many candidates as the time allows, and print times");
  app.add_option("--plans", options.plans, "FILE: use the plans in it, as 'cnnc tune' measured them");
  app.add_flag("--remarks", options.remarks, "Print to stderr what the passes decided where they had a choice");
  app.add_flag("--timing", options.timing, "Print the time of each step to stderr");
}
} // namespace

std::optional<Options> Options::parse(int argc, char **argv, int &exitCode, std::ostream &os) {
  Options options;
  std::vector<std::string> shapes, constants, formats, parameters;
  CLI::App app("Compiles a convolutional network into a library, or into C++ source.\n"
               "  cnnc model.onnx -o model.so              a shared library, and model.h beside it\n"
               "  cnnc resnet.cnn -D depth=101 -o r.so     a network in cnnc's own language\n"
               "  cnnc model.onnx -o model.a --prefix=net  an archive whose entry is net_model()\n"
               "  cnnc model.onnx --emit=cpp -o model/     C++ source with its CMakeLists.txt\n"
               "  cnnc tune model.onnx -o model.plans      measured plans, for --plans=model.plans\n"
               "  cnnc summary model.onnx                  its layers, with their parameters and operations\n"
               "  cnnc import model.onnx -o model.cnn      the network as a text, its weights beside it\n"
               "  cnnc fmt net.cnn                         lays texts out\n"
               "  cnnc --ops [NAME...]                     the operators that texts can call\n"
               "  cnnc --help net.cnn                      what a text says of its networks, inputs and parameters",
               "cnnc");
  if (auto command = kCommands.find(argc > 1 ? argv[1] : ""); command != kCommands.end()) {
    options.command = command->second;
    --argc, ++argv;
  }
  if (asksText(options, argc, argv)) {
    options.command = Command::Describe;
    app.set_help_flag();
    app.add_flag("-h,--help");
  }
  app.set_version_flag("--version", CNNC_VERSION);
  app.add_option("MODEL", options.model, "The network: .onnx, .cnn, or .mlir as --emit=cnn or --emit=loops prints it")
      ->required();
  app.add_option("-o,--output", options.output,
                 options.command == Command::Summary ? "OUT.txt or OUT.json; - is stdout"
                 : options.command == Command::Import
                     ? "OUT.cnn, and OUT.safetensors beside it; - is stdout, without weights"
                     : "OUT.so, OUT.a or OUT.o; with --emit a file, a folder (cpp) or "
                       "- for stdout");
  app.add_option("--shape", shapes, "NAME=1x3x224x224: fix the shape of an input (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--const", constants, "NAME=FILE.pb: freeze an input to a tensor (repeatable)")
      ->allow_extra_args(false);
  addText(app, options, parameters);
  if (options.command == Command::Summary) {
    app.add_flag("--json", options.json, "For programs: a document instead of a table");
    app.add_option("--svg", options.picture, "FILE: draw the graph, by Graphviz");
  } else if (options.command != Command::Import) {
    addCompilation(app, options, formats);
  }
  try {
    app.parse(argc, argv);
    for (const std::string &text : shapes)
      parseShape(options, text);
    for (const std::string &text : constants)
      parseConstant(options, text);
    for (const std::string &text : parameters)
      parseParameter(options, text);
    for (const std::string &text : formats)
      parseInputFormat(options, text);
    checkPrefix(options.prefix);
    checkTime(options);
    checkOutput(options);
  } catch (const CLI::Success &request) { // --help, --version
    exitCode = app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError &error) {
    os << "cnnc: " << error.what() << " (see cnnc --help)\n";
    exitCode = 2;
    return std::nullopt;
  }
  return options;
}
