#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exports torchvision's networks as ONNX files with random weights.

Batch norm is calibrated on a few batches, for with statistics that do not fit, signals die on their
way and any compiler agrees with any other. Needs Debian's python3-torchvision and python3-onnx.
"""
import argparse
import pathlib

try:
    import torch
    import torchvision
except ImportError:  # of use to those who only want the names
    pass

NETWORKS = {
    "alexnet": 224,
    "vgg16": 224,
    "resnet18": 224,
    "resnet50": 224,
    "wide_resnet50_2": 224,
    "mobilenet_v2": 224,
    "mobilenet_v3_large": 224,
    "squeezenet1_1": 224,
    "densenet121": 224,
    "googlenet": 224,
    "inception_v3": 299,
    "shufflenet_v2_x1_0": 224,
    "resnext50_32x4d": 224,
    "efficientnet_b0": 224,
}
# Exported a second time, with a batch that is known only at run time.
SYMBOLIC_BATCH = "squeezenet1_1"

CALIBRATION_BATCHES = 3
CALIBRATION_IMAGES = 8


def build(name, shift=0.5):
    extra = {"aux_logits": False, "init_weights": True} if name in ("googlenet", "inception_v3") else {}
    if name.startswith("deeplab"):
        extra = {"weights_backbone": None}
    torch.manual_seed(0)
    return enliven(torchvision.models.get_model(name, weights=None, **extra), shift)


def enliven(network, shift):
    """The network with weights that let signals live, and its batch norms, which are still to be calibrated."""
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    if not norms:
        # Nothing restores the scale of a signal here but the weights themselves.
        for module in network.modules():
            if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
                torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                torch.nn.init.normal_(module.bias, std=0.1)
    for norm in norms:
        # As training does, keep most of a signal on the rising side of its ReLU. With biases around zero, a random
        # network multiplies rounding errors layer after layer, and two right answers differ by 3e-5.
        torch.nn.init.uniform_(norm.weight, 0.7, 1.3)
        torch.nn.init.normal_(norm.bias, mean=shift, std=0.2)
        norm.momentum = None  # the plain mean of all batches
    return network.eval(), norms


def calibrate(norms, network, size):
    for norm in norms:
        norm.train()
    with torch.no_grad():
        for _ in range(CALIBRATION_BATCHES if norms else 0):
            network(torch.randn(CALIBRATION_IMAGES, 3, size, size))
    network.eval()


def export(name, size, directory):
    targets = {directory / f"{name}.onnx": None}
    if name == SYMBOLIC_BATCH:
        targets[directory / f"{name}_batch.onnx"] = {"input": {0: "batch"}, "output": {0: "batch"}}
    if all(path.exists() for path in targets):
        return
    network, norms = build(name)
    calibrate(norms, network, size)
    for path, axes in targets.items():
        partial = path.with_suffix(".partial")
        torch.onnx.export(network, torch.randn(1, 3, size, size), str(partial), opset_version=16,
                          input_names=["input"], output_names=["output"], dynamic_axes=axes)
        partial.rename(path)
        print(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("names", nargs="*", default=list(NETWORKS))
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        export(name, NETWORKS.get(name, 224), options.directory)


if __name__ == "__main__":
    main()
