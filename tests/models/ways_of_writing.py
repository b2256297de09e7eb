#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX lets a network be written in many ways: each gives the numbers of ONNX's reference implementation.

    ways_of_writing.py BUILD/bin SCRATCH [unittest's options and names]
"""
import pathlib
import sys
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from suite_case import compare, compile_model, load_result, run_library

BIN, SCRATCH = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
RANDOM = np.random.default_rng(0)


def floats(*shape):
    return RANDOM.standard_normal(shape, dtype=np.float32)


def ints(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def network(nodes, shape, initializers=(), kind=FLOAT, opset=17, more_inputs=()):
    """From x to y; a node is (operator, inputs, outputs, attributes)."""
    graph = helper.make_graph(
        [helper.make_node(op, inputs.split(), outputs.split(), **attributes) for op, inputs, outputs, attributes in nodes],
        "network", [helper.make_tensor_value_info("x", kind, shape), *more_inputs],
        [helper.make_tensor_value_info("y", kind, None)], list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


class WaysOfWriting(unittest.TestCase):
    def check(self, model, x, *options, expected=None, external=False):
        folder = SCRATCH / self.id().rpartition(".")[2]
        folder.mkdir(parents=True, exist_ok=True)
        if expected is None:
            expected = ReferenceEvaluator(model).run(None, {"x": x})[0]
        onnx.save(model, folder / "model.onnx", save_as_external_data=external, location="weights.bin", size_threshold=0)
        self.assertIsNone(compile_model(BIN, folder / "model.onnx", folder / "model.so", options))
        (folder / "x.pb").write_bytes(numpy_helper.from_array(x).SerializeToString())
        run_library(BIN, folder / "model.so", [folder / "x.pb"], folder)
        compare("y", np.asarray(expected), load_result(folder, "y", expected), rtol=1e-5, atol=1e-6)

    def check_weight(self, tensor, kind):
        """A weight that is converted to float and added."""
        weight = numpy_helper.to_array(tensor).astype(np.float32)
        model = network([("Cast", "w", "wide", {"to": FLOAT}), ("Add", "x wide", "y", {})], [2, 3], [tensor])
        self.assertEqual(tensor.data_type, kind)
        x = floats(2, 3)
        self.check(model, x, expected=x + weight)


class Tensors(WaysOfWriting):
    VALUES = {
        TensorProto.FLOAT: [1.5, -2.25, 3e20], TensorProto.DOUBLE: [1.5, -2.25, 1e-30],
        TensorProto.FLOAT16: [1.5, -2.25, 6e-8], TensorProto.BFLOAT16: [1.5, -2.25, 3e38],
        TensorProto.INT8: [-128, 127, 0], TensorProto.UINT8: [255, 0, 7], TensorProto.INT16: [-32768, 32767, 1],
        TensorProto.UINT16: [65535, 0, 1], TensorProto.INT32: [-2**31, 5, 7], TensorProto.UINT32: [2**32 - 256, 0, 1],
        TensorProto.INT64: [-2**40, 2**40, 1], TensorProto.UINT64: [2**63, 0, 1], TensorProto.BOOL: [1, 0, 1],
    }

    def test_raw_and_typed_data(self):
        for kind, values in self.VALUES.items():
            with self.subTest(kind=TensorProto.DataType.Name(kind)):
                array = np.array(values).astype(helper.tensor_dtype_to_np_dtype(kind))
                self.check_weight(numpy_helper.from_array(array, "w"), kind)
                self.check_weight(helper.make_tensor("w", kind, [3], array.astype(object) if kind == TensorProto.UINT64 else array), kind)

    def test_external_data(self):
        w, b = floats(4, 3, 3, 3), floats(4)
        model = network([("Conv", "x w b", "y", {})], [1, 3, 9, 9],
                        [numpy_helper.from_array(w, "w"), numpy_helper.from_array(b, "b")])
        x = floats(1, 3, 9, 9)
        expected = ReferenceEvaluator(model).run(None, {"x": x})[0]
        self.check(model, x, expected=expected, external=True)

    def test_types_of_a_network(self):
        for kind in (TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE):
            with self.subTest(kind=TensorProto.DataType.Name(kind)):
                dtype = helper.tensor_dtype_to_np_dtype(kind)
                w, x = np.array([1.5, -2.25, 4]).astype(dtype), floats(2, 3).astype(dtype)
                model = network([("Mul", "x w", "m", {}), ("Relu", "m", "y", {})], [2, 3], [numpy_helper.from_array(w, "w")], kind)
                # Two roundings, as each operator's result is of the network's type.
                product = (x.astype(np.float64) * w.astype(np.float64)).astype(dtype)
                self.check(model, x, expected=np.maximum(product, product.dtype.type(0)))


class Weights(WaysOfWriting):
    def conv(self, nodes, initializers, more_inputs=()):
        model = network([*nodes, ("Conv", "x w", "y", {"pads": [1, 1, 1, 1]})], [1, 3, 7, 7], initializers, more_inputs=more_inputs)
        return model, floats(1, 3, 7, 7)

    def test_are_inputs_too(self):
        w = numpy_helper.from_array(floats(5, 3, 3, 3), "w")
        self.check(*self.conv([], [w], [helper.make_tensor_value_info("w", FLOAT, [5, 3, 3, 3])]))

    def test_are_constant_nodes(self):
        w = numpy_helper.from_array(floats(5, 3, 3, 3))
        self.check(*self.conv([("Constant", "", "w", {"value": w})], []))

    def test_pass_identities(self):
        w = numpy_helper.from_array(floats(5, 3, 3, 3), "w0")
        self.check(*self.conv([("Identity", "w0", "w1", {}), ("Identity", "w1", "w", {})], [w]))

    def test_are_computed(self):
        w = numpy_helper.from_array(floats(3, 3, 3, 5), "w0")
        self.check(*self.conv([("Transpose", "w0", "w1", {"perm": [3, 2, 0, 1]}), ("Constant", "", "two", {"value_float": 2.0}),
                               ("Mul", "w1 two", "w", {})], [w]))

    def test_are_constants_of_every_kind(self):
        for attributes in ({"value_float": 2.5}, {"value_floats": [1.0, 2.0, 3.0]}):
            self.check(network([("Constant", "", "c", attributes), ("Add", "x c", "y", {})], [2, 3]), floats(2, 3))
        for attributes in ({"value_int": 2}, {"value_ints": [1, 2, 3]}):
            self.check(network([("Constant", "", "i", attributes), ("Cast", "i", "c", {"to": FLOAT}), ("Add", "x c", "y", {})], [2, 3]), floats(2, 3))


class Shapes(WaysOfWriting):
    def test_flatten_as_pytorch(self):
        nodes = [("Shape", "x", "s", {}), ("Constant", "", "zero", {"value": ints("", 0)}), ("Gather", "s zero", "n", {"axis": 0}),
                 ("Unsqueeze", "n axes", "n1", {}), ("Concat", "n1 rest", "shape", {"axis": 0}), ("Reshape", "x shape", "y", {})]
        model = network(nodes, ["batch", 3, 4, 4], [ints("axes", [0]), ints("rest", [-1])])
        for images in (1, 3):
            self.check(model, floats(images, 3, 4, 4))

    def test_pad_as_pytorch(self):
        nodes = [("ConstantOfShape", "extra", "zeros", {"value": ints("", [0])}), ("Concat", "given zeros", "all", {"axis": 0}),
                 ("Reshape", "all pairs", "p0", {}), ("Slice", "p0 start end axis step", "p1", {}), ("Transpose", "p1", "p2", {"perm": [1, 0]}),
                 ("Reshape", "p2 flat", "p3", {}), ("Cast", "p3", "pads", {"to": INT64}), ("Pad", "x pads value", "y", {"mode": "constant"})]
        initializers = [ints("extra", [4]), ints("given", [1, 2, 0, 3]), ints("pairs", [-1, 2]), ints("start", [-1]),
                        ints("end", [-2**63 + 1]), ints("axis", [0]), ints("step", [-1]), ints("flat", [-1]),
                        numpy_helper.from_array(np.float32(1.5), "value")]
        self.check(network(nodes, [1, 2, 4, 5], initializers), floats(1, 2, 4, 5))

    def test_resize_as_pytorch(self):
        nodes = [("Shape", "x", "s", {}), ("Slice", "s zero two zero", "front", {}), ("Slice", "s two four zero", "image", {}),
                 ("Cast", "image", "real", {"to": FLOAT}), ("Mul", "real scale", "scaled", {}), ("Floor", "scaled", "whole", {}),
                 ("Cast", "whole", "size", {"to": INT64}), ("Concat", "front size", "sizes", {"axis": 0}),
                 ("Resize", "x none none sizes", "y", {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"})]
        initializers = [ints("zero", [0]), ints("two", [2]), ints("four", [4]), numpy_helper.from_array(np.float32(1.75), "scale"),
                        numpy_helper.from_array(np.zeros(0, np.float32), "none")]
        self.check(network(nodes, [1, 2, 4, 5], initializers), floats(1, 2, 4, 5))

    def test_channel_shuffle_as_pytorch(self):
        nodes = [("Reshape", "x split", "a", {}), ("Transpose", "a", "b", {"perm": [0, 2, 1, 3, 4]}), ("Reshape", "b back", "y", {})]
        model = network(nodes, [1, 6, 3, 3], [ints("split", [0, 2, 3, 3, 3]), ints("back", [0, -1, 3, 3])])
        self.check(model, floats(1, 6, 3, 3))

    def test_a_scalar_between(self):
        self.check(network([("ReduceSum", "x", "sum", {"keepdims": 0}), ("Div", "x sum", "y", {})], [1, 3, 8, 8]),
                   np.abs(floats(1, 3, 8, 8)))

    def test_symbolic_batch(self):
        w = numpy_helper.from_array(floats(4, 3, 3, 3), "w")
        model = network([("Conv", "x w", "c", {}), ("Relu", "c", "r", {}), ("GlobalAveragePool", "r", "y", {})], ["N", 3, 6, 6], [w])
        for images in (1, 2, 5):
            self.check(model, floats(images, 3, 6, 6))

    def test_given_shape(self):
        w = numpy_helper.from_array(floats(4, 3, 3, 3), "w")
        model = network([("Conv", "x w", "y", {})], ["N", 3, "height", "width"], [w])
        self.check(model, floats(2, 3, 6, 9), "--shape", "x=2x3x6x9")


class Opsets(WaysOfWriting):
    """What older opsets say by attributes."""

    def test_6(self):
        scale = [numpy_helper.from_array(np.abs(floats(3)) + 0.5, name) for name in ("s", "b", "m", "v")]
        nodes = [("BatchNormalization", "x s b m v", "n", {"is_test": 1, "epsilon": 1e-3}), ("Dropout", "n", "d", {"is_test": 1}),
                 ("Add", "d b", "y", {"broadcast": 1, "axis": 1})]
        model, x = network(nodes, [1, 3, 4, 4], scale, opset=6), floats(1, 3, 4, 4)
        s, b, m, v = (numpy_helper.to_array(tensor).reshape(3, 1, 1) for tensor in scale)
        self.check(model, x, expected=(x - m) / np.sqrt(v + np.float32(1e-3)) * s + b + b)

    def test_9(self):
        nodes = [("Slice", "x", "a", {"axes": [2], "starts": [1], "ends": [4]}), ("Pad", "a", "b", {"pads": [0, 0, 1, 1, 0, 0, 1, 1]}),
                 ("Unsqueeze", "b", "c", {"axes": [0]}), ("Squeeze", "c", "d", {"axes": [0]}), ("Clip", "d", "e", {"min": -0.5, "max": 0.5}),
                 ("ReduceMean", "e", "f", {"axes": [3], "keepdims": 0}), ("Softmax", "f", "y", {"axis": 1})]
        model, x = network(nodes, [1, 2, 5, 4], opset=9), floats(1, 2, 5, 4)
        padded = np.pad(x[:, :, 1:4], [(0, 0), (0, 0), (1, 1), (1, 1)]).clip(-0.5, 0.5).mean(axis=3)
        power = np.exp(padded - padded.max())
        self.check(model, x, expected=power / power.sum(axis=(1, 2), keepdims=True))

    def test_9_upsample(self):
        model = network([("Upsample", "x scales", "y", {"mode": "nearest"})], [1, 2, 3, 3],
                        [numpy_helper.from_array(np.array([1, 1, 2, 3], np.float32), "scales")], opset=9)
        x = floats(1, 2, 3, 3)
        self.check(model, x, expected=x.repeat(2, axis=2).repeat(3, axis=3))

    def test_newest(self):
        nodes = [("ReduceMean", "x axes", "a", {}), ("Sub", "x a", "b", {}), ("Split", "b", "c d", {"axis": 1, "num_outputs": 2}),
                 ("Concat", "d c", "e", {"axis": 1}), ("Gelu", "e", "f", {}), ("Swish", "f", "y", {})]
        model = network(nodes, [1, 4, 5, 4], [ints("axes", [2, 3])], opset=24)
        self.check(model, floats(1, 4, 5, 4))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
