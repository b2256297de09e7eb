#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, and compiles every network of models/ with both emitters; those that torchvision
# has are compared with it, ensembles with the mean of their parts, and what cnnc imports from ONNX with the ONNX file.
# Names of networks (resnet-depth18) restrict it to these; --all --resume goes on after what was right the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
scripts/setup.sh --all
scripts/build.sh
[ $# -gt 0 ] || set -- --all
.venv/bin/python tests/models/zoo_results.py build/dev/bin build/zoo "$@"
[ "$1" != --all ] || .venv/bin/python tests/models/ensembles.py build/dev/bin build/zoo/ensembles --all
[ "$1" != --all ] || .venv/bin/python tests/models/imports.py build/dev/bin build/zoo/imports --all
