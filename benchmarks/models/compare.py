#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares contestants on one network, in turns within this process.

Reads a job from stdin and prints what it found, both as JSON. benchmarks/run.py starts it, once for each network, so
that none inherits another's memory, threads or environment.
"""
import json
import os
import pathlib
import sys
import time

import numpy as np
from tqdm import tqdm

import contestants
import library

CHUNK_MS = 20  # about so long a chunk's runs take, but for the least number of them
LEAST_RUNS, MOST_RUNS = 2, 20
SETTLE = 0.003  # seconds in which the threads of the contestant before stop spinning


def take_cores(threads, realtime):
    """Keeps this process on as many cores as it has threads, and others away from them if that is allowed."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    if realtime:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))


def random_inputs(model, batch):
    import onnxruntime

    nodes = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"]).get_inputs()
    random = np.random.default_rng(0)
    shapes = [[size if isinstance(size, int) else batch for size in node.shape] for node in nodes]
    return [random.standard_normal(shape).astype(np.float32) for shape in shapes]


def error(actual, wanted):
    """The largest error of any output over the largest value of that output."""
    worst = 0.0
    for ours, theirs in zip(actual, wanted, strict=True):
        difference = np.abs(ours.reshape(theirs.shape).astype(np.float64) - theirs).max()
        worst = max(worst, float(difference / np.abs(theirs).max()))
    return worst


def timed(run, runs):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def measure(field, probe, chunks, threads, pause, label):
    """The chunks of every contestant of the field. Who comes first changes from round to round."""
    runs = {name: min(max(round(CHUNK_MS / min(timed(one.run, 3))), LEAST_RUNS), MOST_RUNS) for name, one in field.items()}
    taken = {name: [] for name in field}
    names = list(field)
    for turn in tqdm(range(chunks), desc=label, leave=False, disable=None):
        before = probe.tile()
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            time.sleep(SETTLE if threads > 1 else 0)
            field[name].run()
            times = timed(field[name].run, runs[name])
            after = probe.tile()
            taken[name].append({"times": times, "before": before, "after": after})
            before = after
        time.sleep(pause)
    return taken


def main():
    job = json.load(sys.stdin)
    take_cores(job["threads"], job["realtime"])
    probe = library.Probe(job["probe"])
    model = pathlib.Path(job["model"])
    task = contestants.Task(model, job["libraries"], random_inputs(model, job["batch"]), job["batch"], job["threads"], probe)
    field = {name: contestants.CONTESTANTS[name](task) for name in job["contestants"]}

    for contestant in field.values():
        contestant.run()
    wanted = (field.get(contestants.REFERENCE) or contestants.reference(task)).outputs()
    errors = {name: error(contestant.outputs(), wanted) for name, contestant in field.items()}
    wrong = {name: value for name, value in errors.items() if not value <= job["most_error"]}
    if wrong:
        sys.exit(f"{model.name}: outputs differ from {contestants.REFERENCE}'s: "
                 + ", ".join(f"{name} by {value:.1e}" for name, value in wrong.items()))
    ours = next(one.library for name, one in field.items() if name in contestants.OURS)
    json.dump({"network": model.stem.removesuffix("-free_batch"), "flops": ours.flops, "peak_gflops": probe.fma(), "errors": errors,
               "chunks": measure(field, probe, job["chunks"], job["threads"], job["pause"], model.stem)}, sys.stdout)


if __name__ == "__main__":
    main()
