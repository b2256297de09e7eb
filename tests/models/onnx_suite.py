#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scoreboard: ONNX's own tests through `cnnc` and `cnnc-run`, and no lower than the floor.

    onnx_suite.py BUILD/bin SCRATCH              figures, reasons of refusals, and whether the floor holds
    onnx_suite.py BUILD/bin SCRATCH conv pool    only tests whose names hold one of the words, one line each
    onnx_suite.py BUILD/bin SCRATCH --update     writes the floor: the names of the tests that pass
"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import resource
import sys
import tempfile

from onnx.backend.test.loader import load_model_tests

from suite_case import Verdict, run_case

KINDS = ["node", "simple", "pytorch-converted", "pytorch-operator"]
FLOOR = pathlib.Path(__file__).with_name("onnx_suite.txt")
MEMORY = 8 << 30


def all_tests():
    tests = {}
    for kind in KINDS:
        for test in load_model_tests(kind=kind):
            tests[f"{kind}/{test.name}"] = test
    return dict(sorted(tests.items()))


def run_all(tests, bin_dir, scratch):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {name: pool.submit(run_case, test, bin_dir, pathlib.Path(scratch, name)) for name, test in tests.items()}
        return {name: job.result() for name, job in jobs.items()}


def without_path(detail):
    return re.sub(r"^cnnc: \S+: ", "", detail)


def reason_group(detail):
    """The reason without the names and numbers of one test."""
    detail = re.sub(r"node '[^']*'", "node", without_path(detail))
    return re.sub(r"-?\d+(x\d+)*", "N", detail)[:110]


def print_board(results):
    counts = collections.Counter(outcome.verdict for outcome in results.values())
    print(f"{len(results)} tests")
    for verdict in Verdict:
        print(f"{counts[verdict]:6} {verdict.value}")
    reasons = collections.Counter(reason_group(outcome.detail) for outcome in results.values()
                                  if outcome.verdict is Verdict.REFUSED)
    print("\nWhy tests are refused:")
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")
    print()
    for name, outcome in results.items():
        if outcome.verdict.is_fault:
            print(f"{outcome.verdict.value}: {name}: {outcome.detail}")


def passing(results):
    return {f"{name} frozen" if outcome.verdict is Verdict.FROZEN else name
            for name, outcome in results.items() if outcome.verdict.passed}


def compare_with_floor(results):
    passed, floor = passing(results), set(FLOOR.read_text().splitlines())
    # What passes as it stands no longer needs its inputs frozen.
    fallen = {name for name in floor - passed if name.removesuffix(" frozen") not in passed}
    for name in sorted(fallen):
        print(f"fell: {name}")
    if passed - floor:
        print(f"{len(passed - floor)} pass that the floor does not name; --update raises it")
    return not fallen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path, help="the folder that holds cnnc and cnnc-run")
    parser.add_argument("scratch", type=pathlib.Path, help="a folder for what is compiled, and results.txt: a line for each test")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--unlimited", action="store_true", help="set no limit on memory: sanitizers take more than they use")
    options = parser.parse_args()

    if not options.unlimited:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tests = {name: test for name, test in all_tests().items()
             if not options.words or any(word in name for word in options.words)}
    options.scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        results = run_all(tests, options.bin.resolve(), scratch)
    lines = [f"{outcome.verdict.value}: {name} {without_path(outcome.detail)}\n" for name, outcome in results.items()]
    (options.scratch / "results.txt").write_text("".join(lines))
    if options.words:
        print("".join(lines), end="")
        return any(outcome.verdict.is_fault for outcome in results.values())
    print_board(results)
    if options.update:
        FLOOR.write_text("".join(f"{name}\n" for name in sorted(passing(results))))
    held = compare_with_floor(results)
    return not held or any(outcome.verdict.is_fault for outcome in results.values())


if __name__ == "__main__":
    sys.exit(main())
