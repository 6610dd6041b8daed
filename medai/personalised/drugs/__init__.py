"""Names of medicines: brands, Chinese names and misspellings to ingredients, and their classes.

:func:`match` says what a text means and how sure that is, or what must be asked;
:func:`ingredients` and :func:`ingredient` return the ingredients or raise with the question.
A name that means two medicines, a misspelling near two, and one of the pairs that people confuse
are asked about, never guessed.  The tables stand in ``data/drugs/``.
"""

from medai.datasets.drugs import Drug
from medai.personalised.drugs.classes import class_key, classes_of, drugs_in_class
from medai.personalised.drugs.names import Match, ingredient, ingredients, match

__all__ = [
    "Drug",
    "Match",
    "class_key",
    "classes_of",
    "drugs_in_class",
    "ingredient",
    "ingredients",
    "match",
]
