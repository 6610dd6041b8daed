"""Quizzes with instant feedback that need no script.

Each option is an HTML ``<details>`` element: a click (or the keyboard) opens it and
shows whether it is right, and why.  That works in the rendered book, JupyterLab, Colab
and on paper, offline, and for screen readers.
"""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

from medai.datasets import data_path
from medai.runtime import MedaiError


class Quiz:
    """A quiz that shows itself in a notebook.

    Parameters
    ----------
    chapter : str
        Two digits, used in the element ids.
    questions : list of dict
        Each with ``question`` and ``options``; an option has ``text``, ``correct``, ``why``.
    """

    def __init__(self, chapter: str, questions: list[dict]) -> None:
        self.chapter = chapter
        self.questions = questions

    def _repr_html_(self) -> str:
        items = []
        for number, question in enumerate(self.questions, 1):
            options = "".join(
                f'<details name="quiz-{self.chapter}-{number}"'
                f' class="{"right" if option["correct"] else "wrong"}">'
                f"<summary>{_inline(option['text'])}</summary>"
                f"<p><strong>{'Right.' if option['correct'] else 'Not quite.'}</strong>"
                f" {_inline(option['why'])}</p></details>"
                for option in question["options"]
            )
            items.append(f"<li><p>{_inline(question['question'])}</p>{options}</li>")
        return f'<div class="medai-quiz"><ol>{"".join(items)}</ol></div>'

    def __repr__(self) -> str:
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines.append(f"{number}. {question['question']}")
            lines += [
                f"   {'abcdef'[k]}) {option['text']}"
                for k, option in enumerate(question["options"])
            ]
        return "\n".join(lines)


def quiz(chapter: str) -> Quiz:
    """Load the quiz of a chapter.

    Parameters
    ----------
    chapter : str
        The chapter's two digits, for example ``"03"``.

    Returns
    -------
    Quiz
        Shows itself when it is the last value of a cell.

    Raises
    ------
    MedaiError
        If there is no such quiz, or a question has no right option, several, or an
        option without an explanation.

    Examples
    --------
    >>> len(quiz('21').questions)
    5
    """
    path = Path(data_path(f"quizzes/{chapter}.json"))
    questions = json.loads(path.read_text(encoding="utf-8"))["questions"]
    for number, question in enumerate(questions, 1):
        right = sum(option["correct"] for option in question["options"])
        unexplained = [o["text"] for o in question["options"] if not o.get("why", "").strip()]
        if right != 1 or unexplained:
            raise MedaiError(
                f"{path.name}, question {number}: {right} right options (need 1), "
                f"options without a reason: {unexplained or 'none'}. Mend the file."
            )
    return Quiz(chapter, questions)


def _inline(text: str) -> str:
    """Escape HTML; `code` and *emphasis* are the only markup."""
    text = escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", text)
