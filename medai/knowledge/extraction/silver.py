"""Training sentences without an annotator: "silver" labels, made by the dictionary.

Definitions of the ontology name findings and parts of the body, but hardly any drug.  So most
of the sentences are generated: patterns of clinical prose whose gaps are filled with names of
the dictionary.  Both kinds of label repeat the dictionary's mistakes; a tagger trained on them
is only worth its while where it goes beyond the names it saw.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from medai.knowledge.extraction.corpus import Sentence
from medai.knowledge.extraction.dictionary import Dictionary, body_parts, listed_names
from medai.knowledge.extraction.mentions import Mention, to_tags, tokens_of
from medai.runtime import MedaiError

if TYPE_CHECKING:
    from medai.knowledge.graph import KnowledgeGraph

LONGEST = 32  # tokens; longer sentences are left out

_PATTERNS = """
She was started on {drug} {dose} and {finding} followed.
Since {drug} was begun he has had {finding}.
{finding} and {finding} resolved with {drug}.
The patient takes {drug} and {drug} for {disease}.
Known {disease}, on {drug} {dose} daily.
{disease} was diagnosed because of {finding} and {finding}.
He has {disease} with {finding}, {finding} and {finding}.
No {finding}, no {finding}, but {finding} for two days.
{finding} of the {anatomy} since yesterday.
Complains of {finding} in the {anatomy} and {finding}.
Past history: {disease}, {disease}. Medication: {drug}, {drug}, {drug}.
{drug} was changed to {drug} without {finding}.
The {anatomy} is tender; there is {finding}.
On examination {finding} at the {anatomy}, no {finding}.
{disease} can affect the {anatomy} and the {anatomy}.
In {disease}, {finding} is frequent and {finding} is rare.
{drug} is the first choice in {disease}.
{drug} should be avoided in {disease}.
After {dose} of {drug} the {finding} got better.
His father died of {disease}.
The scan of the {anatomy} was normal.
{finding} might come from {drug}.
She stopped {drug} herself when {finding} began.
Consider {disease} if {finding} lasts.
A child with {finding}, {finding} and suspected {disease}.
The {anatomy} and the {anatomy} were examined; {finding} was found.
{drug} helps against {finding} but may bring {finding}.
He was treated for {disease} with {drug} for a week.
Her {finding} came back, and {drug} was raised to {dose}.
Allergic to {drug}: {finding}.
Review of systems: {finding}, {finding}; denies {finding}.
{disease} explains the {finding} and the {finding}.
Biopsy of the {anatomy} proved {disease}.
{finding} over the {anatomy}, worse at night, eased a little by {drug}.
{drug} was given for {finding}.
{finding} stopped as soon as {drug} was withdrawn.
{finding} appeared a day after {drug}.
{drug} made the {finding} worse.
{drug} had no effect on the {finding}.
{finding} is a known reaction to {drug}.
{finding} is a common complaint.
{finding} has been present since May.
{finding} was noted by the nurse.
{finding} is a feature of {disease}.
{disease} is often heralded by {finding}.
{disease} rarely begins with {finding}.
{disease} was ruled out.
{disease} is treated with {drug}.
There was {finding}.
There is no {finding} and no {finding}.
There is {finding} of the {anatomy}.
She had {finding} all night.
He has never had {finding}.
Her {finding} is new.
His {finding} began in June.
They asked about {finding}, {finding} and {finding}.
It hurts in the {anatomy} and the {anatomy}.
Ultrasound of the {anatomy} showed {finding}.
The {finding} in her {anatomy} has gone.
The {finding} spread from the {anatomy} to the {anatomy}.
The {finding} is worse in the morning.
The {finding} vanished.
The {finding} is explained by {disease}.
The {finding} comes from the {drug}.
Because of {finding} the {drug} was halved.
On {drug} he is free of {finding}.
Without {drug} the {finding} returns.
With {disease} one expects {finding}.
For {finding} she uses {drug}.
When {finding} set in, {drug} was stopped.
Tell your doctor about {finding} during treatment with {drug}.
Known side effects of {drug} are {finding} and {finding}.
A course of {drug} cured the {disease}.
A {finding} was found.
We saw a woman whose {finding} had been taken for {disease}.
"""
PATTERNS = tuple(line for line in _PATTERNS.strip().splitlines())
_GAP = re.compile(r"\{(\w+)\}")
_DOSES = ("5 mg", "20 mg", "500 mg", "one tablet", "75 mg", "2 g", "40 units", "0.5 mg")


def silver_definitions(
    items: Sequence[Sentence], dictionary: Dictionary
) -> list[tuple[str, list[Mention]]]:
    """Return the sentences with the dictionary's mentions; without any they are kept too."""
    return [(item.text, dictionary.recognise(item.text)) for item in items]


