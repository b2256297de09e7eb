# SPDX-License-Identifier: Apache-2.0
"""Graphs that cannot be compiled: what is unknown, does not fit together, or is far too large."""
import unittest

import numpy
from onnx import TensorProto, helper

from refusal import Refusal, constant, model, network, node, tensor, weight

HUGE = 1 << 62


class Graphs(Refusal):
    def test_unknown_operators(self):
        self.refuse_node("Foo", "operator Foo of opset 17 is not supported")
        self.refuse_node("Foo", "operators of the domain 'com.acme' are not supported", domain="com.acme")
        self.refuse_model(model([helper.make_node("Foo", ["x"], ["y"])]), "node 'Foo_0' (Foo): operator Foo of opset 17 is not supported")
        branch = helper.make_graph([node("Relu", "x", "z")], "branch", [], [tensor("z", [1])])
        self.refuse_node("If", "operator If of opset 17 is not supported", then_branch=branch, else_branch=branch)

    def test_unknown_opsets(self):
        self.refuse_model(model([node("Relu")], opset=5), "opset 5 is not supported: it must lie between 6 and 27")
        self.refuse_model(model([node("Relu")], opset=99), "opset 99 is not supported: it must lie between 6 and 27")
        nameless = network()
        del nameless.opset_import[:]
        self.refuse_model(nameless, "the model does not say which opset it uses")

    def test_unknown_types(self):
        for kind, name in ((TensorProto.STRING, "of type string are not supported"), (99, "of unknown type 99")):
            self.refuse_model(model([node("Relu")], [tensor("x", [1, 3], kind)]), f"input 'x': elements {name}")
        sequence = helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, [1])
        self.refuse_model(model([node("Relu")], [sequence]), "input 'x' is a sequence; only tensors are supported")

    def test_cycles(self):
        self.refuse_model(model([node("Add", "x b", "a", "first"), node("Relu", "a", "b", "second"), node("Relu", "b")]),
                          "node 'first' (Add): lies on a cycle, or behind one")
        self.refuse_node("Add", "lies on a cycle, or behind one", "x y")

    def test_names(self):
        self.refuse_node("Add", "its input 'q' is not defined", "x q")
        self.refuse_model(model([node("Relu"), node("Relu", name="second")]),
                          "node 'second' (Relu): its output 'y' is already defined")
        self.refuse_model(model([node("Relu", "x", "z")]), "output 'y' is not defined")
        self.refuse_model(model([node("Relu")], outputs=""), "the graph has no outputs")
        self.refuse_model(model([node("Relu")], outputs="y y"), "output 'y' is declared twice")
        self.refuse_model(model([node("Relu")], [tensor("x", [1]), tensor("x", [1])]), "input 'x' is declared twice")
        self.refuse_model(model([node("Add", "x w")], initializers=[weight("w", [1]), weight("w", [1])]),
                          "initializer 'w' is given twice")

    def test_shapes_of_inputs(self):
        def refuse(shape, message):
            self.refuse_model(model([node("Relu")], [tensor("x", shape)]), message)
        refuse(["N", 3, "H", None], "input 'x' has dimensions that are not known: give them with --shape x=1x3xHx?")
        refuse(None, "input 'x' has no shape: give it with --shape x=…")
        refuse([1, -3, 8, 8], "input 'x': dimension -3 is negative")
        refuse([HUGE, 4], f"input 'x': a tensor of {HUGE}x4 elements is too large")
        refuse([1 << 21, 1 << 21], "input 'x': a tensor of 2097152x2097152 elements is too large")

    def test_inputs_and_attributes(self):
        self.refuse_node("Relu", "has 2 inputs, which does not fit opset 17", "x x")
        self.refuse_node("Relu", "attribute 'colour' is not known in opset 17", colour=3)
        self.refuse_node("MaxPool", "attribute 'kernel_shape' is not a list of integers", kernel_shape="wide")
        self.refuse_node("MaxPool", "kernel_shape does not fit its inputs")
        self.refuse_node("LRN", "lacks the attribute 'size'")


