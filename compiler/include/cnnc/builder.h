// SPDX-License-Identifier: Apache-2.0
// Builds a network in C++ and compiles it in process: the builder that the .cnn language calls, for programs.
//
//     cnnc::Network net("tiny");
//     cnnc::Tensor x = net.input("image", {cnnc::kFree, 3, 32, 32});
//     x = net.call("conv", {x, 16, 3, {"pad", 1}}, "features.0");
//     x = net.call("relu", {x});
//     net.output("logits", net.call("fc", {net.call("global_avg_pool", {x}), 10}, "classifier"));
//     net.compile("tiny.so", {"--weights", "tiny.safetensors"});
//
// Operators, their arguments and defaults are those of the language; `cnnc --ops` lists them. All that is wrong is
// thrown as cnnc::Error where it is found. A network is for one thread at a time; different ones do not meet.
#ifndef CNNC_BUILDER_H
#define CNNC_BUILDER_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cnnc {

/// The first size of an input whose number of images each call of the library chooses.
constexpr int64_t kFree = 0;

/// What is wrong, in one line that names the network and the layer. A program may go on: what failed changed nothing.
class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

class Network;

/// A value of a network, to hand to its calls. `+`, `-`, `*` and `/` call add, sub, mul and div.
class Tensor {
public:
  /// Known before anything is compiled; of a free batch, as for one image.
  const std::vector<int64_t> &shape() const { return sizes; }
  int64_t channels() const { return sizes.at(1); }

private:
  friend class Network;
  Network *network = nullptr;
  size_t index = 0;
  std::vector<int64_t> sizes;
  friend Tensor operate(const char *, const Tensor &, const Tensor &);
  friend Tensor operate(const char *, const Tensor &, double);
};

/// An argument of a call: by position, or with a name, {"stride", 2}. Strings are also the words of the language, as in
/// {"pad", "same"}.
class Argument {
public:
  using List = std::vector<Argument>;

  Argument(const Tensor &value) : value(value) {}
  Argument(bool value) : value(value) {}
  template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T> && !std::is_same_v<T, bool>>>
  Argument(T number) {
    if constexpr (std::is_integral_v<T>)
      value = static_cast<int64_t>(number);
    else
      value = static_cast<double>(number);
  }
  Argument(const char *word) : value(std::string(word)) {}
  Argument(std::string word) : value(std::move(word)) {}
  /// Of numbers, tensors or arguments.
  template <typename T>
  Argument(const std::vector<T> &items) : value(List(items.begin(), items.end())) {}
  template <size_t length>
  Argument(const char (&name)[length], Argument argument) : name(name), value(std::move(argument.value)) {}

private:
  friend class Network;
  std::string name; ///< none: by position
  std::variant<Tensor, int64_t, double, bool, std::string, List> value;
};

/// `list(3, 5)`, where an argument is a list.
template <typename... Items>
Argument list(Items &&...items) {
  return Argument::List{Argument(std::forward<Items>(items))...};
}

class Network {
public:
  /// The name stands in the library and in messages.
  explicit Network(std::string name);
  ~Network();
  Network(Network &&) = delete;

  /// A type is one of the language's, such as f32 or u8.
  Tensor input(const std::string &name, std::vector<int64_t> shape, const std::string &type = "f32");
  /// Calls an operator with one result. The label is the layer's part of the names of its weights,
  /// `layer1.0.conv1.weight`; without one layers are counted: conv1, conv2.
  Tensor call(const std::string &op, const std::vector<Argument> &arguments, const std::string &label = "");
  /// Calls an operator with several results, such as split.
  std::vector<Tensor> callAll(const std::string &op, const std::vector<Argument> &arguments,
                              const std::string &label = "");
  void output(const std::string &name, const Tensor &value);
  /// What the library tells of itself, such as "input.mean" (cnnc/host.h).
  void describe(const std::string &key, const std::string &value);

  /// Labels that are given while it lives stand behind `label` and a dot.
  class Scope {
  public:
    Scope(Scope &&other) : network(std::exchange(other.network, nullptr)) {}
    ~Scope();

  private:
    friend class Network;
    explicit Scope(Network *network) : network(network) {}
    Network *network;
  };
  [[nodiscard]] Scope scope(const std::string &label);

  /// Writes NAME.so, NAME.a or NAME.o, with its header, or what --emit says. The options are those of the command, from
  /// "--mcpu=x86-64-v3" to "--weights"; without weights the initializers are used. As often as wanted; but after the
  /// first time the network is what it is.
  void compile(const std::string &output, const std::vector<std::string> &options = {});

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
  friend Tensor operate(const char *, const Tensor &, const Tensor &);
  friend Tensor operate(const char *, const Tensor &, double);
};

Tensor operate(const char *op, const Tensor &left, const Tensor &right);
Tensor operate(const char *op, const Tensor &left, double right);
template <typename T>
Tensor operator+(const Tensor &left, const T &right) {
  return operate("add", left, right);
}
template <typename T>
Tensor operator-(const Tensor &left, const T &right) {
  return operate("sub", left, right);
}
template <typename T>
Tensor operator*(const Tensor &left, const T &right) {
  return operate("mul", left, right);
}
template <typename T>
Tensor operator/(const Tensor &left, const T &right) {
  return operate("div", left, right);
}

} // namespace cnnc

#endif
