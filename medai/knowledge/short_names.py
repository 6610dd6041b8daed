"""What people call a long-standing illness for short, where HPO has only its full name.

"Diabetes" is said of every kind of it; HPO has "Diabetes mellitus" and the kinds below it, but
no plain "Diabetes".  Such a short name gets the broadest of the terms that it may mean; a word
whose terms have no such common term ("reflux", "tuberculosis") is left out, so that it is asked
about.  Tests hold the table against the ontology: each term is there, no phrase is one of its
names, and a single word's term stands above most of the terms whose names hold the word.
("Abdo" and "abd" as at student-notes.net, opened.)
"""

from __future__ import annotations

_TABLE = """
Diabetes mellitus > diabetes, diabetic, sugar diabetes
Type II diabetes mellitus > type 2 diabetes mellitus, type two diabetes, type 2 diabetic,
    type ii diabetic
Type I diabetes mellitus > type 1 diabetes mellitus, type one diabetes, type 1 diabetic,
    type i diabetic
Angina pectoris > angina, stable angina
Hypertension > hypertensive, high bp, raised blood pressure, raised bp
Asthma > asthmatic
Seizure > epileptic, epileptic fits, epileptic fit
Anemia > anaemic
Chronic pulmonary obstruction > chronic obstructive airways disease
Myocardial infarction > coronary thrombosis
Deep venous thrombosis > clot in leg, blood clot in leg, clot in calf
Pulmonary embolism > clot on lung, clot in lung, blood clot in lung, blood clot on lung
Transient ischemic attack > ministroke
Benign prostatic hyperplasia > enlarged prostate, large prostate
Congestive heart failure > congestive cardiac failure
Gastroesophageal reflux > gastro oesophageal reflux disease
Migraine > migrainous headache
Abdominal pain > abdo pain, abd pain, pain in abdo
Abdominal distention > abdo distension, abdo distention
Exertional dyspnea > shortness of breath on exertion, breathless on exertion, dyspnea on exertion,
    breathlessness on exertion, shortness of breath walking, shortness of breath on stairs
"""


def short_names() -> dict[str, str]:
    """Return each short name, as written here, with HPO's name of its term."""
    found, name = {}, ""
    for line in _TABLE.strip().splitlines():
        if ">" in line:
            name, line = (part.strip() for part in line.split(">"))
        found.update(dict.fromkeys(filter(None, map(str.strip, line.split(","))), name))
    return found
