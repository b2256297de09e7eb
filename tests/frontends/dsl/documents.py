#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows can be used: documents.py BUILD/bin SCRATCH.

Networks are read, and are laid out as cnnc fmt does. Of a part of one the grammar is checked; what stands behind a line
with an ellipsis is a network's. Options of the command lines exist.
"""
import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
TEXT = re.compile(r"^```cnn\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^    (?:\$ \S*/)?|`)(cnnc(?:-run)?(?: [^`#\n]*)?)", re.MULTILINE)


def whole(text):
    """A part of a network, put into one."""
    declarations, ellipsis, body = text.rpartition("…\n")
    return f"{declarations}network shown(x: f32[N]) {{\n{body}}}\n" if ellipsis else text


def faults_of_texts(cnnc, page, scratch):
    for i, text in enumerate(TEXT.findall(page.read_text())):
        file = scratch / f"{page.stem}{i}.cnn"
        is_network = re.search("^network ", text, re.MULTILINE)
        file.write_text(text if is_network else whole(text))
        commands = (["summary", file], ["fmt", "--check", file]) if is_network else (["fmt", file],)
        yield "; ".join(done.stderr for command in commands
                        if (done := subprocess.run([cnnc, *command], capture_output=True, text=True)).returncode)


@functools.cache
def help_of(program, command):
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


def faults_of_commands(programs, page):
    for line in COMMAND.findall(page.read_text()):
        program, *words = line.split()
        command = tuple(words[:1]) if words and words[0] in ("tune", "summary", "import", "fmt") else ()
        for option in re.findall(r"(?<= )--?[A-Za-z][\w-]*", line):
            is_known = re.search(rf"(^|[\s,]){option}(?![\w-])", help_of(programs / program, command))
            yield "" if is_known else f"'{line.strip()}': there is no option {option}"


def main(programs, scratch):
    programs, scratch = pathlib.Path(programs).resolve(), pathlib.Path(scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    texts, options, bad = 0, 0, 0
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        of_texts = list(faults_of_texts(programs / "cnnc", page, scratch))
        of_commands = list(faults_of_commands(programs, page))
        texts, options = texts + len(of_texts), options + len(of_commands)
        for fault in filter(None, of_texts + of_commands):
            bad += 1
            print(f"{page.relative_to(ROOT)}: {fault}")
    print(f"{texts} texts, {options} options, {bad} faults")
    return 1 if bad or texts < 6 or options < 10 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
