#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, and compares it with other runtimes. Arguments go to benchmarks/run.py, such as
# --quick or --full.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --benchmarks
scripts/build.sh
.venv/bin/python benchmarks/run.py "$@"
