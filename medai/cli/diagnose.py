r"""``medai diagnose TEXT``: from a patient's words to common conditions and rare diseases.

The page is Chinese when the text is read as Chinese: with ``--lang zh``, or with ``--lang auto``
when it holds Chinese.  The fixed words stand in ``data/zh_page``; JSON is the same for both.

With ``--json`` one object is printed:

``schema``
    1; it changes when a field changes its meaning or goes away.
``ontology``
    ``{"hpo", "annotations"}``: versions.
``findings``
    ``present``, ``excluded``, ``uncertain``, ``family``, ``history``: lists of ``{"hpo_id",
    "name", "start", "end", "text", "matched", "method", "score", "status", "family", "cue",
    "history", "onset", "days", "course", "degree"}``; ``measurements``: a list of ``{"start",
    "end", "text", "number", "quantity", "value", "verdict", "findings", "message", "source"}``;
    ``unrecognised``: a list of ``{"start", "end", "text", "reason", "suggestions"}``;
    ``contradictory``: ids stated both as present and as excluded.  ``start`` and ``end``
    count characters of the input.
``used``
    ``{"present", "excluded", "overruled"}``: the ids that the ranking used, and excluded
    ones that it ignored because a present finding is a special case of them.
``ranking``
    a list of ``{"rank", "disease_id", "name", "score", "explanation"}``, best first; an
    explanation has ``supporting``, ``opposing`` and ``silent`` findings, each with its
    ``value`` (they add up to the score) and the ``annotations`` and references behind it.
``assessment``
    red flags, common conditions with probabilities, tests, questions, doubts: what
    :meth:`medai.diagnosis.Assessment.to_dict` returns; ``medai.diagnosis.SCHEMA`` is its JSON
    Schema.
``explanation``
    only with ``--llm``: ``{"language", "model", "text", "parts", "sources", "asked",
    "fell_back"}``, or null when nothing is present.  ``parts`` are the sentences in order, each
    ``{"text", "facts", "by", "why", "said"}``: the numbers of the facts that it cites, whose
    words it is in (``model`` or ``template``), why it is the template's, and what the model
    said.  ``asked`` and ``fell_back`` count sentences.
``notes``
    what a reader must be told.

``medai.diagnosis.schema.OUTPUT`` is the JSON Schema of the whole.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from medai.cli._ask import ask, print_assessment
from medai.cli._explain import as_json as explanation
from medai.cli._explain import explain_answer, need_model, print_explanation
from medai.cli._lists import nothing_to_rank, print_findings, print_ranking
from medai.cli._page import language

if TYPE_CHECKING:
    from medai.knowledge import Ranking
    from medai.knowledge.findings import Findings

NOTES = (
    "The rare list: Covers rare disease only: the Human Phenotype Ontology's annotations of OMIM "
    "and Orphanet diseases. Common conditions stand in the list with probabilities.",
    "Not medical advice.",
)
MOST_BYTES = 4_000_000
MOST_DISEASES = 200  # each is explained; `medai rank-cases` gives long rankings without


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "diagnose",
        help="red flags, common conditions and rare diseases for a description of a patient",
        description="Recognise findings in an English or Chinese text; show red flags, common "
        "conditions with probabilities, and ranked rare diseases. " + " ".join(NOTES),
        epilog='Example: medai diagnose "Short stature, webbed neck, no fever"',
    )
    parser.add_argument("text", nargs="?", help="the description; - reads standard input")
    parser.add_argument("--file", type=Path, help="read the description from a text file")
    parser.add_argument("--top", type=int, default=10, help="how many diseases (default 10)")
    parser.add_argument(
        "--source",
        choices=("all", "omim", "orpha"),
        default="all",
        help="which list of diseases; both describe many diseases, so all shows some twice",
    )
    parser.add_argument(
        "--lang",
        choices=("auto", "en", "zh"),
        default="auto",
        help="language of the text, and of the page (auto: Chinese when the text holds Chinese)",
    )
    parser.add_argument("--age", type=float, help="age in years")
    parser.add_argument("--sex", choices=("female", "male"), help="for what depends on it")
    parser.add_argument(
        "--setting",
        choices=("general practice", "emergency"),
        default="general practice",
        help="where the patient is seen; it decides how common conditions are",
    )
    parser.add_argument("--ask", action="store_true", help="ask the questions that tell most")
    parser.add_argument(
        "--llm",
        action="store_true",
        help="add an explanation from cited facts, in the embedded language model's words where "
        "these say no more than the facts; it changes no list (Chinese: without the model)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Link, rank and print; return 0, or raise MedaiError for input that cannot be used."""
    from medai.runtime.errors import MedaiError

    text = read_text(args)
    if not 1 <= args.top <= MOST_DISEASES:
        raise MedaiError(f"--top {args.top}: give a whole number from 1 to {MOST_DISEASES}.")
    if not text.strip():
        raise MedaiError(f"The text is empty. {EXAMPLE}")

    if args.ask and (args.json or args.text == "-"):
        raise MedaiError("--ask needs the keyboard: leave out --json, and give the text itself.")

    from medai.diagnosis import assess
    from medai.knowledge import load_graph

    graph = load_graph()
    patient = {"age": args.age, "sex": args.sex, "setting": args.setting}
    answer = assess(text, **patient, lang=args.lang, graph=graph)
    findings, lang = answer.reading.findings, language(answer.reading)
    if not findings.ever_ids:
        raise MedaiError(nothing_to_rank(text, findings, lang))
    if args.llm:
        need_model(answer)
    ranking = graph.rank(findings.ever_ids, findings.excluded_ids, args.top, args.source)
    if args.json:
        found = {**as_json(findings, ranking, graph.version), "assessment": answer.to_dict()}
        if args.llm:
            found["explanation"] = explanation(answer, explain_answer(answer))
        print(json.dumps(found, indent=2))
        return 0
    print_findings(findings, ranking, lang)
    print_assessment(answer)
    if args.ask:
        answer = ask(answer, graph)
        ever, absent = answer.reading.ever, answer.reading.absent
        ranking = graph.rank(ever, [x for x in absent if x not in ever], args.top, args.source)
    if args.llm:
        sys.stdout.flush()  # the model takes some seconds
        print_explanation(answer, explain_answer(answer))
    print_ranking(ranking, graph.version, args.source, lang)
    return 0


