#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the house together: who may include whom, how long a file may be, how it begins and what it is called."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A room, and the rooms whose headers it may include besides its own. The longest matching room counts.
MAY_INCLUDE = {
    "runtime": [],
    "dialects": [],
    "frontends": ["dialects"],
    "compiler/cost": ["dialects"],
    "compiler/graph": ["dialects", "compiler/cost"],
    "compiler/loops": ["dialects", "compiler/cost", "compiler/emit/Emit.h"],
    "compiler/emit": ["runtime/include"],
    "compiler/driver": ["dialects", "frontends", "compiler", "runtime/include"],
}
FOLDERS = ["runtime", "dialects", "frontends", "compiler", "tests", "benchmarks", "python", "examples", "cmake"]
CODE = {".h", ".c", ".cpp", ".td", ".py", ".S"}
MAX_LINES = 800
INCLUDE = re.compile(r'^\s*#?include "((?:runtime|dialects|frontends|compiler)/[^"]+)"')
SNAKE_CASE = re.compile(r"[a-z0-9_]+")
CAMEL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*|cnnc(-[a-z]+)?")


def room_of(path):
    rooms = [room for room in MAY_INCLUDE if path.startswith(room + "/")]
    return max(rooms, key=len, default=None)


def faults_of(path):
    text = (ROOT / path).read_text(errors="replace")
    lines = text.splitlines()
    name = pathlib.PurePath(path)
    if len(lines) > MAX_LINES:
        yield f"{len(lines)} lines; {MAX_LINES} is a fault, and 250 the aim"
    head = lines[1:3] if text.startswith("#!") else lines[:2]
    if not head or "SPDX-License-Identifier: Apache-2.0" not in head[0]:
        yield "does not begin with its licence: SPDX-License-Identifier: Apache-2.0"
    elif len(head) < 2 or not re.match(r'\s*(//|/\*|\*|#|""")\s*\S', head[1]):
        yield "does not say its purpose after the licence"
    room = room_of(path)
    if room is None:
        return
    style = SNAKE_CASE if room == "runtime" else CAMEL_CASE
    if not style.fullmatch(name.stem):
        yield f"is not called in the style of its room ({'snake_case' if room == 'runtime' else 'CamelCase'})"
    allowed = [room] + MAY_INCLUDE[room]
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and not any(include[1] == other or include[1].startswith(other + "/") for other in allowed):
            yield f"line {number}: {room} may not include {include[1]}"


def main():
    files = sorted(str(file.relative_to(ROOT)) for folder in FOLDERS for file in (ROOT / folder).rglob("*")
                   if file.suffix in CODE)
    faults = [f"{file}: {fault}" for file in files for fault in faults_of(file)]
    print("\n".join(faults) if faults else f"{len(files)} files, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
