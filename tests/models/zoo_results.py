#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The networks of models/*.cnn compile with both emitters, and give what they should.

    zoo_results.py BUILD/bin SCRATCH [--all] [NAME...]

Where Debian's python3-torchvision is installed, the networks that it has take its weights by name and give its output;
all others, with weights of their initializers, give the same through both emitters. Without --all the small ones.
"""
import pathlib
import subprocess
import sys

import numpy as np

from networks import Tools, error
from zoo import NETWORKS

HERE = pathlib.Path(__file__).parent
MOST_ERROR = {"strict": 1e-5, "f32": 1e-4}
PYTHON = "/usr/bin/python3"  # Debian's PyTorch is seen by Debian's Python alone
HAS_TORCHVISION = subprocess.run([PYTHON, "-c", "import torchvision"], stderr=subprocess.DEVNULL).returncode == 0
PYTHON = "/usr/bin/python3"  # Debian's PyTorch is seen by Debian's Python alone
HAS_TORCHVISION = subprocess.run([PYTHON, "-c", "import torchvision"], stderr=subprocess.DEVNULL).returncode == 0


def reference_of(network, folder):
    """Weights, input and output of torchvision's network; made once."""
    stem = folder / "torch" / network.torchvision
    if not stem.with_name(f"{stem.name}.output.npy").exists():
        subprocess.run([PYTHON, "-W", "ignore", HERE / "torch_reference.py", stem.parent, network.torchvision],
                       check=True)
    return (["--weights", stem.with_name(f"{stem.name}.pth")],
            np.load(stem.with_name(f"{stem.name}.input.npy")), np.load(stem.with_name(f"{stem.name}.output.npy")))


def image_of(tools, library):
    """An input for a network without a reference."""
    shape = tools.measure(library, "--info")["inputs"][0]["shape"]
    return np.random.default_rng(0).standard_normal([max(1, size) for size in shape]).astype(np.float32)


def check(tools, network):
    """The errors of one network, and what is wrong with them."""
    flags, wanted = list(network.flags), None
    if network.torchvision and HAS_TORCHVISION:
        weights, image, output = reference_of(network, tools.folder)
        flags += weights
        wanted = {"logits": output}
    library = tools.library(network.path, *flags)
    if wanted is None:
        image = image_of(tools, library)
    results = {"f32": tools.outputs(library, [image])}
    library.unlink()
    if wanted is not None:
        wanted = dict.fromkeys(results["f32"], output)
        strict = tools.library(network.path, "--precision=strict", *flags)
        results["strict"] = tools.outputs(strict, [image])
        strict.unlink()
    results["source"] = tools.outputs(tools.library_of_source(network.path, *flags), [image])
    wanted = wanted or results["source"]
    facts = {kind: error(result, wanted) for kind, result in results.items()}
    spread = min(float(np.std(value) / np.abs(value).max()) for value in wanted.values())
    wrong = [kind for kind, value in facts.items() if not value <= MOST_ERROR.get(kind, MOST_ERROR["f32"])]
    return facts, wrong + (["spread"] if not spread > 1e-3 else [])


def main():
    bin_dir, folder, *words = sys.argv[1:]
    tools = Tools(pathlib.Path(bin_dir).resolve(), pathlib.Path(folder).resolve())
    names = [word for word in words if word != "--all"]
    faults = 0
    for network in NETWORKS:
        if network.name not in names if names else not network.small and "--all" not in words:
            continue
        try:
            facts, wrong = check(tools, network)
            text = ", ".join(f"{kind} {value:.1e}" for kind, value in facts.items())
        except RuntimeError as problem:
            text, wrong = str(problem), ["failed"]
        whose = "torchvision" if network.torchvision and HAS_TORCHVISION else "each other"
        print(f"{network.name:28} {'WRONG ' + ' '.join(wrong) if wrong else 'ok'}  against {whose}: {text}", flush=True)
        faults += bool(wrong)
    return faults


if __name__ == "__main__":
    sys.exit(main())