EXAMPLE = 'Write what the patient has, e.g. medai diagnose "Short stature, webbed neck, no fever".'


def read_text(args: argparse.Namespace) -> str:
    """Return the description from the argument, the file or standard input."""
    from medai.runtime.errors import MedaiError

    if args.file is not None and args.text is not None:
        raise MedaiError("Give either a text or --file, not both.")
    if args.file is not None:
        try:
            with open(args.file, "rb") as handle:
                data = handle.read(MOST_BYTES + 1)
        except OSError as error:
            raise MedaiError(f"{args.file} cannot be read: {error.strerror or error}.") from error
    elif args.text == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    elif args.text is None:
        raise MedaiError(f"There is no text. {EXAMPLE} Or use --file, or - for standard input.")
    else:
        return args.text
    if len(data) > MOST_BYTES:
        raise MedaiError(
            f"The input has more than {MOST_BYTES:,} bytes. Give one patient's description."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MedaiError(
            f"The input is not UTF-8 text (byte {error.start}). Save it as UTF-8."
        ) from error


def as_json(findings: Findings, ranking: Ranking, version: dict) -> dict:
    """Return the answer as JSON-ready values; the fields are listed at the top of this file."""
    return {
        "schema": 1,
        "ontology": {"hpo": version["hpo"], "annotations": version["annotations"]},
        "findings": findings.as_dict(),
        "used": {
            "present": list(ranking.present),
            "excluded": list(ranking.excluded),
            "overruled": list(ranking.overruled),
        },
        "ranking": [result.to_dict() for result in ranking],
        "notes": list(NOTES),
    }
