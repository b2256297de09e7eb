#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks conclude from given times and probes, and how they show it."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks/models"))

import quiet  # noqa: E402
import tables  # noqa: E402


def chunks(times, probes):
    return [quiet.Chunk([time, time + 1, time + 9], probe, probe) for time, probe in zip(times, probes)]


class Quiet(unittest.TestCase):
    def test_a_chunk_is_quiet_between_two_good_probes(self):
        mixed = [quiet.Chunk([1.0], 100, 93), quiet.Chunk([2.0], 93, 100), quiet.Chunk([4.0], 95, 94)]
        summary = quiet.summarize(mixed, 100)
        self.assertEqual((summary.quiet_chunks, summary.quiet, summary.least, summary.chunks), (1, 4.0, 1.0, 3))

    def test_the_best_probe_is_of_all_contestants(self):
        summaries = quiet.summarize_all({"a": chunks([1] * 5, [100] * 5), "b": chunks([1] * 5, [90] * 5)})
        self.assertEqual((summaries["a"].quiet_chunks, summaries["b"].quiet_chunks), (5, 0))
        self.assertIsNone(summaries["b"].quiet)

    def test_quiet_medians_count_from_five_chunks_on(self):
        ours, theirs = chunks([2, 4, 4, 4, 4], [100] * 5), chunks([6, 10, 10, 10, 10], [100] * 5)
        summaries = quiet.summarize_all({"ours": ours, "theirs": theirs})
        self.assertAlmostEqual(quiet.ratio(summaries["ours"], [summaries["theirs"]]), 11 / 5)
        summaries = quiet.summarize_all({"ours": ours, "theirs": theirs[:4]})
        self.assertAlmostEqual(quiet.ratio(summaries["ours"], [summaries["theirs"]]), 6 / 2)

    def test_the_best_peer_counts(self):
        summaries = [quiet.Summary(least=time, quiet=None, quiet_chunks=0, chunks=40) for time in (10, 14, 12)]
        self.assertAlmostEqual(quiet.ratio(summaries[0], summaries[1:]), 1.2)

    def test_three_percent_are_equal(self):
        self.assertEqual([quiet.verdict(value) for value in (0.96, 0.98, 1.02, 1.04)], ["slower", "equal", "equal", "faster"])

    def test_geometric_mean(self):
        self.assertAlmostEqual(quiet.geometric_mean([1, 2, 4]), 2)


class Tables(unittest.TestCase):
    def run_of(self, mcpu):
        times = {"cnnc": 10, "ONNX Runtime": 12, "OpenVINO": 20}
        measured = {name: [{"times": [time], "before": 100, "after": 100}] * 5 for name, time in times.items()}
        result = {"network": "net", "flops": 5e8, "peak_gflops": 100, "errors": dict.fromkeys(times, 1e-6), "chunks": measured}
        return {"threads": 1, "batch": 1, "mcpu": mcpu, "results": [result], "failed": {}}

    def test_row(self):
        row = tables.comparison(self.run_of("native")).splitlines()[2]
        self.assertEqual([field.strip() for field in row.strip("|").split("|")],
                         ["net", "0.25", "10.00 (10.00)", "12.00 (12.00)", "20.00 (20.00)", "**1.20**", "50%", "1.0e-06", "5 of 5"])

    def test_only_peers_that_can_be_held_count(self):
        run = self.run_of("x86-64-v3")
        self.assertAlmostEqual(tables.ratio_of(run, run["results"][0]), 2)
        self.assertIn("ONEDNN_MAX_CPU_ISA=AVX2", tables.describe(run))


if __name__ == "__main__":
    unittest.main()
