#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the house together: who may include whom, how long a file may be, how it begins, what it is called and names."""
import os
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
    "compiler/include": [],
    "compiler/driver": ["dialects", "frontends", "compiler", "runtime/include"],
}
NOT_OURS = re.compile(r"\.git|\.venv|\.cache|build.*|__pycache__")
CODE = {".h", ".c", ".cpp", ".td", ".py", ".S", ".sh"}
TEXT = CODE | {".md", ".txt", ".cmake", ".mlir", ".test", ".json", ".in", ".yml"}
MAX_LINES = 800
INCLUDE = re.compile(r'^\s*#?include "((?:runtime|dialects|frontends|compiler)/[^"]+)"')
SNAKE_CASE = re.compile(r"[a-z0-9_]+")
CAMEL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*")
PROGRAM = re.compile(r"cnnc(-[a-z]+)?")
# A path that only one machine has, and one that may lead out of the repository.
ONE_MACHINE = re.compile(r"(?<![\w.])/(?:work|home|root)/\w+")
UPWARDS = re.compile(r"(?<![\w/.])(?:\.\./)+\w[\w./-]*")
# A pass has one name: of its definition, its file and its test.
PASSES = "compiler/graph/Passes.td"
PASS = re.compile(r'^def (\w+) : \w+<"([a-z-]+)">', re.MULTILINE)
# Each folder of examples is shown on the page beside them.
EXAMPLES = "examples/README.md"
# Networks that the README shows are files of models/, as they stand.
SHOWN = re.compile(r"^```cnn\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def room_of(path):
    rooms = [room for room in MAY_INCLUDE if path.startswith(room + "/")]
    return max(rooms, key=len, default=None)


def faults_of_code(path, text, lines):
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
    style = SNAKE_CASE if room in ("runtime", "compiler/include") else CAMEL_CASE
    if not style.fullmatch(name.stem) and not PROGRAM.fullmatch(name.stem):
        yield f"is not called in the style of its room ({'snake_case' if style is SNAKE_CASE else 'CamelCase'})"
    allowed = [room] + MAY_INCLUDE[room]
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and not any(include[1] == other or include[1].startswith(other + "/") for other in allowed):
            yield f"line {number}: {room} may not include {include[1]}"


def faults_of_text(path, lines):
    folder = (ROOT / path).parent
    for number, line in enumerate(lines, 1):
        for machine in ONE_MACHINE.findall(line):
            yield f"line {number}: {machine} is a path of one machine"
        for upwards in UPWARDS.findall(line):
            if not os.path.normpath(folder / upwards).startswith(str(ROOT)):
                yield f"line {number}: {upwards} leads out of the repository"
        for link in LINK.findall(line) if path.endswith(".md") and not line.startswith(" " * 4) else []:
            if not (folder / link).exists():
                yield f"line {number}: links to {link}, which does not exist"


def faults_of_passes(text):
    for name, word in PASS.findall(text):
        for file in (f"compiler/graph/{name}.cpp", f"tests/compiler/graph/{word}.mlir"):
            if not (ROOT / file).exists():
                yield f"{name} has no {file}"


def faults_of_shown_networks(text):
    models = {file.read_text() for file in (ROOT / "models").glob("*.cnn")}
    for shown in SHOWN.findall(text):
        if shown not in models:
            yield f"shows a network that no file of models/ equals: {shown.splitlines()[0]}"


def faults_of(path):
    text = (ROOT / path).read_text(errors="replace")
    lines = text.splitlines()
    if pathlib.PurePath(path).suffix in CODE:
        yield from faults_of_code(path, text, lines)
    if path == PASSES:
        yield from faults_of_passes(text)
    if path == "README.md":
        yield from faults_of_shown_networks(text)
    if path == EXAMPLES:
        yield from (f"does not show {folder.name}" for folder in (ROOT / "examples").iterdir()
                    if folder.is_dir() and f"]({folder.name})" not in text)
    yield from faults_of_text(path, lines)


def files():
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(name for name in inner if not NOT_OURS.fullmatch(name))
        for name in sorted(names):
            if pathlib.PurePath(name).suffix in TEXT:
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def main():
    paths = list(files())
    faults = [f"{path}: {fault}" for path in paths for fault in faults_of(path)]
    print("\n".join(faults) if faults else f"{len(paths)} files, no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
