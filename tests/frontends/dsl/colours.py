#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The TextMate grammar of editors/ knows each token of the networks of models/ as what it is."""
import json
import logging
import re
import sys

from textmate_grammar.parsers.base import LanguageParser

from grammar import ROOT, TOKEN, of_docs

FOLDER = ROOT / "editors/vscode"
WORDS = ("keyword.control", "keyword.operator.logical", "storage.type", "constant.language")
NAMES = ("entity.name", "variable", "support.type")
SIGNS = ("keyword.operator", "punctuation")


def wanted_of(token, keywords):
    """The scopes of which a token has one."""
    if token[0] == "#":
        return ("comment.line.documentation" if token.startswith("##") else "comment.line.number-sign",)
    if token[0] == '"':
        return ("string.quoted",)
    if token[0].isdigit():
        return ("constant.numeric",)
    if token[0].isalpha() or token[0] == "_":
        return WORDS if token in keywords else NAMES
    return SIGNS


def faults_of(text, parser, keywords):
    """Tokens that the grammar takes for something else."""
    scopes = {}
    for (line, column), piece, scope in parser.parse_string(text).flatten():
        for i in range(len(piece)):
            scopes[line, column + i] = scope[1:]
    line = column = 0
    for token in TOKEN.findall(text):
        own = scopes.get((line, column), [])
        if not token.isspace() and not any(scope.startswith(wanted_of(token, keywords)) for scope in own[:1]):
            yield f"{line + 1}:{column + 1}: {token} is {' '.join(own) or 'nothing'}"
        lines = token.count("\n")
        line, column = line + lines, len(token.rsplit("\n", 1)[-1]) if lines else column + len(token)


def main():
    logging.disable()
    package = json.loads((FOLDER / "package.json").read_text())["contributes"]
    json.loads((FOLDER / package["languages"][0]["configuration"]).read_text())
    parser = LanguageParser(json.loads((FOLDER / package["grammars"][0]["path"]).read_text()))
    keywords = set(re.findall(r'"([a-z]+)"', of_docs()))
    files = sorted((ROOT / "models").rglob("*.cnn"))
    faults = [f"{path.relative_to(ROOT)}:{fault}" for path in files for fault in faults_of(path.read_text(), parser, keywords)]
    # The keywords that are in no network, and what a string may hold.
    faults += faults_of('x = [a or not true, false] |> reuse "b{i + 1}\\"": conv(u8[3]) # and\n', parser, keywords)
    print(*faults, f"{len(files)} networks, {len(faults)} faults", sep="\n")
    return bool(faults) or not files


if __name__ == "__main__":
    sys.exit(main())
