"""Which lines of a plan become cards, and which of them say the same.

A card interrupts somebody.  So an order gets cards only about its own medicines, one danger gets
one card, and questions that nobody can answer on the spot share one card.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from medai.datasets.interactions import interactions
from medai.datasets.pgx_advice import pgx_advice
from medai.personalised.plan import Line, Plan

INDICATORS = ("critical", "warning", "info")
UNKNOWN = {  # what the safety rules ask for, in a word
    "egfr_ml_min_1_73m2": "eGFR",
    "creatinine_clearance_ml_min": "creatinine clearance",
    "child_pugh": "liver disease",
    "pregnant": "pregnancy",
    "weeks": "week of pregnancy",
    "breastfeeding": "breast-feeding",
    "allergies": "allergies",
    "age_years": "age",
    "sex": "sex",
    "qtc_ms": "QTc",
    "potassium_mmol_l": "potassium",
    "magnesium_mmol_l": "magnesium",
    "heart_rate_per_min": "heart rate",
}

# Asked when a record is opened, not with every order: nothing about them is particular to it,
# and they would put a card on nearly every order (measured in Chapter 32).
ONCE = frozenset({"allergies", "child_pugh", "age_years", "sex"})


@dataclass(frozen=True)
class Finding:
    """One or more lines that make one card, the gravest first.

    Attributes
    ----------
    lines
        Lines of the plan.
    indicator
        ``critical``, ``warning`` or ``info``.
    """

    lines: tuple[Line, ...]
    indicator: str

    @property
    def first(self) -> Line:
        """The line that gives the card its summary."""
        return self.lines[0]

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.first.section == "ask"


def indicator(line: Line) -> str:
    """Return how urgent a line is.

    ``critical``: a red flag, a contraindication, or a strong recommendation to avoid.
    ``warning``: level *major*, or any other strong recommendation to change something.
    ``info``: all the rest.  What is more than info *matters*, in the sense of Chapter 32.
    """
    strong = line.section == "advice" and line.data.get("strength") == "strong" and line.level
    if line.section == "urgent" or line.level == "contraindicated":
        return "critical"
    if strong and line.data.get("action") == "avoid":
        return "critical"
    if line.level == "major" or strong:
        return "warning"
    return "info"


def drugs_of(line: Line) -> frozenset[str]:
    """Return the ingredients that a line is about."""
    return frozenset(line.data.get("drugs") or ()) | {line.data.get("drug")} - {None}


def about_order(plan: Plan, focus: Collection[str]) -> list[Line]:
    """Return the alerts and the advice that an order for these ingredients brings about.

    Advice on another medicine belongs to the order when the ordered medicine changes how its
    gene counts: bupropion on metoprolol.
    """
    out = []
    for line in (*plan.of("alerts"), *plan.of("advice")):
        own = bool(drugs_of(line) & set(focus))
        if line.level and (own or _changed_by(line, focus)):
            out.append(line)
    return out


def _changed_by(line: Line, focus: Collection[str]) -> bool:
    return bool(_modifiers(line, focus))


def _modifiers(line: Line, drugs: Collection[str]) -> frozenset[str]:
    """Return which of the drugs make a gene of this advice count differently."""
    if not any(one.get("converted") for one in line.data.get("genes") or ()):
        return frozenset()
    notes = line.data.get("notes") or ()
    return frozenset(d for d in drugs if any(note.startswith(f"{d} is a") for note in notes))


def findings(lines: Sequence[Line], *, merge: bool = True) -> list[Finding]:
    """Return the findings, the most urgent first; equals keep the plan's order.

    Parameters
    ----------
    lines : sequence of Line
        Lines of a plan that are shown.
    merge : bool
        Whether lines on one danger share a card: alerts of the same kind of which the one's
        medicines are among the other's, alerts of the same rule, and advice that an alert
        about the same two medicines already gives.  Chapter 32 measures what this saves.

    Examples
    --------
    >>> from medai.personalised.plan import make_plan
    >>> from medai.serving.findings import findings
    >>> plan = make_plan({"genes": {"CYP2D6": "*4/*4"}, "medicines": "codeine, paroxetine"})
    >>> [(one.indicator, one.first.data["drug"]) for one in findings(plan.of("advice"))]
    [('critical', 'codeine'), ('info', 'paroxetine')]
    """
    once = list({(one.section, one.text): one for one in lines}.values())
    once.sort(key=lambda one: INDICATORS.index(indicator(one)))
    groups: list[list[Line]] = []
    for line in once:
        home = next((one for one in groups if merge and _same(one[0], line)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    return [Finding(tuple(one), indicator(one[0])) for one in groups]


def _same(grave: Line, line: Line) -> bool:
    """Return whether a less urgent line is about the danger that a graver one tells."""
    one, two = grave.data, line.data
    if grave.section == line.section == "alerts" and one.get("kind") == two.get("kind"):
        if not one.get("kind") or drugs_of(line) <= drugs_of(grave):
            return bool(one.get("kind"))
        return one.get("rule") == two.get("rule")
    if {grave.section, line.section} == {"alerts", "advice"}:
        alert, advice = (grave, line) if grave.section == "alerts" else (line, grave)
        others = drugs_of(alert) - {advice.data.get("drug")}
        return advice.data.get("drug") in drugs_of(alert) and others == _modifiers(advice, others)
    return False


def questions(
    plan: Plan,
    focus: Collection[str] | None,
    stated: Collection[str] = (),
    *,
    every: bool = False,
) -> tuple[list[Line], list[Line]]:
    """Return the questions that get a card of their own, and those that share one.

    A genotype, an ordered medicine or a measurement that cannot be read is asked about by itself,
    since somebody wrote it and can say what was meant.  What is merely not known shares one card;
    a value that is too old is told there, where the order asks for a new one.

    Parameters
    ----------
    plan : Plan
        The plan.
    focus : collection of str or None
        Ingredients of the order; None for the whole record.
    stated : collection of str
        The ordered medicines as written.
    every : bool
        Whether an order also asks what is asked when a record is opened, :data:`ONCE`.

    Returns
    -------
    list of Line, list of Line
    """
    alone: list[Line] = []
    shared: list[Line] = []
    old: list[Line] = []
    genes = {g for d in focus or () if d in pgx_advice().drugs for g in _genes(d)}
    for line in plan.questions:
        data = line.data
        if "medicine" in data:
            (alone if focus is None or data["medicine"] in stated else shared).append(line)
        elif "diplotype" in data:
            if focus is None or str(data["gene"]).upper() in genes or (not genes and not focus):
                alone.append(line)
        elif "outdated" in data:
            old.append(line)
        elif "argument" in data or "drug" in data:
            late = focus is not None and not every and data.get("argument") in ONCE
            if late and not _now(data["argument"], focus):
                continue
            if focus is None or not drugs_of(line) or drugs_of(line) & set(focus):
                shared.append(line)
        elif "needs" in data:
            if focus is None:
                shared.append(line)
        else:
            alone.append(line)
    wanted = {one.data.get("argument") for one in shared}
    shared += [one for one in old if focus is None or wanted & set(one.data["arguments"])]
    return alone, shared


def _now(argument: str, focus: Collection[str]) -> bool:
    """Return whether a question for once is asked with this order too.

    Allergies that nobody asked about are asked about before a penicillin: it is the allergy that
    records hold most, and the last moment to ask.
    """
    return argument == "allergies" and bool(interactions().classes["penicillins"] & set(focus))


def _genes(drug: str) -> tuple[str, ...]:
    entry = pgx_advice().drugs[drug]
    return (*entry.genes, *entry.more_genes)


def unknown(lines: Sequence[Line]) -> list[str]:
    """Return what the shared questions ask for, in a word each, in their order, each once."""
    names: list[str] = []
    for line in lines:
        data = line.data
        if "outdated" in data:
            names.append(f"{data['outdated'].replace('_', ' ')} newer than of {data['date']}")
        elif "argument" in data:
            names.append(UNKNOWN.get(data["argument"], data["argument"]))
        elif "medicine" in data:
            names.append("a medicine")
        elif "missing" in data:
            names += data["missing"]
        elif "needs" in data:
            names.append(f"{len(data['needs'])} for {data['score']}")
    return list(dict.fromkeys(names))
