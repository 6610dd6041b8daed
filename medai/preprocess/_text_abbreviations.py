"""Abbreviations: the ones with one meaning are written out, the others are reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from medai.preprocess._text_split import check_text
from medai.runtime import MedaiError

# No second meaning in either list that was opened: Wikipedia's medical abbreviations, and the
# counts of meanings in sign-out notes that github.com/lisavirginia/clinical-abbreviations keeps
# (sources/5-wikipedia and 6-stetson).  Another hospital may use them otherwise.  SoB and SoBOE
# stand at swanmedicalgroup.co.uk, D&V at student-notes.net (both opened; British).
ABBREVIATIONS: dict[str, str] = {
    "ABG": "arterial blood gas",
    "AFib": "atrial fibrillation",
    "b.i.d.": "twice a day",
    "BID": "twice a day",
    "BPH": "benign prostatic hyperplasia",
    "BPPV": "benign paroxysmal positional vertigo",
    "BUN": "blood urea nitrogen",
    "c/o": "complains of",
    "CABG": "coronary artery bypass graft",
    "CAD": "coronary artery disease",
    "CHF": "congestive heart failure",
    "CKD": "chronic kidney disease",
    "COPD": "chronic obstructive pulmonary disease",
    "CXR": "chest x-ray",
    "D&V": "diarrhoea and vomiting",
    "DKA": "diabetic ketoacidosis",
    "DVT": "deep vein thrombosis",
    "ECG": "electrocardiogram",
    "EKG": "electrocardiogram",
    "ESRD": "end-stage renal disease",
    "GERD": "gastroesophageal reflux disease",
    "h/o": "history of",
    "HPI": "history of present illness",
    "HTN": "hypertension",
    "i.v.": "intravenous",
    "ICU": "intensive care unit",
    "INR": "international normalized ratio",
    "JVD": "jugular venous distension",
    "LBBB": "left bundle branch block",
    "LVEF": "left ventricular ejection fraction",
    "MRI": "magnetic resonance imaging",
    "MRSA": "methicillin-resistant Staphylococcus aureus",
    "N&V": "nausea and vomiting",
    "N/V": "nausea and vomiting",
    "n/v": "nausea and vomiting",
    "NKDA": "no known drug allergies",
    "NPO": "nothing by mouth",
    "NSAID": "nonsteroidal anti-inflammatory drug",
    "OA": "osteoarthritis",
    "p.o.": "by mouth",
    "p.r.n.": "as needed",
    "PRN": "as needed",
    "RBBB": "right bundle branch block",
    "r/o": "rule out",
    "RUQ": "right upper quadrant",
    "s/p": "status post",
    "SLE": "systemic lupus erythematosus",
    "SOB": "shortness of breath",
    "SoB": "shortness of breath",
    "SOBOE": "shortness of breath on exertion",
    "SoBOE": "shortness of breath on exertion",
    "t.i.d.": "three times a day",
    "TID": "three times a day",
    "TIA": "transient ischemic attack",
    "UTI": "urinary tract infection",
    "w/o": "without",
    "WBC": "white blood cells",
}
"""Abbreviation, in the case in which it is recognised, to its meaning."""

# The meanings in those two lists, the commonest in the sign-out notes first where counted
# (magnesium sulfate: from the Joint Commission's list of abbreviations not to use).
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "AF": ("afebrile", "atrial fibrillation", "atrial flutter", "amniotic fluid"),
    "AS": ("aortic stenosis", "atherosclerosis", "ankylosing spondylitis"),
    "BM": ("bowel movement", "bone marrow", "breast milk"),
    "BS": ("bowel sounds", "breath sounds", "blood sugar"),
    "CA": ("carcinoma", "calcium", "cancer"),
    "CP": ("chest pain", "costophrenic", "cerebral palsy", "constrictive pericarditis"),
    "CVA": ("cerebrovascular accident", "costovertebral angle"),
    "D/C": ("discharge", "diarrhea/constipation", "discontinue", "deceased"),
    "DM": ("diabetes mellitus", "dermatomyositis"),
    "ED": ("emergency department", "erectile dysfunction", "ectodermal dysplasia"),
    "HD": ("hemodialysis", "hemodynamic", "heart disease", "Huntington's disease"),
    "HR": ("heart rate", "hour"),
    "HS": ("at bedtime", "heart sounds", "history"),
    "IV": ("intravenous", "roman numeral 4"),
    "LAD": ("lymphadenopathy", "left atrial dilation", "left axis deviation",
            "left anterior descending"),
    "MR": ("mister", "mitral regurgitation", "modified release"),
    "MS": ("Miss", "mental status", "milliseconds", "muscle strength",
           "morphine sulfate", "multiple sclerosis", "mitral stenosis", "magnesium sulfate"),
    "NAD": ("no apparent distress", "no acute disease", "no abnormality detected"),
    "OD": ("right eye", "overdose", "once daily"),
    "PA": ("posterior-anterior", "pulmonary artery", "physician assistant"),
    "PCP": ("primary care physician", "pneumocystis pneumonia", "phencyclidine"),
    "PE": ("pulmonary embolism", "physical examination", "pre-eclampsia"),
    "PND": ("paroxysmal nocturnal dyspnea", "postnasal drip"),
    "PT": ("patient", "prothrombin time", "physical therapy"),
    "pt": ("patient", "prothrombin time", "physical therapy"),
    "RA": ("room air", "rheumatoid arthritis", "right atrium", "refractory anemia"),
    "RF": ("risk factors", "rheumatoid factor", "renal failure", "rheumatic fever"),
    "SBP": ("spontaneous bacterial peritonitis", "systolic blood pressure"),
    "TB": ("tuberculosis", "total bilirubin"),
    "TTP": ("tenderness to palpation", "thrombotic thrombocytopenic purpura"),
}  # fmt: skip
"""Abbreviation to its meanings; these are never written out unless you say which one."""


class Expansion(NamedTuple):
    """An abbreviation that was written out, and its place in the text that was given."""

    start: int
    end: int
    short: str
    meaning: str


class AmbiguousAbbreviation(NamedTuple):
    """An abbreviation that was left as it is, with what it may mean."""

    start: int
    end: int
    short: str
    meanings: tuple[str, ...]


@dataclass(frozen=True)
class ExpandedText:
    """The new text, what was written out, and what was left for a person to decide."""

    text: str
    expanded: list[Expansion]
    ambiguous: list[AmbiguousAbbreviation]


def expand_abbreviations(text: str, meanings: Mapping[str, str] | None = None) -> ExpandedText:
    """Write out the abbreviations that have one meaning; report the ambiguous, never guess.

    Counted in sign-out notes, "MS" was *Miss* 43 times in a hundred, mental status 39,
    milliseconds 9, then muscle strength and morphine sulfate, and multiple sclerosis once in
    170.  A wrong expansion reads as well as a right one: nobody will find it.

    Parameters
    ----------
    text : str
        Clinical text.
    meanings : mapping of str to str, optional
        What abbreviations mean in *your* texts, such as ``{"RA": "rheumatoid arthritis"}``
        in a rheumatology clinic; it goes before both tables, case as given.

    Returns
    -------
    ExpandedText
        ``text``, ``expanded`` and ``ambiguous``; places refer to the text that was given.
        Split sentences first: the last dot of "b.i.d." may also have been a full stop.

    Raises
    ------
    MedaiError
        If ``text`` is not a string or ``meanings`` has an empty entry.
    """
    check_text(text, "expand_abbreviations")
    own = dict(meanings or {})
    for short, meaning in own.items():
        if not (isinstance(short, str) and short and isinstance(meaning, str) and meaning):
            raise MedaiError(f"meanings has {short!r}: {meaning!r}; give two non-empty texts")
    table = {**ABBREVIATIONS, **own}
    forms = sorted({*table, *AMBIGUOUS}, key=len, reverse=True)
    pattern = re.compile(
        r"(?<![\w/&.-])(?:" + "|".join(map(re.escape, forms)) + r")(?![\w/&-]|\.\w)"
    )
    out: list[str] = []
    expanded: list[Expansion] = []
    ambiguous: list[AmbiguousAbbreviation] = []
    last = 0
    for m in pattern.finditer(text):
        short = m.group()
        if short in AMBIGUOUS and short not in own:
            ambiguous.append(AmbiguousAbbreviation(*m.span(), short, AMBIGUOUS[short]))
            continue
        expanded.append(Expansion(*m.span(), short, table[short]))
        out += [text[last : m.start()], table[short]]
        last = m.end()
    return ExpandedText("".join([*out, text[last:]]), expanded, ambiguous)
