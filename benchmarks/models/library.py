# SPDX-License-Identifier: Apache-2.0
"""Runs compiled networks in this process, through the C interface of runtime/include/cnnc/runtime.h."""
import ctypes
import os
import time

import numpy as np

c_int64_p = ctypes.POINTER(ctypes.c_int64)
c_void_pp = ctypes.POINTER(ctypes.c_void_p)


class Tensor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("shape", c_int64_p), ("bytes", ctypes.c_uint64), ("type", ctypes.c_int32),
                ("rank", ctypes.c_int32)]


class Phase(ctypes.Structure):
    _fields_ = [*((text, ctypes.c_char_p) for text in ("name", "kernel", "nodes", "shapes", "plan")),
                *((number, ctypes.c_int64) for number in ("flops", "bytes", "grid", "grain")), ("run", ctypes.c_void_p)]


class Call(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("batch", ctypes.c_int32), ("inputs", c_void_pp), ("outputs", c_void_pp),
                ("arena", ctypes.c_void_p), ("threads", ctypes.c_void_p), ("clock", ctypes.c_void_p),
                ("phase_ns", ctypes.POINTER(ctypes.c_uint64))]


class Network(ctypes.Structure):
    pass


Run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Network), ctypes.POINTER(Call))
Network._fields_ = [
    ("abi_version", ctypes.c_uint32), ("struct_size", ctypes.c_uint32), ("name", ctypes.c_char_p), ("cpu", ctypes.c_char_p),
    ("cpu_features", ctypes.c_uint64), ("inputs", ctypes.POINTER(Tensor)), ("outputs", ctypes.POINTER(Tensor)),
    ("phases", ctypes.POINTER(Phase)), ("metadata", ctypes.c_void_p), ("weights", ctypes.c_void_p),
    ("weight_bytes", ctypes.c_uint64), ("arena_bytes", ctypes.c_uint64), ("arena_alignment", ctypes.c_uint32),
    ("input_count", ctypes.c_uint32), ("output_count", ctypes.c_uint32), ("phase_count", ctypes.c_uint32),
    ("metadata_count", ctypes.c_uint32), ("free_batch", ctypes.c_uint32), ("run", Run)]


class Library:
    """A network, with memory and threads to run it: call run(), and read `outputs`."""

    def __init__(self, path, inputs, batch=1, probe=None, threads=1):
        model = ctypes.CDLL(os.fspath(path)).cnnc_model
        model.restype = ctypes.POINTER(Network)
        self.pointer = model()
        self.network = self.pointer.contents
        self.inputs = [np.ascontiguousarray(values) for values in inputs]
        self.outputs = {}
        for tensor in self.network.outputs[:self.network.output_count]:
            shape = tensor.shape[:tensor.rank]
            if self.network.free_batch:
                shape[0] = batch
            self.outputs[tensor.name.decode()] = np.zeros(shape, np.float32)
        self.arena = np.empty(self.network.arena_bytes + self.network.arena_alignment, np.uint8)
        start = self.arena.ctypes.data
        self.call = Call(ctypes.sizeof(Call), batch if self.network.free_batch else 1, addresses(self.inputs),
                         addresses(self.outputs.values()), start + -start % self.network.arena_alignment)
        if threads > 1:
            self.call.threads = probe.threads(threads)
        self.reference = ctypes.byref(self.call)

    def run(self):
        status = self.network.run(self.pointer, self.reference)
        if status:
            raise RuntimeError(f"{self.network.name.decode()}: cnnc_status {status}")

    @property
    def phases(self):
        return self.network.phases[:self.network.phase_count]

    @property
    def flops(self):
        """Of one image, as direct convolution counts them."""
        return sum(phase.flops for phase in self.phases)

    def profile(self, runs):
        """The least time of each phase, in nanoseconds."""
        clock = ctypes.CFUNCTYPE(ctypes.c_uint64)(time.perf_counter_ns)
        spent = (ctypes.c_uint64 * self.network.phase_count)()
        self.call.clock, self.call.phase_ns = ctypes.cast(clock, ctypes.c_void_p), spent
        least = None
        for _ in range(runs):
            ctypes.memset(spent, 0, ctypes.sizeof(spent))
            self.run()
            now = np.array(spent[:])
            least = now if least is None else np.minimum(least, now)
        self.call.clock, self.call.phase_ns = None, None
        return least


def addresses(arrays):
    pointers = [array.ctypes.data for array in arrays]
    return (ctypes.c_void_p * len(pointers))(*pointers)


class Probe:
    """The library that benchmarks/models/CMakeLists.txt builds: pools of threads, and what the machine gives at this
    moment, in GFLOP/s."""

    def __init__(self, path):
        self.library = ctypes.CDLL(os.fspath(path))
        for rate in (self.library.cnnc_probe_tile, self.library.cnnc_probe_fma):
            rate.restype, rate.argtypes = ctypes.c_double, [ctypes.c_int64]
        self.library.cnnc_pool_threads.restype = ctypes.c_void_p
        self.library.cnnc_pool_threads.argtypes = [ctypes.c_void_p]
        self.pools = {}

    def tile(self):
        return self.library.cnnc_probe_tile(2000)  # about a millisecond

    def fma(self):
        return max(self.library.cnnc_probe_fma(100000) for _ in range(10))

    def threads(self, count):
        """A pool's interface, as a call takes it."""
        if count not in self.pools:
            pool = ctypes.c_void_p()
            if self.library.cnnc_pool_create(count, ctypes.byref(pool)):
                raise RuntimeError(f"no pool of {count} threads")
            self.pools[count] = self.library.cnnc_pool_threads(pool)
        return self.pools[count]
