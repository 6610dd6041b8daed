"""Exams as files for a learning platform: Moodle XML, GIFT, CSV; each can be read back.

In Moodle XML and GIFT every text is HTML, so a "<" is escaped twice in XML: once for the page
(``&lt;``) and once for the file (``&amp;lt;``).  The structure follows Moodle's pages on the two
formats (docs.moodle.org, opened as a revision and as excerpts) and Moodle's own reader and test
files (github.com/moodle/moodle, question/format, opened).
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from medai.education.question import LETTERS, Option, Question
from medai.runtime.errors import MedaiError
from medai.runtime.files import replacing

__all__ = ["FORMATS", "read_csv", "read_gift", "read_moodle", "render", "write"]

FORMATS = ("moodle", "gift", "csv")
# What XML 1.0 cannot hold, and what would be half a letter.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile(r"([\\~=#{}:])")
_DANGER = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def render(
    questions: Sequence[Question],
    form: str,
    *,
    category: str = "medai",
    penalty: float = 1 / 3,
    shuffle: bool = True,
) -> str:
    """Return an exam as text.

    Parameters
    ----------
    questions : sequence
        At least one, ids all different.
    form : str
        One of :data:`FORMATS`.
    category : str
        Moodle's category for the questions; letters, digits, blanks, ``-`` and ``_``.
    penalty : float
        The share of the mark that each wrong try costs, 0 to 1.  GIFT has no place for it.
    shuffle : bool
        Whether Moodle may shuffle the options.  GIFT has no place for it.

    Raises
    ------
    MedaiError
        For no questions, ids that repeat or are not plain, an unknown form, or a letter that
        XML cannot hold.

    Examples
    --------
    >>> options = Option("-2.5 or less", True, "Yes."), Option("=2.5", False, "The sign.")
    >>> one = Question("t-score", "bone", "Osteoporosis: T-score?", options, ("WHO",))
    >>> text = render([one], "csv")
    >>> text.splitlines()[1].split(",")[3:6]  # a spreadsheet would run what begins with =
    ['A', "'-2.5 or less", "'=2.5"]
    >>> [option.text for option in read_csv(text)[0].options]
    ['-2.5 or less', '=2.5']
    """
    questions = list(questions)
    if form not in FORMATS:
        raise MedaiError(f"format {form!r} must be one of {', '.join(FORMATS)}.")
    if not questions:
        raise MedaiError("There are no questions to export.")
    ids = [question.id for question in questions]
    odd = next((i for i in ids if not _NAME.fullmatch(i)), None)
    if odd is not None:
        raise MedaiError(f"The id {odd!r} may hold letters, digits and _.- only, at most 80.")
    if len(set(ids)) < len(ids):
        raise MedaiError("Two questions have the same id; a platform would overwrite one.")
    if not re.fullmatch(r"[\w -]{1,80}", category):
        raise MedaiError(f"category {category!r}: use letters, digits, blanks, - and _.")
    if not 0 <= penalty <= 1:
        raise MedaiError(f"penalty={penalty!r} must lie between 0 and 1.")
    for question in questions:
        for text in (question.stem, *(t for o in question.options for t in (o.text, o.why))):
            if bad := _FORBIDDEN.search(text):
                raise MedaiError(
                    f"Question {question.id!r} holds the control character {bad[0]!r}: remove it."
                )
    if form == "moodle":
        return _moodle(questions, category, penalty, shuffle)
    return _gift(questions, category) if form == "gift" else _csv(questions)


def write(questions: Sequence[Question], form: str, path: Path | str, **options) -> Path:
    """Write an exam to a file, whole or not at all; options as for :func:`render`.

    Raises
    ------
    MedaiError
        As :func:`render`, and when the file cannot be written.
    """
    path = Path(path)
    text = render(questions, form, **options)
    try:
        with replacing(path) as target:
            target.write(text.encode("utf-8"))
    except OSError as error:
        raise MedaiError(f"{path} cannot be written: {error.strerror or error}.") from error
    return path


# -- as HTML -------------------------------------------------------------------------------


def _html(text: str) -> str:
    escaped = html.escape(text.strip(), quote=False)
    return re.sub(r"\r\n|\r|\n", "<br>", escaped)


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<br\s*/?>", "\n", text)).strip()


# -- Moodle XML ----------------------------------------------------------------------------


def _moodle(questions, category: str, penalty: float, shuffle: bool) -> str:
    quiz = ElementTree.Element("quiz")
    first = ElementTree.SubElement(quiz, "question", type="category")
    _text(ElementTree.SubElement(first, "category"), f"$course$/{category}")
    for question in questions:
        node = ElementTree.SubElement(quiz, "question", type="multichoice")
        _text(ElementTree.SubElement(node, "name"), question.id)
        _text(ElementTree.SubElement(node, "questiontext", format="html"), _html(question.stem))
        note = "Source: " + "; ".join(question.sources)
        _text(ElementTree.SubElement(node, "generalfeedback", format="html"), _html(note))
        for tag, value in (
            ("defaultgrade", "1"),
            ("penalty", f"{penalty:.7f}"),
            ("hidden", "0"),
            ("single", "true"),
            ("shuffleanswers", "true" if shuffle else "false"),
            ("answernumbering", "ABCD"),
        ):
            ElementTree.SubElement(node, tag).text = value
        for option in question.options:
            fraction = "100" if option.correct else "0"
            answer = ElementTree.SubElement(node, "answer", fraction=fraction, format="html")
            _text(answer, _html(option.text))
            _text(ElementTree.SubElement(answer, "feedback", format="html"), _html(option.why))
        tags = ElementTree.SubElement(node, "tags")
        _text(ElementTree.SubElement(tags, "tag"), question.topic)
    ElementTree.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(quiz, "unicode") + "\n"


def _text(node: ElementTree.Element, text: str) -> None:
    ElementTree.SubElement(node, "text").text = text


def read_moodle(text: str) -> tuple[Question, ...]:
    """Read multiple-choice questions from Moodle XML, with a parser that expands no entities.

    Raises
    ------
    MedaiError
        For XML that is damaged or holds an entity, and for a question with a missing part.
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        quiz = fromstring(text.encode("utf-8"))
    except (DefusedXmlException, ElementTree.ParseError, ValueError) as error:
        raise MedaiError(f"The text is no safe, well-formed XML: {error}.") from error
    found = []
    for node in quiz.iterfind("question[@type='multichoice']"):
        options = tuple(
            Option(
                _plain(answer.findtext("text") or ""),
                float(answer.get("fraction", "0")) == 100,
                _plain(answer.findtext("feedback/text") or ""),
            )
            for answer in node.iterfind("answer")
        )
        note = _plain(node.findtext("generalfeedback/text") or "").removeprefix("Source: ")
        found.append(
            Question(
                (node.findtext("name/text") or "").strip(),
                (node.findtext("tags/tag/text") or "").strip(),
                _plain(node.findtext("questiontext/text") or ""),
                options,
                (note,) if note else (),
            )
        )
    return tuple(found)


