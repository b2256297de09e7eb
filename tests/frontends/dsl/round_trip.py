#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks that are read from texts and printed as texts again stay what they are.

    round_trip.py BUILD/bin SCRATCH [RANDOM TEXTS] [SEED]

All texts of models/ and random ones go through `cnnc import`, which compares both modules itself. Of the random ones,
the operators are compared once more, as --emit=cnn prints them.
"""
import collections
import pathlib
import random
import re
import subprocess
import sys

MODELS = pathlib.Path(__file__).parents[3] / "models"


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()[-500:]}")
    return done.stdout


def operators(cnnc, text):
    """The operators of a network, without their values' names; weights are counted by type."""
    module = run(cnnc, text, "--emit=cnn", "-o", "-")
    lines = (re.sub(r"%[\w#:]+", "%", line.strip()) for line in module.splitlines())
    return collections.Counter(re.sub(r"dense(_resource)?<.*> :", "dense :", line) for line in lines)


class RandomText:
    """A network of some of everything, every shape of which is known here."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines, self.values, self.blocks, self.count = [], [], "", 0
        channels = self.random.choice([3, 8, 12])
        size = self.random.choice([16, 20, 24])
        batch = self.random.choice(["1", "N", "2"])
        self.head = f"network net(image: f32[{batch}, {channels}, {size}, {size}]) {{"
        self.values.append(("image", channels, size))

    def bind(self, expression, channels, size):
        name = f"v{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {expression}")
        self.values.append((name, channels, size))

    def label(self):
        kind = self.random.randrange(4)
        self.count += 1
        return "" if kind else self.random.choice([f"l{self.count}: ", f'"stage.{self.count}": '])

    def step(self):
        pick = self.random
        name, channels, size = pick.choice(self.values[-3:])
        kind = pick.randrange(12)
        if kind <= 2:
            filters, kernel = pick.choice([4, 8, 12]), pick.choice([1, 3, 5])
            groups = pick.choice([1, channels]) if filters % channels == 0 else 1
            more = pick.choice(["", ", bias = false", ", init = xavier_uniform", ", init = [normal, 0.017]"])
            self.bind(f"{name} |> {self.label()}conv({filters}, {kernel}, pad = {kernel // 2}, groups = {groups}{more})", filters, size)
        elif kind == 3:
            self.bind(f"{name} |> {self.label()}bn(eps = {pick.choice(['1e-5', '1e-3', '0.00123456789'])}) |> relu", channels, size)
        elif kind == 4:
            unary = pick.choice(["tanh", "leaky_relu(alpha = 0.3)", "clip(0, 6)", "clip(max = 1.5)", "hard_sigmoid",
                                 "elu(alpha = 0.1)", "prelu", "lrn(3, alpha = 2e-4)", "softmax", "abs", "neg", "dropout(0.2)"])
            self.bind(f"{name} |> {unary}", channels, size)
        elif kind == 5 and size >= 8:
            self.bind(f"{name} |> {pick.choice(['max_pool', 'avg_pool'])}({pick.choice(['2', '2, stride = 2', '[2, 2], pad = 0'])})", channels, size // 2)
        elif kind == 6:
            same = [value for value in self.values if value[1:] == (channels, size)]
            sign = pick.choice("+-*")
            self.bind(f"{name} {sign} {pick.choice(same)[0]}", channels, size)
        elif kind == 7:
            self.bind(pick.choice([f"{name} * 0.5 + 1", f"1 - {name}", f"({name} + 3) / 7.25"]), channels, size)
        elif kind == 8:
            same = [value for value in self.values if value[2] == size]
            other = pick.choice(same)
            self.bind(f"concat([{name}, {other[0]} |> relu])", channels + other[1], size)
        elif kind == 9 and channels % 2 == 0:
            a, b = f"a{self.count}", f"b{self.count}"
            self.lines.append(f"{a}, {b} = {name} |> split(2)")
            self.bind(f"concat([{b}, {a} |> sigmoid])", channels, size)
        elif kind == 10:
            turns = pick.choice([1, 2, 3])
            if "block unit" not in self.blocks:
                self.blocks += ("block unit(x, k = 3) {\n  y = x |> conv(channels(x), k, pad = (k - 1) / 2) |> bn |> relu"
                                " |> conv(channels(x), 1)\n  return x + y\n}\n")
            self.bind(name, channels, size)
            last = self.values[-1][0]
            self.lines.append(f'for i in range({turns}) {{ {last} = {last} |> "{last}.{{i}}": unit(k = {pick.choice([1, 3])}) }}')
        else:
            self.bind(f"{name} |> {pick.choice(['slice(axis = 3, step = -1)', 'pad(1) |> slice(axis = [2, 3], start = 1, end = -1)', 'transpose([0, 1, 3, 2])', 'resize(scale = 2) |> avg_pool(2)'])}", channels, size)

    def text(self):
        for _ in range(self.random.randrange(4, 24)):
            self.step()
        outputs = ["y = " + self.values[-1][0] + " |> global_avg_pool |> fc(5)"]
        if self.random.random() < 0.3:
            outputs.append("z = " + self.random.choice(self.values)[0] + " |> gamma: sigmoid")
        return f"{self.blocks}{self.head}\n" + "\n".join("  " + line for line in self.lines) + f"\n  return {', '.join(outputs)}\n}}\n"


def check(cnnc, text, folder, compares):
    again = folder / text.name
    run(cnnc, "import", text, "-o", again)
    run(cnnc, "fmt", "--check", again)
    if compares and operators(cnnc, text) != operators(cnnc, again):
        raise RuntimeError("the operators are others")


def main():
    cnnc, folder = pathlib.Path(sys.argv[1], "cnnc").resolve(), pathlib.Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 30
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    texts = [(path, False) for path in sorted(MODELS.glob("*.cnn"))]
    (folder / "random").mkdir(parents=True, exist_ok=True)
    for number in range(seed, seed + count):
        path = folder / "random" / f"random_{number}.cnn"
        path.write_text(RandomText(number).text())
        texts.append((path, True))
    faults = 0
    for path, compares in texts:
        try:
            check(cnnc, path, folder, compares)
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            print(f"{path.stem}: {problem}", flush=True)
            faults += 1
    print(f"{len(texts) - faults} of {len(texts)} texts stay what they are")
    return faults > 0


if __name__ == "__main__":
    sys.exit(main())
