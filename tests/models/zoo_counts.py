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

# The inception module of lectures, on 28x28x256: as it is, and behind bottlenecks of 64 channels. By these layers the second
# has 271 million; the 358 that are often quoted count the 3x3 twice.
MODULE = """
block naive(x) = concat([x |> conv(128, 1), x |> conv(192, 3, pad = 1), x |> conv(96, 5, pad = 2), x |> max_pool(3, 1, 1)])
block lean(x) = concat([
  x |> conv(128, 1), x |> conv(64, 1) |> conv(192, 3, pad = 1), x |> conv(64, 1) |> conv(96, 5, pad = 2),
  x |> max_pool(3, 1, 1) |> conv(64, 1)
])
network module(x: f32[1, 256, 28, 28], lean = false) { return y = if lean then x |> lean else x |> naive }
"""


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
    for lean, expected in (("false", 854_196_224), ("true", 271_351_808)):
        counted = count(bin_dir, module, ["-D", f"lean={lean}"])
        print(f"inception module, lean={lean}: {counted}")
        faults += counted[1] != expected
    missing = {path.stem for path in NETWORKS[0].path.parent.glob("*.cnn")} - {network.file for network in NETWORKS}
    if missing:
        print(f"not in the table: {sorted(missing)}")
    return faults + len(missing)


if __name__ == "__main__":
    sys.exit(main())
