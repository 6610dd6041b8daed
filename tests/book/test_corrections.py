"""*Corrections* has the errors of the plan, each with a chapter and a test that shows it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "book" / "corrections.md").read_text(encoding="utf-8")
PARTS = dict(part.split("\n", 1) for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:])

# A word of the heading → words of the error and of the right statement.
PLANNED = {
    "Perplexity": ("1/p_i", "exponential of the mean negative log-probability"),
    "Adam": (r"x_t - \theta_t", "start at 0"),
    "decoder": ("fitted to labels", "input itself"),
    "GAN step": ("generated samples only", "real *and* generated"),
    "GloVe": ("SVD", "least squares"),
    "BERT": ("head", "on labelled texts"),
    "gpt3": ('model="gpt3"', "on no hub"),
    "parameters do not look": ("88.7 million", "99.9 %"),
}


@pytest.mark.parametrize("word", PLANNED)
def test_each_planned_correction_stands(word):
    (title,) = [title for title in PARTS if word in title]
    for words in PLANNED[word]:
        assert words in PARTS[title]


@pytest.mark.parametrize("title", PARTS)
def test_each_names_its_error_its_right_form_its_chapter_and_its_test(title):
    body = PARTS[title]
    assert "The error: " in body
    assert "Right: " in body
    chapters = re.findall(r"\]\(\.\./(chapters/[^)]+\.ipynb)\)", body)
    tests = re.findall(r"`(tests/[^`]+\.py)`", body)
    assert chapters
    assert tests
    for path in (*chapters, *tests):
        assert (ROOT / path).is_file(), path
    for path in tests:
        assert re.search(r"^def test_", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
