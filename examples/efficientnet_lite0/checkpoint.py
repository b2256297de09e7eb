# SPDX-License-Identifier: Apache-2.0
"""Reads the tensors of a PyTorch checkpoint in the format from before 1.6, without PyTorch."""
import collections
import pickle

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class Tensor:
    """Where a tensor lies: in a storage that stands behind the pickles."""

    def __init__(self, storage, offset, shape, strides, *_):
        self.dtype, self.key = DTYPES[storage[1]], storage[2]
        self.offset, self.shape, self.strides = offset, shape, strides


class Unpickler(pickle.Unpickler):
    """Makes ordered dictionaries and tensors, and nothing else: a pickle may otherwise run any code."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return Tensor
        if module == "torch" and name in DTYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint")

    def persistent_load(self, storage):
        return storage


def read(path):
    """The tensors by name."""
    with open(path, "rb") as file:
        magic, _version, _system, tensors, keys = (Unpickler(file).load() for _ in range(5))
        if magic != MAGIC:
            raise ValueError(f"{path} is no PyTorch checkpoint in the old format")
        dtypes = {tensor.key: tensor.dtype for tensor in tensors.values()}
        storages = {}
        for key in keys:
            count = int(np.fromfile(file, np.int64, 1)[0])
            storages[key] = np.fromfile(file, dtypes[key], count)
    arrays = {}
    for name, tensor in tensors.items():
        values = storages[tensor.key][tensor.offset:]
        strides = [stride * values.itemsize for stride in tensor.strides]
        arrays[name] = np.ascontiguousarray(np.lib.stride_tricks.as_strided(values, tensor.shape, strides))
    return arrays
