"""``medai rank-cases``: rank the diseases of many patients, one JSON line each."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from medai.runtime import MedaiError

SHOWN = 10  # ids listed in the summary


def positive(text: str) -> int:
    """Read a whole number of at least 1 from the command line."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return value


def add_parser(subparsers) -> None:
    """Register the subcommand."""
    parser = subparsers.add_parser(
        "rank-cases",
        help="rank diseases for a file of patients",
        description=(
            "Rank diseases for every case of a file. One JSON line in, "
            '{"id": ..., "present": ["HP:...", ...], "pmid": "PMID:..."}; one JSON line out, '
            '{"id": ..., "ranking": [["OMIM:...", score], ...]}, in the same order. '
            "Only present findings are used. Bad lines are reported by number and skipped. "
            "Exit code: 0 when at least one case was ranked, 2 otherwise."
        ),
    )
    parser.add_argument("cases", type=Path, help="cases, .jsonl or .jsonl.gz")
    parser.add_argument(
        "--out", required=True, help="where to write (.gz packs it; - is standard output)"
    )
    parser.add_argument("--top", type=positive, default=50, help="diseases per case (default 50)")
    parser.add_argument(
        "--leave-own-paper-out",
        action="store_true",
        help="drop, for each case, every annotation row whose reference is the case's pmid "
        "(a row that names other papers too stays)",
    )
    parser.add_argument(
        "--source",
        choices=("omim", "orpha", "all"),
        default="omim",
        help="which diseases compete (default omim: the public cases are labelled so)",
    )
    parser.add_argument(
        "--rerank",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="put the first 100 into the learned order, which also uses age and sex where the "
        "file gives them (default); --no-rerank gives the simple score",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Rank the file; return 0 when at least one case was ranked."""
    from tqdm import tqdm

    from medai.knowledge import load_graph
    from medai.knowledge.cases import rank_file
    from medai.knowledge.jsonl import atomic_text

    out = None if args.out == "-" else Path(args.out)
    if out is not None and out.exists() and args.cases.exists() and out.samefile(args.cases):
        raise MedaiError(f"--out {out} is the file of cases itself: choose another name.")
    graph = load_graph()
    quiet = not sys.stderr.isatty()
    with (
        atomic_text(out) as file,
        tqdm(unit=" cases", disable=quiet, total=None if quiet else count(args.cases)) as bar,
    ):
        summary = rank_file(
            args.cases,
            file,
            graph,
            top=args.top,
            leave_own_paper_out=args.leave_own_paper_out,
            source=args.source,
            rerank=args.rerank,
            report=lambda message: tqdm.write(f"medai: {message}", file=sys.stderr),
            progress=bar.update,
        )
        if not summary.ranked:
            raise MedaiError(
                f"{args.cases}: no case could be ranked ({summary.skipped} lines skipped). "
                'Each line must be like {"id": "1", "present": ["HP:0001250"]}.'
            )
    say = [f"{summary.ranked} cases ranked, {summary.skipped} lines skipped"]
    if args.leave_own_paper_out and summary.without_paper:
        say.append(f"{summary.without_paper} cases name no pmid and were ranked on all rows")
    if summary.mapped:
        pairs = Counter({f"{a} -> {b}": n for (a, b), n in summary.mapped.items()})
        say.append(f"old ids mapped: {listed(pairs)}")
    if summary.ignored:
        say.append(f"ids ignored: {listed(summary.ignored)}")
    print("\n".join(f"medai: {line}" for line in say), file=sys.stderr)
    return 0


def count(path: Path) -> int | None:
    """Count the lines, for the progress bar; None for what cannot be read twice."""
    from medai.knowledge.jsonl import read_lines

    return sum(1 for _ in read_lines(path)) if path.is_file() else None


def listed(counter: Counter) -> str:
    """Write the most frequent entries with their counts."""
    shown = ", ".join(f"{name} (x{n})" for name, n in counter.most_common(SHOWN))
    more = len(counter) - SHOWN
    return shown + (f" and {more} more" if more > 0 else "")
