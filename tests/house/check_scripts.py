#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scripts say what they do, and refuse what they do not take before they install anything."""
import pathlib
import subprocess
import sys

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
REFUSED = [("setup.sh", "--al", "unknown argument '--al'"), ("build.sh", "dev", "unknown argument 'dev'"),
           ("demo.sh", "missing.png", "no file 'missing.png'")]


def run(script, word):
    done = subprocess.run([SCRIPTS / script, word], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout, done.stderr


def faults():
    for script in sorted(SCRIPTS.glob("*.sh")):
        if script.name == "arguments.sh":
            continue
        head = script.read_text().splitlines()[2].removeprefix("# ")
        for word in ("--help", "-h"):
            code, said, errors = run(script.name, word)
            if code or errors or not said.startswith(head + "\n") or "set -euo" in said:
                yield f"{script.name} {word}: exit code {code}, {said[:200]!r}, {errors[:200]!r}"
    for script, word, message in REFUSED:
        found = run(script, word)
        wanted = 2, "", f"{script}: {message} (see --help)\n"
        if found != wanted:
            yield f"{script} {word}: {found}, not {wanted}"


def main():
    found = list(faults())
    print("\n".join(found) if found else "no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
