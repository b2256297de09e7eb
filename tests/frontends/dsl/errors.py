#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad and doubtful programs, and exactly what cnnc says of them.

    errors.py BUILD/bin ERRORS.txt SCRATCH [--update]

In the file a program stands behind `==== options` and what is said of it behind `----`; it is compiled as net.cnn beside the
files that `## file NAME` begins in it. --update writes what is said now.
"""
import pathlib
import re
import shutil
import subprocess
import sys

SECONDS = 20


def cases(text):
    for part in re.split(r"(?m)^==== ?", text)[1:]:
        head, _, said = part.partition("\n----\n")
        options, _, program = head.partition("\n")
        yield options.split(), program, said.strip("\n")


def run(cnnc, options, program, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    main, *others = re.split(r"(?m)^## file ", program)
    (folder / "net.cnn").write_text(main)
    for other in others:
        name, _, text = other.partition("\n")
        (folder / name).write_text(text)
    done = subprocess.run([cnnc, "net.cnn", "--emit=cnn", *options], cwd=folder, capture_output=True, text=True,
                          timeout=SECONDS)
    return done.returncode, done.stdout, done.stderr.strip("\n")


def main():
    bin_dir, file, scratch, *rest = sys.argv[1:]
    cnnc, file = pathlib.Path(bin_dir).resolve() / "cnnc", pathlib.Path(file)
    faults, new = 0, []
    for options, program, said in cases(file.read_text()):
        code, out, now = run(cnnc, options, program, pathlib.Path(scratch))
        new.append(f"==== {' '.join(options)}".rstrip() + f"\n{program}\n----\n{now}\n")
        is_good = code == 0 if "warning: " in now else code == 1 and not out
        if not is_good or (now != said and "--update" not in rest):
            print(f"{program}\nexit code {code}, expected:\n{said}\nsaid:\n{now}\n")
            faults += 1
    if "--update" in rest:
        file.write_text("".join(new))
    print(f"{len(new)} programs, {faults} faults")
    return faults or not new


if __name__ == "__main__":
    sys.exit(main())
