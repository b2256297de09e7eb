#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The networks of models/*.cnn compile with both emitters, and give what they should.

    zoo_results.py BUILD/bin SCRATCH [--all] [--resume] [NAME...]

Where Debian's PyTorch is installed, the networks that torchvision, timm or pytorchcv has take its weights and give its output, as
PyTorch computes it in double precision; all others, with weights of their initializers, give what the strict library gives.
Without --all the small ones. SCRATCH/results.jsonl has what was found; --resume leaves out what is right there.
"""
import argparse
import functools
import json
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
from tabulate import tabulate

from networks import Tools, error
from zoo import NETWORKS

HERE = pathlib.Path(__file__).parent
MOST_ERROR = {"strict": 1e-5, "f32": 1e-4, "source": 1e-4}
LEAST_SPREAD = 1e-3  # standard deviation of an output over its largest value: it depends on what went in
# Debian's PyTorch is seen by Debian's Python alone, and by what scripts/setup.sh makes of it.
PYTHONS = ["/usr/bin/python3", HERE.parents[1] / ".venv/torch/bin/python"]
MEGA = 1e6


@functools.cache
def python_of(package):
    """A Python that has a package, or None."""
    return next((python for python in PYTHONS if pathlib.Path(python).exists()
                 and subprocess.run([python, "-c", f"import {package}"], stderr=subprocess.DEVNULL).returncode == 0), None)


def make_reference(tools, folder, reference, model, *arguments, flags=()):
    """Calls torch_reference.py."""
    folder.mkdir(parents=True, exist_ok=True)
    summary = folder / f"{pathlib.Path(reference).name}.json"
    summary.write_text(tools.run(tools.bin / "cnnc", "summary", model, "--json", *flags))
    python = python_of(reference.split("/")[0])
    subprocess.run([python, "-W", "ignore", HERE / "torch_reference.py", folder, reference, summary, *arguments], check=True)


class Reference:
    """Weights, input and output of the same network in PyTorch; made once, and kept if it is small."""

    def __init__(self, tools, network):
        self.stem = tools.folder / "torch" / pathlib.Path(network.reference).name
        if not self.path("output.npy").exists():
            make_reference(tools, self.stem.parent, network.reference, network.path, flags=network.flags)
        self.weights = ["--weights", self.path("pth")]
        self.image, self.output, single = (np.load(self.path(f"{what}.npy")) for what in ("input", "output", "single"))
        self.own_error = error({"": single}, {"": self.output})

    def path(self, ending):
        return self.stem.with_name(f"{self.stem.name}.{ending}")

    def remove(self):
        for path in self.stem.parent.glob(f"{self.stem.name}.*"):
            path.unlink()


def image_of(tools, library):
    """An input for a network without a reference."""
    shape = tools.measure(library, "--info")["inputs"][0]["shape"]
    return np.random.default_rng(0).standard_normal([max(1, size) for size in shape]).astype(np.float32)


def check(tools, network):
    """What there is to know of one network, and what of it is wrong."""
    flags, reference = list(network.flags), None
    row = {"name": network.name, "against": "strict", "errors": {}}
    package = network.reference.split("/")[0]
    if package and python_of(package):
        reference = Reference(tools, network)
        flags += reference.weights
        row |= {"against": package, "torch_f32": reference.own_error}

    start = time.monotonic()
    library = tools.library(network.path, *flags)
    row["compile_s"] = time.monotonic() - start
    image = reference.image if reference else image_of(tools, library)
    results = {"f32": tools.outputs(library, [image])}
    info = tools.measure(library, "--info")
    row |= {"ms": tools.measure(library, tools.folder / f"{library.stem}.run/input0.npy", "--repeat", 3)["min_ms"],
            "weight_bytes": info["weight_bytes"], "arena_bytes": info["arena_bytes"]}
    library.unlink()
    strict = tools.library(network.path, "--precision=strict", *flags)
    results["strict"] = tools.outputs(strict, [image])
    strict.unlink()
    start = time.monotonic()
    source = tools.library_of_source(network.path, *flags)
    row["source_s"] = time.monotonic() - start
    results["source"] = tools.outputs(source, [image])

    wanted = dict.fromkeys(results["f32"], reference.output) if reference else results["strict"]
    row["errors"] = {kind: error(result, wanted) for kind, result in results.items()}
    row["spread"] = min(float(np.std(value) / np.abs(value).max()) for value in wanted.values())
    row["wrong"] = [kind for kind, value in row["errors"].items() if not value <= MOST_ERROR[kind]]
    row["wrong"] += ["spread"] if not row["spread"] > LEAST_SPREAD else []
    if reference and not network.small:
        reference.remove()
    return row


def clear(folder):
    """Large networks fill disks: nothing stays but the references."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != "torch":
            shutil.rmtree(path)
        elif path.suffix in (".so", ".h"):
            path.unlink()


def describe(row):
    if "failed" in row:
        return row["failed"]
    errors = ", ".join(f"{kind} {value:.1e}" for kind, value in row["errors"].items())
    own = f" (whose f32: {row['torch_f32']:.1e})" if "torch_f32" in row else ""
    return (f"against {row['against']}{own}: {errors}; {row['ms']:.1f} ms, weights {row['weight_bytes'] / MEGA:.1f} MB, arena "
            f"{row['arena_bytes'] / MEGA:.1f} MB; compiled in {row['compile_s']:.1f} s, as C++ {row['source_s']:.1f} s")


def table(rows):
    cells = [[row["name"], row["against"], *(f"{row['errors'][kind]:.1e}" for kind in ("strict", "f32", "source")),
              f"{row['torch_f32']:.1e}" if "torch_f32" in row else ""] for row in rows if "failed" not in row]
    return tabulate(cells, ["network", "against", "strict", "default", "C++", "PyTorch's f32"], tablefmt="github", disable_numparse=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--resume", action="store_true")
    return parser.parse_intermixed_args()


def main():
    options = parse()
    tools = Tools(options.bin.resolve(), options.folder.resolve())
    log = tools.folder / "results.jsonl"
    rows = {}
    if options.resume and log.exists():
        rows = {row["name"]: row for row in map(json.loads, log.read_text().splitlines()) if not row["wrong"]}
    log.write_text("".join(json.dumps(row) + "\n" for row in rows.values()))
    for network in NETWORKS:
        wanted = network.name in options.names if options.names else options.all or network.small
        if not wanted or network.name in rows:
            continue
        try:
            row = check(tools, network)
        except (RuntimeError, subprocess.SubprocessError) as problem:
            row = {"name": network.name, "failed": str(problem), "wrong": ["failed"]}
        rows[network.name] = row
        with log.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{network.name:28} {'WRONG ' + ' '.join(row['wrong']) if row['wrong'] else 'ok'}  {describe(row)}", flush=True)
        clear(tools.folder)
    if options.all:
        print(table(rows.values()))
    return sum(bool(row["wrong"]) for row in rows.values())


if __name__ == "__main__":
    sys.exit(main())
