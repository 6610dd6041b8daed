"""The cue words of :mod:`medai.knowledge.negation`: phrase to what it does.

Kinds
-----
``pre-no``, ``pre-maybe``
    negate, or put in doubt, what follows, up to a comma or a ``verb`` or ``end`` cue.
``list-no``
    the same, on over commas.
``post-no``, ``post-maybe``, ``post-yes``
    the same for what stands before, back to the last comma or cue.
``post-no-all``
    negates the whole list before it.
``either-no``, ``either-maybe``
    after a finding like ``post-``, else like ``pre-``.
``family``, ``family-list``, ``patient``
    from here the findings are a relative's (up to a comma; on over commas), or the
    patient's again.
``verb``, ``end``
    end the scope of negation and doubt; ``end`` also that of the family.
``and``, ``or``
    close a list.
``plain``
    looks like a cue and is none ("no increase in", "not only"), or cancels itself
    ("not without").
"""

_LISTS = {
    "pre-no": (
        "no", "not", "none", "never", "nor", "neither", "without", "w o", "lacks", "lacking",
        "lack of", "absence of", "nil", "no evidence of", "no sign of", "no signs of",
        "no history of", "no past history of", "no known", "no symptoms of", "no features of",
        "no complaints of", "no complaint of", "no personal history of", "no clinical evidence of",
        "not have", "not had", "not has", "never had", "never has", "never have", "has not had",
        "have not had", "had not had", "does not have", "did not have", "do not have", "not show",
        "not shown", "not exhibit", "not report", "not reported", "not complain of", "not suffer",
        "not suffer from", "isn t", "doesn t", "doesn t have", "didn t have", "didn t", "don t",
        "don t have", "hasn t", "hasn t had", "haven t", "haven t had", "wasn t", "hadn t",
        "weren t", "aren t", "not known to have", "not known for", "fails to show",
        "failed to show", "rules out", "free from any", "rather than", "instead of",
        "as opposed to",
        "none of us has", "none of us have", "none of us had", "none of us", "none of them has",
        "nothing to suggest", "no suggestion of", "no suspicion of", "no concern for",
        "fails to reveal", "failed to reveal",
        "nor is", "nor was", "nor are", "nor were", "nor has", "nor had", "nor did", "nor does",
    ),
    "list-no": (
        "denies", "denied any", "denies any", "deny", "denying", "negative for", "free of",
        "free from", "denies having", "denied having", "denies history of", "ruled out for",
        "negative history for", "denies a history of", "is negative for", "was negative for",
        "are negative for", "were negative for", "tested negative for",
    ),
    "either-no": ("absent", "negative", "denied", "excluded", "ruled out", "neg"),
    "post-no": (
        "not present", "not seen", "not observed", "not noted", "not found", "not detected",
        "not evident", "not identified", "not reported by", "is absent", "are absent",
        "was absent", "were absent", "was denied", "were denied", "is denied", "was negative",
        "is negative", "were negative", "was excluded", "were excluded", "was ruled out",
        "were ruled out", "has been ruled out", "have been ruled out", "has been excluded",
        "have been excluded", "not been observed", "not been seen", "has not been observed",
        "have not been observed", "has not been seen", "never occurred", "did not occur",
        "was not present", "were not present", "is not present", "are not present",
        "was not seen", "were not seen", "was not observed", "were not observed",
        "was not noted", "were not noted", "was not found", "were not found",
        "was never a feature", "were never a feature", "never a feature", "not a feature",
        "was not a feature", "free",
    ),
    "post-no-all": (
        "all absent", "were all absent", "are all absent", "both absent", "all negative",
        "were both absent", "are both absent", "were all negative", "are all negative",
        "were all denied", "all denied", "none present", "none of these", "none of which",
    ),
    "pre-maybe": (
        "possible", "possibly", "probable", "probably", "perhaps", "maybe", "presumed",
        "presumably", "suspicion of", "suspicion for", "suspicious for", "suspicious of",
        "suspect", "suspects", "may have", "might have", "could have", "may be", "might be",
        "could be", "might", "query", "rule out", "r o", "to rule out", "concern for",
        "concerning for", "concerns for", "cannot exclude", "can not exclude", "could not exclude",
        "cannot rule out", "can not rule out", "can t exclude", "can t rule out", "not certain",
        "not sure", "unsure", "unclear", "unclear whether", "risk of", "at risk of", "at risk for",
        "risk for", "if", "in case of", "consider", "evaluate for", "assess for", "screen for",
        "screening for", "to exclude", "test for", "tested for", "watch for", "monitor for",
        "no longer", "no longer has", "no longer have", "thought to have", "appears to have",
        "seems to have", "may represent", "might represent", "could represent", "may reflect",
        "may be due to", "might be due to", "could be due to", "watch out for", "look out for",
        "return if", "in the event of", "should there be", "in case", "risk factors for",
        "risk factor for", "to prevent", "prevention of", "warned about", "advised about",
        "worried about", "low suspicion for", "workup for", "work up for", "investigate for",
        "as needed for", "as required for", "prn for", "puff when", "puffs when",
        "tablet when", "tablets when", "differential diagnosis", "differential includes",
        "whether", "equivocal",
    ),
    "either-maybe": (
        "suspected", "unlikely", "likely", "questionable", "uncertain", "is possible",
        "is likely", "is unlikely", "was suspected", "were suspected", "is suspected",
        "are suspected",
    ),
    "post-maybe": (
        "cannot be excluded", "can not be excluded", "could not be excluded", "not excluded",
        "cannot be ruled out", "can not be ruled out", "could not be ruled out", "not ruled out",
        "not been ruled out", "has not been ruled out", "not been excluded", "is in question",
        "not certain to be", "has not been excluded", "was not excluded", "is not excluded",
        "was not ruled out", "is not ruled out", "to be confirmed", "not confirmed",
    ),
    "post-yes": ("yes", "positive", "confirmed"),
    "family": (
        "mother", "mom", "mum", "mother s", "father", "dad", "father s", "parent", "parents",
        "brother", "brothers", "sister", "sisters", "sibling", "siblings", "aunt", "uncle",
        "cousin", "cousins", "grandmother", "grandfather", "grandparents", "niece", "nephew",
        "half brother", "half sister", "relative", "relatives", "family member",
        "family members", "maternal", "paternal", "his son", "her son", "his daughter",
        "her daughter", "twin brother", "twin sister", "twin", "husband", "wife", "partner",
        "grandma", "grandad", "granddad", "gran", "nan", "grandson", "granddaughter", "friend",
        "colleague", "classmate", "flatmate", "roommate", "housemate",
    ),
    "family-list": (
        "family history", "family history of", "fh", "fhx", "familial history of",
        "runs in the family", "family history is positive for", "family history positive for",
        "family history significant for",
    ),
    "patient": (
        "patient", "patient s", "proband", "he", "she", "i", "himself", "herself", "index case",
        "the child", "the boy", "the girl", "the infant", "the baby", "this child", "this boy",
        "this girl", "our patient", "my son", "my daughter", "the patient", "the proband",
    ),
    "end": (
        "but", "however", "although", "though", "yet", "except", "except for", "apart from",
        "aside from", "besides", "other than", "nevertheless", "whereas", "despite",
        "on the other hand", "in contrast", "instead", "on examination", "on exam",
    ),
    "verb": (
        "has", "had", "have", "shows", "showed", "showing", "exhibits", "exhibited", "there is",
        "there are", "there was", "there were", "presents with", "presented with",
        "presenting with", "reports", "reported", "complains of", "complained of", "developed",
        "develops", "because of", "because", "due to", "secondary to", "which", "who", "noted",
        "noted to have", "found to have", "diagnosed with", "in addition", "also has", "now has",
        "then", "given", "given the", "given that", "in this", "and with", "and has", "and had",
        "revealed", "reveals", "born with",
        "suffers from", "is", "was", "are", "were",
    ),
    "and": ("and", "plus"),
    "or": ("or",),
    "plain": (
        "no increase", "no increase in", "no increased", "no decrease in", "no change",
        "no change in", "no changes in", "no significant change", "no worsening",
        "no worsening of", "no improvement", "no improvement in", "no progression of",
        "no progress in", "no resolution of", "no relief of", "no relief from", "no further",
        "not only", "not just", "not merely", "not simply", "not solely", "not necessarily",
        "not improved", "not worsened", "not changed", "without change in", "without improvement",
        "without difficulty", "without delay", "without further", "no doubt", "no more than",
        "no less than", "no matter", "gram negative", "rhesus negative", "rh negative",
        "never free of", "never free from", "not to mention", "not as severe as",
        "not absent", "not without", "no absence of", "not negative for", "does not deny",
        "doesn t deny", "did not deny", "didn t deny", "not deny", "cannot deny", "not free of",
        "not free from", "never without", "not lacking", "no lack of", "not unlike",
        "not responding to", "not controlled", "not explained by", "no explanation for",
        "no treatment for", "no cause for", "no cause of", "no reason for", "not due to",
        "not related to", "if not", "history of",
    ),
}  # fmt: skip

CUES: dict[str, str] = {phrase: kind for kind, phrases in _LISTS.items() for phrase in phrases}
LONGEST_CUE = max(len(phrase.split()) for phrase in CUES)

# After a relative these words make a witness of the relative: "his mother reports fever".
REPORTING = frozenset({
    "report", "reports", "reported", "say", "says", "said", "state", "states", "stated",
    "notice", "notices", "noticed", "note", "notes", "noted", "deny", "denies", "denied",
    "describe", "describes", "described", "observe", "observed", "recall", "recalls", "recalled",
    "saw", "worried", "concerned", "brought", "brings", "complain", "complains", "complained",
    "think", "thinks", "thought", "feels", "felt", "mentions", "mentioned", "believes",
    "tells", "told", "sought",
})  # fmt: skip
