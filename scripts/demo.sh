#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, compiles EfficientNet-Lite0 and classifies photographs: by default a cup of
# coffee, else those that are named.
set -euo pipefail
start=$PWD
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
photographs=()
for photograph in "$@"; do
  photographs+=("$(cd "$start" && realpath -e "$photograph" 2>/dev/null)") || refuse "no file '$photograph'"
done
scripts/build.sh

demo=build/demo
make=examples/efficientnet_lite0/make.py
[ $demo/efficientnet_lite0.onnx -nt $make ] || .venv/bin/python $make $demo
show() { echo "\$ $*"; "$@"; }
show build/dev/bin/cnnc $demo/efficientnet_lite0.onnx -o $demo/efficientnet_lite0.so
for photograph in "${photographs[@]:-$demo/photographs/coffee.png}"; do
  show build/dev/bin/cnnc-run $demo/efficientnet_lite0.so "$photograph" --labels $demo/labels.txt --repeat 20
done
