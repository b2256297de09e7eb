#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Weights come out of files as others wrote them: NumPy, ONNX, safetensors, and PyTorch, also its real files.

    formats.py BUILD/bin/list-weights SCRATCH
"""
import pathlib
import subprocess
import sys
import zlib

import numpy as np
import onnx.helper
import onnx.numpy_helper

import checkpoints

TYPES = {"float64": "f64", "float32": "f32", "float16": "f16", "int64": "si64", "int32": "si32", "int16": "si16",
         "int8": "si8", "uint8": "ui8", "bool": "i1"}


def listing(arrays):
    """What list-weights prints of them."""
    lines = []
    for name, array in arrays.items():
        shape = "".join(f"{size}x" for size in array.shape)
        crc = zlib.crc32(np.ascontiguousarray(array).tobytes())
        lines.append(f"{name} tensor<{shape}{TYPES[str(array.dtype)]}> {crc}")
    return lines


def examples():
    random = np.random.default_rng(0)
    arrays = {
        "conv.weight": random.standard_normal((8, 3, 3, 3)).astype(np.float32),
        "big": random.standard_normal((64, 32)).astype(np.float32),
        "scalar": np.float32(3),
        "empty": np.zeros((0, 4), np.float32),
        "half": random.standard_normal(5).astype(np.float16),
        "double": random.standard_normal((2, 2)),
    }
    for kind in ("int64", "int32", "int16", "int8", "uint8", "bool"):
        arrays[kind] = random.integers(0, 2, (3, 2)).astype(kind)
    return {name: np.asarray(array) for name, array in arrays.items()}


def torch_files(folder):
    """Checkpoints that Debian's PyTorch writes, where it is installed."""
    code = """
import sys, torch, torchvision
torch.manual_seed(0)
state = torchvision.models.squeezenet1_1(weights=None).state_dict()
state["columns"] = torch.randn(5, 7).t()
state["part"] = torch.randn(9, 4)[2:5, 1:3]
state["bf16"] = torch.randn(3).bfloat16()
state["parameter"] = torch.nn.Parameter(torch.randn(2))
torch.save({"epoch": 3, "state_dict": state}, sys.argv[1] + "/new.pt")
torch.save(state, sys.argv[1] + "/old.pt", _use_new_zipfile_serialization=False)
import numpy
numpy.savez(sys.argv[1] + "/truth.npz", **{k: v.detach().float().numpy() for k, v in state.items() if k != "bf16"})
"""
    done = subprocess.run(["/usr/bin/python3", "-c", code, folder], capture_output=True, text=True)
    return done.returncode == 0


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0

    def check(path, expected):
        nonlocal faults
        done = subprocess.run([program, path], capture_output=True, text=True)
        got = done.stdout.splitlines()
        if done.returncode or got != expected:
            print(f"{path.name}: {done.stderr}{sorted(set(got) ^ set(expected))[:6]}")
            faults += 1
        else:
            print(f"{path.name}: {len(got)} weights")

    arrays = examples()
    np.savez(folder / "stored.npz", **arrays)
    check(folder / "stored.npz", listing(arrays))
    np.savez_compressed(folder / "packed.npz", **arrays)
    check(folder / "packed.npz", listing(arrays))
    fortran = {"columns": np.asfortranarray(arrays["conv.weight"])}
    np.savez(folder / "fortran.npz", **fortran)
    check(folder / "fortran.npz", listing(fortran))
    np.save(folder / "single.npy", arrays["big"])
    check(folder / "single.npy", listing({"single": arrays["big"]}))
    checkpoints.write_safetensors(folder / "a.safetensors", arrays)
    check(folder / "a.safetensors", sorted(listing(arrays)))

    checkpoints.write_zip(folder / "new.pt", {"epoch": 3, "state_dict": arrays})
    check(folder / "new.pt", listing(arrays))
    checkpoints.write_zip(folder / "nested.pt", {"a": {"w": arrays["big"]}, "b": {"w": arrays["half"]}})
    check(folder / "nested.pt", listing({"a.w": arrays["big"], "b.w": arrays["half"]}))
    checkpoints.write_legacy(folder / "old.pt", arrays)
    check(folder / "old.pt", listing(arrays))

    graph = onnx.helper.make_graph([], "g", [], [], [onnx.numpy_helper.from_array(array, name)
                                                     for name, array in arrays.items()])
    onnx.save(onnx.helper.make_model(graph), folder / "a.onnx")
    check(folder / "a.onnx", listing(arrays))

    if torch_files(folder):
        truth = listing(np.load(folder / "truth.npz"))
        for name in ("new.pt", "old.pt"):
            got = subprocess.run([program, folder / name], capture_output=True, text=True, check=True).stdout.splitlines()
            rest = [line for line in got if not line.startswith("bf16 tensor<3xbf16>")]
            print(f"{name} of torch: {len(got)} weights")
            if rest != truth or len(got) != len(truth) + 1:
                print(f"  {sorted(set(rest) ^ set(truth))[:6]}")
                faults += 1
    return faults


if __name__ == "__main__":
    sys.exit(main())
