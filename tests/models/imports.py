#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cnnc import` writes of a model compiles to the same outputs as the model itself.

    imports.py BUILD/bin SCRATCH [--all] [MODEL.onnx...]

Without models the small networks of small_networks.py, and what is to be refused; with --all those that come with ONNX
and, where Debian's python3-torchvision is installed, torchvision's.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np

import onnx
from onnx import TensorProto, helper, numpy_helper

import export_zoo
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


def named(path):
    """ResNet's units and DenseNet's layers, with the names that PyTorch gives."""
    random, nodes, weights = np.random.default_rng(5), [], []

    def op(kind, inputs, scope, **attributes):
        name = f"{scope}/{kind}"
        name += f"_{len(nodes)}" if any(node.name == name for node in nodes) else ""
        nodes.append(helper.make_node(kind, inputs, [f"v{len(nodes)}"], name, **attributes))
        return nodes[-1].output[0]

    def conv(x, layer, filters, channels, kernel=3, stride=1):
        values = random.standard_normal((filters, channels, kernel, kernel)) / (kernel * channels**0.5)
        weights.append(numpy_helper.from_array(values.astype(np.float32), f"{layer}.weight"))
        weights.append(numpy_helper.from_array(random.standard_normal(filters).astype(np.float32), f"{layer}.bias"))
        return op("Conv", [x, f"{layer}.weight", f"{layer}.bias"], "/" + layer.replace(".", "/"), kernel_shape=[kernel] * 2,
                  strides=[stride] * 2, pads=[kernel // 2] * 4)

    x = conv("x", "conv1", 8, 3)
    for stage, channels in enumerate((8, 16), 1):
        for unit in range(4):
            layer, stride = f"layer{stage}.{unit}", 2 if unit == 0 and stage > 1 else 1
            y = op("Relu", [conv(x, f"{layer}.conv1", channels, channels // stride, stride=stride)], f"/{layer}/relu")
            y = conv(y, f"{layer}.conv2", channels, channels)
            if stride > 1:
                x = conv(x, f"{layer}.downsample", channels, channels // stride, 1, stride)
            x = op("Relu", [op("Add", [y, x], f"/{layer}")], f"/{layer}/relu")
    parts = [x]
    for layer in range(4):
        y = op("Concat", parts, f"/dense/layer{layer}", axis=1) if layer else x
        y = op("Relu", [conv(y, f"dense.layer{layer}.conv1", 12, 16 + 4 * layer, 1)], f"/dense/layer{layer}")
        parts.append(conv(y, f"dense.layer{layer}.conv2", 4, 12))
    y = op("GlobalAveragePool", [op("Concat", parts, "/dense", axis=1)], "")
    nodes.append(helper.make_node("Flatten", [y], ["y"], "/Flatten"))
    graph = helper.make_graph(nodes, path.stem, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 16, 16])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 32])], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


NAMED = """\
block layer(x) {
  conv2 = x |> conv(channels(x), 3, pad = 1) |> relu |> conv(channels(x), 3, pad = 1)
  return conv2 + x |> relu
}

block layer2(x) = x |> conv(12, 1) |> relu |> conv(4, 3, pad = 1)

# From named.onnx.
network named(x: f32[N, 3, 16, 16]) {
  x2 = x |> conv(8, 3, pad = 1)
  for i in range(4) { x2 = x2 |> "layer1.{i}": layer }
  conv2 = x2 |> "layer2.0.conv1": conv(16, 3, stride = 2, pad = 1) |> relu |> "layer2.0.conv2": conv(16, 3, pad = 1)
  downsample = x2 |> "layer2.0.downsample": conv(16, 1, stride = 2)
  conv2 = conv2 + downsample |> relu
  for i in range(1, 4) { conv2 = conv2 |> "layer2.{i}": layer }
  layer0 = conv2 |> "dense.layer0": layer2
  parts = [conv2, layer0]
  for i in range(1, 4) { parts = parts + [concat(parts) |> "dense.layer{i}": layer2] }
  y = concat(parts) |> global_avg_pool |> reshape([shape(x)[0], 32])
  return y
}
"""


def check_named(tools):
    """Labels, blocks and loops are those that the names tell of, and so the weights keep their names."""
    model, text = tools.folder / "named.onnx", tools.folder / "named.cnn"
    named(model)
    said, wrong = check(tools, model)
    if text.read_text() != NAMED:
        wrong.append("text:\n" + text.read_text())
    tools.run(tools.bin / "cnnc", "import", model, "-o", text)
    header = text.with_suffix(".safetensors").read_bytes()
    header = json.loads(header[8:8 + int.from_bytes(header[:8], "little")])
    if header.keys() != {weight.name for weight in onnx.load(model).graph.initializer}:
        wrong.append("names of weights")
    print(f"{'named':28} {'WRONG ' + ' '.join(wrong) if wrong else 'ok'}  {said}", flush=True)
    return bool(wrong)


def refuse(tools):
    """What no text can say: one line with the node's name, and no file."""
    cases = {
        "computed": ([helper.make_node("Exp", ["w"], ["v"], "e"), helper.make_node("Conv", ["x", "v"], ["y"], "c")],
                     TensorProto.FLOAT, "node 'c': takes weights that other operators compute"),
        "keyword": ([helper.make_node("Not", ["x"], ["y"], "n")], TensorProto.BOOL,
                    "node 'n': is cnn.not, whose name is a keyword of the language"),
    }
    faults = 0
    for name, (nodes, kind, wanted) in cases.items():
        model, text = tools.folder / f"{name}.onnx", tools.folder / f"{name}.cnn"
        inputs = [helper.make_tensor_value_info("x", kind, [1, 3, 4, 4])]
        if name == "computed":
            inputs.append(helper.make_tensor_value_info("w", kind, [2, 3, 1, 1]))
        graph = helper.make_graph(nodes, name, inputs, [helper.make_empty_tensor_value_info("y")])
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
        done = subprocess.run([tools.bin / "cnnc", "import", model, "-o", text], capture_output=True, text=True)
        lines = done.stderr.splitlines()
        good = done.returncode == 1 and len(lines) == 1 and lines[0].startswith(f"cnnc: {model}: {wanted}")
        good &= not text.exists() and not text.with_suffix(".safetensors").exists()
        print(f"{name:28} {'refused' if good else 'WRONG ' + done.stderr}", flush=True)
        faults += not good
    return faults


def torchvision(folder):
    """Its networks as ONNX files, if it is there."""
    names = [*export_zoo.NETWORKS, export_zoo.SYMBOLIC_BATCH + "_batch"]
    done = subprocess.run(["/usr/bin/python3", "-W", "ignore", export_zoo.__file__, folder], stdout=subprocess.DEVNULL)
    return [folder / f"{name}.onnx" for name in names] if done.returncode == 0 else []


def main():
    bin_dir, folder, *words = sys.argv[1:]
    tools = Tools(pathlib.Path(bin_dir).resolve(), pathlib.Path(folder).resolve())
    models = [pathlib.Path(word).resolve() for word in words if not word.startswith("--")]
    faults = 0
    if "--all" in words:
        models += sorted(LIGHT.glob("light_*.onnx")) + torchvision(tools.folder / "onnx")
    if not models:
        faults += refuse(tools) + check_named(tools)
        for write in small_networks.WRITERS:
            models.append(tools.folder / f"{write.__name__}.onnx")
            write(models[-1])
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
