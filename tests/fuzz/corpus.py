#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gathers small models, one of each operator and shape of graph, for the fuzzer to begin with."""
import pathlib
import shutil
import sys

import onnx

MAX_BYTES = 4096


def main():
    corpus = pathlib.Path(sys.argv[1])
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    data = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
    kinds = set()
    for path in sorted(data.glob("*/*/model.onnx")):
        if path.stat().st_size > MAX_BYTES:
            continue
        kind = tuple(node.op_type for node in onnx.load(path).graph.node)
        if kind not in kinds:
            kinds.add(kind)
            shutil.copy(path, corpus / f"{path.parent.name}.onnx")
    print(f"{len(kinds)} models")


if __name__ == "__main__":
    main()
