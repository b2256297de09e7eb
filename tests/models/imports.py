#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cnnc import` writes of a model compiles to the same outputs as the model itself.

    imports.py BUILD/bin SCRATCH [--light] [MODEL.onnx...]

Without models the small networks of small_networks.py; --light adds those that come with ONNX.
"""
import pathlib
import sys

import onnx

import small_networks
from networks import Tools, error, inputs_of, session

LIGHT = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
MOST_ERROR = 1e-6  # both are the same network; only numbers beyond 32 bits may differ
# ResNet-50 reads like the figure of its paper.
MOST_LINES = {"resnet50": 120}


def check(tools, model):
    """What is said of a model, and what is wrong."""
    text = tools.folder / f"{model.stem}.cnn"
    weights = text.with_suffix(".safetensors")
    tools.run(tools.bin / "cnnc", "import", model, "-o", text)
    wrong = []
    lines = text.read_text().count("\n")
    if lines > MOST_LINES.get(model.stem, lines):
        wrong.append("length")
    tools.run(tools.bin / "cnnc", "fmt", "--check", text)
    inputs = inputs_of(session(model), batch=2)
    results = []
    for source in (model, text):
        library = tools.library(source)
        results.append(tools.outputs(library, inputs))
        library.unlink()
    weights.unlink(missing_ok=True)
    # Names that the language does not have are others.
    wanted, actual = ({i: value for i, value in enumerate(result.values())} for result in results)
    if results[0].keys() == results[1].keys():
        wanted, actual = results
    worst = error(actual, wanted)
    if not worst <= MOST_ERROR:
        wrong.append("outputs")
    blocks = sum(line.startswith("block ") for line in text.read_text().splitlines())
    return f"{lines} lines, {blocks} blocks, error {worst:.1e}", wrong


def main():
    bin_dir, folder, *words = sys.argv[1:]
    tools = Tools(pathlib.Path(bin_dir).resolve(), pathlib.Path(folder).resolve())
    models = [pathlib.Path(word).resolve() for word in words if not word.startswith("--")]
    if "--light" in words:
        models += sorted(LIGHT.glob("light_*.onnx"))
    if not models:
        for write in small_networks.WRITERS:
            models.append(tools.folder / f"{write.__name__}.onnx")
            write(models[-1])
    faults = 0
    for model in models:
        try:
            said, wrong = check(tools, model)
        except RuntimeError as problem:
            said, wrong = str(problem), ["failed"]
        print(f"{model.stem:28} {'WRONG ' + ' '.join(wrong) if wrong else 'ok'}  {said}", flush=True)
        faults += bool(wrong)
    return faults


if __name__ == "__main__":
    sys.exit(main())
