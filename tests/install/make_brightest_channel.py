#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a network whose classes are red, green and blue: make_brightest_channel.py FILE."""
import sys

import onnx
from onnx import TensorProto, helper

image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 224, 224])
scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])
nodes = [helper.make_node("GlobalAveragePool", ["image"], ["mean"]), helper.make_node("Flatten", ["mean"], ["scores"])]
graph = helper.make_graph(nodes, "brightest_channel", [image], [scores])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7), sys.argv[1])
