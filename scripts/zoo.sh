#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, and compiles every network of models/ with both emitters; those that torchvision
# has are compared with it. Names of networks (resnet-depth18) restrict it to these.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --all
scripts/build.sh
[ $# -gt 0 ] || set -- --all
.venv/bin/python tests/models/zoo_results.py build/dev/bin build/zoo "$@"
