"""The words by which a note says that something began, ended, is denied or is another's."""

from __future__ import annotations

import re

RESOLVED = re.compile(
    r"\b(?:resolved|settled|cleared|healed|cured|in remission|fully recovered|treated successfully|"
    r"completely better)\b",
    re.I,
)
CURED = re.compile(r"\b(?:cured|in remission|never had it)\b", re.I)
RELATIVE = "mother|father|brother|sister|parents?|grandmother|grandfather|aunt|uncle|son|daughter"
FAMILY = re.compile(rf"\b(?:{RELATIVE}|family history)\b", re.I)
MISTAKE = re.compile(
    r"\b(?:entered|recorded|noted|listed|coded) in error|\bwrong patient|\bmisdiagnos\w+|"
    r"\bdiagnosis (?:was )?(?:revised|withdrawn|removed)",
    re.I,
)
SUSPECTED = re.compile(
    r"\b(?:possible|possibly|probable|suspected|suspicion of|query|likely|may (?:have|be)|"
    r"might be|rule out|to exclude|differential)\b|\?",
    re.I,
)
NUMBER = r"\d+(?:[.,]\d+)?"
DOSE = re.compile(
    rf"(?P<dose>{NUMBER})\s*(?P<unit>mg|micrograms?|mcg|µg|g|units?|ml|puffs?)\b"
    r"(?P<often>(?:\s+(?:once|twice|three times|four times|a|per|each|every|daily|day|night|"
    r"nightly|week|weekly|morning|evening|in the|at|od|bd|tds|qds|nocte|prn|as needed)\b)*)",
    re.I,
)
COURSE = re.compile(r"\bfor (?:an?|another|\w+|\d+)(?: more)? (?:days?|weeks?)\b", re.I)
EVENTS = {  # what was done with a medicine, by the words that say so
    "stop": r"stopped|stop|discontinued|discontinue|withdrawn|ceased|came off|weaned off|"
    r"no longer tak(?:es|ing)|no longer on|finished|completed",
    "considered": r"consider(?:ed|ing)?|discussed|offered|declined|refused|suggested?|proposed|"
    r"recommend(?:ed)?|not keen on|if needed later|could try|plan to start|may need",
    "avoid": r"avoid(?:ed|ing)?|allergic to|allergy to|intolerant of|should not have|must not have|"
    r"contraindicated",
    "course": r"treated with|course of|days of|weeks of|a short course|loaded with",
    "start": r"started|start|restarted|restart|commenced|initiated|begun|began|added|"
    r"prescribed|given|switched to|changed to",
    "change": r"increased?|reduced?|titrated|halved|doubled|raised|lowered|up to|down to",
    "current": r"continues?|continued|remains on|takes|taking|still on|current(?:ly)?|on",
}
VERB = re.compile("|".join(f"(?P<{key}>\\b(?:{words})\\b)" for key, words in EVENTS.items()), re.I)
PASSIVE = re.compile(
    r"^(?:[^,;.]{0,40}?)\b(?:was|were|is|has been|have been|had been|being)?\s*"
    rf"(?P<stop>{EVENTS['stop']})\b|^(?:[^,;.]{{0,40}}?)\b(?:was|were|has been|had been)\s+"
    rf"(?P<start>{EVENTS['start']})\b|^[^,;.]{{0,40}}?\b(?:was|were|has been|had been)\s+"
    rf"(?P<change>{EVENTS['change']})\b|^[^,;.]{{0,40}}?\b(?:was|were)\s+"
    rf"(?P<considered>{EVENTS['considered']})\b|^[^,;.]{{0,40}}?\b(?P<begun>started|added|"
    r"commenced|restarted)\b(?=\s*$|\s*[.,;]|\s+(?:and|by|in|on|after|because|for|today)\b)",
    re.I,
)
STOP_REFUSED = re.compile(
    r"\b(?:(?:do|must|should|did|was|is) not|don't|not to|never)\s+(?:be\s+)?"
    r"(?:stop|stopped|withheld|discontinued?|omitted)\b",
    re.I,
)
EXCHANGED_BEFORE = re.compile(
    r"\b(?:(?:switched|changed|converted)\s+from|instead of|in place of|replacing|replaces)\s*$",
    re.I,
)
EXCHANGED_AFTER = re.compile(
    r"^[^,;.]{0,40}\b(?:(?:switched|changed|converted) to|replaced (?:by|with))\s*$", re.I
)
HELD = re.compile(r"^[^,;.]{0,30}?\b(?:on hold|held|paused|suspended|interrupted|withheld)\b", re.I)
AGAIN = re.compile(r"\b(?:restarted|resumed|reinstated|started again)\b", re.I)
NO_ALLERGY = re.compile(
    r"\b(?:nkda|no known (?:drug )?allerg(?:y|ies)|no (?:drug )?allergies)\b", re.I
)
ALLERGY = re.compile(
    r"\bangio-?o?edema\b|"
    r"\ballerg(?:y|ic|ies)\b|\banaphyla\w+|\bintoleran(?:t|ce)\b|\b(?:rash|hives|swelling|itch)\w* "
    r"(?:after|with|to|from)\b|\b(?:caused|gave|makes|made)\b.{0,30}\b(?:rash|hives|itch\w*)\b",
    re.I,
)
VALUE = re.compile(
    rf"^[+⁺]?\s*(?:(?:was|is|of|at|now|today|:|=|again|still|up|down|to|has|had|only|just|"
    rf"fell|fallen|rose|risen|dropped|climbed|increased|decreased|"
    rf"from {NUMBER}(?: ?[^\W\d]+(?:/\w+)?)? to)(?![a-z])|\s)*\s*"
    rf"(?P<value>[<>≤≥]?\s?{NUMBER}(?:\s*/\s*\d+)?)\s*(?P<unit>%|mmol/mol|mmol/L|µmol/L|umol/L|micromol/L|g/L|"
    r"g/dL|mg/dL|ml/min(?:/1\.73\s?m2)?|mL/min(?:/1\.73\s?m2)?|mmHg|kg|IU/L|U/L|mIU/L|mU/L|ng/mL|"
    r"µg/L|ug/L|L/min|mg/L|x10\^9/L)?",
    re.I,
)
EXCEPTION = re.compile(r"\b(?:except|apart from|other than|besides)\b", re.I)
TO_WHAT = re.compile(
    r"(?<!not )\ballergic to\b|(?<!no )\ballergy to\b|\banaphylaxis (?:to|after)\b|"
    r"\bintolerant (?:of|to)\b|^\W*(?:drug )?allerg(?:y|ies)\s*:\s*(?!none|nil|no\b|-)\w",
    re.I,
)
ALLERGY_HEADING = re.compile(r"^\W*(?:drug )?(?:allerg(?:y|ies)|intolerances?)[^:]{0,30}:", re.I)
REFUTED = re.compile(
    r"\b(?:refuted|disproved|de-?labelled|label (?:was )?removed|excluded|ruled out|"
    r"not confirmed)\b|" + MISTAKE.pattern,
    re.I,
)
UNNAMED = "not recognised, see the note"
CLAUSE_ENDS = re.compile(r";|\bbut\b|: |,\s+(?=(?:and )?(?:he|she|they|(?:the )?patient)\b)", re.I)
GOAL = re.compile(r"\b(?:target|goal|aim(?:ing)?(?: for)?)(?:\s+(?:an?|the|of))?\s*$", re.I)
OPEN = re.compile(
    r"\b(?:await(?:s|ing|ed)?|pending|chase|to be repeated|recheck|repeat\b.{0,40}\bin\b|referred|"
    r"referral|book(?:ed)? for|due in|review in|follow[- ]up|to see)\b",
    re.I,
)
HABITS = {  # matter: (words that affirm it, words that deny it)
    "smoking": (
        re.compile(r"\b(?:current smoker|smokes|smoker|smoking \d|cigarettes a day)\b", re.I),
        re.compile(r"\b(?:never smoked|non-?smoker|does not smoke|never a smoker)\b", re.I),
    )
}
WITNESS = re.compile(  # a relative who is there or speaks has no disease for that
    rf"\b(?:with|by|to|from)\s+(?:(?:his|her|their|the|a)\s+)?(?:{RELATIVE})\b(?!\s*'?s?\s+(?:ha[sd]|hav"
    rf"ing)\b)|\b(?:{RELATIVE})\s+(?:\w+\s+)?(?:says?|said|reports?|reported|tells|told|thinks|called|rang|"
    r"phoned|asks|asked|noticed|worried|confirms?|confirmed|states?|stated|brought|cares|helps)\b",
    re.I,
)
