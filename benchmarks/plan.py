"""A plan's time, part by part, beside one call of pypgx.

    python benchmarks/plan.py [--repeats 200] [--no-write]

Four patients, warm: genes and medicines only; with values and scores; with complaints in English
and in Chinese.  Wall time of :func:`medai.personalised.plan.make_plan`, no language model; the
median and the 90th percentile of all repeats.  The parts are timed in the same run.  The figure of
pypgx per call is that of ``benchmarks/pgx.py`` (data/results/28_pgx.json), where both are timed
side by side.  Writes data/results/31_plan.json.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "data" / "results"
TARGET = RESULTS / "31_plan.json"
GENES = {"CYP2D6": "*10/*10", "CYP2C19": "*1/*2", "CYP2C9": "*1/*3", "SLCO1B1": "*1/*5"}
MEDICINES = ["metformin 500 mg", "amlodipine", "metoprolol", "simvastatin", "clopidogrel",
             "omeprazole", "paroxetine", {"name": "codeine", "status": "planned"}]  # fmt: skip
VALUES = [
    {"name": "creatinine", "value": 130, "unit": "µmol/L"},
    {"name": "systolic", "value": 150, "unit": "mmHg"},
    {"name": "total cholesterol", "value": 5.6, "unit": "mmol/L"},
    {"name": "HDL", "value": 1.2, "unit": "mmol/L"},
    {"name": "potassium", "value": 4.1, "unit": "mmol/L"},
]
BASE = {"age_years": 71, "sex": "female", "genes": GENES, "medicines": MEDICINES}
PATIENTS = {
    "genes and medicines": BASE,
    "and values": {**BASE, "measurements": VALUES, "conditions": "hypertension, diabetes"},
    "and complaints": {
        **BASE,
        "measurements": VALUES,
        "conditions": "hypertension, diabetes",
        "complaints": "I have been dizzy and very tired for three days, and my ankles swell.",
    },
    "and complaints in Chinese": {
        **BASE,
        "measurements": VALUES,
        "conditions": "高血压，糖尿病",
        "complaints": "头晕，乏力三天，脚踝水肿",
    },
}


def milliseconds(call: Callable[[], object], repeats: int) -> dict[str, float]:
    """Return median and 90th percentile of the wall time of a warm call."""
    call()
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - start))
    found.sort()
    return {"median": round(found[repeats // 2], 3), "p90": round(found[int(0.9 * repeats)], 3)}


def parts(repeats: int) -> dict[str, dict[str, float]]:
    """Time what a plan is made of."""
    from medai.diagnosis import assess
    from medai.personalised.drugs import match
    from medai.personalised.interactions import check
    from medai.personalised.pgx import advise
    from medai.personalised.risk import applicable

    drugs = ["metformin", "amlodipine", "metoprolol", "simvastatin", "clopidogrel", "omeprazole",
             "paroxetine", "codeine"]  # fmt: skip
    values = {"age_years": 71, "sex": "female", "creatinine_umol_l": 130.0}
    complaints = PATIENTS["and complaints"]["complaints"]
    calls = {
        "a drug's name": lambda: match("metformin"),
        "a misspelt name": lambda: match("atorvastatine"),
        "advice for one drug": lambda: advise("codeine", {"CYP2D6": "*10/*10"}, ["paroxetine"]),
        "alerts of eight drugs": lambda: check(drugs, age_years=71, sex="female"),
        "all risk scores": lambda: applicable(values),
        "a differential": lambda: assess(complaints, 71, "female"),
    }
    return {name: milliseconds(call, repeats) for name, call in calls.items()}


def main() -> int:
    from medai.personalised.plan import make_plan

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--no-write", action="store_true")
    args = parser.parse_args()
    whole = {
        name: milliseconds(lambda one=one: make_plan(one), args.repeats)
        for name, one in PATIENTS.items()
    }
    pypgx = json.loads((RESULTS / "28_pgx.json").read_text(encoding="utf-8"))
    found = {
        "date": datetime.date.today().isoformat(),
        "command": "python benchmarks/plan.py",
        "python": platform.python_version(),
        "repeats": args.repeats,
        "make_plan, milliseconds": whole,
        "parts, milliseconds": parts(args.repeats),
        "one call, milliseconds (benchmarks/pgx.py)": pypgx["call, milliseconds (median)"],
    }
    print(json.dumps(found, indent=1, ensure_ascii=False))
    if not args.no_write:
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
