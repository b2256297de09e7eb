// SPDX-License-Identifier: Apache-2.0
// A summary as a table for readers and as JSON for programs.
#include "compiler/driver/Summary.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <algorithm>

using namespace cnnc;

namespace {
/// 61,100,840
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

std::string countOrDash(int64_t number) { return number ? grouped(number) : "-"; }
} // namespace

void cnnc::printTable(const Summary &summary, llvm::raw_ostream &os) {
  constexpr size_t kColumns = 7, kWords = 3; // words to the left, numbers to the right
  using Row = std::array<std::string, kColumns>;
  std::vector<Row> rows{{"layer", "operator", "output", "parameters", "multiply-adds", "bytes", "field"}};
  for (const SummaryLayer &layer : summary.layers)
    rows.push_back({layer.name, layer.op, layer.output, countOrDash(layer.parameters), countOrDash(layer.multiplyAdds),
                    grouped(layer.bytes), text(layer.field)});
  std::array<size_t, kColumns> width{};
  for (const Row &row : rows)
    for (size_t i = 0; i != kColumns; ++i)
      width[i] = std::max(width[i], row[i].size());
  for (const Row &row : rows) {
    std::string line;
    for (size_t i = 0; i != kColumns; ++i) {
      std::string room(width[i] - row[i].size(), ' ');
      line += (i ? "  " : "") + (i < kWords ? row[i] + room : room + row[i]);
    }
    os << llvm::StringRef(line).rtrim() << '\n';
  }
  os << "\n"
     << summary.network << ": " << grouped(summary.parameters) << " parameters, " << grouped(summary.multiplyAdds)
     << " multiply-adds\n"
     << grouped(summary.weightBytes) << " bytes of weights, " << grouped(summary.activationBytes)
     << " bytes of results in all\n";
}

void cnnc::printJson(const Summary &summary, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, 2);
  json.object([&] {
    json.attribute("network", summary.network);
    json.attribute("parameters", summary.parameters);
    json.attribute("multiply_adds", summary.multiplyAdds);
    json.attribute("weight_bytes", summary.weightBytes);
    json.attribute("activation_bytes", summary.activationBytes);
    json.attributeArray("layers", [&] {
      for (const SummaryLayer &layer : summary.layers)
        json.object([&] {
          json.attribute("name", llvm::json::fixUTF8(layer.name));
          json.attribute("operator", layer.op);
          json.attribute("output", layer.output);
          json.attribute("parameters", layer.parameters);
          json.attribute("multiply_adds", layer.multiplyAdds);
          json.attribute("bytes", layer.bytes);
          json.attribute("receptive_field", text(layer.field));
          json.attributeArray("inputs", [&] {
            for (size_t input : layer.inputs)
              json.value(static_cast<int64_t>(input));
          });
        });
    });
    json.attributeArray("outputs", [&] {
      for (const auto &[name, layer] : summary.outputs)
        json.object([&] {
          json.attribute("name", llvm::json::fixUTF8(name));
          json.attribute("layer", static_cast<int64_t>(layer));
        });
    });
  });
  os << '\n';
}
