"""From statements to a page: one line a problem, medicine and test; the newest word counts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from medai.datasets.interactions import interactions
from medai.personalised.interactions.allergies import groups_of
from medai.personalised.summary.names import ALLERGENS
from medai.personalised.summary.parts import Citation, Line, Summary
from medai.personalised.summary.record import LongRecord
from medai.personalised.summary.statements import Statement, read_sentence
from medai.preprocess.text import sentences
from medai.runtime.errors import MedaiError

TAKEN = ("start", "change", "current")  # what says that a medicine is taken
BY_CLASS = {  # an allergen's class in the table of interactions
    "penicillin": "penicillins",
    "cephalosporins": "cephalosporins",
    "sulfonamides": "sulfonamide-antibiotics",
    "non-steroidal anti-inflammatories": "nsaids",
    "statins": "statins",
}
LAST_NOTES = 3  # in which something still open is looked for
MOST_QUOTED = 3  # sentences behind a line: the first, the last change, the last
BORN = re.compile(r"\b(?:delivered|delivery of|gave birth|since the birth|miscarri\w+)\b", re.I)


def summarise(record: LongRecord) -> Summary:
    """Summarise a record by problems; every line cites sentences of the record word for word.

    A sentence copied forward word for word counts once, on the day when it was first written.  Of
    several statements about one matter the newest decides; a thing later denied, not resolved, and
    a repeated sentence against the newest one on a medicine or value stand under contradictions.

    Parameters
    ----------
    record
        See :func:`~medai.personalised.summary.read_record`.

    Raises
    ------
    MedaiError
        When `record` is no record.

    Examples
    --------
    >>> from medai.personalised.summary import read_record, summarise
    >>> note = {"id": "1", "date": "2024-03-05", "kind": "letter", "text": "On metformin 1 g."}
    >>> summarise(read_record({"id": "hanna", "entries": [note]})).section("medicines")[0].text
    '1 g, last named 2024-03-05'
    """
    if not isinstance(record, LongRecord):
        raise MedaiError("pass a LongRecord: read_record makes one from JSON.")
    quotes, copies = _quotes(record)
    statements = [one for quote in quotes for one in read_sentence(quote)]
    by_kind: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for one in statements:
        by_kind[one.kind][one.about].append(one)
    lines: dict[str, list[Line]] = defaultdict(list)
    _end_pregnancies(by_kind["problem"], quotes)
    for about, said in by_kind["problem"].items():
        _problem(about, said, lines)
    allergic = _allergies(by_kind["allergy"], lines)
    _copied(by_kind, copies, lines)
    for about, said in by_kind["medicine"].items():
        _medicine(about, said, lines, allergic)
    for about, said in by_kind["value"].items():
        lines["values"].append(_value(about, said))
    for about, said in by_kind["habit"].items():
        if len({one.status for one in said}) > 1:
            lines["contradictions"].append(_both(about, said))
    last = {entry.id for entry in record.entries[-LAST_NOTES:]}
    for one in by_kind["open"]["to do"]:
        if one.citation.entry in last:
            lines["open"].append(Line("to do", "see the note", (one.citation,)))
    cited = {c for group in lines.values() for line in group for c in line.citations}
    return Summary(
        record=record.id,
        notes=len(record.entries),
        sentences=len(quotes),
        unused=len(set(quotes) - cited),
        lines={key: tuple(group) for key, group in lines.items() if group},
    )


def _end_pregnancies(problems: dict[str, list[Statement]], quotes: Sequence[Citation]) -> None:
    """Add the end of a pregnancy, which no note calls resolved."""
    said = problems.get("pregnancy", [])
    if any(one.status == "present" for one in said):
        for quote in quotes:
            if BORN.search(quote.quote) and quote.date >= said[0].citation.date:
                said.append(Statement("problem", "pregnancy", "resolved", "", quote))
        said.sort(key=lambda one: one.citation.date)


def _quotes(record: LongRecord) -> tuple[list[Citation], list[Citation]]:
    """Return each sentence once, where it first stands, and its repetitions."""
    seen: set[str] = set()
    first, copies = [], []
    for entry in record.entries:
        place = 0
        for sentence in sentences(entry.text):
            start = entry.text.index(sentence, place)
            place = start + len(sentence)
            folded = " ".join(sentence.casefold().split())
            (copies if folded in seen else first).append(
                Citation(entry.id, entry.date, start, place, sentence)
            )
            seen.add(folded)
    return first, copies


def _copied(
    by_kind: dict[str, dict[str, list[Statement]]],
    copies: Sequence[Citation],
    lines: dict[str, list[Line]],
) -> None:
    """Tell where a repeated sentence would say something else than the newest first one.

    It may be copied forward, or true again: a medicine restarted, the same value measured anew.
    """
    latest = {
        (one.kind, one.about): one
        for copy in copies
        for one in read_sentence(copy)
        if one.kind in ("medicine", "value")
    }
    for (kind, about), again in latest.items():
        decides = by_kind[kind][about][-1]
        if again.citation.date <= decides.citation.date:
            continue
        if kind == "value" and again.detail != decides.detail:
            what = again.detail
        elif decides.status in ("stop", "held") and again.status in TAKEN:
            what = "that it is taken"
        else:
            continue
        text = f"an older sentence stands again {again.citation.date}, {what}: copied or new? ask"
        cited = tuple(dict.fromkeys((decides.citation, again.citation)))
        lines["contradictions"].append(Line(about, text, cited))


def _chosen(said: Sequence[Statement], *needed: Statement) -> tuple[Citation, ...]:
    """Return the first sentence, those needed, and the last, in order, none twice."""
    wanted = {said[0].citation, said[-1].citation, *(one.citation for one in needed)}
    ordered = [one.citation for one in said if one.citation in wanted]
    return tuple(dict.fromkeys(ordered))[:MOST_QUOTED]


def _problem(about: str, said: Sequence[Statement], lines: dict[str, list[Line]]) -> None:
    family = [one for one in said if one.status == "family"]
    own = [one for one in said if one.status != "family"]
    if family:
        lines["family"].append(Line(about, "a relative has or had it", _chosen(family)))
    if not own:
        return
    firm = [one for one in own if one.status != "suspected"]
    lasts = own[-1].status == "suspected" and firm and firm[-1].status != "present"
    if lasts:
        since = f"suspected again {own[-1].citation.date}"
        lines["suspected"].append(Line(about, since, _chosen([firm[-1], own[-1]])))
    if not firm:
        since = own[0].citation.date
        lines["suspected"].append(Line(about, f"suspected since {since}", _chosen(own)))
        return
    present = [one for one in firm if one.status == "present"]
    decides = firm[-1]
    if decides.status == "excluded" and any(one.status != "excluded" for one in firm):
        # pneumonia, resolved, and no pneumonia since: no contradiction
        before = next(one for one in reversed(firm) if one.status != "excluded")
        decides = before if before.status == "resolved" else decides
    if decides.status == "present":
        lines["active"].append(
            Line(about, f"first noted {present[0].citation.date}", _chosen(present))
        )
    elif decides.status == "resolved":
        lines["resolved"].append(
            Line(about, f"resolved {decides.citation.date}", _chosen(own, decides))
        )
    elif present:
        lines["contradictions"].append(
            Line(
                about,
                f"stated {present[-1].citation.date}, denied {decides.citation.date}: ask",
                _chosen([present[-1], decides]),
            )
        )
    else:
        lines["excluded"].append(
            Line(about, f"excluded {decides.citation.date}", _chosen(own, decides))
        )


def _medicine(
    about: str,
    said: Sequence[Statement],
    lines: dict[str, list[Line]],
    allergic: Mapping[str, tuple[frozenset[str], Citation]],
) -> None:
    taken = [one for one in said if one.status in TAKEN]
    decides = said[-1]
    known = about in allergic
    feared = [name for name, (drugs, _) in allergic.items() if {about, *about.split(" + ")} & drugs]
    if feared and decides.status in (*TAKEN, "course", "held"):
        text = "an allergy or intolerance is noted, and it is taken"
        if not known:
            text = f"an allergy or intolerance to {feared[0]} is noted, and this is given"
        cited = {allergic[feared[0]][1], *_chosen(said[-1:])}
        ordered = tuple(sorted(cited, key=lambda one: one.date))
        lines["contradictions"].append(Line(about, text, ordered))
    if decides.status in TAKEN:
        dose = next((one.detail for one in reversed(taken) if one.detail), "dose not stated")
        text = f"{dose}, last named {decides.citation.date}"
        shown = sorted({said.index(one) for one in (_last_dose(taken), *said[-2:])})
        lines["medicines"].append(Line(about, text, _chosen([said[k] for k in shown])))
    elif decides.status == "held":
        text = f"on hold {decides.citation.date}: see the note"
        lines["medicines"].append(Line(about, text, _chosen(said, decides)))
    elif decides.status == "stop":
        text = f"stopped {decides.citation.date}"
        lines["stopped"].append(Line(about, text, _chosen(said, decides)))
    elif decides.status == "course":
        text = f"a course, {decides.citation.date}"
        lines["courses"].append(Line(about, text, _chosen(said, decides)))
    elif taken and decides.status == "considered":
        dose = next((one.detail for one in reversed(taken) if one.detail), "dose not stated")
        text = f"{dose}, a change was discussed {decides.citation.date}"
        shown = [taken[0], _last_dose(taken), decides]
        lines["medicines"].append(
            Line(about, text, tuple(dict.fromkeys(s.citation for s in shown)))
        )
    elif taken and decides.status == "avoid" and not known:
        text = (
            f"taken {taken[-1].citation.date}, denied or to be avoided {decides.citation.date}: ask"
        )
        lines["contradictions"].append(Line(about, text, _chosen([taken[-1], decides])))
    elif not known:
        lines["considered"].append(
            Line(about, f"{decides.status} {decides.citation.date}", _chosen(said))
        )


def _last_dose(taken: Sequence[Statement]) -> Statement:
    return next((one for one in reversed(taken) if one.detail), taken[-1])


def _value(about: str, said: Sequence[Statement]) -> Line:
    last = said[-1]
    text = f"{last.detail} on {last.citation.date}"
    if len(said) > 1:
        text += f"; before it {said[-2].detail} on {said[-2].citation.date}"
    return Line(about, text, _chosen(said[-2:]))


def _allergies(
    by_drug: dict[str, list[Statement]], lines: dict[str, list[Line]]
) -> dict[str, tuple[frozenset[str], Citation]]:
    """Write the allergies and what contradicts them; return each with its medicines and note."""
    denied = by_drug.get("none known", [])
    named = {about: said for about, said in by_drug.items() if about != "none known"}
    for about, said in list(named.items()):
        if all(one.status == "no" for one in said):
            text = f"excluded {said[-1].citation.date}"
            lines["excluded"].append(Line(f"allergy to {about}", text, _chosen(said)))
            del named[about]
            continue
        if said[-1].status == "no":
            text = f"allergy noted {said[0].citation.date}, refuted {said[-1].citation.date}: ask"
            lines["contradictions"].append(Line(about, text, _chosen(said)))
        lines["allergies"].append(Line(about, f"noted {said[0].citation.date}", _chosen(said)))
    if denied and named:
        first = next(iter(named.values()))
        both = sorted([first[0], denied[-1]], key=lambda one: one.citation.date)
        text = "an allergy is noted, and no allergies are noted: ask"
        lines["contradictions"].append(
            Line("allergies", text, tuple(dict.fromkeys(one.citation for one in both)))
        )
    elif denied:
        text = f"none known, {denied[-1].citation.date}"
        lines["allergies"].append(Line("none known", text, _chosen(denied)))
    return {about: (_same_kind(about), said[-1].citation) for about, said in named.items()}


def _same_kind(allergen: str) -> frozenset[str]:
    """Return the medicines that an allergy means: all penicillins, where it is to one of them."""
    classes = interactions().classes
    if allergen in BY_CLASS:
        return classes[BY_CLASS[allergen]]
    groups = groups_of(allergen)[1] if allergen not in ALLERGENS else ()
    return frozenset({allergen}).union(*(classes[group] for group in groups))


def _both(about: str, said: Sequence[Statement]) -> Line:
    yes = [one for one in said if one.status == "yes"][-1]
    no = [one for one in said if one.status == "no"][-1]
    pair = sorted([yes, no], key=lambda one: one.citation.date)
    return Line(about, "stated and denied: ask", tuple(one.citation for one in pair))
