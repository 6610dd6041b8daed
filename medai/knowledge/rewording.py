"""One wording for what patients and the ontology say in different words.

"End part of the innermost bone of the index finger" and "epiphysis of the proximal phalanx of
the 2nd finger" mean the same; so do "kidney" and "renal".  :func:`reword` brings both to one
form, word by word.  The rules were written by hand after a look at pairs of names and lay
synonyms of the development half of the terms (``benchmarks/linking.py`` says which); they are
anatomy and plain English, and claim nothing about patients.
"""

from __future__ import annotations

import functools

# "what is written, also this > the common form", in normalised words (see words.normalise).
_RULES = """
end part, growing end, epiphyseal > epiphysis
wide portion of long bone, wide portion long bone, wide portion, metaphyseal > metaphysis
shaft, diaphyseal > diaphysis
innermost > proximal ; outermost > distal
pinky finger, pinkie finger, little finger, pinky, fifth finger > 5th finger
pinkie toe, pinky toe, little toe, baby toe, fifth toe > 5th toe
index finger, pointer finger, second finger > 2nd finger ; second toe > 2nd toe
long middle finger, middle finger, third finger > 3rd finger ; third toe > 3rd toe
ring finger, fourth finger > 4th finger ; fourth toe > 4th toe
big toe, great toe, 1st toe, first toe > hallux ; 1st finger, first finger > thumb
long bone hand, hand bone > metacarpal ; long bone foot, foot bone > metatarsal
finger bone > finger phalanx ; toe bone > toe phalanx
proximal bone > proximal phalanx ; distal bone > distal phalanx ; middle bone > middle phalanx
wrist bone, carpal bone, wrist > carpal ; ankle bone, tarsal bone > tarsal
hinge joint > interphalangeal joint
thighbone, thigh bone, femoral > femur ; shinbone, shin bone, shankbone, tibial > tibia
calf bone, fibular > fibula
upper arm bone, long bone upper arm, long bone in upper arm, humeral > humerus
inner forearm bone, inner large forearm bone, ulnar bone, ulnar > ulna
outer forearm bone, outer large forearm bone, radial bone > radius
collarbone, collar bone, clavicular > clavicle ; shoulder blade, scapular > scapula
breastbone, breast bone, sternal > sternum ; tailbone, coccygeal > coccyx
kneecap, knee cap, patellar > patella ; jawbone > jaw ; hipbone, hip bone > pelvis
backbone, spinal column, vertebral column > spine ; spinal bone, vertebral > vertebra
lower jaw, mandibular > mandible ; upper jaw, maxillary > maxilla
upper front tooth > maxilla central incisor ; lower front tooth > mandible incisor
front tooth > incisor ; baby tooth, milk tooth, primary tooth, deciduous tooth > primary tooth
adult tooth > permanent tooth ; dental > tooth ; gum, gingival > gingiva
kidney > renal ; liver > hepatic ; lung > pulmonary ; heart > cardiac ; stomach > gastric
bladder > bladder ; bowel, gut, intestinal > intestine ; brain > cerebral
skin, dermal > cutaneous
nerve > neural ; muscle, musculature > muscular ; nose > nasal ; mouth > oral ; face > facial
eye > ocular ; ear > ear ; spleen, splenic > splenic ; vein > venous ; artery > arterial
womb, uterine > uterus ; testicle, testicular, testis > testis ; ovarian > ovary
penile > penis ; vaginal > vagina ; thyroid gland > thyroid ; adrenal gland > adrenal
pancreatic > pancreas ; eardrum, ear drum > tympanic membrane ; windpipe, tracheal > trachea
voice box, laryngeal > larynx ; throat, pharyngeal > pharynx
gullet, food pipe, oesophageal, esophageal > esophagus
eyelid, lid, palpebral > eyelid
opening between eyelid, eyelid opening, eyelid fissure > palpebral fissure
area between eyebrow > glabella ; around eye > periorbital
below skin, under skin > subcutaneous
white eye, scleral > sclera ; clear front part eye, corneal > cornea ; retinal > retina
macular > macula
lip red part, red part lip, lip border > vermilion ; roof mouth, palatal > palate
breast, mammary > breast ; nipple > nipple ; belly, tummy, abdominal > abdomen
chest, thoracic > thorax ; neck, cervical > neck ; groin, inguinal > inguinal
armpit, axillary > axilla
palm, palmar > palm ; sole, plantar > sole ; scalp hair, head hair > hair ; body hair > hair
vision, sight, eyesight > visual ; hearing, auditory > hearing ; smell, olfactory > smell
speech, speaking, talking > speech ; walking, walk, gait > gait
swallowing, swallow > swallowing
tumor, neoplasia > neoplasm ; cancer, malignant neoplasm, carcinoma > cancer
absence, missing, agenesis, absent, lack > aplasia
underdevelopment, underdeveloped, hypoplastic, small, little > hypoplasia
overgrowth, overdevelopment, enlarged, enlargement, large, big > large
wide > broad ; narrowing, narrowed, narrow > stenosis ; degeneration, wasting, wasted > atrophy
fused, fusion, symphalangism, synostosis > fusion
bowed, bent, curved, curving, curvature > bowing
increased bone density, increase in bone density, sclerotic > sclerosis
uneven increase in bone density, uneven sclerosis > patchy sclerosis
speckled calcification, stippled > stippling ; bone maturation, bone age > bone age
webbed > webbing ; split, cleft, bifid > split ; forked > split
droopy, drooping, ptotic > ptosis
turned up, upturned > upturned ; extra, supernumerary, additional > extra
abnormality, anomaly, malformation > abnormal
abnormal shape, abnormal morphology, abnormally shaped > abnormal
morphology > abnormal ; defect > defect ; defective > defect
high, elevated, raised, raized, increase, excess, excessive, hyper > increased
low, reduced, reduction, decrease, diminished, deficient, deficiency, hypo > decreased
blood, serum, plasma, circulating, blood stream, bloodstream > blood
sugar > glucose ; csf > cerebrospinal fluid ; gi > gastrointestinal ; connexion > connection
level, concentration, amount > level ; urinary, pee > urine
repeated, frequent, recurring > recurrent ; long lasting, long term, persistent > chronic
itchy, itching, itchiness > pruritus ; sweating, perspiration > sweat
sluggish, slow > slow ; fast, rapid > rapid ; stiffness > stiff ; weakness > weak
swelling, swollen > edema ; bleeding, bleed > hemorrhage ; inflammation, inflamed > inflammation
painful, ache, aching, sore > pain ; fit > seizure ; vomit > vomiting
rash > rash ; bruise, bruising > bruising ; blister, blistering > blister
disease, disorder > disease ; paralysed > paralysis ; shaking > tremor ; fat > adipose
cracked, crack, fissured > fissure ; sunlight, sun > photo ; hardening > sclerosis
notched > notch ; crooked, asymmetric > asymmetry ; lazy eye > amblyopia
cross eyed > esotropia
hardened artery, plaque build up in artery > atherosclerosis ; short height > short stature
"""


def _rules() -> dict[tuple[str, ...], tuple[str, ...]]:
    table = {}
    for rule in _RULES.replace("\n", ";").split(";"):
        if rule.strip():
            left, right = rule.split(">")
            for one in left.split(","):
                table[tuple(one.split())] = tuple(right.split())
    return table


_TABLE = _rules()
_LONGEST = max(map(len, _TABLE))


@functools.lru_cache(maxsize=1 << 16)
def reword(phrase: str) -> str:
    """Return a normalised phrase in the common wording.

    >>> reword("end part of innermost bone of index finger")
    'epiphysis of proximal phalanx of 2nd finger'
    """
    words = tuple(phrase.split())
    for _ in range(2):  # a rule may make the words of another: "innermost bone"
        words = _once(words)
    return " ".join(words)


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    result: list[str] = []
    i = 0
    while i < len(words):
        for size in range(min(_LONGEST, len(words) - i), 0, -1):
            new = _TABLE.get(words[i : i + size])
            if new is not None:
                result += new
                break
        else:
            size = 1
            result.append(words[i])
        i += size
    return tuple(result)
