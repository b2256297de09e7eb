# SPDX-License-Identifier: Apache-2.0
"""The results of benchmarks/run.py as Markdown."""
from tabulate import tabulate

import contestants
import quiet

MEGA = 1e6


def summaries_of(result):
    return quiet.summarize_all({name: [quiet.Chunk(**chunk) for chunk in chunks] for name, chunks in result["chunks"].items()})


def peers_of(run, summaries):
    """The peers that a ratio is formed with: of a run that is held to an instruction set, those that can be held."""
    held = ["OpenVINO"] if run["mcpu"] in contestants.ONEDNN_ISA else contestants.PEERS
    return {name: summary for name, summary in summaries.items() if name in held}


def ratio_of(run, result):
    """Best peer / library, or None without peers."""
    summaries = summaries_of(result)
    peers = peers_of(run, summaries)
    ours = next(name for name in summaries if name in contestants.OURS)
    return quiet.ratio(summaries[ours], peers.values()) if peers else None


def cell(summary):
    """The quiet median if there is one, and the minimum."""
    return f"{summary.quiet:.2f} ({summary.least:.2f})" if summary.quiet else f"– ({summary.least:.2f})"


def describe(run):
    threads, batch = run["threads"], run["batch"]
    held = contestants.ONEDNN_ISA.get(run["mcpu"])
    return (f"{threads} thread{'s' * (threads > 1)}, batch {batch}, `--mcpu={run['mcpu']}`"
            + (f"; OpenVINO held by ONEDNN_MAX_CPU_ISA={held}, the others cannot be held and do not count" if held else ""))


def comparison(run):
    """The table of one run: quiet medians, and minima in brackets, in milliseconds."""
    names = list(run["results"][0]["chunks"])
    ours = [name for name in names if name in contestants.OURS]
    rows, ratios = [], []
    for result in run["results"]:
        summaries = summaries_of(result)
        ratio = ratio_of(run, result)
        counted = [summaries[ours[0]], *peers_of(run, summaries).values()]
        settled = quiet.settled(counted)
        rate = result["flops"] * run["batch"] / quiet.time_of(summaries[ours[0]], settled) / 1e6
        row = [result["network"], f"{result['flops'] / 2e9:.2f}", *(cell(summaries[name]) for name in names)]
        row += [f"{quiet.time_of(summaries[ours[0]], settled) / quiet.time_of(summaries[name], settled):.2f}" for name in ours[1:]]
        if ratio:
            ratios.append(ratio)
            row.append(f"**{ratio:.2f}**" + ("" if settled else " (minima)"))
        row += [f"{rate / result['peak_gflops'] / run['threads']:.0%}", f"{result['errors'][ours[0]]:.1e}",
                f"{min(summary.quiet_chunks for summary in counted)} of {counted[0].chunks}"]
        rows.append(row)
    headers = ["network", "GMACs", *names, *(f"{ours[0]} / {name}" for name in ours[1:]), *["best peer / cnnc"] * bool(ratios),
               "of the peak", "error", "quiet"]
    text = tabulate(rows, headers, tablefmt="github", disable_numparse=True)
    if ratios:
        text += f"\n\nGeometric mean of best peer / cnnc: **{quiet.geometric_mean(ratios):.2f}**; least {min(ratios):.2f}."
    return text


def scaling(runs, key):
    """What more threads, or another instruction set, bring: least times of the library, those of the run before over them, and the
    best peer's ratios."""
    by_network = [{result["network"]: result for result in run["results"]} for run in runs]
    names = [name for name in by_network[0] if all(name in results for results in by_network)]
    labels = [str(run[key]) for run in runs]
    gains = [f"{before} / {after}" for before, after in zip(labels, labels[1:])]
    rows, factors = [], []
    for name in names:
        times = [least(results[name]) for results in by_network]
        ratios = [ratio_of(run, results[name]) for run, results in zip(runs, by_network)]
        factors.append([before / after for before, after in zip(times, times[1:])] + ([] if None in ratios else ratios))
        rows.append([name, *(f"{time:.2f}" for time in times), *(f"{factor:.2f}" for factor in factors[-1])])
    rows.append(["geometric mean", *[""] * len(runs), *(f"**{quiet.geometric_mean(column):.2f}**" for column in zip(*factors))])
    peers = [f"best peer / cnnc, {label}" for label in labels][:len(factors[0]) - len(gains)] if factors else []
    return tabulate(rows, ["network", *(f"{label}, ms" for label in labels), *gains, *peers], tablefmt="github", disable_numparse=True)


def least(result, name=None):
    """The least time of the library, or of another contestant."""
    summaries = summaries_of(result)
    return summaries[name or next(iter(summaries))].least


def startup(rows):
    """Memory and time around the first result, a process each."""
    table = []
    for row in rows:
        table.append([row["network"], row["contestant"], f"{row['open_ms']:.1f}", f"{row['first_ms']:.1f}", f"{row['steady_ms']:.2f}",
                      f"{row['read_ms']:.1f}" if row["read_ms"] else "", f"{row['peak_bytes'] / MEGA:.0f}",
                      f"{row['running_bytes'] / MEGA:.0f}", f"{row['compile_s']:.1f}" if row["compile_s"] else ""])
    headers = ["network", "runtime", "open, ms", "first result, ms", "steady, ms", "read the file once, ms", "peak, MB",
               "while running, MB", "compile, s"]
    return tabulate(table, headers, tablefmt="github", disable_numparse=True)


def report(results):
    """All of it."""
    machine = results["machine"]
    parts = [f"{machine['cpu']}, {machine['cores']} cores, {machine['caches']}; FMA peak of a core {machine['peak_gflops']:.0f} GFLOP/s. "
             + ", ".join(f"{name} {version}" for name, version in machine["versions"].items()) + ".",
             f"    {results['command']}", "Milliseconds: median of the quiet chunks, and the minimum in brackets."]
    for run in results["runs"]:
        parts += [f"## {describe(run)}", comparison(run)]
        parts += [f"{name}: left out, {reason}" for name, reason in run["failed"].items()]
    for title, key in (("Threads", "threads"), ("Instruction sets", "mcpu")):
        alike = {}
        for run in results["runs"]:
            alike.setdefault(tuple(run[other] for other in ("threads", "batch", "mcpu") if other != key), []).append(run)
        for runs in alike.values():
            if len(runs) > 1:
                parts += [f"## {title}", scaling(runs, key)]
    if results["startup"]:
        parts += ["## Memory and start", startup(results["startup"])]
    return "\n\n".join(parts) + "\n"
