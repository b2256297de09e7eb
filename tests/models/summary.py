#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cnnc summary` counts of ONNX's own networks what is published of them.

    summary.py BUILD/bin SCRATCH
"""
import json
import pathlib
import subprocess
import sys

import onnx

# Parameters and multiply-adds. torchvision lists both for VGG-19 (19.63 G), ResNet-50 (4.09 G), SqueezeNet 1.1 (0.35 G) and
# DenseNet-121 (2.83 G); AlexNet and GoogLeNet are Caffe's models, as ONNX's model zoo has them. DenseNet's parameters are
# 7,978,856, and once more each of the 83,648 of its norms, since Caffe scales in a layer of its own.
PUBLISHED = {
    "bvlc_alexnet": (60_965_224, 654_560_384),
    "vgg19": (143_667_240, 19_632_062_464),
    "resnet50": (25_557_032, 4_089_184_256),
    "squeezenet": (1_235_496, 349_151_936),
    "inception_v1": (6_998_552, 1_431_556_352),
    "densenet121": (7_978_856 + 83_648, 2_834_161_664),
}
# What the last pool of AlexNet sees: Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks, 2019.
FIELD = ("bvlc_alexnet", "195x195")


def main():
    bin_dir = sys.argv[1]
    light = pathlib.Path(onnx.__file__).parent / "backend/test/data/light"
    faults = 0
    for name, (parameters, multiply_adds) in PUBLISHED.items():
        text = subprocess.run([f"{bin_dir}/cnnc", "summary", light / f"light_{name}.onnx", "--json"], check=True,
                              capture_output=True).stdout
        summary = json.loads(text)
        counted = summary["parameters"], summary["multiply_adds"]
        field = [layer["receptive_field"] for layer in summary["layers"] if layer["operator"] == "max_pool"][-1]
        print(f"{name}: {counted[0]:,} parameters, {counted[1]:,} multiply-adds")
        if counted != (parameters, multiply_adds):
            print(f"  instead of {parameters:,} and {multiply_adds:,}")
            faults += 1
        if name == FIELD[0] and field != FIELD[1]:
            print(f"  its last pool sees {field} instead of {FIELD[1]}")
            faults += 1
    return faults


if __name__ == "__main__":
    sys.exit(main())
