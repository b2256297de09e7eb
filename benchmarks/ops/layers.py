#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles networks of one layer for cnnc-ops: layers.py BUILD/bin FOLDER.

Writes FOLDER/layers.txt, a line for each: its name, then input channels, input size, output channels, kernel, stride,
padding and groups (kernel 0: a fully connected layer), and its library.
"""
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# (name, channels, size, filters, kernel, stride, padding, groups)
LAYERS = [("stem", 3, 224, 64, 7, 2, 3, 1)]
LAYERS += [(f"1x1-{c}-{f}@{s}", c, s, f, 1, 1, 0, 1) for c, f, s in (
    (64, 64, 56), (64, 256, 56), (256, 64, 56), (256, 128, 56), (128, 512, 28), (512, 128, 28), (512, 256, 28), (256, 1024, 14),
    (1024, 256, 14), (1024, 512, 14), (512, 2048, 7), (2048, 512, 7))]
LAYERS += [(f"1x1s2-{c}-{2 * c}@{s}", c, s, 2 * c, 1, 2, 0, 1) for c, s in ((256, 56), (512, 28), (1024, 14))]
LAYERS += [(f"3x3-{c}@{s}", c, s, c, 3, 1, 1, 1) for c, s in ((64, 56), (128, 28), (256, 14), (512, 7))]
LAYERS += [(f"3x3s2-{c}@{s}", c, s, c, 3, 2, 1, 1) for c, s in ((128, 56), (256, 28), (512, 14))]
LAYERS += [(f"depthwise3x3s{stride}-{c}@{s}", c, s, c, 3, stride, 1, c) for c, s, stride in (
    (32, 112, 1), (96, 112, 2), (144, 56, 1), (192, 28, 1), (384, 14, 1), (960, 7, 1))]
LAYERS += [("depthwise5x5-240@28", 240, 28, 240, 5, 1, 2, 240), ("fc-2048-1000", 2048, 1, 1000, 0, 1, 0, 1)]


def network(channels, size, filters, kernel, stride, padding, groups):
    random = np.random.default_rng(0)
    shape = (filters, channels // groups, kernel, kernel) if kernel else (filters, channels)
    weights = numpy_helper.from_array(random.standard_normal(shape, np.float32) * 0.1, "weights")
    if kernel:
        node = helper.make_node("Conv", ["x", "weights"], ["y"], "layer", kernel_shape=[kernel] * 2, strides=[stride] * 2,
                                pads=[padding] * 4, group=groups)
        extent = (size + 2 * padding - kernel) // stride + 1
        inputs, outputs = [1, channels, size, size], [1, filters, extent, extent]
    else:
        node = helper.make_node("Gemm", ["x", "weights"], ["y"], "layer", transB=1)
        inputs, outputs = [1, channels], [1, filters]
    graph = helper.make_graph([node], "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, outputs)], [weights])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def main():
    tools, folder = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for i, (name, *shape) in enumerate(LAYERS):
        model = folder / f"layer{i}.onnx"
        onnx.save(network(*shape), model)
        subprocess.run([tools / "cnnc", model, "-o", model.with_suffix(".so")], check=True)
        lines.append(" ".join(map(str, [name, *shape, model.with_suffix(".so")])))
    (folder / "layers.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
