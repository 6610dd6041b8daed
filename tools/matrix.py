"""The coverage matrix: what each chapter promises, mirrors, asks and answers.

    python -m tools.matrix [--expect 39]

Prints one row per chapter and exits 1 on a gap.  The rules:

* the outcomes under *You will be able to …* are numbered 1, 2, … and there are three to five;
* the summary has one numbered point for each outcome, in the same order;
* the quiz has five questions, one right choice each, and every choice says why;
* there are three exercises or more, each with a folded solution that holds code that has run;
* the chapters in `_toc.yml` and in `chapters/` are the same, and numbered 1, 2, … without a hole
  where ``--expect`` says how many there must be.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from tools.notebooks import ROOT, chapter_paths

OUTCOMES = (3, 5)
QUESTIONS = 5
EXERCISES = 3
CHAPTERS: int | None = 39  # None: as many as stand in _toc.yml
SOLUTION = re.compile(
    r"^`{3,}\{solution-start\} (.*?)^`{3,}$|^`{3,}(\{solution-end\})", re.MULTILINE | re.DOTALL
)


@dataclass
class Row:
    """What one chapter has, and what it lacks."""

    number: str
    title: str = ""
    outcomes: int = 0
    points: int = 0
    questions: int = 0
    exercises: int = 0
    solutions: int = 0
    gaps: list[str] = field(default_factory=list)


def numbered(text: str) -> list[str]:
    """Return the numbers of a list's points as they are written."""
    return re.findall(r"^(\d+)[.)]\s+\S", text, re.MULTILINE)


def outcomes(text: str) -> list[str]:
    """Return the numbers of the outcomes, which end at the next directive or heading."""
    found = re.search(r"You will be able to[^\n]*\n(.*?)(?=^```|^:::|^#|\Z)", text, re.M | re.S)
    return numbered(found[1]) if found else []


