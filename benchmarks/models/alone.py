#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one library takes, by itself: time, and memory.

Reads a job from stdin and prints what it found, both as JSON. benchmarks/architectures.py starts it, once for each network.
"""
import json
import sys

import numpy as np

import compare
import library
import startup

LEAST_CHUNKS = 5
CHUNK_RUNS = compare.LEAST_RUNS + 1


def main():
    job = json.load(sys.stdin)
    compare.take_cores(1, job["realtime"])
    probe = library.Probe(job["probe"])
    image = np.random.default_rng(0).standard_normal(job["shape"]).astype(np.float32)
    before = startup.memory("VmRSS")
    startup.forget_peak()
    opening, network = startup.milliseconds(lambda: library.Library(job["library"], [image]))
    first, _ = startup.milliseconds(network.run)
    highest = startup.memory("VmHWM")
    again, _ = startup.milliseconds(network.run)
    # Large networks get fewer chunks.
    chunks = int(job["seconds"] * 1e3 / max(compare.CHUNK_MS, CHUNK_RUNS * again))
    chunks = min(max(chunks, LEAST_CHUNKS), job["chunks"])
    taken = compare.measure({"cnnc": network}, probe, chunks, 1, job["pause"], job["name"])
    json.dump({"open_ms": opening, "first_ms": first, "peak_bytes": highest - before, "peak_gflops": probe.fma(),
               "weight_bytes": network.network.weight_bytes, "arena_bytes": network.network.arena_bytes, "chunks": taken}, sys.stdout)


if __name__ == "__main__":
    main()
