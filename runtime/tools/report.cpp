// SPDX-License-Identifier: Apache-2.0
// The text: a line a fact.
#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>

using namespace cnnc;

[[gnu::format(printf, 1, 2)]] static std::string text(const char *format, ...) {
  char buffer[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

static void print_tensors(const char *title, const cnnc_tensor *tensors, uint32_t count, std::ostream &out) {
  for (uint32_t i = 0; i < count; ++i) {
    std::vector<int64_t> shape(tensors[i].shape, tensors[i].shape + tensors[i].rank);
    out << text("%-9s ", title) << tensors[i].name << ' ' << type_name(tensors[i].type) << ' ' << shape_text(shape)
        << '\n';
  }
}

void cnnc::print_info(const cnnc_network &network, std::ostream &out) {
  int64_t flops = 0;
  for (uint32_t i = 0; i < network.phase_count; ++i)
    flops += network.phases[i].flops;
  out << "network   " << network.name << '\n';
  print_tensors("input", network.inputs, network.input_count, out);
  print_tensors("output", network.outputs, network.output_count, out);
  out << "batch     " << (network.free_batch ? "free" : "fixed") << '\n'
      << text("weights   %.3f MB\n", double(network.weight_bytes) / 1e6)
      << text("arena     %.3f MB\n", double(network.arena_bytes) / 1e6) << "cpu       "
      << (*network.cpu ? network.cpu : "any") << '\n'
      << text("phases    %u, %.3f GFLOP an image\n", network.phase_count, double(flops) / 1e9);
  for (uint32_t i = 0; i < network.metadata_count; ++i)
    out << "metadata  " << network.metadata[i].key << " = " << network.metadata[i].value << '\n';
}

static double gflop_s(double flops, double ms) { return ms > 0 ? flops / ms / 1e6 : 0; }

static void print_profile(const Report &report, std::ostream &out) {
  const std::vector<double> &ms = report.measurement.phase_ms;
  double total = 0, flops = 0;
  size_t widest = 6;
  for (size_t i = 0; i < ms.size(); ++i) {
    total += ms[i];
    flops += double(report.network.phases[i].flops) * report.measurement.batch;
    widest = std::max(widest, std::string(report.network.phases[i].kernel).size());
  }
  int width = int(std::min<size_t>(widest, 40));
  out << text("%10s %9s %6s  %-*s  %s\n", "ms", "GFLOP/s", "share", width, "kernel", "nodes");
  for (size_t i = 0; i < ms.size(); ++i) {
    const cnnc_phase &phase = report.network.phases[i];
    out << text("%10.4f %9.2f %5.1f%%  %-*s  %s\n", ms[i],
                gflop_s(double(phase.flops) * report.measurement.batch, ms[i]), total > 0 ? 100 * ms[i] / total : 0.0,
                width, phase.kernel, phase.nodes);
  }
  out << text("%10.4f %9.2f 100.0%%  in %zu phases\n", total, gflop_s(flops, total), ms.size());
}

static void print_outputs(const Report &report, std::ostream &out) {
  for (size_t i = 0; i < report.measurement.outputs.size(); ++i) {
    const Tensor &tensor = report.measurement.outputs[i];
    double least = INFINITY, most = -INFINITY;
    size_t count = tensor.data.size() / type_bytes(tensor.type);
    for (size_t at = 0; at < count; ++at) {
      least = std::min(least, element(tensor, at));
      most = std::max(most, element(tensor, at));
    }
    out << report.network.outputs[i].name << ' ' << type_name(tensor.type) << ' ' << shape_text(tensor.shape);
    if (count)
      out << text(", %g to %g", least, most);
    if (!report.files.empty())
      out << ", " << report.files[i];
    out << '\n';
  }
}

void cnnc::print_report(const Report &report, std::ostream &out) {
  const Measurement &measured = report.measurement;
  print_outputs(report, out);
  for (size_t image = 0; image < report.top.size(); ++image) {
    if (report.top.size() > 1)
      out << "image " << image << '\n';
    for (const Guess &guess : report.top[image])
      out << text("%8.4f  %4zu  ", guess.probability, guess.index) << guess.label << '\n';
  }
  if (!measured.phase_ms.empty())
    print_profile(report, out);
  const char *threads = measured.threads == 1 ? "thread" : "threads";
  if (report.repeat > 1)
    out << text("median %.3f ms, minimum %.3f ms, spread %.3f ms (quartiles), %d runs on %d %s\n",
                measured.quantile_ms(0.5), measured.quantile_ms(0),
                measured.quantile_ms(0.75) - measured.quantile_ms(0.25), report.repeat, measured.threads, threads);
  else
    out << text("%.3f ms on %d %s\n", measured.first_ms, measured.threads, threads);
}
