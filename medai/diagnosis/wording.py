"""How a patient is asked about a finding, in plain words.

The words were written for this book.  A finding that stands here can be answered by a patient
(or by whoever is with the patient); one that does not, such as a laboratory value, is never
asked.  In Chinese the everyday expression of ``data/zh_findings`` is used.
"""

from __future__ import annotations

import functools

from medai.knowledge.graph import KnowledgeGraph

# "Do you have …?", by HPO's own name of the term.
_HAVE = """
Abdominal cramps: cramps in the belly; Abdominal distention: a swollen or bloated belly;
Abdominal mass: a lump in the belly; Abdominal pain: pain in the belly;
Abnormal bleeding: bleeding that does not stop;
Abnormal vaginal bleeding: vaginal bleeding that is not your usual period;
Abnormal vaginal discharge: unusual vaginal discharge; Anal pain: pain at the back passage;
Ankle pain: pain in an ankle; Arthralgia: painful joints; Asthma: asthma; Back pain: back pain;
Barking cough: a cough that sounds like a bark; Bloody diarrhea: diarrhoea with blood in it;
Blurred vision: blurred sight; Bone pain: pain in the bones; Burning mouth: a burning mouth;
Buttock pain: pain in the buttock; Cervical lymphadenopathy: swollen glands in the neck;
Chapped lip: red, cracked lips; Chest pain: pain in the chest;
Chest tightness: a tight or heavy feeling in the chest; Chills: chills or shivers;
Chronic cough: a cough for more than eight weeks;
Chronic diarrhea: diarrhoea for more than four weeks; Cloudy urine: cloudy urine;
Constipation: constipation; Costochondral pain: pain where the ribs meet the breastbone;
Cough: a cough; Dark urine: dark urine; Diabetes mellitus: diabetes; Diarrhea: diarrhoea;
Diplopia: double vision; Dry skin: dry skin; Dysmenorrhea: painful periods;
Dyspareunia: pain during sex; Dyspepsia: indigestion; Dysphagia: difficulty in swallowing;
Dyspnea: shortness of breath; Dysuria: pain or burning when you pass urine; Ear pain: earache;
Edema: swelling anywhere; Epigastric pain: pain high in the belly, under the ribs;
Epiphora: watering eyes; Epistaxis: nosebleeds; Excessive eructation: a lot of burping;
Exertional dyspnea: shortness of breath when you move about; Facial edema: a swollen face;
Fever: a fever; Flank pain: pain in the side below the ribs; Flatulence: a lot of wind;
Flushing: flushes of the face; Foot pain: pain in a foot; Forearm pain: pain in a forearm;
Gastrocnemius myalgia: pain in the calf; Gastroesophageal reflux: heartburn;
Generalized morning stiffness: stiffness in the morning; Genital ulcers: sores on the genitals;
Gingival bleeding: bleeding gums; Groin pain: pain in the groin; Halitosis: bad breath;
Hallucinations: visions or voices that others do not notice; Hand pain: pain in a hand;
Hand paresthesia: tingling in a hand; Headache: a headache; Hematuria: blood in the urine;
Hemorrhoids: piles; Hip pain: pain in a hip; Hot flashes: hot flushes;
Hyperhidrosis: unusual sweating; Intrascapular pain: pain between the shoulder blades;
Irregular menstruation: irregular periods; Jaw claudication: jaw ache when you chew;
Jaw pain: pain in the jaw; Joint stiffness: stiff joints; Joint swelling: a swollen joint;
Knee pain: pain in a knee; Limb pain: pain in an arm or a leg; Loss of voice: no voice left;
Low back pain: low back pain; Low-grade fever: a slightly raised temperature;
Lower limb pain: pain in a leg; Lymphadenopathy: swollen glands;
Macroscopic hematuria: red or brown urine; Mastalgia: painful breasts; Menorrhagia: heavy periods;
Mucoid diarrhea: slimy diarrhoea; Mucus in stool: slime in the stool; Muscle spasm: muscle cramps;
Muscle weakness: weak muscles; Myalgia: aching muscles; Nail pits: small pits in the nails;
Nasal congestion: a blocked nose; Nausea: nausea; Neck muscle weakness: a weak neck;
Neck pain: neck pain; Night sweats: drenching sweats at night; Nonproductive cough: a dry cough;
Ocular pain: pain in an eye; Ocular pruritus: itchy eyes; Odynophagia: pain when you swallow;
Oral ulcer: sores in the mouth; Pain: pain anywhere;
Painful defecation: pain when you open your bowels;
Palmoplantar blistering: blisters on palms or soles;
Palpitations: a racing, pounding or irregular heartbeat; Panic attack: attacks of panic;
Paresthesia: tingling or pins and needles; Parotitis: a painful swelling in front of the ear;
Pelvic pain: pain low in the belly or pelvis; Pharyngalgia: a sore throat;
Pleuritic chest pain: chest pain that is worse when you breathe in;
Poor appetite: less appetite than usual; Productive cough: a cough that brings up phlegm;
Pruritus: itching; Purulent eye discharge: sticky pus in the eyes;
Purulent sputum: green or yellow phlegm; Pustule: spots filled with pus;
Recurrent infections: infections again and again;
Rest limb pain: pain in a foot or leg at rest, at night; Resting tremor: a trembling hand at rest;
Restlessness: restlessness; Rhinorrhea: a runny nose; Rigors: shaking chills;
Scalp tenderness: a sore scalp, for example when combing; Sciatica: pain that shoots down a leg;
Scrotal pain: pain in the scrotum; Shoulder pain: pain in a shoulder;
Skin nodule: lumps in the skin; Skin rash: a rash; Skin ulcer: an open sore;
Skin vesicle: small blisters; Sneeze: fits of sneezing; Stiff neck: a stiff neck;
Stiff shoulders: stiff shoulders; Swelling of inguinal region: a swelling in the groin;
Swollen lip: swollen lips; Tenesmus: a feeling that the bowel is never empty;
Testicular pain: pain in a testicle;
Thunderclap headache: a headache that was at its worst within a minute;
Tinnitus: ringing in the ears; Toe pain: pain in a toe; Tongue edema: a swollen tongue;
Tremor: trembling hands; Upper limb pain: pain in an arm;
Urinary urgency: a sudden urge to pass urine; Urticaria: hives (itchy weals);
Vaginal dryness: a dry vagina; Vaginal pruritus: itching of the vagina;
Vertigo: dizziness or a spinning feeling; Vesicular eruption: a rash with small blisters;
Wrist pain: pain in a wrist; Xerostomia: a dry mouth
"""

