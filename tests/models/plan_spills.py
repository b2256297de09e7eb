#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No vector register goes to the stack in an inner loop of any plan of a network: reads the assembly of its library, and of
its C++ source as clang compiles it, for AVX2 and AVX-512.

    plan_spills.py BUILD/bin SCRATCH [--all] [NETWORK...]

NETWORK is a file, or the name of one in models/. Without any a few small ones; with --all those of docs/benchmarks.md.
"""
import argparse
import pathlib
import shutil
import sys

from networks import Tools
from zoo import MODELS

sys.path.append(str(pathlib.Path(__file__).parents[1] / "compiler" / "emit"))
from spills import spills

SMALL = ["shufflenet_v2", "squeezenet"]
ALL = ["alexnet_single", "vgg", "resnet-depth18", "resnet", "resnext", "wide_resnet", "mobilenet_v2", "mobilenet_v3",
       "squeezenet", "densenet", "googlenet", "inception_v3", "shufflenet_v2", "efficientnet", "efficientnet-lite0"]
OBJDUMP = shutil.which("llvm-objdump-22") or "llvm-objdump"


def model_of(word):
    """A network's file, and the flags that set its parameters."""
    if pathlib.Path(word).exists():
        return pathlib.Path(word), []
    name, *settings = word.split("-depth")
    return MODELS / f"{name}.cnn", [flag for depth in settings for flag in ("-D", f"depth={depth}")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--cpu", action="append", help="x86-64-v3 and x86-64-v4 if not given")
    given = parser.parse_intermixed_args()
    tools, wrong = Tools(given.bin, given.scratch), 0
    for word in given.networks or (ALL if given.all else SMALL):
        model, flags = model_of(word)
        for cpu in given.cpu or ["x86-64-v3", "x86-64-v4"]:
            for emitter, make in ("library", tools.library), ("C++ source", tools.library_of_source):
                library = make(model, f"--mcpu={cpu}", *flags)
                loops, found = spills(OBJDUMP, library)
                print("".join(f"  {line}\n" for line in found), end="")
                print(f"{word}, {cpu}, {emitter}: {loops} loops, {len(found)} spills", flush=True)
                wrong += bool(found) or not loops
                library.unlink()
    return wrong


sys.exit(1 if main() else 0)
