#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds cnnc and runs its tests. Arguments go to ctest, such as -R numeric.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
scripts/build.sh
ctest --preset dev --parallel "$(nproc)" "$@"
