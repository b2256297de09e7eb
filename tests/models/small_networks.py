#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small networks with the structures of large ones, compared with ONNX Runtime through both emitters and for every
instruction set.

Their channels fill no blocks, so that a wrong lane shows; what large networks add is only size.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

import check_networks

SETS = {"x86-64-v2": "sse4_2", "x86-64-v3": "avx2", "x86-64-v4": "avx512vl"}


class Network:
    """Builds a graph node by node; values are names."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.channels = [], [], {}

    def constant(self, values):
        name = f"w{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.asarray(values), name))
        return name

    def op(self, kind, inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, f"{kind}_{len(self.nodes)}", **attributes))
        for name in names:
            self.channels[name] = self.channels.get(inputs[0])
        return names[0] if outputs == 1 else names

    def conv(self, x, filters, kernel=1, stride=1, groups=1, bias=True, **attributes):
        fan_in = self.channels[x] // groups * kernel * kernel
        shape = (filters, self.channels[x] // groups, kernel, kernel)
        inputs = [x, self.constant((self.random.standard_normal(shape) * (2 / fan_in) ** 0.5).astype(np.float32))]
        if bias:
            inputs.append(self.constant(self.random.standard_normal(filters).astype(np.float32) * 0.2))
        attributes.setdefault("pads", [kernel // 2] * 4)
        y = self.op("Conv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, group=groups, **attributes)
        self.channels[y] = filters
        return y

    def batch_norm(self, x):
        size = self.channels[x]
        values = [self.random.uniform(0.7, 1.3, size), self.random.normal(0.3, 0.2, size), self.random.normal(0, 0.2, size),
                  self.random.uniform(0.7, 1.3, size)]
        return self.op("BatchNormalization", [x] + [self.constant(value.astype(np.float32)) for value in values])

    def relu(self, x):
        return self.op("Relu", [x])

    def concat(self, parts):
        y = self.op("Concat", parts, axis=1)
        self.channels[y] = sum(self.channels[part] for part in parts)
        return y

    def classifier(self, x, classes):
        x = self.op("Flatten", [self.op("GlobalAveragePool", [x])])
        weights = self.random.standard_normal((classes, self.channels[x])).astype(np.float32) * 0.1
        return self.op("Gemm", [x, self.constant(weights), self.constant(np.zeros(classes, np.float32))], transB=1)

    def write(self, path, output, shape, classes):
        graph = helper.make_graph(self.nodes, path.stem, [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                                  [helper.make_tensor_value_info(output, TensorProto.FLOAT, [shape[0], classes])], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)


def residual(path):
    """ResNet's bottlenecks with grouped convolutions, AlexNet's LRN, a run-time batch."""
    net = Network(1)
    net.channels["x"] = 3
    x = net.relu(net.batch_norm(net.conv("x", 20, kernel=7, stride=2)))
    x = net.op("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    x = net.op("LRN", [x], size=5)
    for filters, stride in ((36, 1), (36, 1), (58, 2)):
        y = net.relu(net.batch_norm(net.conv(x, filters // 2, bias=False)))
        y = net.relu(net.batch_norm(net.conv(y, filters // 2, kernel=3, stride=stride, groups=1 if filters == 58 else 2)))
        y = net.batch_norm(net.conv(y, filters))
        short = x if net.channels[x] == filters else net.batch_norm(net.conv(x, filters, stride=stride))
        x = net.relu(net.op("Add", [y, short]))
    net.write(path, net.op("Softmax", [net.classifier(x, 17)], axis=1), ["n", 3, 61, 57], 17)


def squeeze_excitation(path):
    """MobileNetV3's and EfficientNet's blocks: depthwise, gates, activations spelled out."""
    net = Network(2)
    net.channels["x"] = 3
    six, three, zero = (net.constant(np.float32(value)) for value in (6, 3, 0))

    def hard_sigmoid(x):
        return net.op("Div", [net.op("Clip", [net.op("Add", [x, three]), zero, six]), six])

    x = net.conv("x", 17, kernel=3, stride=2)
    x = net.op("Mul", [x, hard_sigmoid(x)])
    for filters, kernel, stride in ((17, 3, 1), (24, 5, 2), (24, 3, 1)):
        y = net.conv(x, 3 * net.channels[x])
        y = net.op("Mul", [y, net.op("Sigmoid", [y])])
        y = net.conv(y, net.channels[y], kernel=kernel, stride=stride, groups=net.channels[y])
        y = net.op("Clip", [y, zero, six])
        gate = net.relu(net.conv(net.op("ReduceMean", [y], axes=[2, 3], keepdims=1), 5))
        gate = hard_sigmoid(net.conv(gate, net.channels[y]))
        y = net.conv(net.op("Mul", [gate, y]), filters)
        x = net.op("Add", [x, y]) if stride == 1 else y
    net.write(path, net.classifier(x, 10), [1, 3, 47, 50], 10)


def branches(path):
    """Inception's and DenseNet's concatenations, ShuffleNet's splits and shuffles, TensorFlow's NHWC images."""
    net = Network(3)
    net.channels["x"] = 3
    x = net.op("Transpose", ["x"], perm=[0, 3, 1, 2])
    pads = net.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
    x = net.relu(net.conv(net.op("Pad", [x, pads]), 24, kernel=3, stride=2, pads=[0] * 4))
    average = net.op("AveragePool", [net.op("Pad", [x, pads])], kernel_shape=[3, 3], strides=[1, 1])
    most = net.op("MaxPool", [x], kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4)
    x = net.concat([net.relu(net.conv(x, 10)), net.relu(net.conv(net.relu(net.conv(x, 7)), 31, kernel=3)), net.conv(average, 16), most])
    for _ in range(2):
        y = net.conv(net.relu(net.batch_norm(x)), 12, kernel=3)
        x = net.concat([x, y])
    x = net.conv(x, 58)
    for way in ("split", "slice"):
        if way == "split":
            left, right = net.op("Split", [x], outputs=2, axis=1)
        else:
            one, axis = net.constant(np.array([29], np.int64)), net.constant(np.array([1], np.int64))
            end = net.constant(np.array([2**62], np.int64))
            left = net.op("Slice", [x, net.constant(np.array([0], np.int64)), one, axis])
            right = net.op("Slice", [x, one, end, axis])
        net.channels[left] = net.channels[right] = 29
        right = net.relu(net.conv(net.conv(net.relu(net.conv(right, 29)), 29, kernel=3, groups=29), 29))
        x = net.concat([left, right])
        shape = net.op("Shape", [x])
        batch = net.op("Gather", [shape, net.constant(np.int64(0))], axis=0)
        rest = net.op("Slice", [shape, net.constant(np.array([2], np.int64)), net.constant(np.array([4], np.int64))])
        grouped = net.op("Concat", [net.op("Unsqueeze", [batch, net.constant(np.array([0], np.int64))]),
                                    net.constant(np.array([2, 29], np.int64)), rest], axis=0)
        y = net.op("Transpose", [net.op("Reshape", [x, grouped])], perm=[0, 2, 1, 3, 4])
        x, before = net.op("Reshape", [y, shape]), x
        net.channels[x] = net.channels[before]
    net.write(path, net.classifier(x, 9), [1, 45, 39, 3], 9)


WRITERS = (residual, squeeze_excitation, branches)


def main():
    bin_folder, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    models = []
    for write in WRITERS:
        models.append(folder / f"{write.__name__}.onnx")
        write(models[-1])
    machine = pathlib.Path("/proc/cpuinfo").read_text().split()
    for cpu in (cpu for cpu, feature in SETS.items() if feature in machine):
        print(cpu)
        failed |= check_networks.main([bin_folder, str(folder), *map(str, models), f"--flags=--mcpu={cpu}"])
    return failed


if __name__ == "__main__":
    sys.exit(main())
