"""``medai summarise RECORD.json``: one page from a long record, every line with its quotations.

RECORD.json holds ``{"id": …, "entries": [{"id", "date", "kind", "text"}, …]}``.  With ``--llm`` a
language model words the problems and medicines behind a check; its sentences are marked.
"""

from __future__ import annotations

import argparse
import json

from medai.cli._object import read_object


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "summarise",
        help="one page from a long record, every line quoted",
        description="Problems, medicines, values and contradictions of a record of dated notes; "
        "every line cites its sentences. Not medical advice.",
    )
    parser.add_argument("record", help="JSON file; - reads stdin")
    parser.add_argument(
        "--llm", nargs="?", const="default", metavar="NAME", help="let a model word it, checked"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the summary; return 0, or raise MedaiError for unusable input."""
    from medai.personalised.summary import read_record, rephrase, summarise

    summary = summarise(read_record(read_object(args.record, "record")))
    worded = []
    if args.llm:
        from medai.llm import load

        model = load() if args.llm == "default" else load(args.llm)
        worded = rephrase(summary, model)
    if args.json:
        found = summary.to_dict()
        if args.llm:
            found["worded"] = [
                {"section": one.section, "about": one.line.about, "text": one.text, "by": one.by}
                for one in worded
            ]
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return 0
    print(summary.to_markdown(), end="")
    if worded:
        print("\n## In the model's words, where the check let them stand\n")
        for one in worded:
            mark = "model" if one.by == "model" else f"as above; the model's was refused: {one.why}"
            print(f"- {one.text} ({mark})")
    return 0