def summary(text: str) -> list[str]:
    """Return the numbers of the summary's points."""
    found = re.search(r"^## Summary[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return numbered(found[1]) if found else []


def counted(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def quiz_gaps(quiz: dict) -> list[str]:
    """Say what a quiz lacks; each gap names the question."""
    questions = quiz.get("questions", [])
    found = []
    if len(questions) != QUESTIONS:
        found.append(f"{len(questions)} quiz questions: write {QUESTIONS}")
    for number, question in enumerate(questions, 1):
        options = question.get("options", [])
        right = sum(option.get("correct") is True for option in options)
        if right != 1:
            found.append(f"quiz question {number} has {right} right choices: mark one")
        for option in options:
            if not str(option.get("why", "")).strip():
                found.append(
                    f"quiz question {number}: the choice {option.get('text', '')!r} is not "
                    "explained: say in `why` what is wrong or right about it"
                )
    return found


def solutions(notebook: NotebookNode) -> dict[str, str]:
    """Return for each solution's label what it lacks ("" if it is folded and its code has run)."""
    found: dict[str, str] = {}
    label, has_run = None, False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            error = any(output.output_type == "error" for output in cell.get("outputs", []))
            has_run |= bool(cell.source.strip()) and bool(cell.execution_count) and not error
            continue
        for start, end in SOLUTION.findall(cell.source):
            if start:
                label, has_run = start.split()[0], False
                found[label] = "" if "dropdown" in start else "is not folded: `:class: dropdown`"
            elif end and label:
                if not has_run:
                    found[label] = "has no code that has run: add a code cell, `make chapters`"
                label = None
    return found


def chapter_row(path: Path, quizzes: Path) -> Row:
    """Return the row of one notebook.

    Parameters
    ----------
    path
        The notebook; its name begins with the chapter's number.
    quizzes
        The folder of the quizzes, ``NN.json``.
    """
    notebook = nbformat.read(path, as_version=4)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    row = Row(path.name[:2], heading[1] if heading else path.stem)
    promised, mirrored = outcomes(text), summary(text)
    row.outcomes, row.points = len(promised), len(mirrored)
    few, many = OUTCOMES
    if not few <= len(promised) <= many:
        row.gaps.append(f"{len(promised)} outcomes: write {few} to {many} under *You will be able*")
    if promised != counted(len(promised)):
        row.gaps.append(f"the outcomes are numbered {' '.join(promised)}: number them 1, 2, …")
    if mirrored != promised:
        row.gaps.append(
            f"the summary's points are {' '.join(mirrored) or 'not numbered'}, the outcomes "
            f"{' '.join(promised) or 'none'}: mirror each outcome by one point, in its order"
        )
    quiz = quizzes / f"{row.number}.json"
    if quiz.is_file():
        stored = json.loads(quiz.read_text(encoding="utf-8"))
        row.questions = len(stored.get("questions", []))
        row.gaps += quiz_gaps(stored)
    else:
        row.gaps.append(f"no quiz: write data/quizzes/{row.number}.json")
    labels = re.findall(r"\{exercise(?:-start)?\}[^\n]*\n(?::[^\n]*\n)*?:label: (\S+)", text)
    solved = solutions(notebook)
    row.exercises = len(labels)
    row.solutions = sum(solved.get(label) == "" for label in labels)
    if len(labels) < EXERCISES:
        row.gaps.append(f"{len(labels)} exercises: write {EXERCISES} or more")
    for label in labels:
        if lacks := solved.get(label, "has no solution: add {solution-start} … {solution-end}"):
            row.gaps.append(f"exercise {label} {lacks}")
    return row


def toc_chapters(toc: str) -> list[str]:
    """Return the chapters' files as `_toc.yml` lists them, without suffix."""
    listed = yaml.safe_load(toc)
    files = [one["file"] for part in listed.get("parts", []) for one in part["chapters"]]
    return [name for name in files if name.startswith("chapters/")]


def toc_gaps(listed: list[str], stored: list[str], expect: int | None = None) -> list[str]:
    """Say where `_toc.yml`, the folder of chapters and the number expected disagree."""
    found = [
        f"_toc.yml lists {name}, and there is no such notebook: write it, or take the line out"
        for name in sorted(set(listed) - set(stored))
    ]
    found += [
        f"{name}.ipynb is not in _toc.yml: add the line `- file: {name}`"
        for name in sorted(set(stored) - set(listed))
    ]
    numbers = [name.rsplit("/", 1)[-1][:2] for name in listed]
    for twice in sorted({number for number in numbers if numbers.count(number) > 1}):
        found.append(f"_toc.yml has two chapters {twice}: the number in the file name is unique")
    if expect is not None:
        if missing := sorted({f"{n:02}" for n in range(1, expect + 1)} - set(numbers)):
            found.append(
                f"{expect} chapters are expected, {' '.join(missing)} missing: write them and add "
                "them to _toc.yml"
            )
        if len(numbers) > expect:
            found.append(f"{len(numbers)} chapters, {expect} expected: raise `--expect`")
    return found


def rows(root: Path = ROOT) -> list[Row]:
    """Return a row for every chapter, in order."""
    paths = chapter_paths() if root == ROOT else sorted((root / "chapters").rglob("*.ipynb"))
    return [chapter_row(path, root / "data" / "quizzes") for path in paths]


def gaps(root: Path = ROOT, expect: int | None = CHAPTERS) -> list[str]:
    """Return every gap as a complaint; `tools.check` prints them."""
    found = [f"chapter {row.number}: {gap}" for row in rows(root) for gap in row.gaps]
    listed = toc_chapters((root / "_toc.yml").read_text(encoding="utf-8"))
    stored = [
        path.relative_to(root).with_suffix("").as_posix()
        for path in (root / "chapters").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    ]
    return found + toc_gaps(listed, stored, expect)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tools.matrix", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--expect", type=int, default=CHAPTERS, help="how many chapters there must be"
    )
    args = parser.parse_args(argv)
    print(f"{'':2} {'title':48} outcomes summary quiz exercises solutions")
    for row in rows():
        print(
            f"{row.number} {row.title[:48]:48} {row.outcomes:8} {row.points:7} {row.questions:4} "
            f"{row.exercises:9} {row.solutions:9}{'  <- gap' if row.gaps else ''}"
        )
    found = gaps(expect=args.expect)
    for gap in found:
        print(gap)
    print(f"{len(found)} gap(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
