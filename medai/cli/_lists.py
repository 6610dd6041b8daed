"""What ``medai diagnose`` shows of the findings and of the rare diseases, in two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from medai.cli._page import heading, padded, quoted, shown, wrap

if TYPE_CHECKING:
    from medai.knowledge import Ranking
    from medai.knowledge.explain import Contribution
    from medai.knowledge.findings import Finding, Findings, Unrecognised
    from medai.knowledge.records import Annotation

GROUPS = ("present", "excluded", "uncertain", "family", "history")
SHOWN = 15  # parts of the text that were not understood
FOR, AGAINST = 6, 4  # lines of explanation for each disease


def contradictory_names(findings: Findings, lang: str = "en") -> list[str]:
    """Return name and id of each finding that the text both states and denies."""
    from medai.diagnosis.phrases import finding

    names = {one.hpo_id: one.name for one in findings.present}
    both = findings.contradictory
    return [_with_id(finding(hpo_id, names[hpo_id], lang), hpo_id, lang) for hpo_id in both]


def similar(one: Unrecognised, lang: str) -> str:
    """Return the names that are like something that was not understood."""
    from medai.diagnosis.phrases import finding

    pairs = [_with_id(finding(hpo, name, lang), hpo, lang) for hpo, name in one.suggestions]
    return _joined(pairs, lang)


def nothing_to_rank(text: str, findings: Findings, lang: str = "en") -> str:
    """Say why no disease can be ranked, and what was understood."""
    from medai.diagnosis.phrases import finding, say

    parts = [say("nothing.title", lang)]
    script = main_script(text)
    if script not in ("", "LATIN", "CJK"):
        parts.append(say("nothing.script", lang, script=script.title()))
    if script == "LATIN" and lang == "zh":
        parts.append(say("nothing.latin", lang))
    for group in ("excluded", "uncertain", "family"):
        found = getattr(findings, group)
        names = list(dict.fromkeys(finding(one.hpo_id, one.name, lang) for one in found))
        if names:
            parts.append(say(f"nothing.{group}", lang, names=_joined(names[:5], lang)))
    if findings.contradictory:
        both = _joined(contradictory_names(findings, lang), lang)
        parts.append(say("nothing.both", lang, names=both))
    for one in findings.unrecognised[:3]:
        names = similar(one, lang)
        hint = say("nothing.similar", lang, names=names) if names else ""
        parts.append(say("nothing.unread", lang, text=shown(one.text), hint=hint))
    return ("" if lang == "zh" else " ").join([*parts, say("nothing.example", lang)])


def main_script(text: str) -> str:
    """Return the script of most letters, e.g. LATIN, CJK or ARABIC; "" without letters."""
    import unicodedata
    from collections import Counter

    letters = (letter for letter in text[:10_000] if letter.isalpha())
    scripts = Counter(unicodedata.name(letter, "unknown").split()[0] for letter in letters)
    return scripts.most_common(1)[0][0] if scripts else ""


def print_findings(findings: Findings, ranking: Ranking, lang: str = "en") -> None:
    """Print what was recognised, each with its place in the text, and what was not."""
    from medai.diagnosis.phrases import finding, say

    for group in GROUPS:
        found = getattr(findings, group)
        if found:
            print(heading(say(f"group.{group}", lang), lang))
        for one in found:
            name = padded(finding(one.hpo_id, one.name, lang, both=True), 32)
            place = [_place(one, lang), *_why(one, group, lang)]
            print(f"  {one.hpo_id}  {name} {('，' if lang == 'zh' else ', ').join(place)}")
    asked = [one for one in findings.measurements if one.verdict in ("question", "impossible")]
    if asked:
        print(heading(say("found.measurements", lang), lang))
    for one in asked:
        said = one.message
        if lang == "zh":
            said = say(f"measure.{one.verdict}", lang, message=one.message)
        print(f"  {_place(one, lang)} {said}")
    if findings.contradictory:
        both = _joined(contradictory_names(findings, lang), lang)
        print(say("found.contradictory", lang, names=both))
    if ranking.overruled:
        denied = {one.hpo_id: one.name for one in findings.excluded} if lang == "zh" else {}
        names = [finding(hpo, denied.get(hpo, hpo), lang) for hpo in ranking.overruled]
        print(say("found.overruled", lang, names=_joined(names, lang)))
    if findings.unrecognised:
        print(heading(say("found.unread", lang), lang))
    for one in findings.unrecognised[:SHOWN]:
        print(f"  {_place(one, lang)}{_hint(one, lang)}")
    if len(findings.unrecognised) > SHOWN:
        print(say("found.more", lang, n=len(findings.unrecognised) - SHOWN))


def _joined(parts: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def _with_id(name: str, hpo_id: str, lang: str) -> str:
    return f"{name}（{hpo_id}）" if lang == "zh" else f"{name} ({hpo_id})"


def _place(one, lang: str) -> str:
    return f"{quoted(shown(one.text), lang)} [{one.start}:{one.end}]"


def _why(one: Finding, group: str, lang: str) -> list[str]:
    """Return the word that decides about a finding, and what is guessed."""
    from medai.diagnosis.phrases import say

    why = [say("place.cue", lang, cue=shown(one.cue, 30))] if one.cue else []
    why += [say("place.guess", lang, score=one.score)] if one.method == "ngram" else []
    if group == "family" and one.status != "present":
        key = "absent" if one.status == "excluded" else one.status
        why.append(say(f"place.status.{key}", lang))
    return why


def _hint(one: Unrecognised, lang: str) -> str:
    """Return what something that was not understood may be."""
    from medai.diagnosis.phrases import say

    names = similar(one, lang)
    if one.reason == "normal":
        hint = say("found.normal", lang)
    elif one.reason == "ambiguous" or names:
        key = "found.ambiguous" if one.reason == "ambiguous" else "found.similar"
        hint = say(key, lang, names=names)
    else:
        return ""
    return f"{'；' if lang == 'zh' else '; '}{hint}"


def print_ranking(ranking: Ranking, version: dict, source: str, lang: str = "en") -> None:
    """Print the diseases with what speaks for and against each."""
    from medai.diagnosis.phrases import listed, say

    lists = say(f"rare.lists.{source}", lang)
    print("\n" + say("rare.title", lang, lists=lists, version=version["annotations"]))
    if lang == "zh":
        print(say("rare.english", lang))
    for result in ranking:
        why = result.explanation
        head = {"rank": result.rank, "name": result.name, "id": result.disease_id}
        print("\n" + say("rare.head", lang, **head, score=result.score))
        for sign, parts, most in (("+", why.supporting, FOR), ("-", why.opposing, AGAINST)):
            for part in parts[:most]:
                print(_line(f"{sign} {_contribution(part, lang)}", lang))
            if len(parts) > most:
                print(say("rare.more", lang, sign=sign, n=len(parts) - most))
        if why.silent:
            total = sum(part.value for part in why.silent)
            first = why.silent[:3]
            pairs = ([p.term_id for p in first], [p.term_name for p in first])
            names = listed(*pairs, lang, both=True)
            print(_line(say("rare.silent", lang, total=total, names=names), lang))
    print()
    for note in ("note.rare", "note.advice"):
        print(wrap(say(note, lang), lang, rest=0))


def _contribution(part: Contribution, lang: str) -> str:
    """Return what a finding adds to the score; in English as it prints itself."""
    from medai.diagnosis.phrases import finding, say

    if lang == "en":
        return str(part)
    name = f"{part.value:+6.2f}  {finding(part.term_id, part.term_name, lang)}"
    if part.kind == "present" and not part.via_id:
        return say("rare.absent", lang, name=name)
    if part.kind == "present" and not part.direct:
        via = finding(part.via_id, part.via_name, lang, both=True)
        name += say("rare.through", lang, name=via)
    if part.kind in ("excluded_by_disease", "absent"):
        name += say(f"rare.kind.{part.kind}", lang)
    shown_ = "；".join(_annotation(one, lang) for one in part.annotations[:2])
    text = say("rare.part", lang, name=name, shown=shown_)
    more = len(part.annotations) - 2
    return text + (say("rare.parts_more", lang, n=more) if more > 0 else "")


def _annotation(one: Annotation, lang: str) -> str:
    from medai.diagnosis.phrases import finding, frequency, say

    return say(
        *("rare.annotation", lang),
        name=finding(one.term_id, one.term_name, lang, both=True),
        frequency=frequency(one.frequency, one.excluded, lang),
        references=", ".join(one.references),
        evidence=one.evidence,
    )


def _line(text: str, lang: str) -> str:
    return wrap(text, lang, first="     ", rest=15)
