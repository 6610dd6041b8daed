"""``medai plan PATIENT.json``: a personalised plan from genes, medicines, values and complaints.

PATIENT.json holds the fields of :class:`medai.personalised.plan.Patient`, or a FHIR R4 Bundle of
one patient.  Without a file the patient is made from the options.  A value that is too old today
does not count as known (:mod:`medai.personalised.plan.dates`).  ``--ask`` asks at the keyboard
what the plan still needs; Enter leaves a question open.

With ``--json`` one object is printed, what :meth:`medai.personalised.plan.Plan.to_dict` returns;
``medai.personalised.plan.schema.SCHEMA`` is its JSON Schema.  ``--fhir`` prints the plan as a FHIR
R4 Bundle instead.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medai.cli._object import read_object
from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    from medai.personalised.plan import Patient, Plan

MOST_QUESTIONS = 12
SKIP = {"", "?", "？", "不知道", "skip"}
STOP = {"q", "quit", "stop", "exit", "退出", "结束"}
EXAMPLE = 'medai plan --gene "CYP2D6=*10/*10" --conditions "高血压，糖尿病" --planned codeine'


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "plan",
        help="a personalised plan from genes, medicines, values and complaints",
        description="Metaboliser phenotypes, advice on medicines, safety alerts, risks, what the "
        "complaints may be, and what is missing; every line with its source. "
        "Not medical advice.",
        epilog=f"Example: {EXAMPLE}",
    )
    parser.add_argument("patient", nargs="?", help="JSON file or FHIR R4 Bundle; - reads stdin")
    parser.add_argument("--gene", action="append", default=[], metavar="GENE=DIPLOTYPE")
    parser.add_argument("--taking", action="append", default=[], metavar="MEDICINE")
    parser.add_argument("--planned", action="append", default=[], metavar="MEDICINE")
    parser.add_argument("--conditions", help="parted by commas, English or Chinese")
    parser.add_argument("--complaints", help="in the patient's words")
    parser.add_argument("--age", type=float, help="in years")
    parser.add_argument("--sex", choices=("female", "male"))
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the page")
    parser.add_argument("--ask", action="store_true", help="ask what the plan still needs")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--fhir", action="store_true", help="print a FHIR R4 Bundle")
    form.add_argument("--html", type=Path, metavar="FILE", help="write a page that prints")


def run(args: argparse.Namespace) -> int:
    """Make the plan and print it; return 0, or raise MedaiError for unusable input."""
    if args.ask and (args.json or args.fhir or args.patient == "-"):
        raise MedaiError("--ask needs the keyboard: leave out --json, --fhir and -.")
    data, unread = read_input(args)
    from medai.personalised.plan import make_plan, read_patient

    plan = make_plan(read_patient(data), datetime.date.today())
    if args.ask:
        plan = ask(plan, args.lang)
    for line in unread:
        print(f"medai: not read: {line}", file=sys.stderr)
    show(plan, args)
    return 0


def show(plan: Plan, args: argparse.Namespace) -> None:
    """Print or write the plan in the form that was asked for."""
    if args.json:
        print(json.dumps(plan.to_dict(), indent=2, ensure_ascii=False))
    elif args.fhir:
        from medai.personalised.plan.fhir_plan import plan_bundle

        print(json.dumps(plan_bundle(plan), indent=2, ensure_ascii=False))
    elif args.html is not None:
        from medai.runtime.files import replacing

        try:
            with replacing(args.html) as target:
                target.write(plan.to_html(args.lang).encode())
        except OSError as error:
            reason = error.strerror or error
            raise MedaiError(f"{args.html} cannot be written: {reason}.") from error
        print(args.html)
    else:
        print(plan.to_markdown(args.lang), end="")


def read_input(args: argparse.Namespace) -> tuple[dict[str, Any] | Patient, list[str]]:
    """Return the patient's fields from the file and the options, and what was not read."""
    data: dict[str, Any] = {}
    unread: list[str] = []
    given = dict(_options(args))
    if args.patient is None and not given and not args.ask:
        raise MedaiError(f"There is no patient: name a JSON file, or use options: {EXAMPLE}")
    if args.patient is not None:
        data = read_object(args.patient, "patient")
        if data.get("resourceType"):
            from medai.personalised.plan.fhir_read import from_bundle

            patient, left = from_bundle(data)
            unread = [f"{one.resource}: {one.reason}" for one in left]
            data = patient.model_dump(exclude_defaults=True)
    twice = sorted(set(data) & set(given))
    if twice:
        raise MedaiError(
            f"{', '.join(twice)} stands in {args.patient} and in the options: leave out one."
        )
    return {**data, **given}, unread


def _options(args: argparse.Namespace):
    """Yield the fields that the options give."""
    if args.gene:
        genes = {}
        for text in args.gene:
            gene, sign, diplotype = text.partition("=")
            if not sign and "*" in gene:  # CYP2D6*10, as it is often written
                gene, _, rest = gene.partition("*")
                diplotype = f"*{rest}"
            if not gene.strip() or not diplotype.strip():
                raise MedaiError(f"--gene {text!r}: write GENE=DIPLOTYPE, e.g. CYP2D6=*4/*4.")
            genes[gene.strip()] = diplotype.strip()
        yield "genes", genes
    medicines = [{"name": name, "status": "taking"} for name in _parts(args.taking)]
    medicines += [{"name": name, "status": "planned"} for name in _parts(args.planned)]
    if medicines:
        yield "medicines", medicines
    for field, value in (
        ("conditions", args.conditions),
        ("complaints", args.complaints),
        ("age_years", args.age),
        ("sex", args.sex),
    ):
        if value is not None:
            yield field, value


def _parts(texts: list[str]) -> list[str]:
    from medai.personalised.plan.patient import parted

    return [part for text in texts for part in parted(text)]


def ask(plan: Plan, lang: str) -> Plan:
    """Ask at the keyboard until nothing is open; Enter leaves a question open, q stops."""
    from medai.personalised.plan import make_plan
    from medai.personalised.plan.asking import answer, next_question

    asked: set[str] = set()
    while len(asked) < MOST_QUESTIONS and (one := next_question(plan, asked)):
        asked.add(one.key)
        while True:
            print(one.words(lang), file=sys.stderr)
            try:
                words = input("> ").strip()
            except EOFError:
                print(file=sys.stderr)
                return plan
            if words.casefold() in STOP:
                return plan
            if words.casefold() in SKIP:
                break
            try:
                plan = make_plan(answer(plan.patient, one, words), datetime.date.today())
            except MedaiError as error:
                print(f"medai: {error}", file=sys.stderr)
                continue
            break
    return plan