def generated(
    dictionary: Dictionary, names: Sequence[tuple[str, str]], n: int, seed: int = 0
) -> list[tuple[str, list[Mention]]]:
    """Return `n` sentences made from patterns, with their mentions.

    Parameters
    ----------
    dictionary : Dictionary
        Says of what kind each name is.
    names : sequence of (str, str)
        Names as they are written, with a kind; those of more than four words, with commas,
        digits or brackets are left out, since nobody writes them in a note.
    n, seed : int
        How many, and the seed of the choice.

    Raises
    ------
    MedaiError
        When there is no fit name of some kind.
    """
    pools: dict[str, list[str]] = {"finding": [], "disease": [], "drug": [], "anatomy": []}
    for name, kind in dict.fromkeys(names):
        same = dictionary.recognise(name)
        whole = len(same) == 1 and same[0].kind == kind and same[0].text == name
        if whole and len(name.split()) <= 4 and not re.search(r"[,;()/\d]", name):
            pools[kind].append(name)
    empty = [kind for kind, pool in pools.items() if not pool]
    if empty:
        raise MedaiError(f"names hold no usable name of the kind {empty[0]}.")
    rng = np.random.default_rng(seed)
    return [_filled(PATTERNS[rng.integers(len(PATTERNS))], pools, rng) for _ in range(n)]


def _filled(pattern: str, pools: dict, rng: np.random.Generator) -> tuple[str, list[Mention]]:
    text, mentions, last = "", [], 0
    for match in _GAP.finditer(pattern):
        text += pattern[last : match.start()]
        pool = _DOSES if match[1] == "dose" else pools[match[1]]
        name = str(pool[rng.integers(len(pool))])
        plain = name[1:2].islower() and name.split()[0] not in _EPONYMS
        name = name[0].lower() + name[1:] if plain and text else name[0].upper() + name[1:]
        if match[1] != "dose":
            mentions.append(Mention(len(text), len(text) + len(name), match[1], name))
        text, last = text + name, match.end()
    return text + pattern[last:], mentions


_EPONYMS = frozenset({"Parkinson", "Crohn", "Alzheimer", "Addison", "Graves", "Wilson", "Marfan"})


def as_training(
    labelled: Sequence[tuple[str, Sequence[Mention]]],
) -> tuple[list[list[str]], list[list[int]]]:
    """Return words and tag numbers, what a tagger's ``fit`` takes; long sentences left out."""
    words, tags = [], []
    for text, mentions in labelled:
        tokens = tokens_of(text)
        if 0 < len(tokens) <= LONGEST:
            words.append([token.text for token in tokens])
            tags.append(to_tags(tokens, mentions))
    return words, tags


def training_sentences(
    graph: KnowledgeGraph,
    dictionary: Dictionary,
    definitions: Sequence[Sentence],
    n_definitions: int = 1200,
    n_generated: int = 3800,
    seed: int = 0,
) -> tuple[list[list[str]], list[list[int]]]:
    """Return the book's silver training set, ready for a tagger's ``fit``.

    Parameters
    ----------
    graph, dictionary
        Names and their kinds.
    definitions : sequence of Sentence
        Of the training part; as many as asked for are drawn.
    n_definitions, n_generated, seed : int
        How many of each, and the seed of the choice.
    """
    phenotypes = [term for term in graph.terms if graph.is_phenotype(term.id)]
    names = [*listed_names(), *body_parts(graph)]
    names += [(term.name, "finding") for term in phenotypes]
    lay = (s.text for term in phenotypes for s in term.synonyms if s.kind == "layperson")
    names += [(text, "finding") for text in lay]
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(definitions))[:n_definitions]
    texts = silver_definitions([definitions[i] for i in drawn], dictionary)
    return as_training([*texts, *generated(dictionary, names, n_generated, seed)])
