"""Plain English words that are never part of an unrecognised finding.

Not a linguistic list: these are the words that clinical descriptions are made of apart from
findings.  A word that is missing here only makes the list of what was not understood longer.
"""

PLAIN = frozenset({
    # grammar
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "within", "into",
    "onto", "over", "under", "after", "before", "during", "since", "until", "till", "about",
    "around", "between", "among", "through", "via", "per", "than", "as", "like", "and", "or",
    "nor", "but", "so", "if", "then", "when", "while", "where", "which", "who", "whom", "whose",
    "that", "this", "these", "those", "there", "here", "it", "its", "he", "him", "his", "she",
    "her", "hers", "they", "them", "their", "we", "us", "our", "you", "your", "i", "me", "my",
    "is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "having", "do",
    "does", "did", "done", "can", "could", "may", "might", "must", "shall", "should", "will",
    "would", "not", "no", "yes", "also", "too", "very", "quite", "rather", "only", "just", "even",
    "still", "again", "already", "almost", "both", "each", "every", "all", "any", "some", "other",
    "others", "another", "such", "same", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "first", "second", "third", "s", "t", "d", "m", "re", "ve", "ll",
    "eg", "ie", "etc", "e", "g", "what", "why", "how", "because", "however", "well", "now",
    # people and time
    "patient", "patients", "proband", "boy", "girl", "man", "woman", "male", "female", "child",
    "children", "infant", "baby", "newborn", "neonate", "toddler", "teenager", "adolescent",
    "adult", "person", "people", "gentleman", "lady", "year", "years", "yr", "yrs", "month",
    "months", "week", "weeks", "day", "days", "hour", "hours", "minute", "minutes", "old", "age",
    "aged", "birth", "born", "today", "yesterday", "ago", "recently", "currently", "previously",
    "later", "earlier", "often", "sometimes", "usually", "always", "once", "twice", "daily",
    "time", "times", "onset", "past", "present", "life", "childhood", "infancy", "adulthood",
    "mother", "father", "parent", "parents", "brother", "sister", "sibling", "siblings", "family",
    "son", "daughter", "cousin", "uncle", "aunt", "boys", "girls",
    # the language of notes
    "history", "hx", "presents", "presented", "presenting", "presentation", "complains",
    "complained", "complaint", "complaints", "reports", "reported", "reporting", "shows",
    "showed", "shown", "showing", "show", "noted", "notes", "note", "found", "finding",
    "findings", "seen", "see", "observed", "examination", "exam", "examined", "clinical",
    "clinically", "symptom", "symptoms", "sign", "signs", "feature", "features", "include",
    "includes", "including", "included", "known", "diagnosis", "diagnosed", "evidence",
    "suffers", "suffering", "suffered", "experienced", "experiences", "developed", "develops",
    "began", "begin", "started", "starting", "became", "becomes", "become", "appeared",
    "appears", "admitted", "referred", "visit", "visited", "clinic", "hospital", "doctor",
    "physician", "describes", "described", "revealed", "reveals", "associated", "related",
    "affected", "due", "secondary", "consistent", "compatible", "suggestive", "evaluated",
    "evaluation", "investigated", "treated", "treatment", "test", "tests", "result", "results",
    "status", "case", "problem", "problems", "issue", "issues", "condition", "got", "gets",
    "get", "feels", "feel", "felt", "feeling", "says", "said", "told", "think", "thinks",
    "stopped", "resolved", "ceased", "settled", "gone", "subsided", "cleared", "disappeared",
    "worse", "worsening", "worsened", "better", "improving", "improved", "gradually", "suddenly",
    "lasting", "ongoing", "longer", "tonight", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "fortnight", "please",
    "help", "hello", "thanks", "thank", "want", "wants", "cm", "mm", "kg", "mg",
    "ml", "l", "dl", "percent", "sd", "came", "went", "given", "takes", "took", "take", "made",
    "make", "goes", "go", "come", "comes", "gave", "give", "seems", "seem", "nothing", "none", "pt",
})  # fmt: skip

MODIFIERS = frozenset({
    "mild", "mildly", "moderate", "moderately", "severe", "severely", "profound", "marked",
    "markedly", "slight", "slightly", "significant", "significantly", "acute", "acutely",
    "chronic", "chronically", "recurrent", "intermittent", "persistent", "progressive",
    "progressively", "transient", "episodic", "occasional", "occasionally", "frequent",
    "frequently", "constant", "sudden", "gradual", "bilateral", "bilaterally", "unilateral",
    "left", "right", "both", "sided", "congenital", "multiple", "several", "many", "few",
    "diffuse", "obvious", "typical", "classic", "characteristic", "distinctive", "new", "old",
    "long", "standing", "ongoing", "possible", "probable", "suspected", "further", "additional",
    "general", "generally", "particular", "particularly", "early", "late", "more", "most", "less",
    "certain", "apparent", "apparently", "isolated", "subtle", "minor", "major", "along", "up",
    "down", "out", "off", "much", "lot", "lots", "bit", "little",
})  # fmt: skip

# A phrase with one of these (in normalised form) states something normal.
NORMAL = frozenset({"normal", "normally", "unremarkable", "intact", "healthy", "normocephalic"})
