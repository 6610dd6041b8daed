"""What patients and notes say where neither HPO nor ``data/en_findings`` has the words.

HPO is written for rare disease: it has "Wheezing" and "Dyspnea", not "wheezy".  The lexicon of
:mod:`medai.knowledge.lay` was written later and covers most of what stood here; these phrases
are what it lacks.  They were written for this book, from everyday English and the development
vignettes; each stands for one term, named here by HPO's own name.
"""

from __future__ import annotations

_TABLE = """
Dyspnea > cannot catch breath, can t catch breath, puffing, gasping, couldn t get breath,
    can t get breath, breath is short, winded
Wheezing > whistles when breathes, whistling when breathing
Productive cough > sputum, coughing stuff up, bringing up stuff
Hemoptysis > blood in sputum, blood when cough, spat blood, spits blood
Chills > shivering fits
Night sweats > drenching sweats, wet sheets, drenched pyjamas, soaked sheets, soaked pyjamas,
    wakes drenched
Fatigue > wiped out, no go in me, done in
Vomiting > sick once, sick twice, sick three times, brought up dinner
Nausea > sick to stomach
Diarrhea > on the toilet all day, squits
Constipation > can t go, no poo, not opened bowels, bowels do nothing
Hematochezia > bleeding from back passage, blood on paper, blood in poo, blood in pan,
    blood on toilet paper
Hematemesis > brought up blood
Dysphagia > things go down wrong way
Dysuria > pain passing urine
Hematuria > blood in pee
Polydipsia > drinks and drinks, drinking gallons, can t stop drinking
Syncope > passed out, blacked out, blackout, blackouts, went out like a light
Palpitations > fluttering in chest
Rhinorrhea > nose runs, snuffle, snuffles
Nasal congestion > nose is stuffed
Pruritus > itchy, itch, itches
Jaundice > turned yellow, gone yellow
Edema > swollen, swelling
Insomnia > sleep badly, sleeps badly, can t get to sleep
Depression > low in mood
Anxiety > terrified, terror
Poor appetite > off food, not eating, off meals, won t eat
Confusion > doesn t make sense
Drowsiness > won t wake
Photophobia > light is too bright
Stiff neck > can t bend neck, neck won t bend
Blurred vision > blurry, everything is a blur
Pallor > pale, grey faced, went white
Weight loss > kilos lighter, kilos gone
Tinnitus > buzzing in ears
Cyanosis > blue round lips, blue around lips, gone blue, lips grey
Nonproductive cough > dry hacking cough, hacking cough
Stridor > crowing noise, harsh noise breathing in, noise when breathes in
Drooling > can t swallow saliva, spits saliva, spitting saliva
Hyperhidrosis > sweats
Slurred speech > words slurred, slurs words
Hemiparesis > weak side
Upper limb muscle weakness > can t lift arm, arm gave way
Lower limb muscle weakness > legs gave way, leg gave way
Paresthesia > lips buzzing, fingers buzzing
Hypoesthesia > no feeling in
Diplopia > two of everything
Visual loss > gone blind, can t see
Amaurosis fugax > shutter came over eye, curtain came over eye, curtain over eye
Tremor > shaking hands
Rigors > shaking chills, shook uncontrollably, teeth chattering, bed shook, teeth chattered
Increased body weight > kilos heavier
Abdominal cramps > bowels cramp, cramps in belly
Gastroesophageal reflux > burns behind breastbone
Acholic stools > clay stools
Pollakisuria > keeps needing the loo
Nocturia > up to pee, up twice for a pee, get up to pee
Urinary urgency > can t hold it, have to rush to the toilet, can t hold water
Oliguria > hardly passed urine
Pedal edema > shoes don t fit
Urticaria > itchy lumps
Skin rash > blotches, blotchy
Vesicular eruption > crop of blisters, row of blisters, little blisters
Lymphadenopathy > lumps in neck
Hyposmia > can t smell, smell has faded, lost sense of smell, can t smell anything
Red eye > bloodshot
Hearing impairment > can t hear
Suicidal ideation > not be here any more
Memory impairment > asks the same thing
Generalized morning stiffness > stiff in mornings
Pleuritic chest pain > stabs when breathe in, pain when breathe in, pain on breathing in
Chest tightness > band round chest, weight on chest, elephant on chest, pressure on chest,
    pressure in chest, tightness across chest, squeezing in chest
Thunderclap headache > worst headache of life
Abnormal vaginal bleeding > spotting, bleeding from vagina
Inability to walk > can t walk, cannot walk, won t walk, unable to walk
"""


def table() -> dict[str, str]:
    """Return each phrase, as written here, with HPO's name of its term."""
    found = {}
    name = ""
    for line in _TABLE.strip().splitlines():
        if ">" in line:
            name, line = (part.strip() for part in line.split(">"))
        found.update(dict.fromkeys(filter(None, map(str.strip, line.split(","))), name))
    return found
