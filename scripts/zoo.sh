#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, and compiles every network of models/ with both emitters; those that torchvision
# has are compared with it, and ensembles with the mean of their parts. Names of networks (resnet-depth18) restrict it to these;
# --all --resume goes on after what was right the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --all
scripts/build.sh
[ $# -gt 0 ] || set -- --all
.venv/bin/python tests/models/zoo_results.py build/dev/bin build/zoo "$@"
[ "$1" != --all ] || .venv/bin/python tests/models/ensembles.py build/dev/bin build/zoo/ensembles --all
