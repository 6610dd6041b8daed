"""The lines of a plan: one statement each, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from medai.diagnosis.sources import Source
from medai.runtime.errors import MedaiError

LANGUAGES = ("en", "zh")
SECTIONS = {  # in the order of the page
    "urgent": ("Act now: red flags in the complaints", "红旗征象：请立即处理"),
    "ask": ("Ask first: this would change the plan", "先确认：以下信息会改变方案"),
    "alerts": ("Safety alerts, the most serious first", "用药安全提示（由重到轻）"),
    "advice": ("Genes and medicines", "基因与用药建议"),
    "genes": ("What the genes say", "基因检测解读"),
    "risks": ("Risks and measures", "风险与指标"),
    "differential": (
        "What it may be, if one condition explains it",
        "可能的原因（假设由一种疾病解释）",
    ),
    "tests": ("Tests to consider", "可考虑的检查"),
    "unread": ("Not used, and why", "未采用的信息及原因"),
}
LEVELS = ("contraindicated", "major", "moderate", "minor", "")
LEVEL_NAMES = {
    "contraindicated": ("Contraindicated", "禁忌"),
    "major": ("Major", "严重"),
    "moderate": ("Moderate", "中等"),
    "minor": ("Minor", "轻微"),
    "": ("", ""),
}


@dataclass(frozen=True)
class Line:
    """One statement of a plan.

    Attributes
    ----------
    section
        A key of :data:`SECTIONS`.
    text
        In English.
    text_zh
        In Chinese; "" where the book has no Chinese words for it: then English is shown.
    level
        How serious: one of :data:`LEVELS`, "" where it does not apply.
    sources
        What it rests on; only a question and a remark about the input may have none.
    data
        The numbers and names behind it, JSON-ready.

    Examples
    --------
    >>> from medai.personalised.plan.line import Line
    >>> line = Line("ask", "What is the eGFR?", "eGFR 是多少？")
    >>> line.words("zh"), line.words("en")
    ('eGFR 是多少？', 'What is the eGFR?')
    """

    section: str
    text: str
    text_zh: str = ""
    level: str = ""
    sources: tuple[Source, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.section not in SECTIONS or self.level not in LEVELS:
            raise MedaiError(
                f"section {self.section!r} or level {self.level!r} is none of the plan's."
            )
        if not self.text.strip():
            raise MedaiError("A line of a plan needs words.")
        if not self.sources and self.section not in ("ask", "unread"):
            raise MedaiError(f"{self.text!r} has no source: a plan states nothing without one.")

    def words(self, lang: str = "en") -> str:
        """Return the text in a language, English where there is no Chinese."""
        return self.text_zh if lang == "zh" and self.text_zh else self.text

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "section": self.section,
            "level": self.level,
            "text": self.text,
            "text_zh": self.text_zh,
            "sources": [source.to_dict() for source in self.sources],
            "data": dict(self.data),
        }


def check_language(lang: str) -> str:
    """Return the language, or refuse it."""
    if lang not in LANGUAGES:
        raise MedaiError(f"lang={lang!r}: choose 'en' or 'zh'.")
    return lang
