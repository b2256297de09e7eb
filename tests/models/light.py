#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The networks that come with ONNX (weights are constants) give the outputs that come with them.

    light.py BUILD/bin SCRATCH [words in the names]
"""
import pathlib
import shutil
import sys

import numpy as np
import onnx
from onnx.backend.test.loader import load_model_tests
from onnx.backend.test.runner import Runner

from suite_case import Fault, compare, compile_model, load_result, load_tensor, run_library

ROOT = pathlib.Path(onnx.__file__).parents[1]
# A hang, and not a busy machine.
SECONDS = 900


def check(test, bin_dir, scratch):
    model = ROOT / test.url
    graph = onnx.load(model).graph
    weights = {tensor.name for tensor in graph.initializer}
    inputs = []
    for value in graph.input:
        if value.name not in weights:
            inputs.append(scratch / f"input_{len(inputs)}.npy")
            np.save(inputs[-1], Runner.generate_dummy_data(value))
    refusal = compile_model(bin_dir, model, scratch / "model.so", seconds=SECONDS)
    if refusal:
        return refusal
    run_library(bin_dir, scratch / "model.so", inputs, scratch, seconds=SECONDS)
    for index, value in enumerate(graph.output):
        expected = load_tensor(model.with_name(f"{model.stem}_output_{index}.pb"))
        compare(value.name, expected, load_result(scratch, value.name, expected), test.rtol, test.atol)
    return ""


def main():
    bin_dir, folder, *words = sys.argv[1:]
    faults = 0
    for test in load_model_tests(kind="real"):
        if words and not any(word in test.name for word in words):
            continue
        scratch = pathlib.Path(folder, test.name)
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            fault = check(test, pathlib.Path(bin_dir).resolve(), scratch)
        except Fault as seen:
            fault = f"{seen.outcome.verdict.value}: {seen.outcome.detail}"
        shutil.rmtree(scratch)
        print(f"{test.name}: {fault or 'as expected'}", flush=True)
        faults += bool(fault)
    return faults


if __name__ == "__main__":
    sys.exit(main())
