"""The fixed words of an answer in English and Chinese, and the Chinese names of findings.

``data/zh_page/phrases.csv`` holds both languages side by side.  The actions of the red flags are
not translated: Chinese says how urgent one is and shows the English words (:func:`action`).

Examples
--------
>>> say("unsure", "zh", reason="…")
'无法判断：…'
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterable

from medai.datasets.paths import data_path
from medai.diagnosis.flags import urgency
from medai.runtime import MedaiError

LANGUAGES = ("en", "zh")
# actions that say nothing beyond their urgency
_PLAIN = ("Call an ambulance", "Emergency department now", "Same-day assessment")


@functools.lru_cache(maxsize=1)
def phrases() -> dict[str, dict[str, str]]:
    """Return the text of each key in each language."""
    with open(data_path("zh_page/phrases.csv"), encoding="utf-8", newline="") as handle:
        return {row["key"]: row for row in csv.DictReader(handle)}


def say(key: str, lang: str = "en", **values: object) -> str:
    """Return a phrase with its values filled in.

    Raises
    ------
    MedaiError
        For a key or a language that is not in the table.
    """
    if lang not in LANGUAGES:
        raise MedaiError(f"lang={lang!r}: choose 'en' or 'zh'.")
    if key not in phrases():
        raise MedaiError(f"{key!r} is no key of data/zh_page/phrases.csv.")
    return phrases()[key][lang].format(**values)


@functools.lru_cache(maxsize=1)
def chinese_names() -> dict[str, str]:
    """Return the main Chinese expression of each finding, by HPO id.

    It is the first clinical one of ``data/zh_findings`` that fits exactly, or else an everyday
    one, unless ``main_names.csv`` chooses another or none.
    """
    from medai.datasets.zh import read_zh_findings

    best: dict[str, tuple[tuple, str]] = {}
    for row in read_zh_findings()["findings"]:
        if row["fit"] != "exact":
            continue
        lay = row["register"] != "clinical"
        rank = ("traditional" in row["note"], lay, len(row["zh"]) > 5, not row["source"])
        if row["hpo"] not in best or rank < best[row["hpo"]][0]:
            best[row["hpo"]] = (rank, row["zh"])
    with open(data_path("zh_page/main_names.csv"), encoding="utf-8", newline="") as handle:
        chosen = {row["hpo"]: row["zh"] for row in csv.DictReader(handle)}
    names = {hpo: zh for hpo, (_, zh) in best.items()} | chosen
    return {hpo: zh for hpo, zh in names.items() if zh}


def finding(hpo_id: str, name: str, lang: str = "en", both: bool = False) -> str:
    """Return the name of a finding; in Chinese, with ``both``, the English one in brackets."""
    zh = chinese_names().get(hpo_id, "") if lang == "zh" else ""
    if not zh:
        return name
    return f"{zh}（{name}）" if both else zh


def listed(ids: Iterable[str], names: Iterable[str], lang: str = "en", both: bool = False) -> str:
    """Return the names of findings in a row."""
    shown = [finding(hpo, name, lang, both) for hpo, name in zip(ids, names, strict=True)]
    return ("、" if lang == "zh" else ", ").join(shown)


def action(text: str, lang: str = "en") -> str:
    """Return what to do; in Chinese how urgent it is, with the English words of the table.

    The most urgent word of the text counts, so Chinese never sounds less urgent than English.
    """
    if lang == "en":
        return text
    level = say(f"urgency.{urgency(text)}", lang)
    return level if text in _PLAIN else say("urgency.more", lang, level=level, action=text)


def frequency(code: str, excluded: bool = False, lang: str = "en") -> str:
    """Return how often patients have a finding, as HPO's annotation says it."""
    if excluded:
        return say("frequency.excluded", lang)
    if code.startswith("0/"):
        return say("frequency.unseen", lang, frequency=code)
    key = f"frequency.{code}"
    return say(key, lang) if key in phrases() else code
