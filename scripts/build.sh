#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds cnnc in build/dev; does what setup.sh does before.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
takes
scripts/setup.sh
[ -f build/dev/build.ninja ] || cmake --preset dev
cmake --build --preset dev
