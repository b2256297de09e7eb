#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares architectures: the networks of models/, by their work, parameters, time and memory.

Prints a page of Markdown, and writes zoo.json, that page as architectures.md, and images/zoo.svg, a plot of time against work, into a
folder. `scripts/benchmark.sh --architectures` installs and builds what is needed, and calls this; docs/architectures.md is the
page of the last run.
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "models"), str(ROOT / "tests/models")]

import library  # noqa: E402
import machine  # noqa: E402
import quiet  # noqa: E402
from networks import Tools  # noqa: E402
from tabulate import tabulate  # noqa: E402
from zoo import NETWORKS  # noqa: E402

GIGA, MEGA = 1e9, 1e6
HEAD = """# Architectures

What each network of `models/` asks for, and what it takes: one image, one thread, weights of their initializers.

- GMACs are the multiply-adds of convolutions and fully connected layers, as `cnnc summary` counts them.
- Times are measured as [benchmarks.md](benchmarks.md) says: the median of the quiet chunks, or the least time where fewer than five were.
- "Of the peak" counts these multiply-adds against the FMA peak of a core, so that Winograd's and Strassen's algorithms can pass 100 %.
- Peak memory is what a process that opens the library and runs it grows by: weights, arena, input and output.
"""
PLOT = "![Time against work, by architecture](images/zoo.svg)"


class Bench:
    def __init__(self, options):
        self.options = options
        self.tools = Tools(options.bin.resolve(), options.out.resolve() / "compiled")
        self.probe = options.bin.resolve().parent / "benchmarks/models/libcnnc_probe.so"

    def measure(self, network):
        """All that is told of one network."""
        summary = json.loads(self.tools.run(self.tools.bin / "cnnc", "summary", network.path, "--json", *network.flags))
        start = time.monotonic()
        compiled = self.tools.library(network.path, f"--mcpu={self.options.mcpu}", *network.flags)
        seconds = time.monotonic() - start
        shape = [max(1, size) for size in self.tools.measure(compiled, "--info")["inputs"][0]["shape"]]
        job = {"name": network.name, "library": str(compiled), "shape": shape, "probe": str(self.probe),
               **{name: getattr(self.options, name) for name in ("chunks", "seconds", "pause", "realtime")}}
        done = subprocess.run([sys.executable, HERE / "models/alone.py"], input=json.dumps(job), stdout=subprocess.PIPE, text=True)
        compiled.unlink()
        if done.returncode:
            raise RuntimeError(f"alone.py failed on {network.name}")
        return {"network": network.name, "family": network.file, "parameters": summary["parameters"],
                "multiply_adds": summary["multiply_adds"], "shape": shape, "compile_s": seconds, **json.loads(done.stdout)}


def time_of(result):
    """Milliseconds, and whether they are the quiet median."""
    summary = quiet.summarize_all({name: [quiet.Chunk(**chunk) for chunk in chunks] for name, chunks in result["chunks"].items()})["cnnc"]
    calm = quiet.settled([summary])
    return quiet.time_of(summary, calm), calm


def row_of(result):
    milliseconds, calm = time_of(result)
    rate = 2 * result["multiply_adds"] / milliseconds / MEGA
    return [result["network"], f"{result['shape'][-1]}", f"{result['multiply_adds'] / GIGA:.3f}", f"{result['parameters'] / MEGA:.2f}",
            f"{milliseconds:.2f}" + ("" if calm else " (least)"), f"{rate / result['peak_gflops']:.0%}",
            f"{result['peak_bytes'] / MEGA:.1f}", f"{result['arena_bytes'] / MEGA:.1f}", f"{result['compile_s']:.1f}"]


def report(results):
    where = results["machine"]
    headers = ["network", "pixels", "GMACs", "parameters, M", "ms", "of the peak", "peak memory, MB", "of which arena, MB", "compile, s"]
    table = tabulate([row_of(result) for result in results["results"]], headers, tablefmt="github", disable_numparse=True)
    parts = [HEAD.rstrip(), f"{where['cpu']}, {where['caches']}; FMA peak of a core {where['peak_gflops']:.0f} GFLOP/s.",
             f"    {results['command']}", table, *(f"{name}: left out, {reason}" for name, reason in results["failed"].items()), PLOT]
    return "\n\n".join(parts) + "\n"


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NETWORK", help="such as resnet or resnet-depth18; else all")
    parser.add_argument("--mcpu", default="native", help="as cnnc has it")
    parser.add_argument("--chunks", type=int, default=40, help="of runs, between two probes each (%(default)s)")
    parser.add_argument("--seconds", type=float, default=10, help="for a network, if it is so large that its chunks take longer")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="leave the machine to others after each chunk")
    parser.add_argument("--realtime", action="store_true", help="let nothing interrupt a measurement (SCHED_FIFO; needs the right to)")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/dev/bin", help="the folder of cnnc")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/benchmarks", help="the folder of what is written")
    parser.add_argument("--no-plot", action="store_false", dest="plot", help="the table alone, which needs no matplotlib")
    parser.add_argument("--show", type=pathlib.Path, metavar="JSON", help="only print and plot what was measured before")
    return parser.parse_args()


def measure(options):
    bench = Bench(options)
    results = {"command": shlex.join(["benchmarks/architectures.py", *sys.argv[1:]]),
               "machine": machine.describe(library.Probe(bench.probe), []), "results": [], "failed": {}}
    for network in NETWORKS:
        if options.names and network.name not in options.names:
            continue
        try:
            results["results"].append(bench.measure(network))
            print(" | ".join(row_of(results["results"][-1])), file=sys.stderr, flush=True)
        except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
            results["failed"][network.name] = str(problem)
            print(f"{network.name}: {problem}", file=sys.stderr)
        (options.out / "zoo.json").write_text(json.dumps(results))
    return results


def main():
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    results = json.loads(options.show.read_text()) if options.show else measure(options)
    text = report(results)
    (options.out / "architectures.md").write_text(text)
    if options.plot and results["results"]:
        import plots

        plots.families([{**result, "ms": time_of(result)[0]} for result in results["results"]], options.out)
    print(text)
    return bool(results["failed"])


if __name__ == "__main__":
    sys.exit(main())