class WrongShapes(Refusal):
    def refuse_conv(self, shape, message, **attributes):
        self.refuse_node("Conv", message, "x w", [weight("w", shape)], **attributes)

    def test_ranks(self):
        def refuse(shape, kernel, message):
            content = model([node("Conv", "x w")], [tensor("x", shape)], initializers=[weight("w", kernel)])
            self.refuse_model(content, "node 'n' (Conv): " + message)
        refuse([1, 3], [4, 3, 3, 3], "its input has rank 2, its weight 4")
        refuse([1, 3, 8, 8, 8], [4, 3, 3, 3, 3], "three spatial dimensions are not supported")
        self.refuse_node("Gemm", "its first two inputs must be matrices", "x w", [weight("w", [8, 8])])
        self.refuse_node("Transpose", "perm is not a permutation of its input's 4 dimensions", perm=[0, 1])

    def test_convolutions(self):
        self.refuse_conv([4, 5, 3, 3], "weight 4x5x3x3 is for 5 input channels in 1 groups, but x has 3")
        self.refuse_conv([4, 3, 9, 9], "the window 9x9 does not fit into 1x3x8x8 with pad = 0")
        self.refuse_conv([4, 3, 3, 3], "group 0 is not positive", group=0)
        self.refuse_conv([4, 3, 3, 3], "groups = 2 must divide the 3 input channels and the 4 filters", group=2)
        self.refuse_conv([4, 3, 3, 3], "kernel, stride and dilation must be positive, and not 0", strides=[0, 1])
        self.refuse_conv([4, 3, 3, 3], "kernel_shape does not fit its inputs", kernel_shape=[5, 5])
        self.refuse_conv([4, 3, 3, 3], "padding -1 is not supported", pads=[-1, 0, 0, 0])
        self.refuse_node("BatchNormalization", "weight must have one number for each of the 3 channels, got 7", "x s s s s", [weight("s", [7])])

    def test_movements(self):
        self.refuse_node("Reshape", "192 elements do not fit the new shape", "x s", [constant("s", [5, -1])])
        self.refuse_node("Reshape", "dimension 1 of the new shape is -1", "x s", [constant("s", [-1, -1])])
        self.refuse_node("Concat", "axis 9 does not exist in a tensor of rank 4", "x x", axis=9)
        self.refuse_node("Gather", "index 5 does not exist in a dimension of 3", "x i", [constant("i", [5])], axis=1)
        self.refuse_node("MatMul", "cannot multiply 1x3x8x8 by 7x7: the columns of the left must be as many as the rows of the right",
                         "x w", [weight("w", [7, 7])])
        self.refuse_node("Slice", "a step of 0 is not allowed", "x s e a t",
                         [constant(name, [value]) for name, value in zip("seat", (0, 4, 2, 0))])


class HugeNumbers(Refusal):
    """Sizes whose products and sums overflow 64 bits."""

    def test_windows(self):
        most = (1 << 31) - 1
        conv = {"inputs": "x w", "initializers": [weight("w", [4, 3, 3, 3])]}
        self.refuse_node("Conv", "padding 4611686018427387904 is not supported", pads=[HUGE] * 4, **conv)
        self.refuse_node("Conv", "a tensor of 1x4x4294967300x4294967300 elements is too large", pads=[most] * 4, **conv)
        self.refuse_node("Conv", "the window 4294967295x4294967295 does not fit into 1x3x8x8 with pad = 0", dilations=[most] * 2, **conv)
        self.refuse_node("MaxPool", "kernel, stride and dilation must be positive, and not 4611686018427387904", kernel_shape=[HUGE] * 2)
        self.refuse_node("LRN", "size must be a positive number of channels, got -3", size=-3)

    def test_shapes(self):
        self.refuse_node("Reshape", "the new shape is too large", "x s", [constant("s", [HUGE, 4, -1])])
        self.refuse_node("Tile", "repeats must be positive", "x s", [constant("s", [HUGE] * 4)])
        self.refuse_node("Expand", "a tensor of 1099511627776x3x8x8 elements is too large", "x s", [constant("s", [1 << 40, 1, 1, 1])])
        self.refuse_node("Pad", "the padding is too large", "x s", [constant("s", [HUGE] * 8)])
        self.refuse_model(model([node("Split", "x s", "y z", axis=1)], initializers=[constant("s", [(1 << 63) - 1, 4 - HUGE])]),
                          "node 'n' (Split): sizes [9223372036854775807, -4611686018427387900] must not be negative")
        self.refuse_node("Resize", "the scale nan leaves nothing, or far too much", "x  s", [constant("s", numpy.float32([1, 1, numpy.nan, 2]))])

    def test_constants(self):
        filled = [node("ConstantOfShape", "s", "c", "filled"), node("Add", "x c", name="sum")]
        self.refuse_model(model(filled, initializers=[constant("s", [HUGE, 4])]),
                          f"node 'filled' (ConstantOfShape): a tensor of {HUGE}x4 elements is too large")
        self.refuse_node("Range", "the range is too long", "z z z", [constant("z", 0.0)])


if __name__ == "__main__":
    unittest.main()
