#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The grammar in docs/language.md takes the same texts as the parser of cnnc.

    grammar.py BUILD/bin SCRATCH

The texts are the networks of models/, the bad programs, and both with a token left out, doubled, swapped with the next or
replaced by one from elsewhere.
"""
import pathlib
import random
import re
import subprocess
import sys

import lark

ROOT = pathlib.Path(__file__).resolve().parents[3]
TERMINALS = r'''
NAME: /[A-Za-z_][A-Za-z_0-9]*/
FLOAT: /[0-9]+(\.[0-9]+([eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)/
INT: /[0-9]+/
STRING: /"([^"\\\n]|\\.)*"/
%ignore /[ \t\r\n]+/
%ignore /#[^\n]*/
'''
TOKEN = re.compile(r'#[^\n]*|\s+|"(?:[^"\\\n]|\\.)*"|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\w+|\|>|[=!<>]=|.', re.DOTALL)
CHANGES_OF_TEXT = 3


def of_docs():
    """The rules of the page, in lark's notation."""
    page = (ROOT / "docs/language.md").read_text()
    rules = re.search(r"```ebnf\n(.*?)```", page, re.DOTALL)[1].replace("NUMBER", "INT | FLOAT")
    lines = []
    for name, body in re.findall(r'(\w+)\s+=\s+((?:"[^"]*"|[^".])+)\.', rules):
        parts = re.split(r'("[^"]*")', body)
        parts[::2] = [part.translate(str.maketrans({"{": "(", "}": ")*", "[": "(", "]": ")?"})) for part in parts[::2]]
        lines.append(f"rule_{name}: " + re.sub(r"\b([a-z]+)\b(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", r"rule_\1", "".join(parts)))
    return "\n".join(lines)


def changed(text, others, random_):
    """The text with one of its tokens changed."""
    tokens = TOKEN.findall(text)
    places = [i for i, token in enumerate(tokens) if not token.isspace() and token[0] != "#"]
    if len(places) < 2:
        return text
    at, following = (places[i := random_.randrange(len(places) - 1)], places[i + 1])
    change = random_.randrange(4)
    if change == 0:
        tokens[at] = ""
    elif change == 1:
        tokens[at] += " " + tokens[at]
    elif change == 2:
        tokens[at], tokens[following] = tokens[following], tokens[at]
    else:
        tokens[at] = " " + random_.choice(others) + " "
    return "".join(tokens)


def programs():
    for path in sorted((ROOT / "models").rglob("*.cnn")):
        yield path.read_text()
    for part in re.split(r"(?m)^==== ?", (ROOT / "tests/frontends/dsl/errors.txt").read_text())[1:]:
        program = part.partition("\n----\n")[0].partition("\n")[2]
        yield from re.split(r"(?m)^## file .*\n", program)


def main():
    cnnc, scratch = pathlib.Path(sys.argv[1]).resolve() / "cnnc", pathlib.Path(sys.argv[2])
    scratch.mkdir(parents=True, exist_ok=True)
    parser = lark.Lark(of_docs() + TERMINALS, start="rule_file", parser="lalr", lexer="basic")

    def fits(text):
        try:
            parser.parse(text)
        except lark.exceptions.LarkError:
            return False
        return True

    def is_taken(text):
        file = scratch / "text.cnn"
        file.write_text(text)
        return subprocess.run([cnnc, "fmt", file], capture_output=True).returncode == 0

    random_ = random.Random(1)
    texts = list(programs())
    tokens = [token for text in texts for token in TOKEN.findall(text) if not token.isspace() and token[0] != "#"]
    texts += [changed(text, tokens, random_) for text in texts for _ in range(CHANGES_OF_TEXT)]
    counts, wrong = {True: 0, False: 0}, 0
    for text in texts:
        taken = is_taken(text)
        counts[taken] += 1
        if taken != fits(text):
            print(f"cnnc {'takes' if taken else 'refuses'} what the grammar {'refuses' if taken else 'takes'}:\n{text}\n")
            wrong += 1
    print(f"{counts[True]} texts are taken, {counts[False]} refused; the grammar differs on {wrong}")
    return bool(wrong) or min(counts.values()) < 50


if __name__ == "__main__":
    sys.exit(main())
