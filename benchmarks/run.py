#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares networks that cnnc compiled with ONNX Runtime, OpenVINO and ncnn.

Prints Markdown tables, and writes results.json, results.md and plots into a folder. scripts/benchmark.sh installs and
builds what is needed, and calls this; docs/benchmarks.md says how to read the numbers.
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE / "models"), str(ROOT / "tests/models")]

import contestants  # noqa: E402
import exports  # noqa: E402
import library  # noqa: E402
import machine  # noqa: E402
import tables  # noqa: E402
from networks import Tools, inputs_of, session  # noqa: E402

# The precision contract of whole networks.
MOST_ERROR = 1e-4
COMPILERS = {"cnnc C++, clang": "clang++-22", "cnnc C++, g++": "g++-12"}
EMITTERS = {"library": "cnnc", "clang": "cnnc C++, clang", "g++": "cnnc C++, g++"}
ISAS = ["x86-64-v2", "x86-64-v3", "x86-64-v4"]


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = options.out.resolve()
        self.zoo = (options.zoo or self.folder / "zoo").resolve()
        self.zoo.mkdir(parents=True, exist_ok=True)
        self.bin = options.bin.resolve()
        self.probe = self.bin.parent / "benchmarks/models/libcnnc_probe.so"
        self.results = {"command": shlex.join(["benchmarks/run.py", *sys.argv[1:]]), "machine": machine.describe(library.Probe(self.probe), options.peers),
                        "runs": [], "startup": []}

    def compile(self, model, emitters, mcpu):
        """Libraries by contestant, and the seconds that cnnc took for the first."""
        flags = [] if mcpu == "native" else [f"--mcpu={mcpu}"]
        start, libraries, seconds = time.monotonic(), {}, None
        for emitter in emitters:
            name = EMITTERS[emitter]
            tools = Tools(self.bin, self.folder / "compiled" / emitter.replace("+", "p"), COMPILERS.get(name, "clang++-22"))
            libraries[name] = str(tools.library(model, *flags) if name == "cnnc" else tools.library_of_source(model, *flags))
            seconds = seconds or time.monotonic() - start
        return libraries, seconds

    def child(self, script, job, mcpu="native"):
        """What a process of its own found."""
        environment = os.environ.copy()
        if mcpu in contestants.ONEDNN_ISA:
            environment["ONEDNN_MAX_CPU_ISA"] = contestants.ONEDNN_ISA[mcpu]
        job |= {"probe": str(self.probe), "realtime": self.options.realtime}
        done = subprocess.run([sys.executable, HERE / "models" / script], input=json.dumps(job), stdout=subprocess.PIPE, text=True,
                              env=environment)
        if done.returncode:
            raise RuntimeError(f"{script} failed on {pathlib.Path(job['model']).stem}")
        return json.loads(done.stdout)

    def run(self, networks, threads=1, batch=1, mcpu="native", emitters=("library",), peers=tuple(contestants.PEERS)):
        """One table."""
        run = {"threads": threads, "batch": batch, "mcpu": mcpu, "results": [], "failed": {}}
        self.results["runs"].append(run)
        for name in networks:
            try:
                model = exports.model(name, self.zoo, batch)
                libraries, seconds = self.compile(model, emitters, mcpu)
                job = {"model": str(model), "libraries": libraries, "contestants": [*libraries, *peers], "threads": threads, "batch": batch,
                       "chunks": self.options.chunks, "pause": self.options.pause, "most_error": MOST_ERROR}
                result = self.child("compare.py", job, mcpu)
            except (RuntimeError, OSError, subprocess.SubprocessError) as problem:
                run["failed"][name] = str(problem)
                print(f"{name}: {problem}", file=sys.stderr)
            else:
                run["results"].append(result | {"compile_s": seconds})
                self.say(run, result)
            finally:
                shutil.rmtree(self.folder / "compiled", ignore_errors=True)
                self.write()

    def startup(self, networks, peers=tuple(contestants.PEERS)):
        """Memory and time around the first result."""
        for name in networks:
            model = exports.model(name, self.zoo)
            libraries, seconds = self.compile(model, ["library"], "native")
            shapes = [values.shape for values in inputs_of(session(model))]
            for contestant in [*libraries, *peers]:
                job = {"model": str(model), "libraries": libraries, "contestant": contestant, "threads": 1, "shapes": shapes}
                found = self.child("startup.py", job)
                self.results["startup"].append({"network": model.stem, "contestant": contestant, **found,
                                                "compile_s": seconds if contestant in contestants.OURS else None})
            shutil.rmtree(self.folder / "compiled", ignore_errors=True)
            self.write()

    def say(self, run, result):
        """A line, while the table is not there yet."""
        summaries = tables.summaries_of(result)
        ratio = tables.ratio_of(run, result)
        print(f"{result['network']:20} " + ", ".join(f"{name} {tables.cell(summary)}" for name, summary in summaries.items())
              + (f"; best peer / cnnc {ratio:.2f}" if ratio else ""), file=sys.stderr, flush=True)

    def write(self):
        (self.folder / "results.json").write_text(json.dumps(self.results))


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=exports.NETWORKS, metavar="NETWORK", help="names of torchvision, or .onnx files")
    parser.add_argument("--threads", nargs="+", type=int, default=[1], metavar="N")
    parser.add_argument("--batch", nargs="+", type=int, default=[1], metavar="N", help="images in a call")
    parser.add_argument("--mcpu", nargs="+", default=["native"], metavar="CPU", help="as cnnc has it")
    parser.add_argument("--isa", action="store_const", dest="mcpu", const=ISAS, help="compare SSE, AVX2 and AVX-512")
    parser.add_argument("--emit", nargs="+", default=["library"], choices=EMITTERS, help="what cnnc writes, and who compiles it")
    parser.add_argument("--peers", nargs="*", default=list(contestants.PEERS), choices=list(contestants.PEERS))
    parser.add_argument("--startup", action="store_true", help="memory and time to the first result, instead of the comparison")
    parser.add_argument("--full", action="store_true", help="all that docs/benchmarks.md shows: about an hour")
    parser.add_argument("--quick", action="store_true", help="three networks and ten chunks")
    parser.add_argument("--chunks", type=int, default=40, help="of runs, between two probes each (%(default)s)")
    parser.add_argument("--pause", type=float, default=0, metavar="SECONDS", help="leave the machine to others after each round")
    parser.add_argument("--realtime", action="store_true", help="let nothing interrupt a measurement (SCHED_FIFO; needs the right to)")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/dev/bin", help="the folder of cnnc")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/benchmarks", help="the folder of what is written")
    parser.add_argument("--zoo", type=pathlib.Path, help="the folder of the networks (zoo in --out)")
    parser.add_argument("--no-plots", action="store_false", dest="plots", help="tables alone, which needs no matplotlib")
    parser.add_argument("--show", type=pathlib.Path, metavar="JSON", help="only print and plot what was measured before")
    return parser.parse_args()


