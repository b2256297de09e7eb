// SPDX-License-Identifier: Apache-2.0
// Runs a compiled network on files.
#include "npy.h"
#include "options.h"
#include "report.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

using namespace cnnc;

using Library = std::unique_ptr<cnnc_library, decltype(&cnnc_library_close)>;

static Library open_library(const std::string &path, double &open_ms) {
  cnnc_library *opened = nullptr;
  uint64_t start = now_ns();
  check(cnnc_library_open(path.c_str(), &opened));
  open_ms = double(now_ns() - start) / 1e6;
  return Library(opened, cnnc_library_close);
}

/// A name that is safe in any file system.
static std::string file_name(std::string name) {
  for (char &c : name)
    if (!isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '-')
      c = '_';
  return name + ".npy";
}

/// Where the outputs go, in their order. Names are checked before the network runs.
static std::vector<std::string> output_files(const cnnc_network &network, const std::string &folder) {
  std::vector<std::string> files;
  if (folder.empty())
    return files;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw Failure(folder + ": " + (error ? error.message() : "not a folder"));
  for (uint32_t i = 0; i < network.output_count; ++i)
    files.push_back(folder + (folder.back() == '/' ? "" : "/") + file_name(network.outputs[i].name));
  if (std::set<std::string>(files.begin(), files.end()).size() != files.size())
    throw Failure(folder + ": two outputs of the network would have the same file");
  return files;
}

static std::vector<std::vector<Guess>> top_of(const Options &options, const Measurement &measured, bool photographs) {
  if (!options.classify && !photographs)
    return {};
  std::vector<std::string> labels;
  if (!options.labels.empty())
    labels = read_labels(options.labels);
  for (const Tensor &output : measured.outputs)
    if (is_classification(output))
      return classify(output, size_t(options.top), labels);
  if (options.classify)
    throw Failure("--top: the network has no output with a number for each class");
  return {};
}

static void print_json(const nlohmann::ordered_json &json) {
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

static void run_tool(const Options &options) {
  double open_ms = 0;
  Library library = open_library(options.model, open_ms);
  const cnnc_network &network = *cnnc_library_network(library.get());
  bool only_info = options.info && options.inputs.empty();
  if (options.info && !options.json)
    print_info(network, std::cout);
  if (options.info && options.json && only_info)
    print_json(info_json(network));
  if (only_info)
    return;

  check(cnnc_network_check(&network));
  Inputs inputs = read_inputs(network, options.inputs, with_metadata(options.image, network), options.batch);
  std::vector<std::string> files = output_files(network, options.output);
  Measurement measured = run(network, inputs, options.threads, options.repeat, options.profile);
  std::vector<std::vector<Guess>> top = top_of(options, measured, inputs.photographs);
  for (size_t i = 0; i < files.size(); ++i)
    write_file(files[i], format_npy(measured.outputs[i]));

  Report report{network, measured, files, top, open_ms, options.repeat};
  if (!options.json)
    return print_report(report, std::cout);
  nlohmann::ordered_json json = report_json(report);
  if (options.info)
    json["info"] = info_json(network);
  print_json(json);
}

static int fail(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::cerr << "cnnc-run: error: " << message << '\n';
  return 1;
}

int main(int argc, char **argv) try {
  if (std::optional<Options> options = parse_options(argc, argv))
    run_tool(*options);
  std::cout.flush();
  return std::cout ? 0 : fail("stdout: cannot be written");
} catch (const std::bad_alloc &) {
  return fail("out of memory");
} catch (const std::exception &error) {
  return fail(error.what());
}
