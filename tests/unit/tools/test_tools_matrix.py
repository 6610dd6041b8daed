"""The coverage matrix finds each gap, and the book has none."""

import json

import nbformat
import pytest

from tools import matrix
from tools.notebooks import ROOT

TEXT = """# A chapter

You will be able to

1. one;
2. two;
3. three.

```{admonition} Predict before you run
1. no outcome
```

## Summary

1. One.
2. Two.
3. Three.

## Quiz
"""


def exercise(label, *, code="x = 1", folded=True, run=1):
    opening = f"```{{solution-start}} {label}\n{':class: dropdown' if folded else ''}\n```"
    return [
        nbformat.v4.new_markdown_cell(f"```{{exercise}} ★ T\n:label: {label}\nDo.\n```"),
        nbformat.v4.new_markdown_cell(opening),
        nbformat.v4.new_code_cell(code, execution_count=run),
        nbformat.v4.new_markdown_cell("```{solution-end}\n```"),
    ]


@pytest.fixture
def book(tmp_path):
    """A book of one good chapter; change a part, then ask for its gaps."""

    def write(text=TEXT, third=None, quiz=None):
        cells = [nbformat.v4.new_markdown_cell(text), *exercise("ex-1"), *exercise("ex-2")]
        cells += exercise("ex-3") if third is None else third
        folder = tmp_path / "chapters" / "part1"
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01_one.ipynb")
        option = {"text": "a", "correct": True, "why": "so"}
        wrong = {"text": "b", "correct": False, "why": "not so"}
        good = {"questions": [{"question": "?", "options": [option, wrong]}] * 5}
        (tmp_path / "data" / "quizzes").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data/quizzes/01.json").write_text(json.dumps(good if quiz is None else quiz))
        (tmp_path / "_toc.yml").write_text(
            "root: book/index\nparts:\n- chapters:\n  - file: chapters/part1/01_one\n"
        )
        return tmp_path

    return write


def test_the_good_chapter_has_no_gap(book):
    root = book()
    assert matrix.gaps(root, expect=1) == []
    (row,) = matrix.rows(root)
    assert (row.outcomes, row.points, row.questions) == (3, 3, 5)
    assert (row.exercises, row.solutions) == (3, 3)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("2. two;\n3. three.", "", "1 outcomes"),
        ("3. three.", "3. three;\n4. d;\n5. e;\n6. f.", "6 outcomes"),
        ("3. Three.", "", "mirror each outcome"),
        ("2. Two.\n3. Three.", "3. Three.\n2. Two.", "mirror each outcome"),
        ("1. One.\n2. Two.\n3. Three.", "- One.", "not numbered"),
        ("2. two;", "4. two;", "number them"),
        ("1. one;\n2. two;\n3. three.", "", "0 outcomes"),
    ],
)
def test_outcomes_and_summary(book, before, after, says):
    assert says in "\n".join(matrix.gaps(book(text=TEXT.replace(before, after))))


@pytest.mark.parametrize(
    ("third", "says"),
    [
        ([], "2 exercises"),
        (exercise("ex-3")[:1], "ex-3 has no solution"),
        (exercise("ex-3", folded=False), "ex-3 is not folded"),
        (exercise("ex-3", run=None), "ex-3 has no code that has run"),
        (exercise("ex-3", code=""), "ex-3 has no code that has run"),
    ],
)
def test_exercises_and_solutions(book, third, says):
    assert says in "\n".join(matrix.gaps(book(third=third)))


def test_a_stored_error_is_no_run(book):
    cells = exercise("ex-3")
    cells[2].outputs = [nbformat.v4.new_output("error", ename="E", evalue="x", traceback=[])]
    assert "ex-3 has no code that has run" in "\n".join(matrix.gaps(book(third=cells)))


def test_quiz(book):
    options = [{"text": "a", "correct": True, "why": "so"}, {"text": "b", "correct": True}]
    found = "\n".join(matrix.gaps(book(quiz={"questions": [{"options": options}]})))
    assert "1 quiz questions: write 5" in found
    assert "2 right choices" in found
    assert "'b' is not explained" in found


def test_toc_and_folder_must_agree():
    listed, stored = ["chapters/p/01_a", "chapters/p/02_b"], ["chapters/p/01_a", "chapters/p/03_c"]
    first, second = matrix.toc_gaps(listed, stored)
    assert "02_b" in first
    assert "03_c.ipynb is not in _toc.yml" in second
    assert "03 missing" in matrix.toc_gaps(listed, listed, expect=3)[0]
    assert "2 chapters, 1 expected" in matrix.toc_gaps(listed, listed, expect=1)[0]


def test_the_book_has_no_gap():
    """As many chapters as _toc.yml lists; matrix.CHAPTERS = 39 says that all must be there."""
    listed = matrix.toc_chapters((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert len(matrix.rows()) == len(listed) >= 33
    assert matrix.gaps() == []


def test_a_missing_chapter_is_named():
    assert "40 missing" in "\n".join(matrix.gaps(expect=40))
