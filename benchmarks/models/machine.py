# SPDX-License-Identifier: Apache-2.0
"""What a result has to say about where it was measured."""
import importlib.metadata
import json
import os
import subprocess

import contestants


def describe(probe, peers):
    fields = json.loads(subprocess.run(["lscpu", "--json"], check=True, capture_output=True, text=True).stdout)["lscpu"]
    facts = {}

    def flatten(entries):
        for entry in entries:
            facts[entry["field"].rstrip(":")] = entry["data"]
            flatten(entry.get("children", []))

    flatten(fields)
    identity = ", ".join(f"{key.lower()} {facts[key]}" for key in ("CPU family", "Model") if key in facts)
    caches = ", ".join(f"{name} {facts[name + ' cache']}" for name in ("L1d", "L2", "L3") if name + " cache" in facts)
    return {"cpu": f"{facts['Model name']} ({identity})", "flags": facts["Flags"].split(), "cores": os.cpu_count(), "caches": caches,
            "peak_gflops": probe.fma(),
            "versions": {name: importlib.metadata.version(name) for peer in peers for name in contestants.PEERS[peer].modules}}
