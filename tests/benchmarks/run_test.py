#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A run of the benchmarks on a tiny network beside ONNX Runtime, and on one of models/: run_test.py BUILD/bin FOLDER.

Speed is not looked at: only that outputs are compared and that tables and JSON are whole.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/models"))

import small_networks  # noqa: E402

CHUNKS = 3


def printed_by(program, bin_folder, folder, *arguments):
    return subprocess.run([sys.executable, ROOT / "benchmarks" / program, *arguments, "--bin", bin_folder, "--out", folder],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    bin_folder, folder = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "residual.onnx"
    small_networks.residual(model)
    for chapter in (["--chunks", str(CHUNKS)], ["--startup"]):
        printed = printed_by("run.py", bin_folder, folder, "--networks", model, "--peers", "ONNX Runtime", "--no-plots", *chapter)
        assert "| residual" in printed, printed
        assert (folder / "results.md").read_text() == printed.removesuffix("\n"), printed
        results = json.loads((folder / "results.json").read_text())
        for run in results["runs"]:
            (result,) = run["results"]
            assert list(result["chunks"]) == ["cnnc", "ONNX Runtime"], result["chunks"].keys()
            assert all(len(own) == CHUNKS for own in result["chunks"].values())
            assert result["errors"]["cnnc"] < 1e-5, result["errors"]
        assert len(results["startup"]) == (2 if chapter == ["--startup"] else 0)

    printed = printed_by("architectures.py", bin_folder, folder, "lenet", "--chunks", str(CHUNKS), "--no-plot")
    assert (folder / "architectures.md").read_text() == printed.removesuffix("\n"), printed
    (result,) = json.loads((folder / "zoo.json").read_text())["results"]
    assert (result["network"], result["parameters"]) == ("lenet", 61_706), result


if __name__ == "__main__":
    main()
