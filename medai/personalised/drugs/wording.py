"""What stands around the name of a medicine: dose, form, route, times of day, salts.

Everything that is taken away is returned, so that a caller sees what was not read as a name.
Only words of the lists below are taken away: *stopped aspirin* keeps its *stopped*, and is
therefore asked about instead of being read as aspirin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from medai.personalised.drugs.characters import ONE_FORM


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNITS = _words(
    "mg g kg mcg ug μg ng ml l cl unit units u iu miu mu mmol meq % tab tabs cap caps puff "
    "puffs spray sprays drop drops gtt h hr hrs hour hours d day days week weeks wk month months "
    "dose doses "
    "actuation actuations inhalation inhalations x patch patches amp amps vial vials gram grams gr "
    "milligram milligrams microgram micrograms mcgs mgs"
)
_FORMS = _words(
    "tablet tablets tabl capsule capsules pill pills solution suspension syrup elixir drops liquid "
    "injection inj infusion ampoule ampoules vial vials inhaler inhalers spray cream ointment gel "
    "lotion patch patches suppository suppositories pessary sachet sachets powder granules "
    "nebules nebule respules lozenge lozenges film-coated enteric coated ec e/c gastro-resistant "
    "gastroresistant dispersible effervescent chewable orodispersible odt soluble eye ear nasal "
    "modified release extended prolonged slow sustained controlled mr sr xr er xl la cr dr ir pr "
    "retard chrono chronosphere chronospheres chronocaps hfa mdi dpi ds evohaler accuhaler "
    "turbohaler turbuhaler diskus respimat handihaler easyhaler nexthaler ellipta breezhaler "
    "solostar kwikpen flexpen flextouch penfill cartridge pen prefilled syringe immediate "
    "transdermal mouthwash foam enema depot"
)
_ROUTES = _words(
    "po iv im sc sl pv neb nebs top oral orally intravenous intramuscular subcutaneous "
    "sublingual rectal topical inhaled inhalation nebulised nebulized subcut s/c by mouth"
)
_TIMES = _words(
    "od bd bid tds tid qds qid qd qod hs nocte mane prn stat om on ac pc qn q4h q6h q8h q12h q24h "
    "once twice thrice three two one four half times time daily day days a an per every each "
    "hours hourly weekly week weeks monthly night nightly bedtime bed morning evening noon lunch "
    "breakfast dinner at in the before after food meal meals as needed when required take takes "
    "for and then alternate other regularly regular inr target course o.d b.d t.d.s q.d b.i.d t.i.d"
)
_SALTS = _words(
    "hydrochloride hcl dihydrochloride sodium potassium calcium magnesium disodium dipotassium "
    "maleate besilate besylate mesilate mesylate tosilate tosylate sulfate sulphate bisulfate "
    "bisulphate hydrogen hydrogensulfate phosphate citrate tartrate bitartrate hydrogentartrate "
    "succinate hemisuccinate fumarate hemifumarate acetate bromide hydrobromide chloride nitrate "
    "gluconate lactate furoate propionate dipropionate valerate pamoate embonate decanoate "
    "enantate enanthate palmitate hydrate monohydrate dihydrate trihydrate hemihydrate "
    "sesquihydrate anhydrous medoxomil cilexetil axetil proxetil pivoxil erbumine arginine malate "
    "oxalate xinafoate tromethamine trometamol meglumine hyclate stearate estolate ethylsuccinate "
    "olamine diethylamine epolamine saccharate aspartate benzoate isetionate edisilate lysine "
    "carbonate orotate camsilate napsilate caproate"
)
UNITS, SALTS = frozenset(_UNITS), frozenset(_SALTS)
STRIPPED = frozenset((*_FORMS, *_ROUTES, *_TIMES))
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = r"\d[\d.,]*"
_DOSE = re.compile(
    rf"[x×*]?{_NUMBER}(?:{_UNIT})?(?:[/x×*-](?:{_NUMBER})?(?:{_UNIT})?)*"  # 500mg, 30/500, 1-0-1
    rf"|(?:{_UNIT})/(?:{_NUMBER})?(?:{_UNIT})"  # mcg/hr
)
_COMBINED = re.compile(r"(?<=[^\W\d_]{3})\s*[/&+]\s*(?=[^\W\d_]{3})")
_GLUED = re.compile(rf"(?<=\d)({_UNIT})/(?=[a-z]{{4,}})(?!(?:{_UNIT})\b)")
_SPLIT = re.compile(
    r"\s+(?:\+|&|with|and)\s+|\s*[,;+、，；]\s*"
    r"|(?<=[\u4e00-\u9fff])(?:/|(?<!诺)和)(?=[\u4e00-\u9fff])"
)
_SAY = {"‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "®": "", "™": "", "·": " "}


def fold(text: str) -> str:
    """Return text in one form: NFKC, lower case, simplified characters, single blanks."""
    if text.isascii():  # nothing to compose or to translate
        return " ".join(text.lower().split())
    text = "".join(_SAY.get(letter, letter) for letter in text)
    text = "".join(_SAY.get(letter, letter) for letter in unicodedata.normalize("NFKC", text))
    return " ".join(text.casefold().translate(ONE_FORM).split())


def key(text: str) -> str:
    """Return the form in which names are compared: hyphens, dots and apostrophes do not count."""
    text = re.sub(r"[\s\-.]+", " ", fold(text).replace("'", "")).strip()
    return re.sub(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])", "", text)


def parts(text: str) -> list[str]:
    """Split the folded name of a combination at ``/``, ``+``, ``,``, *and*, *with*."""
    text = _GLUED.sub(r"\1 + ", text)
    text = _COMBINED.sub(" + ", text)
    pieces = (piece.strip() for piece in _SPLIT.split(text))
    return [part for piece in pieces if piece for part in _at_plus(piece)]


def _at_plus(text: str) -> list[str]:
    """Split at *plus* between two names; in *Micardis Plus 80/12.5* it belongs to the brand."""
    sides = re.split(r"\s+plus\s+", text)
    return sides if all(strip(side)[0] for side in sides) else [text]


def strip(text: str, known: Container[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Take dose, form, route and times away from a folded name.

    Parameters
    ----------
    text
        A text of :func:`fold`.
    known
        Keys of names; two to four words that are one of them stay (*regular insulin*).

    Returns
    -------
    name, taken
        What is left, and the words that were taken away, in their order.
    """
    kept: list[str] = []
    taken: list[str] = []
    tokens = text.split()
    after_number, place = False, 0
    while place < len(tokens):
        for count in (4, 3, 2):
            name = " ".join(tokens[place : place + count])
            if len(tokens) >= place + count and key(name) in known:
                kept.append(name)
                after_number, place = False, place + count
                break
        else:
            bare = tokens[place].strip(".,;:()[]")
            dose = bool(_DOSE.fullmatch(bare))
            unit = bare in UNITS and (after_number or len(bare) > 2)  # the g of penicillin g stays
            brand = bare in ("day", "night") and kept and not taken  # Panadol Night
            away = not bare or dose or unit or (bare in STRIPPED and not brand)
            (taken if away else kept).append(tokens[place] if away else bare)
            after_number, place = dose, place + 1
    return " ".join(kept), tuple(taken)


def without_salts(name: str) -> tuple[str, tuple[str, ...]]:
    """Take the words of salts, esters and hydrates away; the first word of a name may be one."""
    words = name.split()
    kept = [word for word in words if word not in SALTS]
    return " ".join(kept), tuple(word for word in words if word in SALTS)


def brackets(text: str) -> tuple[str, tuple[str, ...]]:
    """Take what stands in round or square brackets out of a folded text."""
    asides = re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]", text)
    return re.sub(r"[(\[【][^()\[\]【】]*[)\]】]", " ", text).strip(), tuple(asides)


def numbered(aside: str) -> bool:
    """Say whether the words in brackets only number a product: (Ⅱ), (25R)."""
    return bool(re.fullmatch(r"[ivx]+|\d*r?", aside.strip()))