# Whole questions.
_ASK = """
Acholic stools: Are your stools pale, like clay?
Agitation: Are you (is the patient) agitated?
Alopecia: Are you losing hair?
Amaurosis fugax: Did one eye go dark for some minutes?
Amenorrhea: Have your periods stopped?
Anhedonia: Have you lost interest or pleasure in things?
Anosmia: Have you lost your sense of smell?
Hyposmia: Do you smell less than usual?
Ageusia: Have you lost your sense of taste?
Anuria: Have you passed no urine at all since yesterday?
Anxiety: Are you anxious or worried?
Aphasia: Is it hard to find words or to understand speech?
Apnea: Does breathing stop for seconds?
Arthritis: Is a joint swollen, warm and painful?
Asthenia: Do you feel weak all over?
Ataxia: Are movements clumsy or unsteady?
Bilateral facial palsy: Are both sides of the face weak?
Bowel incontinence: Have you lost control of your bowels?
Bowel urgency: Do you have to rush to open your bowels?
Bradykinesia: Have your movements become slow?
Bruising susceptibility: Do you bruise easily or without a reason?
Bulging fontanelle: Is the soft spot on the baby's head bulging?
Choking episodes: Did it start with choking on something?
Cold intolerance: Do you feel the cold more than others?
Coffee ground vomitus: Did you vomit something like coffee grounds?
Confusion: Are you (is the patient) confused or muddled?
Conjunctival hyperemia: Is the white of the eye red?
Red eye: Is an eye red?
Cyanosis: Are lips, face or fingers blue or grey?
Dehydration: Is the mouth dry and is there hardly any urine?
Depression: Do you feel low or hopeless most of the time?
Diminished ability to concentrate: Is it hard to concentrate?
Drooling: Does saliva run out because it cannot be swallowed?
Drowsiness: Are you (is the patient) unusually sleepy, hard to keep awake?
Dysarthria: Is speech slurred?
Slurred speech: Is speech slurred?
Early satiety: Are you full after a few bites?
Encopresis: Does the child soil the pants?
Erectile dysfunction: Is it hard to get or keep an erection?
Erythema: Is the skin red and warm somewhere?
Erythema migrans: Is there a red ring or patch that grows, perhaps after a tick bite?
Excessive daytime somnolence: Do you fall asleep during the day?
Extremities cold to touch: Is a foot, hand, leg or arm cold?
Facial palsy: Does one side of the face droop?
Falls: Have you had falls?
Fatigue: Are you unusually tired?
Feeding difficulties: Is the child feeding badly?
Foamy urine: Is your urine foamy?
Gait ataxia: Are you unsteady when you walk?
Gait disturbance: Has walking become difficult?
Hearing impairment: Do you hear less than before?
Heat intolerance: Do you feel the heat more than others?
Hematemesis: Did you vomit blood?
Hematochezia: Is there red blood in or on the stool?
Hemiparesis: Is one side of the body weak?
Hemoptysis: Did you cough up blood?
Hoarse voice: Is your voice hoarse?
Homonymous hemianopia: Can you not see to one side?
Hyperpigmentation of the skin: Has your skin become darker without sun?
Hyperventilation: Are you breathing fast and deep?
Hypoesthesia: Is a part of the body numb?
Inability to walk: Can you (or the child) no longer walk?
Increased body weight: Have you put on weight?
Insomnia: Do you sleep badly?
Intermittent claudication: Do your calves hurt on walking and stop when you rest?
Irritability: Are you (is the child) irritable?
Jaundice: Are skin or eyes yellow?
Limb ataxia: Are arms or legs clumsy?
Limb muscle weakness: Are arms or legs weak?
Limitation of joint mobility: Is there a joint that no longer moves fully?
Loss of consciousness: Did you lose consciousness?
Lower limb muscle weakness: Are the legs weak?
Malaise: Do you feel generally unwell?
Memory impairment: Has your memory become worse?
Melena: Are your stools black like tar?
Migraine with aura: Do flickering lights or zigzags come before the headache?
Nausea and vomiting: Do you feel sick and vomit?
Nocturia: Do you get up at night to pass urine?
Nuchal rigidity: Does it hurt to bring the chin to the chest?
Obstipation: Have you passed neither stool nor wind?
Oliguria: Are you passing much less urine than usual?
Orthopnea: Are you short of breath when you lie flat?
Pallor: Are you (is the patient) very pale?
Palpebral edema: Are the eyelids swollen?
Paroxysmal nocturnal dyspnea: Do you wake at night gasping for air?
Pedal edema: Are feet or ankles swollen?
Perianal anethesia: Is the skin between the legs numb, where a saddle would touch?
Periorbital edema: Is the skin around an eye swollen?
Personality changes: Has the personality changed?
Petechiae: Are there tiny red or purple spots that stay when pressed with a glass?
Phonophobia: Do sounds hurt or bother you?
Photophobia: Does light hurt your eyes?
Pollakisuria: Do you pass urine more often than usual?
Polydipsia: Are you much more thirsty than usual?
Polyphagia: Are you much hungrier than usual?
Polyuria: Do you pass much more urine than usual?
Postcoital vaginal bleeding: Do you bleed after sex?
Postmenopausal bleeding: Have you bled since your periods ended for good?
Presyncope: Did you nearly faint?
Ptosis: Does an upper eyelid hang down?
Purpura: Are there purple patches that stay when pressed with a glass?
Reduced consciousness: Is the patient less awake than usual?
Respiratory distress: Is breathing hard work?
Rest dyspnea: Are you short of breath even at rest?
Seizure: Was there a fit or convulsion?
Sleep abnormality: Is your sleep disturbed?
Stridor: Is there a harsh noise when breathing in?
Strawberry tongue: Is the tongue red like a strawberry?
Suicidal ideation: Have you had thoughts of ending your life?
Syncope: Did you faint?
Tachycardia: Is your pulse fast?
Tachypnea: Is the breathing fast?
Trismus: Can you no longer open your mouth fully?
Unsteady gait: Are you unsteady on your feet?
Upper limb muscle weakness: Is an arm weak?
Urinary hesitancy: Does it take long until the urine starts?
Urinary incontinence: Do you lose urine?
Urinary retention: Can you not pass urine although the bladder is full?
Visual impairment: Is your sight worse than before?
Visual loss: Have you lost sight in one or both eyes?
Vomiting: Have you been vomiting?
Weight loss: Have you lost weight without wanting to?
Wheezing: Does your chest whistle when you breathe out?
Angioedema: Are lips, tongue, eyelids or face suddenly swollen?
Recurrent coughing spasms: Do you have bouts of coughing that do not let you breathe?
Intercostal retractions: Is the skin between the ribs sucked in with each breath?
Scaling skin: Is the skin scaly?
Skin fissure: Is the skin cracked?
Restless legs: Do you have to move your legs in the evening to get relief?
Weak grip: Do you drop things?
Chronic pain: Have you had the pain for months?
"""


