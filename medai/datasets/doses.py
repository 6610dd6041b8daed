"""Letters in which each dose belongs to one drug: a task that needs order (book, Chapter 6).

The drugs are called A, B, C, … and the doses are drawn at random, so no dose here can be read as
advice.  Every letter names three drugs and three doses; the question is whose dose a number is.
Three ways of writing a prescription are mixed:

    after    start A 15 mg                            the number follows its drug
    apart    raise B , for the joints at night , to 5 mg   words stand between them
    before   20 mg of C to start                      the number comes first

Drugs and doses form three groups each.  A letter takes its drugs from one group and its doses
from one group, and every assignment of the three doses to the three drugs is equally likely.  So
exchanging doses in a letter gives another letter that is as likely, and has the same bag of
words: whoever sees only the bag is right one time in three, whatever the method.

Training letters combine different groups, test letters equal groups, so no drug is tested with a
dose that it had in training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from medai.runtime.errors import MedaiError

if TYPE_CHECKING:
    import numpy as np

DRUGS = tuple("ABCDEFGHJKLMNPQRST")  # three groups of six; no I and no O, which look like numbers
DOSES = (
    "2", "4", "5", "6", "8", "10", "12", "15", "16", "20", "24", "25", "30", "40", "50", "60",
    "75", "80",
)  # fmt: skip
ASIDES = (
    "for the joints", "at night", "with food", "since spring", "as before", "in the morning",
    "for the pain", "until Friday",
)  # fmt: skip
VERBS = {
    "after": ("start", "stop", "continue"),
    "apart": ("raise", "lower"),
    "before": ("start", "stop", "continue"),
}
_WORDS = "letter : , . start stop continue raise lower to mg of"
VOCABULARY = (
    "(padding)",
    *DRUGS,
    *DOSES,
    *dict.fromkeys(f"{_WORDS} {' '.join(ASIDES)}".split()),
)
GROUPS, PER_LETTER = 3, 3


@dataclass(frozen=True)
class DoseLetter:
    """One letter.

    Attributes
    ----------
    tokens : tuple of str
        The letter.
    numbers : tuple of int
        Where the three doses stand.
    owners : tuple of int
        Where the drug of each of them stands.
    forms : tuple of str
        "after", "apart" or "before", for each of them.
    """

    tokens: tuple[str, ...]
    numbers: tuple[int, ...]
    owners: tuple[int, ...]
    forms: tuple[str, ...]

    def answers(self) -> tuple[str, ...]:
        """Return the drug of each dose."""
        return tuple(self.tokens[place] for place in self.owners)


def dose_letters(n: int, part: str = "train", seed: int = 0) -> list[DoseLetter]:
    """Return `n` different letters.

    Parameters
    ----------
    n : int
        Number of letters.
    part : {"train", "test"}
        Which combinations of drug and dose occur; the parts share none.
    seed : int
        The same seed gives the same letters on every machine.

    Raises
    ------
    MedaiError
        For an unknown part, or `n` below 1.

    Examples
    --------
    >>> from medai.datasets.doses import dose_letters
    >>> letter = dose_letters(1, seed=6)[0]
    >>> print(" ".join(letter.tokens))
    letter : lower J , with food in the morning , to 60 mg , raise M , for the joints until Friday ,
    to 12 mg , 6 mg of H to start .
    >>> [(letter.tokens[n], drug) for n, drug in zip(letter.numbers, letter.answers())]
    [('60', 'J'), ('12', 'M'), ('6', 'H')]
    """
    import numpy as np

    if part not in ("train", "test") or n < 1:
        raise MedaiError(f'part={part!r}, n={n}: "train" or "test", and at least one letter')
    rng = np.random.default_rng([seed, part == "test"])
    letters: dict[tuple, DoseLetter] = {}
    while len(letters) < n:
        letter = _letter(rng, part)
        letters.setdefault(letter.tokens, letter)
    return list(letters.values())


def _letter(rng: np.random.Generator, part: str) -> DoseLetter:
    drug_group = int(rng.integers(GROUPS))
    step = 0 if part == "test" else 1 + int(rng.integers(GROUPS - 1))
    dose_group = (drug_group + step) % GROUPS
    size = len(DRUGS) // GROUPS
    drugs = rng.choice(size, PER_LETTER, replace=False) + drug_group * size
    doses = rng.choice(size, PER_LETTER, replace=False) * GROUPS + dose_group
    tokens, numbers, owners, forms = ["letter", ":"], [], [], []
    for k, (i, j) in enumerate(zip(drugs, doses, strict=True)):
        form = tuple(VERBS)[int(rng.integers(3))]
        verb = VERBS[form][int(rng.integers(len(VERBS[form])))]
        drug, dose = DRUGS[i], DOSES[j]
        if form == "after":
            words = [verb, drug, dose, "mg"]
        elif form == "apart":
            some = rng.choice(len(ASIDES), int(rng.integers(1, 3)), replace=False)
            words = [verb, drug, ",", *" ".join(ASIDES[a] for a in some).split(), ",", "to"]
            words += [dose, "mg"]
        else:
            words = [dose, "mg", "of", drug, "to", verb]
        numbers.append(len(tokens) + words.index(dose))
        owners.append(len(tokens) + words.index(drug))
        forms.append(form)
        tokens += [*words, "." if k == PER_LETTER - 1 else ","]
    return DoseLetter(tuple(tokens), tuple(numbers), tuple(owners), tuple(forms))


def encode_letters(letters: list[DoseLetter], length: int | None = None) -> np.ndarray:
    """Return token numbers, int32, shape (n, length), with 0 after the end.

    Raises
    ------
    MedaiError
        When there are no letters, or one is longer than `length` (the longest letter if not
        given) or holds a word outside ``VOCABULARY``.
    """
    import numpy as np

    if not letters:
        raise MedaiError("there are no letters to encode: give at least one")
    longest = max(len(letter.tokens) for letter in letters)
    length = longest if length is None else length
    if longest > length:
        raise MedaiError(f"a letter of {longest} tokens does not fit length={length}")
    number = {word: i for i, word in enumerate(VOCABULARY)}
    ids = np.zeros((len(letters), length), "int32")
    for row, letter in zip(ids, letters, strict=True):
        unknown = [word for word in letter.tokens if word not in number]
        if unknown:
            raise MedaiError(f"{unknown[0]!r} is not in the vocabulary of {len(VOCABULARY)} words")
        row[: len(letter.tokens)] = [number[word] for word in letter.tokens]
    return ids
