#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that are wrong, harmful or damaged end in one line, never in a crash.

    bad_files.py BUILD/bin/list-weights SCRATCH
"""
import io
import os
import pathlib
import pickle
import random
import struct
import subprocess
import sys
import zipfile

import numpy as np

import checkpoints


def safetensors(header, data=b""):
    return struct.pack("<Q", len(header)) + header.encode() + data


def npy(header, data=b""):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def archive(members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return file.getvalue()


def checkpoint(data, members=()):
    return archive({"archive/data.pkl": data, **dict(members)})


class Harm:
    def __reduce__(self):
        return os.system, ("true",)


def tensor(size=b"K\x02", stride=b"K\x01", storage=b"FloatStorage", count=b"K\x02"):
    """The pickle of a dictionary with one tensor."""
    return (b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + storage +
            b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + count + b"tQK\x00" + size + b"\x85" + stride + b"\x85\x89}tRs.")


ENTRY = '{"w": {"dtype": "%s", "shape": %s, "data_offsets": %s}}'
CASES = {
    "empty.pt": (b"", "neither safetensors, NumPy's .npz or .npy, a checkpoint of PyTorch, nor ONNX"),
    "text.pt": (b"weights", "neither safetensors, NumPy's .npz or .npy, a checkpoint of PyTorch, nor ONNX"),
    "short.safetensors": (b"\x08", "the header is cut off"),
    "long.safetensors": (struct.pack("<Q", 1 << 40) + b"{}", "the header is cut off"),
    "nojson.safetensors": (safetensors("{w}"), "the header is no JSON: [1:2, byte=2]: Expected object key"),
    "list.safetensors": (safetensors("[1]"), "the header is no JSON object"),
    "deep.safetensors": (safetensors("[" * 100000), "the header is nested too deeply"),
    "entry.safetensors": (safetensors('{"w": 3}'), "'w' has no dtype, shape and data_offsets as they should be"),
    "negative.safetensors": (safetensors(ENTRY % ("F32", "[-1]", "[0, 4]")),
                             "'w' has no dtype, shape and data_offsets as they should be"),
    "dtype.safetensors": (safetensors(ENTRY % ("F4", "[1]", "[0, 4]")),
                          "'w' has elements of type F4, which are not supported"),
    "huge.safetensors": (safetensors(ENTRY % ("F32", "[1099511627776, 1099511627776]", "[0, 4]")),
                         "'w' is wrong: a tensor of 1099511627776x1099511627776 elements is too large"),
    "beyond.safetensors": (safetensors(ENTRY % ("F32", "[1]", "[0, 4]")), "'w' lies beyond the end of the file"),
    "size.safetensors": (safetensors(ENTRY % ("F32", "[2]", "[0, 4]"), b"1234"),
                         "'w' holds 4 bytes where its shape and type need 8"),
    "short.npy": (b"\x93NUMPY\x01", "the array 'short' has no header"),
    "header.npy": (npy("{'descr': '<f4', 'shape'"), "the array 'header' has a header that is cut off or wrong"),
    "objects.npy": (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
                    "the array 'objects' has elements of type |O, which are not supported"),
    "records.npy": (npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
                    "the array 'records' has elements of type [('a', '<f4')], which are not supported"),
    "data.npy": (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", b"1234"),
                 "the array 'data' holds 4 bytes where its shape and type need 12"),
    "member.npz": (archive({"readme.txt": b"hello"}), "its member 'readme.txt' is no array of NumPy"),
    "cut.npz": (archive({"a.npy": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", b"1234")})[:-10],
                "the archive is cut off or damaged"),
    "harm.pt": (checkpoint(pickle.dumps(Harm(), 2)),
                "the pickle asks for 'posix.system'; only tensors are read: save the state_dict alone"),
    "eval.pt": (checkpoint(b"\x80\x02cbuiltins\neval\nX\x03\x00\x00\x001+1\x85R."),
                "the pickle asks for 'builtins.eval'; only tensors are read: save the state_dict alone"),
    "newglobal.pt": (checkpoint(b"\x80\x04\x8c\x02os\x8c\x06system\x93."),
                     "the pickle asks for 'os.system'; only tensors are read: save the state_dict alone"),
    "call.pt": (checkpoint(b"\x80\x02ctorch\nFloatStorage\n)R."), "the pickle calls 'FloatStorage'"),
    "opcode.pt": (checkpoint(b"\x80\x02I1\n."), "the pickle has the opcode 0x49, which no tensor needs"),
    "cut.pt": (checkpoint(tensor()[:-5]), "the pickle is cut off or damaged"),
    "stack.pt": (checkpoint(b"\x80\x02tt."), "the pickle is cut off or damaged"),
    "items.pt": (checkpoint(b"\x80\x02]K\x01K\x02s."), "the pickle puts items into what is no dictionary"),
    "nostorage.pt": (checkpoint(tensor()), "'w' is not there: the archive has no member 'data/0'"),
    "storage.pt": (checkpoint(tensor(storage=b"OddStorage"), {"archive/data/0": b"12345678"}),
                   "'w' is of another kind: a OddStorage is not supported"),
    "beyond.pt": (checkpoint(tensor(size=b"K\x03"), {"archive/data/0": b"12345678"}),
                  "'w' lies beyond the end of its storage"),
    "stride.pt": (checkpoint(tensor(stride=b"K\x09"), {"archive/data/0": b"12345678"}),
                  "'w' lies beyond the end of its storage"),
    "big.pt": (checkpoint(tensor(), {"archive/data/0": b"12345678", "archive/byteorder": b"big"}),
               "a checkpoint of a big-endian machine"),
    "plain.pt": (pickle.dumps({"a": 1}, 2), "a pickle, but no checkpoint of PyTorch"),
    "version.pt": (pickle.dumps(checkpoints.MAGIC, 2) + pickle.dumps(5, 2) + 3 * pickle.dumps({}, 2),
                   "a checkpoint of another version, or of a big-endian machine"),
    "bad.onnx": (b"\xff\xff", None),
}


def bomb():
    """An archive whose only member claims to be four gigabytes."""
    data = bytearray(archive({"a.npy": bytes(1000)}, zipfile.ZIP_DEFLATED))
    for header, size in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(header) + size
        data[at:at + 4] = struct.pack("<I", 0xFFFFFFFE)
    return bytes(data)


def spoilt(folder):
    """Good files with a few bytes changed, or an end cut off."""
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.arange(3.0)}
    np.savez(folder / "good.npz", **arrays)
    np.savez_compressed(folder / "packed.npz", **arrays)
    checkpoints.write_zip(folder / "new.pt", arrays)
    checkpoints.write_legacy(folder / "old.pt", arrays)
    checkpoints.write_safetensors(folder / "good.safetensors", arrays)
    dice = random.Random(1)
    for name in ("good.npz", "packed.npz", "new.pt", "old.pt", "good.safetensors"):
        good = (folder / name).read_bytes()
        paths = []
        for turn in range(200):
            data = bytearray(good[:dice.randrange(len(good))] if turn % 3 == 0 else good)
            for _ in range(turn % 4):
                if data:
                    data[dice.randrange(len(data))] = dice.randrange(256)
            paths.append(folder / f"spoilt-{turn}-{name}")
            paths[-1].write_bytes(data)
        yield name, paths


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0

    def run(*paths):
        return subprocess.run([program, *paths], capture_output=True, text=True, errors="replace", timeout=600)

    cases = {**CASES, "bomb.npz": (bomb(), "its member 'a.npy' claims to be larger than it can be")}
    for name, (data, reason) in cases.items():
        path = folder / name
        path.write_bytes(data)
        done = run(path)
        expected = f"cannot read the weights in '{path}': {reason}\n"
        isWrong = done.stderr != expected if reason else done.stderr.count("\n") != 1
        if done.returncode != 1 or isWrong:
            print(f"{name}: {done.returncode} {done.stderr}  instead of {expected}")
            faults += 1
    for name, paths in spoilt(folder):
        done = run(*paths)
        lines = done.stderr.rstrip("\n").split("\n")
        print(f"{name}: {len(lines)} of {len(paths)} spoilt copies refused")
        if done.returncode not in (0, 1) or any(not line.startswith("cannot read ") for line in lines):
            print(f"  {done.returncode} {lines[-3:]}")
            faults += 1
    print(f"{len(cases)} wrong files, {faults} faults")
    return faults


if __name__ == "__main__":
    sys.exit(main())
