#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Saves torchvision's networks: their weights as PyTorch does, an input, and what comes out in double and in single precision.

    torch_reference.py FOLDER [--legacy] NAME...

Needs Debian's python3-torchvision. Batch norm is calibrated; a network without any is scaled instead.
"""
import pathlib
import sys

import numpy as np
import torch

import export_zoo

SIZES = {"inception_v3": 299, "deeplabv3_resnet50": 520, "efficientnet_b1": 240, "efficientnet_b2": 260,
         "efficientnet_b3": 300, "efficientnet_b4": 380, "efficientnet_b5": 456, "efficientnet_b6": 528,
         "efficientnet_b7": 600}


def output_of(network, image):
    with torch.no_grad():
        output = network(image)
    return (output["out"] if isinstance(output, dict) else output).numpy()


def main():
    folder, *names = sys.argv[1:]
    legacy = "--legacy" in names
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name.startswith("--"):
            continue
        size = SIZES.get(name, 224)
        network, norms = export_zoo.build(name)
        # Large images take long, and channels see as much in small ones.
        export_zoo.calibrate(norms, network, min(size, 300))
        torch.manual_seed(1)
        image = torch.randn(1, 3, size, size)
        single = output_of(network, image)
        torch.save(network.state_dict(), folder / f"{name}.pth", _use_new_zipfile_serialization=not legacy)
        np.save(folder / f"{name}.input.npy", image.numpy())
        np.save(folder / f"{name}.single.npy", single)
        # The last file to come says that all are there.
        np.save(folder / f"{name}.output.npy", output_of(network.double(), image.double()))


if __name__ == "__main__":
    main()
