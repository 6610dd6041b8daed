"""What SmolLM2 is worth as a judge of retellings, and what its biases are (book, Chapter 37).

    python benchmarks/judging.py [--half test] [--references N] [--no-write]

Takes some minutes on one core.  For each source of the test half of ``data/judging``: the model
compares the true paraphrase with each of six false near-copies, and the harmless near-copy with
the same, in both orders; then the padded with the plain version of the same true text.  The same
model also scores each text by the likelihood of its source.  Question, padding and prompt were
written before the first run and were not changed after it.  Intervals draw sources.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

from medai.datasets.judging import ERRORS, retellings
from medai.llm.judging.model_judge import compare, likelihood, padded, position_bias
from medai.llm.judging.pairs import Share, gain, share, wrong_above

TARGET = Path(__file__).parents[1] / "data" / "results" / "37_judging.json"


def summary(values: np.ndarray, groups: list[str]) -> dict:
    """Return a share with its interval, rounded for the file."""
    return rounded(share(values, groups))


def rounded(one: Share) -> dict:
    """Return a share for the file."""
    return {"value": round(one.value, 3), "interval": [round(one.low, 3), round(one.high, 3)]}


def measure(half: str, references: int | None, model) -> dict:
    """Ask the judge everything and return the numbers."""
    rows = retellings(half)
    by = {(r.reference, r.kind): r for r in rows}
    names = list(dict.fromkeys(r.reference for r in rows))[:references]
    asked, long, like = [], [], {}
    for name in names:
        source = by[name, "paraphrase"].source
        for true in ("paraphrase", "reworded"):
            good = by[name, true].text
            for kind in ERRORS:
                verdict = compare(model, source, good, by[name, kind].text)
                asked.append((name, true, kind, verdict.shown_first, verdict.shown_second))
            verdict = compare(model, source, padded(good), good)
            long.append((name, true, verdict.shown_first, verdict.shown_second))
        for kind in ("paraphrase", "reworded", *ERRORS):
            like[name, kind] = likelihood(model, source, by[name, kind].text)
    result = {"pairs": len(asked), "sources": len(names), "against": {}, "verbosity": {}}
    result["log odds"] = {
        true: [[round(a[3], 4), round(a[4], 4)] for a in asked if a[1] == true]
        for true in ("paraphrase", "reworded")
    }
    for true in ("paraphrase", "reworded"):
        part = [a for a in asked if a[1] == true]
        groups = [a[0] for a in part]
        first, second = (np.array([a[i] for a in part]) for i in (3, 4))
        bias = position_bias(first, second)
        # one order: the true text stands first in half the pairs, of each source and each error
        number = np.arange(len(part))
        turn = (number + number // len(ERRORS)) % 2 == 0
        once = (np.where(turn, first, second) > 0).astype(float)
        both = ((first + second) > 0).astype(float)
        result["against"][true] = {
            "one order, right": summary(once, groups),
            "two orders, right": summary(both, groups),
            "gain of two orders": rounded(gain(both, once, groups)),
            "changes with the order": summary(bias["turns"], groups),
            "goes to the first": summary(bias["first"], groups),
            "false text above": {
                kind: summary(1 - both[np.array([a[2] == kind for a in part])], names)
                for kind in ERRORS
            },
        }
        out = [v for v in long if v[1] == true]
        pad = np.array([(v[2] > 0) / 2 + (v[3] > 0) / 2 for v in out])
        result["verbosity"][true] = {
            "padded preferred": summary(pad, names),
            "padded preferred, two orders averaged": summary(
                np.array([float(v[2] + v[3] > 0) for v in out]), names
            ),
        }
    result["likelihood"] = {
        true: {
            kind: summary(
                wrong_above([like[n, kind] for n in names], [like[n, true] for n in names]),
                names,
            )
            for kind in ERRORS
        }
        for true in ("paraphrase", "reworded")
    }
    return result


def main(arguments: list[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--references", type=int)
    parser.add_argument("--no-write", action="store_true")
    options = parser.parse_args(arguments)
    from medai.llm import load

    started = time.perf_counter()
    result = measure(options.half, options.references, load())
    report = {
        "measured": datetime.date.today().isoformat(),
        "command": "python benchmarks/judging.py",
        "half": options.half,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("torch", "transformers", "numpy")},
        "minutes": round((time.perf_counter() - started) / 60, 1),
        **result,
    }
    text = json.dumps(report, indent=1) + "\n"
    if options.no_write:
        print(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
