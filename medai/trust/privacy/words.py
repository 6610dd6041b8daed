"""Words that a finder of names must know: eponyms, brands, titles, openings of sentences.

Written for the book by the writer of its test notes, who knew both: how well they spare words of
medicine elsewhere is not known.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# People whom diseases, signs and tubes are called after; a general model takes them for people.
EPONYMS = _words(
    """
    addison alport alzheimer apgar asperger babinski barrett basedow bell bowen burkitt caplan
    charcot chiari chvostek colles coombs crohn cushing down duchenne dupuytren ehlers ewing
    fallot fanconi foley fournier gaucher gilbert glasgow gleason goodpasture graves guillain
    hashimoto henoch hirschsprung hodgkin horner huntington jacksonian kaposi kawasaki
    klinefelter korsakoff lynch mallory marfan mcburney meniere murphy paget parkinson perthes
    peutz plummer raynaud reiter reye rinne romberg ryles schonlein sjogren stokes sydenham
    tourette trousseau turner waterhouse weber wegener wernicke whipple wilms wilson wolff
    zollinger
    """
)
# Brand names that look like surnames.
BRANDS = _words(
    """
    madopar sinemet pabrinex plaquenil lipitor ventolin epilim tegretol lasix coumadin zoloft
    prozac humira augmentin calpol eliquis xarelto
    """
)
# What stands before a name and is no part of it.
TITLES = _words(
    """
    mr mrs ms miss dr prof professor doctor patient pt mrn nhs dob gp
    """
)
# Capitalised words of notes that are no names; from the dev notes and the headings of letters.
NO_NAMES = TITLES | _words(
    """
    admitted aged allergic am and at birth bloods clinic coma consultant dear diagnosis
    discharge discharged discussed echo follow-up from given history home hospital he her his in
    lives mum dad next no note on patient phone plan please postcode record referred results
    review reviewed scale seen she social spoke telephone the today ward weight with
    """
)
