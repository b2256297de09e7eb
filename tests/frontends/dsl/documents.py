#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The networks that the documentation shows can be read: documents.py BUILD/bin SCRATCH."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHOWN = re.compile(r"^```cnn\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(programs, scratch):
    cnnc, scratch = pathlib.Path(programs) / "cnnc", pathlib.Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    found = bad = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for text in SHOWN.findall(page.read_text()):
            if "\nnetwork " not in "\n" + text:  # a part of one
                continue
            found += 1
            file = scratch / f"{page.stem}{found}.cnn"
            file.write_text(text)
            for command in (["summary", file], ["fmt", "--check", file]):
                done = subprocess.run([cnnc, *command], capture_output=True, text=True)
                if done.returncode:
                    bad += 1
                    print(f"{page.relative_to(ROOT)}: {done.stderr}")
    print(f"{found} networks, {bad} faults")
    return 1 if bad or found < 5 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
