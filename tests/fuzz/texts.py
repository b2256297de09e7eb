#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Texts for the fuzzer of the language to begin with, and its words.

    texts.py BUILD/bin CORPUS DICTIONARY

The texts are the zoo's, what they include written out, and the bad programs; the words are those of the grammar and
of the operators.
"""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def written_out(path, read):
    if path in read:
        return ""
    read.add(path)
    return re.sub(r'(?m)^include "(.*)"$', lambda found: written_out((path.parent / found[1]).resolve(), read), path.read_text())


def texts():
    for path in sorted((ROOT / "models").glob("**/*.cnn")):
        yield path.stem, written_out(path.resolve(), set())
    bad = (ROOT / "tests/frontends/dsl/errors.txt").read_text()
    for i, (program, said) in enumerate(re.findall(r"(?ms)^====[^\n]*\n(.*?)\n----\n(.*?)(?=^====|\Z)", bad)):
        # What goes on until it is stopped leaves no time for others.
        if "more than" not in said:
            yield f"bad{i}", program


def words(cnnc):
    grammar = re.search(r"(?ms)^```ebnf\n(.*?)^```$", (ROOT / "docs/language.md").read_text())[1]
    operators = subprocess.run([cnnc, "--ops"], capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(r'"([^"]+)"', grammar)) | set(re.findall(r"\w+", re.sub(r"(?m)^ .*$", "", operators))))


def main():
    bin_dir, corpus, dictionary = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    count = 0
    for name, text in texts():
        (corpus / f"{name}.cnn").write_text(text)
        count += 1
    dictionary.write_text("".join(f'"{word}"\n' for word in words(bin_dir / "cnnc")))
    print(f"{count} texts")
    return count < 60


if __name__ == "__main__":
    sys.exit(main())
