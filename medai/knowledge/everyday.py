"""What patients and notes say for common findings, where HPO lists no such synonym.

HPO is written for rare disease: it has "Wheezing" and "Dyspnea", not "wheezy" or "short of
breath".  These phrases were written for this book, from everyday English and the development
vignettes; each stands for one term, named here by HPO's own name.
"""

from __future__ import annotations

_TABLE = """
Dyspnea > short of breath, breathless, breathlessness, out of breath,
    cannot catch breath, can t catch breath, difficulty breathing, trouble breathing,
    hard to breathe, puffing, puffed out, dyspnoeic, dyspneic
Orthopnea > orthopnoeic, breathless when lying flat, breathless lying down
Wheezing > wheeze, wheezy, wheezes, whistling chest
Cough > coughing, coughs
Productive cough > cough with sputum, cough with phlegm, coughing up phlegm, bringing up phlegm,
    coughing up sputum, chesty cough, sputum, phlegm, bringing up sputum
Hemoptysis > coughing up blood, coughs up blood, coughed up blood, blood in sputum
Fever > feverish, febrile, pyrexial, high temperature, raised temperature, running a temperature,
    temperature is up, burning up
Chills > shivers, shivery, shivering fits, cold shivers
Night sweats > sweats at night, sweating at night, drenching sweats
Fatigue > tired, tiredness, exhausted, worn out, no energy, lack of energy, lethargic
Vomiting > vomited, vomits, throwing up, threw up, been sick, being sick
Nausea > nauseous, nauseated, feel sick, feeling sick, feels sick, queasy
Diarrhea > loose stools, loose stool, loose motions, runny stools
Constipation > constipated, bowels not opened
Abdominal pain > stomach ache, stomachache, belly pain, tummy pain, belly ache, stomach pain,
    pain in abdomen, pain in belly
Hematochezia > blood in stool, blood in stools, bleeding from back passage, rectal bleeding
Melena > black stools, black tarry stools, tarry stools
Hematemesis > vomiting blood, vomited blood, vomits blood
Dysphagia > trouble swallowing, hard to swallow, food sticks
Odynophagia > hurts to swallow, pain on swallowing, painful to swallow
Dysuria > burning when passing urine, stings to pee, pain passing urine, burning urine,
    hurts to pee, burning on passing urine, pain when urinating
Hematuria > blood in urine, blood in pee, bloody urine
Polyuria > passing a lot of urine, passing lots of urine
Polydipsia > very thirsty, always thirsty, excessive thirst, increased thirst
Headache > head hurts, head ache, sore head, headachy
Vertigo > room spins, room spinning, spinning sensation
Syncope > fainted, passed out, blacked out, blackout, blackouts, faints
Seizure > fitted, convulsions, had a fit
Palpitations > heart racing, heart pounding, heart fluttering, fluttering in chest
Chest pain > pain in chest, chest hurts, chest ache
Rhinorrhea > runny nose, nose is running, streaming nose
Nasal congestion > blocked nose, stuffy nose, nose is blocked, bunged up
Pruritus > itchy, itching, itch, itches
Jaundice > jaundiced, yellow eyes and skin, turned yellow
Peripheral edema > swollen ankles, swollen legs, ankle swelling, leg swelling, puffy ankles
Edema > swollen, swelling
Back pain > backache, back ache, back hurts
Arthralgia > joint pains, painful joints, aching joints, joints hurt, sore joints
Joint swelling > swollen joints, swollen joint
Myalgia > aching muscles, muscle aches, body aches, aching all over, aches all over
Insomnia > cannot sleep, can t sleep, trouble sleeping, unable to sleep
Depression > depressed, low mood, low in mood
Anxiety > anxious, worried all the time
Poor appetite > off food, no appetite, loss of appetite, not eating
Confusion > confused, muddled
Drowsiness > drowsy, sleepy
Photophobia > light hurts, light hurts eyes, bright light hurts
Stiff neck > neck stiffness, stiff neck
Blurred vision > vision blurred, blurry vision, vision is blurred
Tachycardia > tachycardic
Bradycardia > bradycardic
Hypotension > hypotensive
Tachypnea > tachypnoeic, tachypneic, fast breathing
Pallor > pale, looks pale
Weight loss > lost weight, losing weight
Tinnitus > ringing in ears, buzzing in ears
Epistaxis > nose bleeding, nosebleeds
Cyanosis > blue lips, cyanosed
"""

# Where it hurts: each word of pain goes with each part of the body.
_PAIN = """
Chest pain > chest, breastbone
Abdominal pain > belly, tummy, stomach, abdomen, guts
Headache > head
Pharyngalgia > throat
Ear pain > ear, ears
Ocular pain > eye, eyes
Neck pain > neck
Back pain > back
Low back pain > lower back
Shoulder pain > shoulder, shoulders
Knee pain > knee, knees
Hip pain > hip, hips
Hand pain > hand, hands, fingers
Wrist pain > wrist, wrists
Foot pain > foot, feet
Ankle pain > ankle, ankles
Lower limb pain > leg, legs, calf, thigh
Upper limb pain > arm, arms
Jaw pain > jaw
Groin pain > groin
Flank pain > flank, kidney, loin
Testicular pain > testicle, testicles, testis
Arthralgia > joint, joints
Myalgia > muscle, muscles
Mastalgia > breast, breasts
"""
_PAINS = (
    *("{} hurts", "{} hurt", "{} hurting", "{} aches", "{} ache", "{} aching", "{} sore"),
    *("{} painful", "{} agony", "{} throbs", "{} throbbing", "sore {}", "painful {}", "aching {}"),
    *("pain in {}", "pains in {}", "ache in {}", "pain across {}", "{} pain", "{} pains"),
    *("{} is sore", "{} is painful", "{} are sore", "{} are painful", "{} was sore"),
    *("{} is agony", "{} so painful", "{} very sore", "throbbing {}", "pounding {}"),
)


def table() -> dict[str, str]:
    """Return each phrase, as written here, with HPO's name of its term."""
    found = {}
    for line in _PAIN.strip().splitlines():
        name, parts = line.split(" > ")
        for part in parts.split(", "):
            found.update(dict.fromkeys((pain.format(part) for pain in _PAINS), name))
    name = ""
    for line in _TABLE.strip().splitlines():
        if ">" in line:
            name, line = (part.strip() for part in line.split(">"))
        found.update(dict.fromkeys(filter(None, map(str.strip, line.split(","))), name))
    return found
