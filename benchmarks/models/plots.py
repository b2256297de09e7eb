# SPDX-License-Identifier: Apache-2.0
"""The results of benchmarks/run.py as plots."""
import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "cnnc"  # the same file from the same numbers
matplotlib.rcParams["svg.fonttype"] = "none"
import matplotlib.pyplot as plt  # noqa: E402

import contestants  # noqa: E402
import quiet  # noqa: E402
import tables  # noqa: E402

SIZE = (10, 4.5)


def times_of(run):
    """Milliseconds by contestant, in the order of the networks."""
    summaries = [tables.summaries_of(result) for result in run["results"]]
    settled = [quiet.settled(of_network.values()) for of_network in summaries]
    return {name: [quiet.time_of(one[name], calm) for one, calm in zip(summaries, settled)] for name in summaries[0]}


def bars(axes, labels, heights):
    """Groups of bars, a colour for each name."""
    width = 0.8 / len(heights)
    for i, (name, values) in enumerate(heights.items()):
        axes.bar([x + (i - (len(heights) - 1) / 2) * width for x in range(len(labels))], values, width, label=name)
    axes.set_xticks(range(len(labels)), labels, rotation=35, ha="right")
    axes.legend()


def ratios(run, axes):
    """How many times as long as the library each other contestant takes."""
    times = times_of(run)
    ours = next(iter(times))
    bars(axes, [result["network"] for result in run["results"]],
         {name: [other / own for other, own in zip(values, times[ours])] for name, values in times.items() if name != ours})
    axes.axhline(1, color="black", linewidth=1)
    axes.set_ylabel("time / time of cnnc")
    axes.set_title(tables.describe(run).replace("`", ""), fontsize=9)


def architectures(run, axes):
    """Time against the work that the architecture asks for, beside what the peak would allow."""
    work = [result["flops"] * run["batch"] / 2e9 for result in run["results"]]
    for name, values in times_of(run).items():
        axes.scatter(work, values, s=22, label=name)
    for x, y, result in zip(work, next(iter(times_of(run).values())), run["results"]):
        axes.annotate(result["network"], (x, y), fontsize=7, xytext=(4, -8), textcoords="offset points")
    peak = run["results"][0]["peak_gflops"] * run["threads"]
    ends = [min(work), max(work)]
    axes.plot(ends, [2 * gmacs / peak * 1e3 for gmacs in ends], color="black", linewidth=1, label="direct convolution at the FMA peak")
    axes.set(xscale="log", yscale="log", xlabel="GMACs (direct convolution)", ylabel="ms")
    axes.legend()


def instruction_sets(runs, axes):
    """Times of the library with one instruction set each, relative to the last."""
    shared = [name for name in names_of(runs[0]) if all(name in names_of(run) for run in runs)]
    least = {run["mcpu"]: {result["network"]: tables.least(result) for result in run["results"]} for run in runs}
    best = least[runs[-1]["mcpu"]]
    bars(axes, shared, {mcpu: [own[name] / best[name] for name in shared] for mcpu, own in least.items()})
    axes.set_ylabel(f"time / time with {runs[-1]['mcpu']}")


def families(results, folder):
    """Time against work of the library alone. Depths and widths of one architecture are joined."""
    figure, axes = plt.subplots(figsize=(11, 7.5))
    members = {}
    for result in results:
        members.setdefault(result["family"], []).append((result["multiply_adds"] / 1e9, result["ms"]))
    for i, (family, points) in enumerate(members.items()):
        axes.plot(*zip(*sorted(points)), marker="os^DvPX"[i % 7], markersize=5, linewidth=0.8, color=plt.cm.tab20(i % 20), label=family)
    peak = max(result["peak_gflops"] for result in results)
    ends = [f(result["multiply_adds"] / 1e9 for result in results) for f in (min, max)]
    axes.plot(ends, [2 * gmacs / peak * 1e3 for gmacs in ends], color="black", linewidth=1, label="direct convolution\nat the FMA peak")
    axes.set(xscale="log", yscale="log", xlabel="GMACs", ylabel="ms")
    # Nothing is like LeNet, which is a thousand times smaller.
    most = [max(point[d] for points in members.values() for point in points) for d in (0, 1)]
    axes.set(xlim=(0.03, 1.5 * max(most[0], 1)), ylim=(0.6, 1.5 * max(most[1], 1)))
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    save(figure, folder / "images/zoo")


def save(figure, stem):
    stem.parent.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(f"{stem}.svg", metadata={"Date": None})
    figure.savefig(f"{stem}.png", dpi=120)
    plt.close(figure)


def names_of(run):
    return [result["network"] for result in run["results"]]


def draw(results, folder):
    """Writes the plots as SVG and PNG."""
    runs = [run for run in results["runs"] if run["results"]]

    def one(name, plot, shown):
        figure, axes = plt.subplots(figsize=SIZE)
        plot(shown, axes)
        save(figure, folder / name)

    for run in runs:
        tag = f"{run['mcpu']}-t{run['threads']}-b{run['batch']}"
        if len(run["results"][0]["chunks"]) > 1:
            others = "" if any(name in contestants.PEERS for name in run["results"][0]["chunks"]) else "-emitters"
            one(f"ratios-{tag}{others}", ratios, run)
    if runs:
        one("architectures", architectures, runs[0])
    sets = [run for run in runs if run["mcpu"] != "native" and (run["threads"], run["batch"]) == (1, 1)]
    if len(sets) > 1:
        one("instruction-sets", instruction_sets, sets)
