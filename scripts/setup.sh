#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the build and the tests need: Debian packages, and PyPI's packages in .venv. With --all, also Debian's
# PyTorch, from which scripts/report.sh makes further networks, and in .venv/torch packages with others, for scripts/zoo.sh; with
# --benchmarks, also the runtimes that scripts/benchmark.sh compares with. Does nothing where all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/arguments.sh "$@"
takes --all --benchmarks

packages=(
  # the build
  clang-22 lld-22 cmake ninja-build ccache
  libmlir-22-dev mlir-22-tools llvm-22-dev liblld-22-dev zlib1g-dev libzstd-dev
  libonnx-dev libprotobuf-dev protobuf-compiler libcli11-dev nlohmann-json3-dev libminizip-dev libstb-dev
  # the tests: FileCheck and lit, sanitizers, a second compiler, and Arm by emulation
  llvm-22-tools libclang-rt-22-dev graphviz libgtest-dev g++-12 g++-aarch64-linux-gnu qemu-user
  # Python: /usr/bin/python3, since others on PATH may lack venv
  python3 python3-venv
)
lists=(scripts/requirements.txt)
[ "${1-}" = --benchmarks ] && lists+=(benchmarks/requirements.txt) && packages+=(libbenchmark-dev libdnnl-dev)
[[ "${1-}" = --all || "${1-}" = --benchmarks ]] && packages+=(python3-torch python3-torchvision python3-onnx libopenblas0-pthread time)
[ "${1-}" = --all ] && packages+=(python3-yaml python3-requests)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]}"
  # Sources that cannot be reached matter only if a package is not found.
  as_root apt-get -q update || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
fi

# install LIST VENV [OPTION OF VENV]
install() {
  local list=$1 venv=$2 installed
  installed=$venv/installed-$(basename "$(dirname "$list")").txt
  cmp -s "$list" "$installed" && return
  [ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "${@:3}" "$venv"
  # The lists are whole: what the packages would further ask for is not needed.
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$list"
  cp "$list" "$installed"
}
for list in "${lists[@]}"; do install "$list" .venv; done
if [ "${1-}" = --all ]; then install tests/models/requirements.txt .venv/torch --system-site-packages; fi
