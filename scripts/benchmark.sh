#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc, and compares it with other runtimes. Arguments go to benchmarks/run.py, such as
# --quick, --full or --isa; --architectures instead measures the networks of models/, and --ops compares single layers with
# oneDNN, and hands the rest to Google Benchmark.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
scripts/setup.sh --benchmarks
scripts/build.sh
if [ "${1-}" = --ops ]; then
  shift
  cmake --preset dev
  cmake --build --preset dev --target cnnc-ops
  .venv/bin/python benchmarks/ops/layers.py build/dev/bin build/benchmarks/layers
  OMP_NUM_THREADS=1 exec build/dev/bin/cnnc-ops build/benchmarks/layers "$@"
fi
program=run.py
if [ "${1-}" = --architectures ]; then
  shift
  program=architectures.py
fi
.venv/bin/python "benchmarks/$program" "$@"
