#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Saves torchvision's networks: their weights as PyTorch does, an input, and what comes out in double and in single precision.

    torch_reference.py FOLDER NAME... [--image FILE.npy]

Needs Debian's python3-torchvision. Batch norm is calibrated; a network without any is scaled instead.
"""
import argparse
import pathlib

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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--image", type=pathlib.Path, help="instead of a random one")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        size = SIZES.get(name, 224)
        network, norms = export_zoo.build(name)
        # Large images take long, and channels see as much in small ones.
        export_zoo.calibrate(norms, network, min(size, 300))
        torch.manual_seed(1)
        image = torch.from_numpy(np.load(options.image)) if options.image else torch.randn(1, 3, size, size)
        stem = options.folder / name
        torch.save(network.state_dict(), stem.with_name(f"{name}.pth"))
        np.save(stem.with_name(f"{name}.input.npy"), image.numpy())
        np.save(stem.with_name(f"{name}.single.npy"), output_of(network, image))
        # The last file to come says that all are there.
        np.save(stem.with_name(f"{name}.output.npy"), output_of(network.double(), image.double()))


if __name__ == "__main__":
    main()
