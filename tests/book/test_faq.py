"""The questions: enough of them, each answered with a place to read on, and no command invented."""

import argparse
import re

import pytest

from medai.cli import build_parser
from tools.notebooks import ROOT

TEXT = (ROOT / "book" / "faq.md").read_text(encoding="utf-8")
PARTS = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
ANSWERS = dict(part.split("\n", 1) for part in PARTS)
THEMES = [
    "Choosing an algorithm",
    "Too little data",
    "Evaluation",
    "Labelling",
    "Interpretability",
    "Knowledge graphs",
    "Set-up",
    "Colab and GPU",
]


def test_at_least_forty_questions_on_every_theme():
    assert len(PARTS) == len(ANSWERS) >= 40
    themes = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert [t for t in THEMES if not any(theme.startswith(t) for theme in themes)] == []


@pytest.mark.parametrize("title", ANSWERS)
def test_an_answer_is_short_and_names_a_way_on(title):
    answer = re.sub(r"^## .*$", "", ANSWERS[title], flags=re.MULTILINE)
    assert len(answer.split()) <= 120
    before_set_up = TEXT.index(title) < TEXT.index("## Set-up")
    if before_set_up:
        assert ".ipynb)" in answer or "`medai" in answer, "no chapter and no command"


def test_every_command_named_exists():
    commands = re.findall(r"`medai ([^`]*)`", TEXT)
    assert len(commands) >= 4
    choices = next(
        action.choices
        for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for command in commands:
        name, *rest = command.split()
        assert name in choices, command
        known = choices[name]._option_string_actions
        assert [word for word in rest if word.startswith("--") and word not in known] == []
