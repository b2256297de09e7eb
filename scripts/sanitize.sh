#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the programs with AddressSanitizer and UndefinedBehaviorSanitizer, gives them bad input, and lets the fuzzer
# make more of it. Arguments go to ctest.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
scripts/setup.sh
[ -f build/asan/build.ninja ] || cmake --preset asan
cmake --build --preset asan --target cnnc cnnc-opt cnnc-run cnnc_dialect_test runtime-tests fuzz_onnx fuzz_dsl
ctest --preset asan --parallel "$(nproc)" -R '_errors$|runtime-tests|cnnc_dialect_test|lit_|fuzz_' "$@"
