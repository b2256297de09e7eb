# SPDX-License-Identifier: Apache-2.0
"""Writes FOLDER/<name>.onnx for each FOLDER/<name>.txt, a model in ONNX's textual syntax, of opset 17 if it does not say."""
import pathlib
import sys

import onnx.parser

for path in pathlib.Path(sys.argv[1]).glob("*.txt"):
    text = path.read_text()
    if not text.lstrip().startswith("<"):
        text = '<ir_version: 8, opset_import: ["" : 17]>\n' + text
    onnx.save(onnx.parser.parse_model(text), path.with_suffix(".onnx"))
