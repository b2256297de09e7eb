#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds cnnc, measures all that it claims, and prints the table. Arguments are chapters, such as speed; default: all.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
scripts/setup.sh --all
scripts/build.sh
.venv/bin/python tests/models/report.py build/dev/bin build/report "$@"
