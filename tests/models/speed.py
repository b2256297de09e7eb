# SPDX-License-Identifier: Apache-2.0
"""Times libraries beside each other and beside ONNX Runtime: in turns within one run, so that what else the machine
does meets all of them; minima of many rounds, and ratios only within a run."""
import dataclasses
import statistics
import time

ROUNDS = 24
RUNS = 5  # a round; after one that is not timed


@dataclasses.dataclass
class Times:
    """Milliseconds of all rounds."""

    minima: list = dataclasses.field(default_factory=list)
    medians: list = dataclasses.field(default_factory=list)

    @property
    def least(self):
        return min(self.minima)

    @property
    def median(self):
        return statistics.median(self.medians)


def library(tools, path, inputs, threads=1):
    """A contestant: a library that cnnc made."""

    def run(times):
        report = tools.measure(path, *inputs, "--threads", threads, "--repeat", RUNS)
        times.minima.append(report["min_ms"])
        times.medians.append(report["median_ms"])

    return run


def runtime(session, inputs):
    """A contestant: ONNX Runtime."""
    feeds = {node.name: x for node, x in zip(session.get_inputs(), inputs)}

    def run(times):
        taken = []
        for _ in range(RUNS + 1):
            start = time.perf_counter()
            session.run(None, feeds)
            taken.append((time.perf_counter() - start) * 1e3)
        times.minima.append(min(taken[1:]))
        times.medians.append(statistics.median(taken[1:]))

    return run


def compare(contestants, rounds=ROUNDS):
    """The times of each contestant, by name."""
    times = {name: Times() for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            run(times[name])
    return times
