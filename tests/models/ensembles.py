#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ensembles give the mean of what their networks say of each view, as NumPy computes it, and hold each weight once.

    ensembles.py BUILD/bin SCRATCH [--all]

Without --all, small networks stand for those of models/crops.cnn. What the networks themselves say is torchvision's, in double
precision and with its weights, where Debian's python3-torchvision is installed, else what cnnc makes of each alone.
"""
import dataclasses
import pathlib
import shutil
import sys

import numpy as np

from networks import Tools, error
from zoo import MODELS
from zoo_results import MOST_ERROR, make_reference, python_of

CORNERS = [(0, 0), (0, 32), (32, 0), (32, 32), (16, 16)]


@dataclasses.dataclass
class Part:
    label: str
    file: str
    call: str
    torchvision: str


def mirrored(views):
    return np.concatenate([views, views[..., ::-1]])


def crops(image):
    return mirrored(np.concatenate([image[:, :, top:top + 224, left:left + 224] for top, left in CORNERS]))


VGG, GOOGLENET = Part("vgg", "vgg", "vgg(16, false, 1000)", "vgg16"), Part("googlenet", "googlenet", "googlenet(1000)", "googlenet")
RESNET = Part("r50", "resnet", "resnet(50, 1000)", "resnet50")
DENSENET = Part("d121", "densenet", "densenet(121, 1000)", "densenet121")
SQUEEZENET = Part("vgg", "squeezenet", "squeezenet(1.1, 1000)", "squeezenet1_1")
SHUFFLENET = Part("googlenet", "shufflenet_v2", "shufflenet_v2(0.5, 1000)", "shufflenet_v2_x0_5")


def small(models):
    """The text of crops.cnn about other networks."""
    text = (models / "crops.cnn").read_text()
    for old, new in ((VGG, SQUEEZENET), (GOOGLENET, SHUFFLENET)):
        text = text.replace(f'"{old.file}.cnn"', f'"{new.file}.cnn"')
        text = text.replace(old.call.replace("1000", "classes"), new.call.replace("1000", "classes"))
    path = models / "small_crops.cnn"
    path.write_text(text)
    return path


def alone(part, models):
    """A network of one part, under the label that the ensemble gives it: it gets the same weights."""
    path = models / f"{part.file}_alone.cnn"
    path.write_text(f'include "{part.file}.cnn"\nnetwork alone(image: f32[N, 3, 224, 224]) '
                    f'{{ return logits = image |> {part.label}: {part.call} }}\n')
    return path


def softmax(logits):
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def torch_logits(tools, part, model, views):
    """torchvision's outputs in double precision, and the file of its weights."""
    np.save(tools.folder / "views.npy", views)
    make_reference(tools, tools.folder, f"torchvision/{part.torchvision}", model, "--image", tools.folder / "views.npy")
    return np.load(tools.folder / f"{part.torchvision}.output.npy"), tools.folder / f"{part.torchvision}.pth"


def check(tools, path, parts, views_of, size, precisions):
    """Errors by precision, and the bytes of weights over those of the parts."""
    image = np.random.default_rng(0).standard_normal((1, 3, size, size)).astype(np.float32)
    views = views_of(image)
    weights, said, bytes_of_parts = [], [], 0
    for part in parts:
        model = alone(part, path.parent)
        library = tools.library(model)
        bytes_of_parts += tools.measure(library, "--info")["weight_bytes"]
        if python_of("torchvision"):
            logits, file = torch_logits(tools, part, model, views)
            weights += ["--weights", f"{part.label}={file}"]
        else:
            logits = tools.outputs(library, [views])["logits"]
        said.append(softmax(logits))
        library.unlink()
    wanted = {"probabilities": np.mean(said, axis=(0, 1))[None]}
    errors = {}
    for precision in precisions:
        library = tools.library(path, f"--precision={precision}", *weights)
        errors[precision] = error(tools.outputs(library, [image]), wanted)
        bytes_of_whole = tools.measure(library, "--info")["weight_bytes"]
        library.unlink()
    return errors, bytes_of_whole / bytes_of_parts


def main():
    bin_dir, folder, *words = sys.argv[1:]
    tools = Tools(pathlib.Path(bin_dir).resolve(), pathlib.Path(folder).resolve())
    # What includes others lies beside them.
    models = shutil.copytree(MODELS, tools.folder / "models", dirs_exist_ok=True)
    todo = [(small(models), [SQUEEZENET, SHUFFLENET], crops, 256, ["f32"])]
    if "--all" in words:
        todo += [(models / "ensemble.cnn", [RESNET, DENSENET], mirrored, 224, ["strict", "f32"]),
                 (models / "crops.cnn", [GOOGLENET, VGG], crops, 256, ["strict", "f32"])]
    faults = 0
    for path, parts, *how in todo:
        errors, growth = check(tools, path, parts, *how)
        wrong = [kind for kind, value in errors.items() if not value <= MOST_ERROR[kind]] + ["weights"] * (growth > 1.01)
        print(f"{path.stem}: {', '.join(f'{kind} {value:.1e}' for kind, value in errors.items())}; {growth:.3f} of the weights of "
              f"{' and '.join(part.file for part in parts)} {'WRONG ' + ' '.join(wrong) if wrong else ''}", flush=True)
        faults += bool(wrong)
    return faults


if __name__ == "__main__":
    sys.exit(main())
