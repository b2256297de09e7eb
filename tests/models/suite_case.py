# SPDX-License-Identifier: Apache-2.0
"""One of ONNX's tests, through the command line: compile, run, compare."""
import dataclasses
import enum
import pathlib
import shutil
import subprocess

import numpy as np
import onnx
from onnx import numpy_helper

# Nothing hangs; a machine may be busy with other things.
COMPILE_SECONDS = 300
RUN_SECONDS = 120

# Inputs of operators that say what is computed rather than on which numbers: shapes, axes, scales.
PARAMETERS = {
    "AffineGrid": [1], "BlackmanWindow": [0], "CenterCropPad": [1], "Clip": [1, 2], "ConstantOfShape": [0],
    "CumSum": [1], "Dropout": [1, 2], "Expand": [1], "HammingWindow": [0], "HannWindow": [0], "OneHot": [1],
    "Pad": [1, 2, 3], "Range": [0, 1, 2], "ReduceL1": [1], "ReduceL2": [1], "ReduceLogSum": [1],
    "ReduceLogSumExp": [1], "ReduceMax": [1], "ReduceMean": [1], "ReduceMin": [1], "ReduceProd": [1], "ReduceSum": [1],
    "ReduceSumSquare": [1], "Reshape": [1], "Resize": [1, 2, 3], "Slice": [1, 2, 3, 4], "Split": [1], "Squeeze": [1],
    "Tile": [1], "TopK": [1], "Trilu": [1], "Unsqueeze": [1], "Upsample": [1],
}


class Verdict(enum.Enum):
    PASSED = "passed"
    FROZEN = "passed with frozen inputs"
    REFUSED = "refused"
    WRONG = "wrong"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"

    @property
    def passed(self):
        return self in (Verdict.PASSED, Verdict.FROZEN)

    @property
    def is_fault(self):
        return not self.passed and self is not Verdict.REFUSED


@dataclasses.dataclass
class Outcome:
    verdict: Verdict
    detail: str = ""


class Fault(Exception):
    """What ends a test: its verdict, and what was seen."""

    def __init__(self, verdict, detail):
        super().__init__(detail)
        self.outcome = Outcome(verdict, detail)


def run_tool(command, seconds):
    """The exit code of a command, and its last words."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise Fault(Verdict.TIMED_OUT, f"{command[0].name} took more than {seconds} s") from None
    return done.returncode, done.stderr.decode(errors="replace").strip()


def compile_model(bin_dir, model, library, options=(), seconds=COMPILE_SECONDS):
    """Nothing if the library was written, or why the model was refused; else a Fault."""
    code, message = run_tool([bin_dir / "cnnc", model, "-o", library, *options], seconds)
    if code == 0:
        return None
    if code != 1 or "\n" in message or not message.startswith(f"cnnc: {model}: "):
        raise Fault(Verdict.CRASHED, f"cnnc exits with {code}: {message[:300]}")
    if library.exists():
        raise Fault(Verdict.CRASHED, "cnnc leaves a library behind, though it refuses the model")
    return message


def run_library(bin_dir, library, inputs, folder, seconds=RUN_SECONDS):
    code, message = run_tool([bin_dir / "cnnc-run", library, *inputs, "--output", folder], seconds)
    if code:
        raise Fault(Verdict.CRASHED, f"cnnc-run exits with {code}: {message[:300]}")


def load_tensor(path):
    return numpy_helper.to_array(onnx.load_tensor(str(path)))


def load_result(folder, name, like):
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in name)
    result = np.load(folder / f"{safe}.npy")
    # NumPy's files have no word for bfloat16.
    return result.view(like.dtype) if result.dtype.kind == "V" and like.dtype.itemsize == 2 else result


def compare(name, expected, result, rtol, atol):
    if expected.dtype != result.dtype or expected.shape != result.shape:
        raise Fault(Verdict.WRONG, f"{name} is {result.dtype} {result.shape}, not {expected.dtype} {expected.shape}")
    if not np.issubdtype(expected.dtype, np.number) and expected.dtype != bool:
        expected, result = expected.astype(np.float32), result.astype(np.float32)
    try:
        np.testing.assert_allclose(result, expected, rtol=rtol, atol=atol)
    except AssertionError as error:
        raise Fault(Verdict.WRONG, f"{name}: " + " ".join(str(error).split())[:300]) from None


def parameter_inputs(graph):
    """The names of inputs that only say what is computed."""
    roles = {}
    for node in graph.node:
        for index, name in enumerate(node.input):
            roles.setdefault(name, []).append(index in PARAMETERS.get(node.op_type, []))
    return {value.name for value in graph.input if all(roles.get(value.name, [False]))}


def run_data_set(test, bin_dir, graph, data, library, frozen, scratch):
    inputs = [data / f"input_{i}.pb" for i, value in enumerate(graph.input) if value.name not in frozen]
    run_library(bin_dir, library, [path for path in inputs if path.exists()], scratch)
    for index, value in enumerate(graph.output):
        expected = load_tensor(data / f"output_{index}.pb")
        compare(value.name, expected, load_result(scratch, value.name, expected), test.rtol, test.atol)


def attempt(test, bin_dir, scratch):
    folder = pathlib.Path(test.model_dir)
    model, library = folder / "model.onnx", scratch / "model.so"
    graph = onnx.load(model, load_external_data=False).graph
    data_sets = sorted(folder.glob("test_data_set_*"))
    refusal = compile_model(bin_dir, model, library)
    if not refusal:
        for data in data_sets:
            run_data_set(test, bin_dir, graph, data, library, set(), scratch)
        return Outcome(Verdict.PASSED)
    frozen = parameter_inputs(graph)
    if not frozen:
        return Outcome(Verdict.REFUSED, refusal)
    for data in data_sets:
        files = {value.name: data / f"input_{i}.pb" for i, value in enumerate(graph.input) if value.name in frozen}
        refusal = compile_model(bin_dir, model, library, [f"--const={name}={path}" for name, path in files.items()])
        if refusal:
            return Outcome(Verdict.REFUSED, refusal)
        run_data_set(test, bin_dir, graph, data, library, frozen, scratch)
    return Outcome(Verdict.FROZEN)


def run_case(test, bin_dir, scratch):
    scratch.mkdir(parents=True)
    try:
        return attempt(test, bin_dir, scratch)
    except Fault as fault:
        return fault.outcome
    finally:
        shutil.rmtree(scratch)
