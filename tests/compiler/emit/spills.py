#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads assembly of kernels: vector registers may not go to the stack within an innermost loop.

spills.py OBJDUMP FILE...: prints each spill, and fails if there is one or if no loop multiplies and adds."""
import re
import subprocess
import sys

LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
STACK = re.compile(r"%[xyz]mm\d+.*\(%rsp|\(%rsp.*%[xyz]mm\d+")


def functions(objdump, file):
    text = subprocess.run([objdump, "-d", "--no-show-raw-insn", file], check=True, capture_output=True, text=True).stdout
    for part in re.split(r"\n(?=[0-9a-f]+ <)", text):
        lines = [LINE.match(line) for line in part.splitlines()]
        yield part.split(">", 1)[0].split("<")[-1], [(int(m[1], 16), m[2], m[3]) for m in lines if m]


def innermost_loops(code):
    loops = []
    for index, (address, name, rest) in enumerate(code):
        target = re.match(r"0x([0-9a-f]+)", rest)
        if name.startswith("j") and target and int(target[1], 16) <= address:
            loops.append((int(target[1], 16), address))
    for begin, end in loops:
        if not any(other != (begin, end) and begin <= other[0] and other[1] <= end for other in loops):
            yield [line for line in code if begin <= line[0] <= end]


def spills(objdump, file):
    """How many innermost loops multiply and add, and the lines of those that move a vector register to or from the stack."""
    loops, found = 0, []
    for function, code in functions(objdump, file):
        for loop in innermost_loops(code):
            if not any("fmadd" in name for _, name, _ in loop):
                continue
            loops += 1
            found += [f"{function}: {address:x}: {name} {rest}" for address, name, rest in loop if STACK.search(rest)]
    return loops, found


def main():
    objdump, *files = sys.argv[1:]
    loops = count = 0
    for file in files:
        own, found = spills(objdump, file)
        loops, count = loops + own, count + len(found)
        for line in found:
            print(f"{file}: {line}")
    print(f"{loops} loops, {count} spills")
    return count or not loops


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
