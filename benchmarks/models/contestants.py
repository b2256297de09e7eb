# SPDX-License-Identifier: Apache-2.0
"""The runtimes that are compared, each set up as its own documentation says is fastest for f32.

A contestant is built from a Task, run() by run(), and asked for its outputs. What is imported is imported when a
contestant is built, so that a process holds only what it measures.
"""
import dataclasses
import pathlib
import subprocess
import tempfile

import numpy as np

# What holds oneDNN, and so OpenVINO, to an instruction set. ONNX Runtime and ncnn have no such switch.
ONEDNN_ISA = {"x86-64-v2": "SSE41", "x86-64-v3": "AVX2"}


@dataclasses.dataclass
class Task:
    """One network, as every contestant gets it."""

    model: pathlib.Path
    libraries: dict  # of cnnc's contestants, by name
    inputs: list  # arrays, in the order of the model's inputs
    batch: int
    threads: int
    probe: object  # a library.Probe


class OnnxRuntime:
    modules = ("onnxruntime",)

    def __init__(self, task):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = task.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(task.model), options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()
        for node, values in zip(self.session.get_inputs(), task.inputs):
            self.binding.bind_cpu_input(node.name, values)
        for node in self.session.get_outputs():
            self.binding.bind_output(node.name)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def outputs(self):
        return self.binding.copy_outputs_to_cpu()


class OpenVino:
    modules = ("openvino",)

    def __init__(self, task):
        import openvino

        core = openvino.Core()
        model = core.read_model(task.model)
        model.reshape({port: values.shape for port, values in zip(model.inputs, task.inputs)})
        compiled = core.compile_model(model, "CPU", {
            "INFERENCE_NUM_THREADS": task.threads, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False})
        self.request = compiled.create_infer_request()
        for i, values in enumerate(task.inputs):
            self.request.set_input_tensor(i, openvino.Tensor(values, shared_memory=True))

    def run(self):
        self.request.infer()

    def outputs(self):
        return [tensor.data.copy() for tensor in self.request.output_tensors]


class Ncnn:
    """The network as pnnx converts it. f32 throughout, which is not its default; images one by one."""

    modules = ("ncnn",)

    def __init__(self, task):
        import ncnn

        param, weights = converted_for_ncnn(task)
        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = task.threads
        options.use_vulkan_compute = False
        for half in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_packed", "bf16_storage"):
            setattr(options, f"use_{half}", False)
        if self.net.load_param(str(param)) or self.net.load_model(str(weights)):
            raise RuntimeError(f"ncnn cannot load {param}")
        self.images = [[ncnn.Mat(image).clone() for image in values] for values in task.inputs]
        self.results = [None] * task.batch

    def run(self):
        for image in range(len(self.results)):
            with self.net.create_extractor() as extractor:
                for i, images in enumerate(self.images):
                    extractor.input(f"in{i}", images[image])
                status, self.results[image] = extractor.extract("out0")
            if status:
                raise RuntimeError(f"ncnn: status {status}")

    def outputs(self):
        return [np.stack([np.array(result) for result in self.results])]


def converted_for_ncnn(task):
    """ncnn's two files, made where the model lies."""
    param, weights = (task.model.with_suffix(f".ncnn.{kind}") for kind in ("param", "bin"))
    if not weights.exists() or weights.stat().st_mtime < task.model.stat().st_mtime:
        import importlib.util

        # The program itself: the Python package around it wants PyTorch.
        pnnx = pathlib.Path(importlib.util.find_spec("pnnx").origin).with_name("pnnx")
        shapes = ",".join(f"[{','.join(map(str, (1, *values.shape[1:])))}]f32" for values in task.inputs)
        with tempfile.TemporaryDirectory(dir=task.model.parent) as folder:
            link = pathlib.Path(folder) / task.model.name
            link.symlink_to(task.model.resolve())
            subprocess.run([pnnx, link.name, f"inputshape={shapes}", "fp16=0"], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for path in (param, weights):
                (pathlib.Path(folder) / path.name).rename(path)
    return param, weights


class Cnnc:
    """A library that cnnc made, or that a C++ compiler made of its source."""

    name = "cnnc"
    modules = ("library",)

    def __init__(self, task):
        from library import Library

        self.library = Library(task.libraries[self.name], task.inputs, task.batch, task.probe, task.threads)
        self.run = self.library.run

    def outputs(self):
        return list(self.library.outputs.values())


class ClangSource(Cnnc):
    name = "cnnc C++, clang"


class GccSource(Cnnc):
    name = "cnnc C++, g++"


OURS = {kind.name: kind for kind in (Cnnc, ClangSource, GccSource)}
PEERS = {"ONNX Runtime": OnnxRuntime, "OpenVINO": OpenVino, "ncnn": Ncnn}
REFERENCE = "ONNX Runtime"  # whose outputs the others are compared with
CONTESTANTS = OURS | PEERS


def reference(task):
    """A contestant that has run and is asked for nothing but its outputs."""
    contestant = CONTESTANTS[REFERENCE](task)
    contestant.run()
    return contestant