# -- GIFT ----------------------------------------------------------------------------------


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _html(text))


def _gift(questions, category: str) -> str:
    parts = [f"$CATEGORY: $course$/{category}"]
    for question in questions:
        lines = [
            f"// topic: {question.topic}",
            f"::{question.id}::[html]{_escaped(question.stem)} {{",
        ]
        for option in question.options:
            # a wrong answer carries its weight, or "%50%" at its beginning would be read as one
            sign = "=" if option.correct else "~%0%"
            lines.append(f"\t{sign}[html]{_escaped(option.text)}#[html]{_escaped(option.why)}")
        note = _escaped("Source: " + "; ".join(question.sources))
        parts.append("\n".join([*lines, f"\t####[html]{note}", "}"]))
    return "\n\n".join(parts) + "\n"


def _pieces(text: str, signs: str) -> list[str]:
    """Cut a text before each of some signs that no backslash escapes."""
    parts, start, i = [], 0, 0
    while i < len(text):
        if text[i] == "\\":
            i += 2
            continue
        if text[i] in signs and i > start:
            parts.append(text[start:i])
            start = i
        i += 1
    return [*parts, text[start:]]


def _unescaped(text: str) -> str:
    return _plain(re.sub(r"\\(.)", r"\1", text.strip().removeprefix("[html]"), flags=re.S))


def read_gift(text: str) -> tuple[Question, ...]:
    """Read the multiple-choice questions of a GIFT text as :func:`render` writes it.

    Raises
    ------
    MedaiError
        For a block that is no such question.
    """
    found = []
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        lines = [line for line in block.splitlines() if line.strip()]
        topic = "".join(x.partition("topic:")[2] for x in lines if x.startswith("//")).strip()
        body = "\n".join(line for line in lines if not line.startswith("//"))
        if not body or body.startswith("$CATEGORY:"):
            continue
        match = re.fullmatch(r"::(.*?)::((?:[^\\{]|\\.)*)\{((?:[^\\}]|\\.)*)\}", body, flags=re.S)
        if not match:
            raise MedaiError(f"This is no question in GIFT: {body[:60]!r}.")
        answers, _, note = match[3].partition("####")
        options = []
        for piece in _pieces(answers.strip(), "=~"):
            words, why = [*_pieces(piece[1:].removeprefix("%0%").strip(), "#"), "#"][:2]
            options.append(Option(_unescaped(words), piece[0] == "=", _unescaped(why[1:])))
        source = _unescaped(note).removeprefix("Source: ")
        found.append(Question(match[1], topic, _unescaped(match[2]), tuple(options), (source,)))
    return tuple(found)


# -- CSV -----------------------------------------------------------------------------------

_HEAD = ("id", "topic", "question", "key")


def _safe(cell: str) -> str:
    """Keep a spreadsheet from running a cell: an apostrophe before a dangerous beginning."""
    return f"'{cell}" if cell.startswith((*_DANGER, "'")) else cell


def _csv(questions) -> str:
    most = max(len(question.options) for question in questions)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    letters = LETTERS[:most]
    table.writerow([*_HEAD, *letters, *(f"feedback_{x}" for x in letters), "sources"])
    for q in questions:
        blank = [""] * (most - len(q.options))
        cells = [q.id, q.topic, q.stem, LETTERS[q.key], *(o.text for o in q.options), *blank]
        cells += [*(o.why for o in q.options), *blank, "; ".join(q.sources)]
        table.writerow([_safe(cell.strip()) for cell in cells])
    return "\ufeff" + out.getvalue()  # the mark by which spreadsheets know UTF-8


def read_csv(text: str) -> tuple[Question, ...]:
    """Read an exam that :func:`render` wrote as CSV."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    if not rows or tuple(rows[0][:4]) != _HEAD:
        raise MedaiError(f"The first columns must be {', '.join(_HEAD)}.")
    most = (len(rows[0]) - 5) // 2
    found = []
    for row in rows[1:]:
        row = [cell[1:] if cell.startswith("'") else cell for cell in row]
        texts, whys = row[4 : 4 + most], row[4 + most : 4 + 2 * most]
        options = tuple(
            Option(t, LETTERS[i] == row[3], w)
            for i, (t, w) in enumerate(zip(texts, whys, strict=True))
            if t
        )
        found.append(Question(row[0], row[1], row[2], options, (row[-1],)))
    return tuple(found)
