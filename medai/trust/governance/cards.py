"""Model cards whose numbers come from results files, never from a keyboard.

The nine sections are those of Mitchell and others, *Model Cards for Model Reporting* (2019).  A
card is a file of ``data/model_cards``: words for eight sections, and for the ninth, the
quantitative analyses, only *where the numbers stand* (a file of ``data/results`` and a path in
it).  A card without a section is refused, and so is one whose words hold a measured number.
Standard library only: the light environment that renders the book imports this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medai.datasets import card as data_card
from medai.datasets.paths import data_path
from medai.runtime.errors import MedaiError

FOLDER, RESULTS = "model_cards", "results"
SECTIONS = {
    "details": "Model details",
    "intended_use": "Intended use",
    "factors": "Factors",
    "metrics": "Metrics",
    "evaluation_data": "Evaluation data",
    "training_data": "Training data",
    "results": "Quantitative analyses",
    "ethical": "Ethical considerations",
    "caveats": "Caveats and recommendations",
}
HEAD = ("name", "title", "chapter", "not_for", "data_cards")
TYPED = re.compile(r"(?<![\w.])\d*\.\d+(?!\w|\.\d)|\d+\s?(?:%|per cent)")


@dataclass(frozen=True)
class Measured:
    """One line of the quantitative analyses, as read from a results file.

    Attributes
    ----------
    label
        What was measured, on whom.
    value, low, high
        The number and its interval; None where the file has no interval.
    n
        Of how many; None where the file does not say.
    file, date
        The results file, and the day on which it was made.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    n: int | None
    file: str
    date: str

    def __str__(self) -> str:
        words = f"{self.label}: {_short(self.value)}"
        if self.low is not None:
            words += f" [{_short(self.low)}, {_short(self.high)}]"
        return words + (f", n = {self.n:,}" if self.n else "")


@dataclass(frozen=True)
class ModelCard:
    """A card with its numbers filled in.

    Attributes
    ----------
    name, title, chapter
        Short name, title, two digits.
    not_for
        Uses that are excluded.
    data_cards
        Names of the data cards that it rests on.
    sections
        The words of each section by its key in :data:`SECTIONS`, ``results`` excepted.
    measured
        The quantitative analyses.
    """

    name: str
    title: str
    chapter: str
    not_for: tuple[str, ...]
    data_cards: tuple[str, ...]
    sections: Mapping[str, str]
    measured: tuple[Measured, ...]

    def to_markdown(self, links: bool = False) -> str:
        """Return the card as Markdown; with `links`, data cards become references of the book."""
        parts = []
        for key, heading in SECTIONS.items():
            if key == "results":
                lines = [f"- {one} (`{one.file}`, {one.date})" for one in self.measured]
                parts.append(f"**{heading}.**\n\n" + "\n".join(lines))
                continue
            text = self.sections[key]
            if key == "intended_use":
                text += " *Not for:* " + "; ".join(self.not_for) + "."
            parts.append(f"**{heading}.** {text}")
        if self.data_cards:
            named = [
                f"{{ref}}`{data_card(one).title} <card-{one}>`" if links else data_card(one).title
                for one in self.data_cards
            ]
            parts.append("**Data cards.** " + ", ".join(named) + ".")
        return "\n\n".join(parts)


def model_card(card: str | Mapping, folder: Path | None = None) -> ModelCard:
    """Return a model card with the measured numbers filled in.

    Parameters
    ----------
    card
        A name in ``data/model_cards``, or a card's content.
    folder
        Where results files stand; by default ``data/results``.

    Raises
    ------
    MedaiError
        For a missing or empty section, a typed number, an unknown data card, and a result that
        is not where the card says.

    Examples
    --------
    >>> from medai.trust.governance.cards import model_card
    >>> model_card({"name": "mine", "title": "My model", "chapter": "17"})
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: Model card 'mine' lacks not_for, data_cards, details,
    intended_use, factors, metrics, evaluation_data, training_data, results, ethical, caveats. Every
    section is needed; where nothing is known, the section must say so.
    """
    spec = _read(card) if isinstance(card, str) else card
    name = spec.get("name") or "(no name)"
    needed = (*HEAD, *SECTIONS)
    missing = [key for key in needed if key not in spec or not _filled(key, spec[key])]
    if missing:
        raise MedaiError(
            f"Model card {name!r} lacks {', '.join(missing)}. Every section is needed; where "
            "nothing is known, the section must say so."
        )
    unknown = [key for key in spec if key not in needed]
    if unknown:
        raise MedaiError(f"Model card {name!r} has unknown parts: {', '.join(unknown)}.")
    words = {key: str(spec[key]) for key in SECTIONS if key != "results"}
    for key, text in words.items():
        typed = TYPED.search(text)
        if typed:
            raise MedaiError(
                f"Model card {name!r}, {key}: {typed.group(0).strip()!r} looks like a measured "
                "number. Point to the results file in `results`; numbers are never typed."
            )
    cards = tuple(spec["data_cards"])
    for one in cards:
        data_card(one)  # refuses an unknown name
    measured = tuple(_measured(name, row, folder) for row in spec["results"])
    return ModelCard(
        name, spec["title"], spec["chapter"], tuple(spec["not_for"]), cards, words, measured
    )


