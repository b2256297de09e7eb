// SPDX-License-Identifier: Apache-2.0
// Building and running networks, in this process or under an emulator.
#include "tests/numeric/Target.h"

#include "cnnc/runtime.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

using namespace cnnc::numeric;

const std::vector<Target> &cnnc::numeric::targets() {
  static const std::string neon = "--mtriple=aarch64-linux-gnu --mcpu=cortex-a76";
  static const std::string flags = " -O2 -ffp-contract=off -fwrapv -fno-math-errno -fno-trapping-math -Wall -Wextra "
                                   "-Werror -Wno-psabi";
  static const std::string library = flags + " -std=c++17 -fPIC -shared";
  static const std::vector<Target> list = {
      // Some take plain sums only, and some fuse bottlenecks of any size, so that the kernels that others pass over are
      // tried too.
      {"native_v2_strict", "--mcpu=x86-64-v2 --precision=strict --bottleneck=always", "", "", 1},
      {"native_v3", "--mcpu=x86-64-v3", "", "", 1},
      {"native_v4", "--mcpu=x86-64-v4 --bottleneck=always", "", "", 1},
      {"native_neon", neon, "aarch64-linux-gnu-gcc -static", "qemu-aarch64", 3},
      {"cxx_v3_clang_strict", "--emit=cpp --mcpu=x86-64-v3 --precision=strict", "clang++-22 -march=x86-64-v3" + library,
       "", 1},
      {"cxx_v2_gcc", "--emit=cpp --mcpu=x86-64-v2 --bottleneck=always", "g++-12 -march=x86-64-v2" + library, "", 3},
      {"cxx_v4_gcc", "--emit=cpp --mcpu=x86-64-v4", "g++-12 -march=x86-64-v4 -mprefer-vector-width=512" + library, "",
       3},
      {"cxx_neon_gcc", "--emit=cpp --bottleneck=always " + neon,
       "aarch64-linux-gnu-gcc -mcpu=cortex-a76 -static" + flags, "qemu-aarch64", 5},
  };
  return list;
}

/// Runs a command; the error is what it printed.
static std::optional<std::string> shell(const std::string &command, const std::string &folder) {
  std::string log = folder + "/log";
  if (std::system(("( " + command + " ) > " + log + " 2>&1").c_str()) == 0)
    return std::nullopt;
  std::ostringstream text;
  text << command << "\n" << std::ifstream(log).rdbuf();
  return text.str().substr(0, 2000);
}

static bool hasCommand(const std::string &command) {
  std::string program = command.substr(0, command.find(' '));
  return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;
}

std::optional<std::string> Target::unavailable() const {
  for (const std::string &command : {compiler, emulator})
    if (!command.empty() && !hasCommand(command))
      return "there is no " + command;
  if (options.find("x86-64-v4") != std::string::npos && !__builtin_cpu_supports("avx512vl"))
    return "this machine has no AVX-512";
  return std::nullopt;
}

std::optional<std::string> Target::build(const std::string &module, const std::string &folder) const {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/cases.mlir") << module;
  bool source = options.find("--emit=cpp") != std::string::npos;
  std::string output = folder + (source ? "/source" : compiler.empty() ? "/cases.so" : "/cases.a");
  std::string cnnc = std::string(CNNC_BINARY) + " " + folder + "/cases.mlir " + options + " -o " + output;
  if (auto error = shell(cnnc, folder))
    return error;
  if (source) {
    std::string program =
        emulator.empty() ? " -o ../cases.so" : " -I" CNNC_RUNTIME_INCLUDE " " CNNC_RUNNER " -o ../cases";
    return shell("cd " + output + " && " + compiler + " *.cpp $(ls *.S 2> /dev/null)" + program, folder);
  }
  if (!compiler.empty())
    return shell(compiler + " -I" CNNC_RUNTIME_INCLUDE " " CNNC_RUNNER " " + output + " -o " + folder + "/cases",
                 folder);
  return std::nullopt;
}

/// Shares among threads that live for one phase.
static void parallelFor(void *pool, int64_t size, int64_t grain, cnnc_task task, void *context) {
  int64_t count = *static_cast<int *>(pool), share = std::max(grain, (size + count - 1) / count);
  std::vector<std::thread> threads;
  int32_t worker = 0;
  for (int64_t begin = 0; begin < size; begin += share)
    threads.emplace_back(task, context, begin, std::min(begin + share, size), worker++);
  for (std::thread &thread : threads)
    thread.join();
}

static std::optional<std::string> runHere(const std::string &library, const Buffers &inputs, Buffers &outputs,
                                          int threads) {
  void *handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return dlerror();
  auto model = reinterpret_cast<cnnc_model_function>(dlsym(handle, "cnnc_model"));
  if (!model)
    return "no cnnc_model in " + library;
  const cnnc_network *network = model();
  if (network->input_count != inputs.size() || network->output_count != outputs.size())
    return "the library has other inputs or outputs than the module";
  std::vector<const void *> in;
  std::vector<void *> out;
  for (const auto &buffer : inputs)
    in.push_back(buffer.data());
  for (auto &buffer : outputs)
    out.push_back(buffer.data());
  // Numbers that nobody wrote are NaN.
  size_t arenaBytes = (network->arena_bytes + 127) / 64 * 64;
  void *arena = std::aligned_alloc(64, arenaBytes);
  std::memset(arena, 0xff, arenaBytes);
  cnnc_threads pool{parallelFor, &threads, threads};
  cnnc_call call{sizeof call, 1, in.data(), out.data(), arena, threads > 1 ? &pool : nullptr, nullptr, nullptr};
  cnnc_status status = network->run(network, &call);
  std::free(arena);
  dlclose(handle);
  if (status != CNNC_OK)
    return "run() returned " + std::to_string(status);
  return std::nullopt;
}

std::optional<std::string> Target::run(const std::string &folder, const Buffers &inputs, Buffers &outputs,
                                       int threads) const {
  if (emulator.empty())
    return runHere(folder + "/cases.so", inputs, outputs, threads);
  std::ofstream in(folder + "/inputs", std::ios::binary);
  for (const auto &buffer : inputs)
    in.write(buffer.data(), buffer.size());
  in.close();
  if (auto error = shell(emulator + " " + folder + "/cases " + folder + "/inputs " + folder + "/outputs", folder))
    return error;
  std::ifstream out(folder + "/outputs", std::ios::binary);
  for (auto &buffer : outputs)
    out.read(buffer.data(), buffer.size());
  return out ? std::nullopt : std::optional<std::string>("the program wrote too little");
}
