#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite0 names what real photographs show, as ONNX Runtime does."""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
from PIL import Image

PREPROCESSING = ["--crop-fraction", "0.875", "--interpolation", "bicubic", "--scale", "1", "--mean", "127", "--std", "128"]
TOLERANCE = 1e-5  # max error over max value
RIGHT = 18  # of the 20 photographs whose class is known


def prepare(path):
    """The input as its authors prepare it, by Pillow."""
    image = Image.open(path).convert("RGB")
    side = int(min(image.size) * 0.875 + 1e-9)
    left, top = (round((extent - side) / 2) for extent in image.size)
    image = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    return ((np.asarray(image, np.float32) - 127) / 128).transpose(2, 0, 1)


def top1(command):
    report = json.loads(subprocess.run([*command, "--json", "--top", "1"], check=True, stdout=subprocess.PIPE).stdout)
    return [guesses[0]["index"] for guesses in report["top"]]


def main():
    tools, folder, demo = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    model, library = demo / "efficientnet_lite0.onnx", folder / "efficientnet_lite0.so"
    subprocess.run([tools / "cnnc", model, "-o", library], check=True)
    run = [tools / "cnnc-run", library]

    photographs = sorted((demo / "photographs").iterdir())
    inputs = np.stack([prepare(photograph) for photograph in photographs])
    scores = onnxruntime.InferenceSession(model).run(None, {"image": inputs})[0]
    expected = scores.argmax(axis=1).tolist()

    # The same numbers in: nearly the same numbers out.
    np.save(folder / "inputs.npy", inputs)
    subprocess.run([*run, folder / "inputs.npy", "--output", folder], check=True)
    error = np.abs(np.load(folder / "scores.npy") - scores).max() / np.abs(scores).max()

    by_metadata = top1([*run, *photographs])
    by_options = top1([*run, *photographs, *PREPROCESSING])
    known = [(index, int(photograph.stem.split("_")[2])) for index, photograph in enumerate(photographs)
             if photograph.stem.startswith("imagenet_")]
    right = sum(by_metadata[index] == label for index, label in known)
    coffee = by_metadata[[photograph.name for photograph in photographs].index("coffee.png")]
    print(f"error {error:.2g}; {right} of {len(known)} right; coffee.png is class {coffee}")
    for photograph, ours, reference in zip(photographs, by_metadata, expected):
        if ours != reference:
            print(f"{photograph.name}: class {ours}, of which ONNX Runtime says {reference}")
    return 0 if (error <= TOLERANCE and by_metadata == by_options == expected and right >= RIGHT and coffee == 967) else 1


if __name__ == "__main__":
    sys.exit(main())