@functools.lru_cache(maxsize=4)
def _questions(graph: KnowledgeGraph) -> dict[str, str]:
    """Return the question for each HPO id that a patient can be asked about."""
    words: dict[str, str] = {}
    for part in " ".join(_HAVE.split()).split(";"):
        name, phrase = part.strip().split(": ", 1)
        words[name] = f"Do you have {phrase}?"
    for line in _ASK.strip().splitlines():
        name, question = line.split(": ", 1)
        words[name] = question
    number = {name: i for i, name in enumerate(graph.term_names)}
    return {graph.term_ids[number[name]]: text for name, text in words.items()}


def askable(graph: KnowledgeGraph) -> tuple[str, ...]:
    """Return the HPO ids that a patient can be asked about."""
    return tuple(_questions(graph))


def question(graph: KnowledgeGraph, hpo_id: str) -> str:
    """Return a question about a finding; for one that is no complaint, about the sign."""
    found = _questions(graph).get(hpo_id)
    return found or f"Has this been found: {graph.term(hpo_id).name.lower()}?"


@functools.lru_cache(maxsize=1)
def _chinese() -> dict[str, str]:
    """Return an everyday Chinese expression for each HPO id of the lexicon."""
    from medai.datasets.zh import read_zh_findings

    chosen: dict[str, tuple[bool, str]] = {}
    for row in read_zh_findings()["findings"]:
        clinical = (row["fit"] != "exact", row["register"] != "lay")
        if row["hpo"] not in chosen or clinical < chosen[row["hpo"]][0]:
            chosen[row["hpo"]] = (clinical, row["zh"])
    return {hpo: zh for hpo, (_, zh) in chosen.items()}


def question_zh(hpo_id: str) -> str:
    """Return the question in Chinese; "" where the lexicon has no expression.

    Examples
    --------
    >>> question_zh('HP:0001945')
    '有没有这个症状：发烧？'
    """
    word = _chinese().get(hpo_id, "")
    return f"有没有这个症状：{word}？" if word else ""
