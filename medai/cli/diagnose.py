r"""``medai diagnose TEXT``: from a patient's words to common conditions and rare diseases.

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
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from medai.cli._ask import ask, print_assessment, shown
from medai.cli._explain import as_json as explanation
from medai.cli._explain import explain_answer, need_model, print_explanation

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
SHOWN = 15  # parts of the text that were not understood
FOR, AGAINST = 6, 4  # lines of explanation for each disease
GROUPS = {
    "present": "Findings",
    "excluded": "Denied: lower the diseases that have them",
    "uncertain": "Uncertain: not used",
    "family": "Relatives: not used",
    "history": "Earlier: used, since rare diseases last for life",
}


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
    parser.add_argument("--lang", choices=("auto", "en", "zh"), default="auto", help="language")
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
    findings = answer.reading.findings
    if not findings.ever_ids:
        raise MedaiError(nothing_to_rank(text, findings))
    if args.llm:
        need_model(answer)
    ranking = graph.rank(findings.ever_ids, findings.excluded_ids, args.top, args.source)
    if args.json:
        found = {**as_json(findings, ranking, graph.version), "assessment": answer.to_dict()}
        if args.llm:
            found["explanation"] = explanation(answer, explain_answer(answer))
        print(json.dumps(found, indent=2))
        return 0
    print_findings(findings, ranking)
    print_assessment(answer)
    if args.ask:
        answer = ask(answer, graph)
        ever, absent = answer.reading.ever, answer.reading.absent
        ranking = graph.rank(ever, [x for x in absent if x not in ever], args.top, args.source)
    if args.llm:
        sys.stdout.flush()  # the model takes some seconds
        print_explanation(answer, explain_answer(answer))
    print_ranking(ranking, graph.version, args.source)
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


def nothing_to_rank(text: str, findings: Findings) -> str:
    """Say why no disease can be ranked, and what was understood."""
    parts = ["No finding was recognised as present in the patient: there is nothing to rank."]
    script = main_script(text)
    if script not in ("", "LATIN", "CJK"):
        letters = f"{script.title()} letters"
        parts.append(f"The text is mostly in {letters}; medai reads English and Chinese.")
    for group, words in (
        ("excluded", "Recognised as denied"),
        ("uncertain", "Recognised as uncertain"),
        ("family", "Recognised in relatives"),
    ):
        names = dict.fromkeys(finding.name for finding in getattr(findings, group))
        if names:
            parts.append(f"{words}: {', '.join(list(names)[:5])}.")
    if findings.contradictory:
        both = ", ".join(contradictory_names(findings))
        parts.append(f"Stated both as present and as absent: {both}.")
    for one in findings.unrecognised[:3]:
        similar = ", ".join(f"{name} ({hpo_id})" for hpo_id, name in one.suggestions)
        hint = f"; similar names: {similar}" if similar else ""
        parts.append(f'Not understood: "{shown(one.text)}"{hint}.')
    return " ".join([*parts, EXAMPLE])


def contradictory_names(findings: Findings) -> list[str]:
    """Return name and id of each finding that the text both states and denies."""
    names = {finding.hpo_id: finding.name for finding in findings.present}
    return [f"{names[hpo_id]} ({hpo_id})" for hpo_id in findings.contradictory]


def main_script(text: str) -> str:
    """Return the script of most letters, e.g. LATIN, CJK or ARABIC; "" without letters."""
    import unicodedata
    from collections import Counter

    letters = (letter for letter in text[:10_000] if letter.isalpha())
    scripts = Counter(unicodedata.name(letter, "unknown").split()[0] for letter in letters)
    return scripts.most_common(1)[0][0] if scripts else ""


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


def print_findings(findings: Findings, ranking: Ranking) -> None:
    """Print what was recognised, each with its place in the text, and what was not."""
    for group, title in GROUPS.items():
        found = getattr(findings, group)
        if found:
            print(f"{title}:")
        for one in found:
            why = [f'because of "{shown(one.cue, 30)}"'] if one.cue else []
            why += [f"spelling guessed, likeness {one.score:.2f}"] if one.method == "ngram" else []
            why += [one.status] if group == "family" and one.status != "present" else []
            place = f'"{shown(one.text)}" [{one.start}:{one.end}]'
            print(f"  {one.hpo_id}  {one.name:32} {', '.join([place, *why])}")
    asked = [one for one in findings.measurements if one.verdict in ("question", "impossible")]
    if asked:
        print("Measurements to check:")
    for one in asked:
        print(f'  "{shown(one.text)}" [{one.start}:{one.end}] {one.message}')
    if findings.contradictory:
        both = ", ".join(contradictory_names(findings))
        print(f"Stated both as present and as absent, not used: {both}")
    if ranking.overruled:
        print(f"Denied, yet a special case is present, not used: {', '.join(ranking.overruled)}")
    if findings.unrecognised:
        print("Not understood:")
    for one in findings.unrecognised[:SHOWN]:
        names = ", ".join(f"{name} ({hpo_id})" for hpo_id, name in one.suggestions)
        kinds = {
            "ambiguous": f"could be {names}",
            "normal": "a normal finding; the ontology lists abnormal ones",
        }
        hint = kinds.get(one.reason, f"similar names: {names}" if names else "")
        print(f'  "{shown(one.text)}" [{one.start}:{one.end}]{"; " + hint if hint else ""}')
    if len(findings.unrecognised) > SHOWN:
        print(f"  and {len(findings.unrecognised) - SHOWN} more places (--json lists all)")


def print_ranking(ranking: Ranking, version: dict, source: str) -> None:
    """Print the diseases with what speaks for and against each."""
    lists = {"all": "OMIM and Orphanet", "omim": "OMIM", "orpha": "Orphanet"}[source]
    print(f"\nRare diseases, best first ({lists}; HPO {version['annotations']}; score in nats)")
    for result in ranking:
        why = result.explanation
        print(f"\n{result.rank:3}. {result.name} ({result.disease_id}), score {result.score:.2f}")
        for sign, parts, most in (("+", why.supporting, FOR), ("-", why.opposing, AGAINST)):
            for part in parts[:most]:
                print(_wrap(f"{sign} {part}"))
            if len(parts) > most:
                print(f"     {sign} and {len(parts) - most} more")
        if why.silent:
            total = sum(part.value for part in why.silent)
            names = ", ".join(part.term_name for part in why.silent[:3])
            print(_wrap(f"? {total:+6.2f}  not mentioned, worth looking for: {names}"))
    print()
    for note in NOTES:
        print(textwrap.fill(note, 96))


def _wrap(line: str) -> str:
    return textwrap.fill(line, 96, initial_indent="     ", subsequent_indent=" " * 15)
