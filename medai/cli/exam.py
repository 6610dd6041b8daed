"""``medai exam --out FILE``: multiple-choice questions from the graph, as a file for Moodle."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from medai.runtime.errors import MedaiError

TOPICS = ("mixed", "common", "rare", "common-findings", "rare-findings", "interactions", "genes")
FORMATS = ("moodle", "gift", "csv")
EXAMPLE = "medai exam --format moodle --topic mixed --number 20 --seed 7 --out exam.xml"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "exam",
        help="multiple-choice questions from the knowledge graph, for Moodle or as CSV",
        description="Questions with near-miss distractors, a reason for each option and the "
        "source. A teacher must read them before anybody is examined with them.",
        epilog=f"Example: {EXAMPLE}",
    )
    parser.add_argument("--format", choices=FORMATS, default="moodle")
    parser.add_argument("--topic", choices=TOPICS, default="mixed")
    parser.add_argument("--number", type=int, default=20, help="1 to 300 (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same exam")
    parser.add_argument("--out", type=Path, metavar="FILE", help="without it the exam is printed")


def run(args: argparse.Namespace) -> int:
    """Make the exam and write it; return 0, or raise MedaiError for unusable input."""
    if args.seed < 0:
        raise MedaiError(f"--seed {args.seed}: give a whole number from 0.")
    if args.out is not None and args.out.is_dir():
        raise MedaiError(f"--out {args.out} is a folder: name a file in it.")
    from medai.education.exams import render, write
    from medai.education.questions import make_questions

    questions = make_questions(args.number, topic=args.topic, seed=args.seed)
    if args.out is None:
        print(render(questions, args.format), end="")
    else:
        print(write(questions, args.format, args.out))
    print("medai: have a teacher read these questions before they count.", file=sys.stderr)
    return 0