def measure(options):
    bench = Bench(options)
    if options.full:
        bench.run(exports.NETWORKS)
        bench.run(exports.NETWORKS, threads=os.cpu_count())
        bench.run(exports.BATCH_NETWORKS, batch=8)
        for isa in ISAS:
            bench.run(exports.NETWORKS, mcpu=isa, peers=["OpenVINO"])
        bench.run(exports.NETWORKS, emitters=list(EMITTERS), peers=[])
        bench.startup(exports.NETWORKS)
    elif options.startup:
        bench.startup(options.networks, options.peers)
    else:
        for threads in options.threads:
            for batch in options.batch:
                for mcpu in options.mcpu:
                    bench.run(options.networks, threads, batch, mcpu, options.emit, options.peers)
    return bench.results


def main():
    options = parse()
    if options.quick:
        options.networks, options.chunks = ["resnet50", "mobilenet_v2", "squeezenet1_1"], 10
    options.out.mkdir(parents=True, exist_ok=True)
    results = json.loads(options.show.read_text()) if options.show else measure(options)
    report = tables.report(results)
    (options.out / "results.md").write_text(report)
    if options.plots:
        import plots

        plots.draw(results, options.out)
    print(report)
    return any(run["failed"] for run in results["runs"])


if __name__ == "__main__":
    sys.exit(main())
