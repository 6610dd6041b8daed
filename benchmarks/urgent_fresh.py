"""The emergency guard on messages that its writers had not seen: run once.

    python benchmarks/urgent_fresh.py

``data/patient_questions/fresh.csv`` was written by somebody who had seen neither the rules nor the
table of signs nor the other questions.  Compared: the whole answerer (table and trained stage) and
the table alone.  Intervals: Wilson's, 95 %.  Writes data/results/urgent_fresh.json.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path

from medai.datasets.fresh_messages import fresh_messages
from medai.llm.rag import Answerer
from medai.llm.rag.urgent import find_alarm
from medai.metrics.calibration import wilson

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "urgent_fresh.json"
# fr-en-37 to fr-en-41 follow examples that stood in the order to write them.
AS_ORDERED = {f"fr-en-{number}" for number in range(37, 42)}


def share(hits: list[bool]) -> dict:
    low, high = wilson(sum(hits), len(hits))
    interval = [round(float(low), 3), round(float(high), 3)]
    return {"right": sum(hits), "n": len(hits), "interval": interval}


def main() -> int:
    answerer = Answerer()
    rows = fresh_messages()
    ways = {
        "table and trained": {
            row.id: answerer.answer(row.question).kind == "emergency" for row in rows
        },
        "table alone": {
            row.id: find_alarm(row.question, answerer.signs) is not None for row in rows
        },
    }
    found: dict = {"date": datetime.date.today().isoformat()}
    for lang in ("en", "zh"):
        found[lang] = {}
        for way, said in ways.items():
            some = [row for row in rows if row.lang == lang]
            other = [row for row in some if row.kind != "emergency"]
            found[lang][way] = {
                "found": share([said[row.id] for row in some if row.kind == "emergency"]),
                "false alarms": share([said[row.id] for row in other]),
                "false alarms, without those as ordered": share(
                    [said[row.id] for row in other if row.id not in AS_ORDERED]
                ),
                "missed": [row.id for row in some if row.kind == "emergency" and not said[row.id]],
            }
    print(json.dumps(found, indent=1))
    TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
