"""Guard against look-alikes that mean the opposite, or another member of a series.

"Hypoglycaemia" and "hyperglycaemia" share most of their letters; so do "3rd toe" and "4th
toe".  :func:`compatible` refuses such pairs whatever their likeness.
"""

from __future__ import annotations

import functools
import re

# Too much against too little.  Prefixes are looked for at the beginning of words.
_MORE_PREFIXES = (
    "hyper", "macro", "tachy", "poly", "over", "mega", "supra", "supernumerar", "brisk",
    "exagger", "gigant", "accelerat", "advanc", "prolong", "lengthen", "elongat", "excess",
    "increas", "elevat", "enlarg", "rais", "raiz", "heighten", "broad", "wid", "thick", "dilat",
    "overgrow", "preco",
)  # fmt: skip
_LESS_PREFIXES = (
    "hypo", "micro", "brady", "oligo", "under", "brachy", "decreas", "reduc", "diminish",
    "deficien", "insufficien", "shorten", "lowered", "lessen", "absen", "lack", "miss", "loss",
    "delay", "slow", "narrow", "thin", "constrict", "stenos", "aplas", "agenes", "atroph",
    "undergrow", "steno",
)  # fmt: skip
_MORE_WORDS = frozenset({
    "high", "higher", "large", "big", "tall", "long", "more", "extra", "additional", "many",
    "excess", "fast", "rapid", "early", "gain",
})  # fmt: skip
_LESS_WORDS = frozenset({
    "low", "small", "little", "short", "less", "few", "no", "without", "poor", "weak", "late",
})  # fmt: skip
_MORE_ENDINGS = ("megaly", "cytosis", "cythemia", "philia", "trophy")
_LESS_ENDINGS = ("penia", "atrophy")
# Beginnings that only look like the prefixes above.
_NEUTRAL = (
    "hypothalam", "hypophys", "hypogloss", "hypochondr", "hypothenar", "hypostasis",
    "macrophag", "microscop", "microorganism", "microbi", "microglia", "microfilament",
    "polyp", "polyneurop", "polysomno", "polycl", "polymer", "polysacch", "megakary",
    "thinking", "overlap", "overall", "overbite", "overjet", "missense", "dystrophy",
    "underlying",
)  # fmt: skip

# Other pairs: one side against the other; stems, looked for at the beginning of words.
_PAIRS = (
    ("upper", "lower"), ("upslant", "downslant"), ("upward", "downward"), ("left", "right"),
    ("anterior", "posterior"), ("anterio", "posterio"), ("ventral", "dorsal"),
    ("proximal", "distal"), ("medial", "lateral"), ("internal", "external"),
    ("innermost", "outermost"), ("inner", "outer"), ("superior", "inferior"),
    ("central", "peripher"), ("local", "general"), ("focal", "general"), ("partial", "complete"),
    ("partial", "total"), ("unilateral", "bilateral"), ("uni", "bi"), ("symmetric", "asymmetric"),
    ("normal", "abnormal"), ("typical", "atypical"), ("tonic", "atonic"), ("mature", "immature"),
    ("positive", "negative"), ("present", "absent"), ("with", "without"), ("pre", "post"),
    ("eso", "exo"), ("ento", "exo"), ("adduct", "abduct"), ("flex", "extens"),
    ("pronat", "supinat"), ("inver", "ever"), ("lordo", "kypho"),
    ("myopi", "hyperopi"), ("myopi", "hypermetropi"), ("acid", "alkal"), ("constipat", "diarrh"),
    ("deep", "shallow"), ("open", "clos"), ("hard", "soft"),
    ("early", "late"), ("first", "last"), ("primary", "secondary"), ("acute", "chronic"),
    ("male", "female"), ("maternal", "paternal"), ("hand", "foot"), ("finger", "toe"),
    ("thumb", "hallu"), ("arm", "leg"), ("radial", "ulnar"), ("tibia", "fibula"),
    ("systolic", "diastolic"), ("arter", "ven"), ("sensory", "motor"), ("intra", "extra"),
    ("endo", "exo"), ("diurnal", "nocturnal"), ("day", "night"), ("deciduous", "permanent"),
    ("insulin", "noninsulin"), ("immune", "nonimmune"), ("mobile", "immobile"),
    ("fluent", "nonfluent"), ("inspirat", "expirat"), ("proteinogenic", "nonproteinogenic"),
)  # fmt: skip
# Pairs that are looked for anywhere in a word, as in equinovarus and biconcave.
_INSIDE = (("varus", "valgus"), ("concav", "convex"), ("uria", "emia"))

_NUMBER_WORDS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5",
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "pinky": "5", "pinkie": "5", "index": "2", "ring": "4", "middle": "3",
}  # fmt: skip
_NUMBER = re.compile(r"\d+")


@functools.lru_cache(maxsize=1 << 15)
def direction(word: str) -> str:
    """Return ``more``, ``less`` or "" for one normalised word."""
    if word.startswith(_NEUTRAL):
        return ""
    if "hyper" in word:  # also inside, as in hemihypertrophy
        return "more"
    if "hypo" in word:
        return "less"
    if word in _LESS_WORDS or word.startswith(_LESS_PREFIXES) or word.endswith(_LESS_ENDINGS):
        return "less"
    if word in _MORE_WORDS or word.startswith(_MORE_PREFIXES) or word.endswith(_MORE_ENDINGS):
        return "more"
    return ""


# The longer stem first: "without" begins with "with", "atonic" does not with "tonic".
_STEMS = tuple(
    tuple(sorted(((one, 0), (other, 1)), key=lambda pair: -len(pair[0]))) for one, other in _PAIRS
)


@functools.lru_cache(maxsize=1 << 15)
def _sides(word: str) -> frozenset[tuple[int, int]]:
    """Return the pairs that a word takes a side of, as (number of the pair, side)."""
    sides = set()
    for number, stems in enumerate(_STEMS):
        for stem, side in stems:
            if word.startswith(stem):
                sides.add((number, side))
                break
    for number, pair in enumerate(_INSIDE, start=len(_PAIRS)):
        sides |= {(number, side) for side in (0, 1) if pair[side] in word}
    return frozenset(sides)


@functools.lru_cache(maxsize=1 << 15)
def _signature(phrase: str) -> tuple[frozenset[str], frozenset[tuple[int, int]], frozenset[str]]:
    words = phrase.split()
    directions = frozenset(filter(None, (direction(word) for word in words)))
    sides = frozenset().union(*map(_sides, words))
    numbers = {_NUMBER_WORDS[word] for word in words if word in _NUMBER_WORDS}
    numbers.update(digits for word in words for digits in _NUMBER.findall(word))
    return directions, sides, frozenset(numbers)


def compatible(one: str, other: str) -> bool:
    """Tell whether two normalised phrases may mean the same.

    Refused are: different numbers; opposite sides of a pair such as upper and lower; a
    direction (more, less) that only one of the two has, or that differs.

    Parameters
    ----------
    one, other
        Phrases as :func:`medai.knowledge.words.normalise` returns them.
    """
    directions, sides, numbers = _signature(one)
    directions2, sides2, numbers2 = _signature(other)
    if directions != directions2 or numbers != numbers2:
        return False
    for number in {number for number, _ in sides | sides2}:
        here = {side for pair, side in sides if pair == number}
        there = {side for pair, side in sides2 if pair == number}
        if here and there and here != there:
            return False
    return True
