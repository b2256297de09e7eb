# SPDX-License-Identifier: Apache-2.0
"""Writes checkpoints as PyTorch does, without it, and safetensors."""
import collections
import io
import json
import pickle
import struct
import sys
import types
import zipfile

import numpy as np

STORAGES = {"float64": "Double", "float32": "Float", "float16": "Half", "int64": "Long", "int32": "Int", "int16": "Short",
            "int8": "Char", "uint8": "Byte", "bool": "Bool"}
MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001


def stand_in():
    """Modules with the names that a pickle of PyTorch's refers to."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch._utils = utils

    def _rebuild_tensor_v2(*_):
        pass

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    for kind in STORAGES.values():
        name = f"{kind}Storage"
        setattr(torch, name, type(name, (), {"__module__": "torch", "__qualname__": name}))
    return torch


class Pickler(pickle.Pickler):
    """Arrays become tensors, and their bytes storages by number."""

    def __init__(self, file, torch, legacy):
        super().__init__(file, protocol=2)
        self.torch, self.legacy, self.storages = torch, legacy, []

    def reducer_override(self, value):
        if not isinstance(value, np.ndarray):
            return NotImplemented
        strides = tuple(step // value.itemsize for step in value.strides)
        return (self.torch._utils._rebuild_tensor_v2,
                (Storage(value), 0, value.shape, strides, False, collections.OrderedDict()))

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        self.storages.append(value.array)
        kind = getattr(self.torch, STORAGES[str(value.array.dtype)] + "Storage")
        view = (None,) if self.legacy else ()
        return ("storage", kind, str(len(self.storages) - 1), "cpu", value.array.size) + view


class Storage:
    def __init__(self, array):
        self.array = array


def dump(value, legacy):
    torch, file = stand_in(), io.BytesIO()
    saved = {name: sys.modules.get(name) for name in ("torch", "torch._utils")}
    sys.modules.update({"torch": torch, "torch._utils": torch._utils})
    try:
        pickler = Pickler(file, torch, legacy)
        pickler.dump(value)
    finally:
        for name, module in saved.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    return file.getvalue(), pickler.storages


def write_zip(path, value):
    data, storages = dump(value, legacy=False)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/byteorder", "little")
        for i, array in enumerate(storages):
            archive.writestr(f"archive/data/{i}", array.tobytes())
        archive.writestr("archive/version", "3\n")


def write_legacy(path, value):
    data, storages = dump(value, legacy=True)
    with open(path, "wb") as file:
        for header in (MAGIC, VERSION, {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"int": 4}}):
            pickle.dump(header, file, protocol=2)
        file.write(data)
        pickle.dump([str(i) for i in range(len(storages))], file, protocol=2)
        for array in storages:
            file.write(struct.pack("<q", array.size) + array.tobytes())


def write_safetensors(path, arrays):
    names = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int16": "I16",
             "int8": "I8", "uint8": "U8", "bool": "BOOL"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in arrays.items():
        header[name] = {"dtype": names[str(array.dtype)], "shape": array.shape,
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
