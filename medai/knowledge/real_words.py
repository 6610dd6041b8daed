"""Ordinary English words that are one letter away from a finding, and are no misspelling of it.

"Couch" is no "cough" and "tried" no "tired".  Written for this book after a look at which
common English words differ by one edit from a one-word name of a finding; the words that HPO's
own definitions use, and those of :mod:`medai.knowledge.plainwords`, are known without it.
"""

REAL = frozenset({
    "acre", "alexa", "alexis", "anne", "bail", "boating", "boom", "boon", "bowl", "brushing",
    "cancel", "cape", "cara", "card", "carl", "chile", "chili", "chilly", "chore", "comedy", "cone",
    "coma", "coach", "cope", "copy", "cord", "core", "corp", "cost", "couch", "could", "cought",
    "coup", "court", "crank", "diver", "dorm", "duet", "fainter", "faith", "faults", "favor",
    "feared", "fears", "feather", "feed", "fells", "fewer", "fever", "fibre", "fiver", "fifer",
    "fishing", "fitting", "flint", "flue", "flute", "gaping", "gift", "goat", "gore", "gourd",
    "gout", "grasping", "gust", "harding", "heading", "headed", "header", "heated", "heating",
    "heaven", "hide", "hike", "hire", "homeless", "hoping", "hove", "hydro", "inch", "items",
    "lever", "lime", "limo", "limb", "magic", "mama", "maria", "match", "mile", "mold", "moody",
    "mule", "never", "nexus", "page", "paid", "pail", "paint", "painting", "pair", "paired", "palm",
    "paler", "pan", "pans", "parlor", "parting", "patting", "paved", "pen", "pending", "pier",
    "pike", "piled", "pine", "pint", "pipe", "plain", "planting", "poked", "prom", "pudding",
    "rage", "raft", "rake", "rape", "rare", "rasp", "rate", "rave", "rocket", "rumbling", "rush",
    "sack", "sail", "score", "scoring", "seat", "seating", "sedan", "shack", "shady", "shark",
    "shore", "shuffle", "sick", "snort", "sock", "sped", "sporting", "squat", "squid", "starring",
    "stemming", "stereotype", "stock", "storing", "strike", "strip", "strode", "stripe", "sued",
    "suit", "swat", "swear", "sweet", "sweets", "swimming", "swore", "teaming", "teasing", "tiled",
    "timed", "timer", "tires", "tired", "trap", "tray", "tried", "tutor", "wait", "war", "ward",
    "ware", "warn", "warp", "wary", "wards", "watt", "wheel", "wheeling", "winced", "winked",
    "weeding", "whistle", "witch", "which", "bake", "bank", "bark", "beck", "bike", "black", "beak",
    "cheat", "chess", "crest", "chest", "neon", "nick", "neat", "threat", "throb", "sank", "sink",
    "spin", "skim", "slip", "stomp", "tank", "ankle", "uncle", "angle", "elder", "knew", "kneel",
    "lived", "live", "lives", "blandness", "sliver", "slivers", "vowel", "towel", "trowel",
    "hang", "hind", "hint", "hard", "heal", "heap", "hear", "heat", "held", "hell", "help", "herd",
    "load", "lead", "loan", "lunch", "lung", "long", "ling", "beg", "leg", "lag", "log", "lack",
    "lick", "lock", "luck", "loin", "join", "joint", "point", "coin", "grown", "grain", "groan",
    "green", "brain", "brake", "break", "bread", "beard", "beast", "bust", "east", "ever", "eyes",
})  # fmt: skip
