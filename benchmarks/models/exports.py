# SPDX-License-Identifier: Apache-2.0
"""The networks that are compared, as ONNX files; those that are not there yet are made."""
import pathlib
import subprocess
import sys

import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
LITE0 = "efficientnet_lite0"  # with its trained weights; the others are torchvision's, with random ones
NETWORKS = ["alexnet", "vgg16", "resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "mobilenet_v2",
            "mobilenet_v3_large", "squeezenet1_1", "densenet121", "googlenet", "inception_v3", "shufflenet_v2_x1_0",
            "efficientnet_b0", LITE0]
BATCH_NETWORKS = ["resnet50", "vgg16", "mobilenet_v2"]


def model(name, folder, batch=1):
    """The file of a network, which is known by name or given as a path."""
    path = pathlib.Path(name) if name.endswith(".onnx") else folder / f"{name}.onnx"
    if not path.exists():
        if name == LITE0:
            command = [sys.executable, ROOT / "examples/efficientnet_lite0/make.py", folder]
        else:
            # Debian's PyTorch is seen by Debian's Python alone.
            command = ["/usr/bin/python3", ROOT / "tests/models/export_zoo.py", folder, name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path if batch == 1 else with_free_batch(path)


def with_free_batch(path):
    """A copy of a model whose batch the caller chooses."""
    target = path.with_name(f"{path.stem}-free_batch.onnx")
    if not target.exists():
        network = onnx.load(path)
        del network.graph.value_info[:]
        for value in [*network.graph.input, *network.graph.output]:
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
        onnx.save(network, target)
    return target