def model_card_names() -> tuple[str, ...]:
    """Return the names of the book's model cards, by chapter."""
    files = sorted(Path(data_path(FOLDER)).glob("*.json"))
    found = [(json.loads(file.read_text(encoding="utf-8"))["chapter"], file.stem) for file in files]
    return tuple(name for _, name in sorted(found))


def model_cards_markdown() -> str:
    """Return the page of all model cards as MyST Markdown."""
    parts = []
    for name in model_card_names():
        card = model_card(name)
        head = f"(model-{name})=\n## {card.title}\n\nChapter {int(card.chapter)}.\n"
        parts.append(f"{head}\n{card.to_markdown(links=True)}\n")
    return "\n".join(parts)


def _read(name: str) -> Mapping:
    """Return the content of a card of the book."""
    if name not in model_card_names():
        raise MedaiError(f"No model card {name!r}. Cards: {', '.join(model_card_names())}.")
    return json.loads(Path(data_path(f"{FOLDER}/{name}.json")).read_text(encoding="utf-8"))


def _filled(key: str, value: object) -> bool:
    """Return whether a part says something; a model may rest on no data card."""
    if key == "data_cards":
        return isinstance(value, Sequence)
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _measured(name: str, row: Mapping, folder: Path | None) -> Measured:
    """Look a number up where the card says that it stands."""
    file = str(row["file"])
    path = Path(folder) / f"{file}.json" if folder else data_path(f"{RESULTS}/{file}.json")
    stored = json.loads(Path(path).read_text(encoding="utf-8"))
    value: object = stored
    for step in row["at"]:
        value = _step(name, file, value, step)
    number, low, high, n = _number(value)
    if number is None:
        raise MedaiError(f"Model card {name!r}: {file}.json holds no number at {row['at']}.")
    part = stored.get(str(row["at"][0])) if isinstance(stored, Mapping) else None
    date = _date(stored) or (_date(part) if isinstance(part, Mapping) else "")
    if not date:
        raise MedaiError(f"Model card {name!r}: {file}.json does not say when it was measured.")
    return Measured(str(row["label"]), number, low, high, n, f"{file}.json", date)


def _date(stored: Mapping) -> str:
    """Return the day on which a results file was made, "" if it does not say."""
    made = stored.get("made")
    inner = made.get("date", "") if isinstance(made, Mapping) else ""
    return str(stored.get("date") or stored.get("measured") or inner)


def _step(name: str, file: str, value: object, step: object) -> object:
    """Go one step down: by key, by place, or to the one row that has certain values."""
    try:
        if isinstance(step, Mapping):
            rows = [row for row in value if all(row.get(k) == v for k, v in step.items())]
            if len(rows) == 1:
                return rows[0]
        else:
            return value[step]
    except (KeyError, IndexError, TypeError, AttributeError):
        pass
    raise MedaiError(
        f"Model card {name!r}: {file}.json has no single entry {step!r} where the card looks. "
        "Measure it, or correct the path."
    )


def _number(value: object) -> tuple[float | None, float | None, float | None, int | None]:
    """Return number, interval and count in the forms that results files use."""
    if isinstance(value, bool):
        return None, None, None, None
    if isinstance(value, int | float):
        return float(value), None, None, None
    if isinstance(value, list) and len(value) == 3:
        return (*map(float, value), None)
    if isinstance(value, Mapping):
        low, high = value.get("interval", (value.get("low"), value.get("high")))
        n = value.get("n")
        for key in ("value", "estimate", "accuracy", "difference", "mean", "median"):
            if key in value:
                return float(value[key]), low, high, n
        if "right" in value and n:
            return value["right"] / n, low, high, n
    return None, None, None, None


def _short(number: float) -> str:
    """Write a number with the digits that it deserves."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.2f}" if abs(number) < 10 else f"{number:.1f}"
