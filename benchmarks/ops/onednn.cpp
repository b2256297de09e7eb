// SPDX-License-Identifier: Apache-2.0
// Layers by oneDNN, which chooses the layouts itself: only the primitive is timed.
#include "benchmarks/ops/layer.h"

#include <algorithm>
#include <dnnl.hpp>
#include <unordered_map>

using namespace dnnl;
using Tag = memory::format_tag;

static memory::desc any(const memory::dims &dims) { return {dims, memory::data_type::f32, Tag::any}; }

template <typename Primitive>
static std::function<void()> prepared(const engine &engine, const typename Primitive::primitive_desc &description) {
  std::unordered_map<int, memory> arguments;
  for (auto [argument, place] :
       {std::pair(DNNL_ARG_SRC, description.src_desc()), std::pair(DNNL_ARG_WEIGHTS, description.weights_desc()),
        std::pair(DNNL_ARG_DST, description.dst_desc())}) {
    memory values(place, engine);
    std::fill_n(static_cast<float *>(values.get_data_handle()), place.get_size() / sizeof(float), 0.5f);
    arguments.emplace(argument, values);
  }
  return [primitive = Primitive(description), arguments, stream = stream(engine)]() mutable {
    primitive.execute(stream, arguments);
    stream.wait();
  };
}

std::function<void()> onednnLayer(const Layer &layer) {
  engine engine(engine::kind::cpu, 0);
  memory::dim c = layer.channels, f = layer.filters, g = layer.groups, k = layer.kernel, s = layer.size,
              o = layer.extent();
  if (k == 0)
    return prepared<inner_product_forward>(
        engine,
        {inner_product_forward::desc(prop_kind::forward_inference, any({1, c}), any({f, c}), any({1, f})), engine});
  memory::dims weights = g == 1 ? memory::dims{f, c, k, k} : memory::dims{g, f / g, c / g, k, k};
  memory::dims strides(2, layer.stride), padding(2, layer.padding);
  return prepared<convolution_forward>(
      engine, {convolution_forward::desc(prop_kind::forward_inference, algorithm::convolution_auto, any({1, c, s, s}),
                                         any(weights), any({1, f, o, o}), strides, padding, padding),
               engine});
}
