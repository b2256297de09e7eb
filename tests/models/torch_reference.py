#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Saves what others make of a network: its weights as PyTorch does, an input, and what comes out in double and in single precision.

    torch_reference.py FOLDER PACKAGE/NAME SUMMARY.json [--image FILE.npy]

Needs Debian's python3-torchvision; timm and pytorchcv come from tests/models/requirements.txt. Batch norm is calibrated; a network
without any is scaled instead. torchvision's names are those of models/*.cnn; the layers of other packages are found, in their order,
by what `cnnc summary --json` says of ours.
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch

import export_zoo

KINDS = {"conv": torch.nn.Conv2d, "bn": torch.nn.BatchNorm2d, "fc": torch.nn.Linear}
SHORTCUTS = ("downsample", "identity")
SHIFT = 1.0  # of norms: with less, the deepest networks multiply rounding errors so that PyTorch's own single precision misses 1e-5
MOST_PIXELS = 300  # for calibration: large images take long, and channels see as much in small ones


def build(package, name):
    if package == "torchvision":
        return export_zoo.build(name, SHIFT)
    torch.manual_seed(0)
    if package == "timm":
        import timm

        network = timm.create_model(name)
    else:
        from pytorchcv.model_provider import get_model

        network = get_model(name)
    return export_zoo.enliven(network, SHIFT)


def output_of(network, image):
    with torch.no_grad():
        output = network(image)
    return (output["out"] if isinstance(output, dict) else output).numpy()


def executed(network, image):
    """The layers with weights, by name, in the order in which they run."""
    layers = {module: name for name, module in network.named_modules() if isinstance(module, tuple(KINDS.values()))}
    order = []
    hooks = [module.register_forward_hook(lambda module, *_: order.append(module)) for module in layers]
    output_of(network, image)
    for hook in hooks:
        hook.remove()
    return {layers[module]: module for module in order}


def is_shortcut(name):
    return any(word in name for word in SHORTCUTS)


def fits(layer, name, module):
    """Whether this may be that layer: where both ways of a unit have such a one, the order of their running says nothing."""
    return (isinstance(module, KINDS[layer["operator"]]) and sum(value.numel() for value in module.parameters()) == layer["parameters"]
            and getattr(module, "out_channels", None) in (None, int(layer["output"].split("x")[1]))
            and is_shortcut(name) == is_shortcut(layer["name"]))


def renamed(network, image, layers):
    """The state of a network under the names of our layers."""
    theirs, state = executed(network, image), {}
    for layer in layers:
        if layer["operator"] in KINDS:
            name = next((name for name, module in theirs.items() if fits(layer, name, module)), None)
            if name is None:
                sys.exit(f"nothing fits {layer['name']}")
            state |= {f"{layer['name']}.{key}": value for key, value in theirs.pop(name).state_dict().items()}
    if theirs:
        sys.exit(f"left are {', '.join(theirs)}")
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("reference")
    parser.add_argument("summary", type=pathlib.Path)
    parser.add_argument("--image", type=pathlib.Path, help="instead of a random one")
    options = parser.parse_args()
    package, name = options.reference.split("/")
    options.folder.mkdir(parents=True, exist_ok=True)
    layers = json.loads(options.summary.read_text())["layers"]
    size = int(layers[0]["output"].split("x")[-1])

    network, norms = build(package, name)
    export_zoo.calibrate(norms, network, min(size, MOST_PIXELS))
    torch.manual_seed(1)
    image = torch.from_numpy(np.load(options.image)) if options.image else torch.randn(1, 3, size, size)
    state = network.state_dict() if package == "torchvision" else renamed(network, image, layers)
    torch.save(state, options.folder / f"{name}.pth")
    np.save(options.folder / f"{name}.input.npy", image.numpy())
    np.save(options.folder / f"{name}.single.npy", output_of(network, image))
    # The last file to come says that all are there.
    np.save(options.folder / f"{name}.output.npy", output_of(network.double(), image.double()))


if __name__ == "__main__":
    main()
