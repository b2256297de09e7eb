#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares networks that cnnc compiled with ONNX Runtime: numbers, bits, and how their operators were lowered.

Prints a line for each model; fails if one of them is not as it should be.
"""
import argparse
import pathlib
import re
import sys

import numpy as np

from networks import Tools, error, expected, inputs_of, session

MOST_ERROR = 1e-5
MOST_CONVERSIONS = 2


def same_bits(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name].view(np.uint8), b[name].view(np.uint8)) for name in a)


def check(tools, model, emitters, flags, batch):
    """The facts of one model and what is wrong with it."""
    wrong = []
    reference = session(model)
    inputs = inputs_of(reference, batch)
    wanted = expected(reference, inputs)
    facts = {}

    plans = tools.plans(model, *flags)
    facts["plain"] = int(re.search(r"^plain lowerings: (\d+)", plans, re.M)[1])
    facts["conversions"] = int(re.search(r"^layout conversions: (\d+)", plans, re.M)[1])
    if facts["plain"]:
        wrong.append("plain lowerings")
    if facts["conversions"] > MOST_CONVERSIONS:
        wrong.append("layout conversions")

    for emitter in emitters:
        library = (tools.library if emitter == "library" else tools.library_of_source)(model, *flags)
        actual = tools.outputs(library, inputs)
        facts[emitter] = error(actual, wanted)
        if not facts[emitter] <= MOST_ERROR:
            wrong.append(f"error of the {emitter}")
        if not same_bits(actual, tools.outputs(library, inputs)):
            wrong.append(f"bits of the {emitter} from run to run")
        if not same_bits(actual, tools.outputs(library, inputs, "--threads", "2")):
            wrong.append(f"bits of the {emitter} with two threads")
    return facts, wrong


def text_of(facts, wrong):
    words = [f"{key} {value:.1e}" if isinstance(value, float) else f"{key} {value}" for key, value in facts.items()]
    return ", ".join(words + [f"WRONG: {fault}" for fault in wrong])


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin", type=pathlib.Path, help="the folder of cnnc and cnnc-run")
    parser.add_argument("folder", type=pathlib.Path, help="for what is compiled")
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--emitters", nargs="+", default=["library", "source"], choices=["library", "source"])
    parser.add_argument("--batch", type=int, default=3, help="for models with a symbolic batch")
    parser.add_argument("--flags", nargs="*", default=[], help="further flags of cnnc")
    options = parser.parse_args(arguments)
    tools = Tools(options.bin, options.folder)

    failed = False
    for model in options.models:
        try:
            facts, wrong = check(tools, model, options.emitters, options.flags, options.batch)
        except RuntimeError as problem:
            facts, wrong = {}, [str(problem)]
        print(f"{model.stem:24} {'WRONG' if wrong else 'ok'}  {text_of(facts, wrong)}", flush=True)
        failed |= bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
