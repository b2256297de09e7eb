# SPDX-License-Identifier: Apache-2.0
"""What every refusal looks like: one line on stderr, an exit code that is not zero, and no file left behind."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

PROGRAMS = pathlib.Path(os.environ["CNNC_BUILD"]).resolve() / "bin"
# Uninstrumented LLVM, MLIR and lld trip the checks of containers and allocators that both sides fill.
ENVIRONMENT = os.environ | {"ASAN_OPTIONS": "detect_container_overflow=0:allow_user_poisoning=0:detect_leaks=0"}


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def weight(name, shape):
    return numpy_helper.from_array(numpy.ones(shape, numpy.float32), name)


def constant(name, values):
    return numpy_helper.from_array(numpy.array(values), name)


def node(kind, inputs="x", outputs="y", name="n", **attributes):
    return helper.make_node(kind, inputs.split(" "), outputs.split(" "), name, **attributes)


def model(nodes, inputs=None, outputs="y", initializers=(), opset=17):
    """A model of these nodes, from x, 1x3x8x8 unless said otherwise, to outputs of any shape."""
    inputs = [tensor("x", [1, 3, 8, 8])] if inputs is None else inputs
    outputs = [helper.make_empty_tensor_value_info(name) for name in outputs.split()]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def network():
    """A sound model: a convolution and a relu."""
    return model([node("Conv", "x w", "c", "conv"), node("Relu", "c", "y", "relu")], initializers=[weight("w", [4, 3, 3, 3])])


class Refusal(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        if not isinstance(content, bytes):
            content = content.SerializeToString()
        (self.folder / name).write_bytes(content)

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def run_cnnc(self, *arguments, stdout=subprocess.PIPE, **options):
        return subprocess.run([PROGRAMS / "cnnc", *arguments], cwd=self.folder, env=ENVIRONMENT, text=True,
                              errors="replace", stdout=stdout, stderr=subprocess.PIPE, timeout=300, **options)

    def assert_refused(self, result, message, code=1):
        self.assertEqual(result.stderr, f"cnnc: {message}\n")
        self.assertEqual(result.returncode, code)
        self.assertFalse(result.stdout)

    def refuse(self, *arguments, message, code=1, **options):
        before = self.files()
        self.assert_refused(self.run_cnnc(*arguments, **options), message, code)
        self.assertEqual(self.files(), before)

    def refuse_model(self, content, message):
        self.write("model.onnx", content)
        self.refuse("model.onnx", "-o", "model.so", message="model.onnx: " + message)

    def refuse_node(self, kind, message, inputs="x", initializers=(), opset=17, **attributes):
        """The message about a model of one node."""
        content = model([node(kind, inputs, **attributes)], initializers=initializers, opset=opset)
        self.refuse_model(content, f"node 'n' ({kind}): {message}")
