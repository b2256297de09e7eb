#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What one contestant takes before its first result, and how much memory, in a process of its own.

Reads a job from stdin and prints what it found, both as JSON.
"""
import importlib
import json
import mmap
import pathlib
import re
import sys
import time

import numpy as np

import compare
import contestants
import library

RUNS = 20


def memory(what):
    """A line of /proc/self/status in bytes: VmRSS now, VmHWM at most."""
    return int(re.search(rf"^{what}:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text(), re.M)[1]) * 1024


def forget_peak():
    pathlib.Path("/proc/self/clear_refs").write_text("5")


def milliseconds(action):
    start = time.perf_counter()
    result = action()
    return (time.perf_counter() - start) * 1e3, result


def read_once(path):
    """The time to read a file that lies in the page cache, as mapped memory."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        words = np.frombuffer(mapped, np.uint64, len(mapped) // 8)
        taken, _ = milliseconds(words.sum)
        del words
    return taken


def main():
    job = json.load(sys.stdin)
    kind = contestants.CONTESTANTS[job["contestant"]]
    compare.take_cores(job["threads"], job["realtime"])
    inputs = [np.random.default_rng(0).standard_normal(shape).astype(np.float32) for shape in job["shapes"]]
    probe = library.Probe(job["probe"])
    task = contestants.Task(pathlib.Path(job["model"]), job["libraries"], inputs, 1, job["threads"], probe)
    baseline = memory("VmRSS")
    forget_peak()
    for module in kind.modules:
        importlib.import_module(module)
    opening, contestant = milliseconds(lambda: kind(task))
    first, _ = milliseconds(contestant.run)
    highest = memory("VmHWM")
    forget_peak()
    times = compare.timed(contestant.run, RUNS)
    file = job["libraries"].get(job["contestant"])
    json.dump({"open_ms": opening, "first_ms": first, "steady_ms": min(times), "peak_bytes": highest - baseline,
               "running_bytes": memory("VmHWM") - baseline, "read_ms": read_once(file) if file else None}, sys.stdout)


if __name__ == "__main__":
    main()
