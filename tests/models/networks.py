# SPDX-License-Identifier: Apache-2.0
"""Compiles networks with cnnc, runs them with cnnc-run, and runs ONNX Runtime as the reference.

Everything goes through the command line, as a user's work would.
"""
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess

import numpy as np
import onnxruntime


@dataclasses.dataclass
class Tools:
    """Where cnnc and cnnc-run are, and where what they make may lie."""

    bin: pathlib.Path
    folder: pathlib.Path
    compiler: str = "clang++-22"  # of the C++ source

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def run(self, *command, timeout=900):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{(done.stderr or done.stdout)[-2000:]}")
        return done.stdout

    def library(self, model, *flags):
        """The library that cnnc makes of a model."""
        path = self.folder / f"{model.stem}{tag_of(flags)}.so"
        self.run(self.bin / "cnnc", model, "-o", path, *flags)
        return path

    def library_of_source(self, model, *flags):
        """The library that the C++ compiler makes of the source that cnnc writes."""
        folder = self.folder / f"{model.stem}{tag_of(flags)}.cpp"
        shutil.rmtree(folder, ignore_errors=True)
        self.run(self.bin / "cnnc", model, "--emit=cpp", "-o", folder, *flags)
        self.run("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", "-DBUILD_SHARED_LIBS=ON",
                 f"-DCMAKE_CXX_COMPILER={self.compiler}")
        self.run("cmake", "--build", folder / "build")
        return next((folder / "build").glob("*.so"))

    def plans(self, model, *flags):
        return self.run(self.bin / "cnnc", model, "--emit=plans", "-o", "-", *flags)

    def outputs(self, library, inputs, *flags):
        """The outputs of a run by name, as cnnc-run writes the names."""
        folder = self.folder / f"{library.stem}.run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        files = []
        for i, array in enumerate(inputs):
            files.append(folder / f"input{i}.npy")
            np.save(files[-1], array)
        self.run(self.bin / "cnnc-run", library, *files, "--output", folder / "out", *flags)
        return {path.stem: np.load(path) for path in (folder / "out").glob("*.npy")}

    def measure(self, library, *flags):
        """The timings that cnnc-run reports."""
        return json.loads(self.run(self.bin / "cnnc-run", library, "--json", *flags))


def tag_of(flags):
    return "".join("-" + re.sub(r"[^A-Za-z0-9_.]", "_", str(flag).lstrip("-")) for flag in flags)


def session(model, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def inputs_of(reference, batch=1, seed=0):
    """Random inputs; symbolic dimensions become `batch`."""
    random = np.random.default_rng(seed)
    shapes = [[size if isinstance(size, int) else batch for size in node.shape] for node in reference.get_inputs()]
    return [random.standard_normal(shape).astype(np.float32) for shape in shapes]


def expected(reference, inputs):
    names = [node.name for node in reference.get_outputs()]
    results = reference.run(names, {node.name: x for node, x in zip(reference.get_inputs(), inputs)})
    return {re.sub(r"[^A-Za-z0-9_.-]", "_", name): value for name, value in zip(names, results)}


def error(actual, wanted):
    """The largest error of any output over the largest value of that output."""
    if actual.keys() != wanted.keys():
        raise RuntimeError(f"outputs {sorted(actual)} instead of {sorted(wanted)}")
    worst = 0.0
    for name, value in wanted.items():
        if actual[name].shape != value.shape or not np.isfinite(actual[name]).all():
            return float("inf")
        difference = np.abs(actual[name].astype(np.float64) - value)
        worst = max(worst, float(difference.max() / max(np.abs(value).max(), 1e-30)))
    return worst
