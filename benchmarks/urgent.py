"""Cross-validate the emergency guard on data/patient_questions/training.csv.

Ten folds, drawn with seed 25 and stratified by label, for each language.  Per fold the learned
stage is fitted to the other nine.  The cut-off of a language is the smallest (in steps of 0.01)
at which the learned stage alone raises at most 8 % false alarms: missed emergencies weigh more,
so all of the allowance is used.  The cut-off is chosen on the same folds that are reported, and
so were WEIGHT and C, and one writer wrote all messages in minutes: the shares are too good for
strangers' words.
Intervals: Wilson's, 95 %.  Writes data/results/urgent.json.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "urgent.json"
ALLOWED = 0.08


def share(hits: np.ndarray) -> dict:
    """Return a share with Wilson's interval."""
    from medai.metrics import wilson

    low, high = wilson(int(hits.sum()), len(hits))
    return {"right": int(hits.sum()), "n": len(hits), "interval": [round(float(low), 3),
            round(float(high), 3)]}  # fmt: skip


def chances(lang: str, messages: list[str], urgent: np.ndarray) -> np.ndarray:
    """Return each message's chance by a classifier that has not seen it."""
    from sklearn.model_selection import StratifiedKFold

    from medai.llm.rag.urgent_learned import Learned, pieces

    result = np.zeros(len(messages))
    folds = StratifiedKFold(10, shuffle=True, random_state=25)
    for train, test in folds.split(messages, urgent):
        model = Learned(lang).fit([messages[i] for i in train], urgent[train])
        for i in test:
            result[i] = model.chance(pieces(messages[i])).max()
    return result


def main() -> None:
    """Measure, print and write."""
    from medai.datasets.patient_questions import training_messages
    from medai.llm.rag import Answerer
    from medai.llm.rag.urgent import find_alarm
    from medai.llm.rag.urgent_near import near_alarm

    signs = Answerer().signs
    result: dict = {"date": datetime.date.today().isoformat(), "allowed": ALLOWED}
    for lang in ("en", "zh"):
        rows = training_messages(lang)
        told = [row.message for row in rows]
        urgent = np.array([row.label == "emergency" for row in rows])
        chance = chances(lang, told, urgent)
        grid = np.round(np.arange(0.01, 1, 0.01), 2)
        cut = float(next(t for t in grid if (chance[~urgent] >= t).mean() <= ALLOWED))
        words = np.array([bool(find_alarm(one, signs)) for one in told])
        near = words.copy()
        if lang == "en":  # MiniLM reads no Chinese
            near |= np.array([bool(near_alarm(one, signs)) for one in told])
        new = chance >= cut
        ways = {
            "phrases": words,
            "phrases and nearness": near,
            "learned": new,
            "phrases and learned": words | new,
        }
        result[lang] = {"cut_off": cut} | {
            name: {"found": share(hits[urgent]), "false alarms": share(hits[~urgent])}
            for name, hits in ways.items()
        }
        for name, one in result[lang].items():
            print(lang, name, one)
        missed = urgent & ~ways["phrases and learned"]
        result[lang]["missed"] = [r.id for r, m in zip(rows, missed, strict=True) if m]
    TARGET.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
