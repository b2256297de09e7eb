# SPDX-License-Identifier: Apache-2.0
"""What is concluded from the times of contestants that ran in turns.

Machines are disturbed by the second. So the runs are cut into chunks, a probe tells before and after each what the
machine gave, and only chunks between two good probes are quiet. See docs/benchmarks.md.
"""
import dataclasses
import math
import statistics

DISTURBED = 0.06  # by how much the probes of a quiet chunk may miss the best probe
ENOUGH = 5  # quiet chunks, for their median to count
EQUAL = 0.03  # ratios so near to 1 are no difference


@dataclasses.dataclass
class Chunk:
    """Some runs of a contestant, in milliseconds, between two probes."""

    times: list
    before: float
    after: float


@dataclasses.dataclass
class Summary:
    """A contestant's times: the least, the median of the quiet chunks (None without any), how many were quiet."""

    least: float
    quiet: float | None
    quiet_chunks: int
    chunks: int


def summarize(chunks, best_probe):
    quiet = [chunk for chunk in chunks if min(chunk.before, chunk.after) >= (1 - DISTURBED) * best_probe]
    return Summary(least=min(min(chunk.times) for chunk in chunks),
                   quiet=statistics.median(statistics.median(chunk.times) for chunk in quiet) if quiet else None,
                   quiet_chunks=len(quiet), chunks=len(chunks))


def best_probe(chunks):
    return max(max(chunk.before, chunk.after) for chunk in chunks)


def summarize_all(chunks):
    """Summaries by name, of chunks by name that were measured in one run."""
    best = best_probe([chunk for own in chunks.values() for chunk in own])
    return {name: summarize(own, best) for name, own in chunks.items()}


def settled(summaries):
    """Whether quiet medians count, or only minima."""
    return all(summary.quiet_chunks >= ENOUGH for summary in summaries)


def time_of(summary, quiet):
    return summary.quiet if quiet else summary.least


def ratio(summary, others):
    """How many times as long as the one the best of the others takes."""
    quiet = settled([summary, *others])
    return min(time_of(other, quiet) for other in others) / time_of(summary, quiet)


def verdict(value):
    return "equal" if abs(value - 1) <= EQUAL else "faster" if value > 1 else "slower"


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))
