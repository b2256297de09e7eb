#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cnnc summary` counts of each network of models/ what others published of it.

    zoo_counts.py BUILD/bin SCRATCH
"""
import json
import pathlib
import subprocess
import sys

from zoo import NETWORKS

# The inception module of Stanford's CS231n (lecture 9, 2017), on 28x28x256: as it is, and behind bottlenecks of 64 channels. The
# lecture lists the layers of both, and sums them up to 854 and 358 million; its second sum has the 3x3 twice.
MODULE = """
block naive(x) = concat([x |> conv(128, 1), x |> conv(192, 3, pad = 1), x |> conv(96, 5, pad = 2), x |> max_pool(3, 1, 1)])
block lean(x, threes) {
  narrow = x |> conv(64, 1)
  y = [x |> conv(128, 1), x |> conv(64, 1) |> conv(96, 5, pad = 2), x |> max_pool(3, 1, 1) |> conv(64, 1)]
  for i in range(threes) { y = y + [narrow |> conv(192, 3, pad = 1)] }
  return concat(y)
}
network module(x: f32[1, 256, 28, 28], threes = 0) { return y = if threes > 0 then x |> lean(threes) else x |> naive }
"""
# By how many convolutions of 3x3 stand behind a bottleneck.
MODULES = {0: 854_196_224, 1: 271_351_808, 2: 358_055_936}


def count(bin_dir, path, flags):
    done = subprocess.run([f"{bin_dir}/cnnc", "summary", path, "--json", *flags], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    summary = json.loads(done.stdout)
    return summary["parameters"], summary["multiply_adds"]


def main():
    bin_dir, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    for network in NETWORKS:
        counted, published = count(bin_dir, network.path, network.flags), (network.parameters, network.multiply_adds)
        print(f"{network.name}: {counted} ({network.source})")
        if counted != published:
            print(f"  instead of {published}")
            faults += 1
    module = folder / "module.cnn"
    module.write_text(MODULE)
    for threes, expected in MODULES.items():
        counted = count(bin_dir, module, ["-D", f"threes={threes}"])
        print(f"inception module, {threes} behind bottlenecks: {counted}")
        faults += counted[1] != expected
    missing = {path.stem for path in NETWORKS[0].path.parent.glob("*.cnn")} - {network.file for network in NETWORKS}
    if missing:
        print(f"not in the table: {sorted(missing)}")
    return faults + len(missing)


if __name__ == "__main__":
    sys.exit(main())
