"""The card of the breathless patients of Chapter 35.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="breathless",
        title="Invented patients short of breath, whose oximeter, record and need are known",
        what="A generator: visits of patients with lighter or darker skin, the reading of a pulse "
        "oximeter and the true arterial saturation, whether the patient became worse within a day "
        "(need) and whether that stands in the record. On darker skin the oximeter reads too high "
        "and less exactly, and need is recorded less often. The true risk of every visit is known.",
        kind="embedded",
        source="written for this book (medai.datasets.breathless)",
        licence="MIT (code)",
        licence_url="https://opensource.org/license/mit",
        version="changes with the book; a seed gives the same data on every machine",
        citation="this book; that oximeters miss more low saturations in Black patients: "
        "Valbuena et al. 2022 (abstract opened); that a label can understate need: Obermeyer et "
        "al. 2019 (abstract and tables opened)",
        flaws=(
            "Nobody lived: every size of a bias is a teaching value, none was fitted to a study.",
            "Two groups of skin where there is a scale, and race is not skin.",
            "Need is recorded with a fixed chance, whatever the reading or the hospital.",
            "Darker-skinned patients come a little sicker by assumption, not by a source.",
            "Nobody is treated: what a call does for a patient is not in it.",
        ),
    ),
)
