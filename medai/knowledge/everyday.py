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
Cyanosis > blue lips, cyanosed, lips blue, lips are blue, lips went blue, lips turned blue,
    blue round lips, blue around lips, gone blue, fingers blue, lips grey, grey lips
Dyspnea > fighting for breath, gasping, gasping for air, gasping for breath, struggling to breathe,
    couldn t get breath, can t get breath, couldn t breathe, can t breathe, cannot breathe,
    hard time breathing, breath is short, struggles to breathe, winded
Exertional dyspnea > breathless on stairs, puffed on stairs, out of breath on stairs,
    breathless walking, short of breath on exertion, short of breath walking, breathless uphill,
    short of breath on stairs, puffed climbing stairs
Orthopnea > can t lie flat, cannot lie flat, unable to lie flat, sleep propped up, sleeps propped up
Paroxysmal nocturnal dyspnea > wake up gasping, wakes up gasping, wake gasping, wakes gasping,
    wake up breathless, woke up gasping, woke gasping
Wheezing > chest whistles, whistles when breathes, whistling when breathing, chest is whistling
Productive cough > coughing stuff up, bringing up stuff, bring up phlegm, brings up phlegm,
    cough up phlegm, coughs up phlegm
Purulent sputum > green phlegm, yellow phlegm, green sputum, yellow sputum, phlegm is green
Nonproductive cough > dry hacking cough, hacking cough, tickly cough, dry cough
Barking cough > cough like a seal, barks like a seal, seal cough, cough like a dog
Stridor > noisy breathing, crowing noise, harsh noise breathing in, noise when breathes in
Drooling > dribbling, can t swallow saliva, spits saliva, spitting saliva
Palpitations > heart hammering, heart flutters, heart pounds, heart pounded, heart races,
    heart thumping, heart jumping, heart skipping, heart skips, heart thumps
Hyperhidrosis > pouring with sweat, drenched in sweat, dripping with sweat, clammy, cold sweat,
    sweating, sweaty, sweats
Pallor > white as a sheet, grey faced, gone pale, went pale, went white
Syncope > keeled over, collapsed, fainting, blacked out, went out like a light
Presyncope > nearly fainted, almost fainted, nearly passed out, felt faint, feel faint,
    light headed, lightheaded, nearly blacked out
Vertigo > everything spins, everything spinning, world spins, world spinning, spinning, dizzy,
    giddy, head spins
Confusion > not making sense, makes no sense, doesn t make sense, muddled up, disoriented,
    talking nonsense, rambling
Drowsiness > hard to wake, hard to rouse, can t keep awake, very sleepy, won t wake
Slurred speech > speech slurred, words slurred, slurring words, slurring, slurs words
Aphasia > can t find words, lost speech, words won t come, couldn t speak, can t speak,
    unable to speak
Facial palsy > face drooped, face droops, face drooping, mouth drooped, mouth droops, lopsided face,
    face has dropped, drooping mouth, face is lopsided, crooked smile
Hemiparesis > weak down one side, weakness down one side, one side is weak, weak on one side,
    weak side
Upper limb muscle weakness > arm is weak, weak arm, arm went weak, can t lift arm, arm gave way
Lower limb muscle weakness > legs are weak, weak legs, legs gave way, leg gave way
Paresthesia > pins and needles, tingly, tingle, tingles, lips buzzing, fingers buzzing, prickling
Hypoesthesia > numb, no feeling in, gone numb, went numb
Diplopia > seeing double, see double, sees double, two of everything
Blurred vision > blurry, everything is a blur, everything is blurred, sight is blurred, misty vision
Visual loss > lost sight, lost vision, gone blind, can t see
Amaurosis fugax > shutter came over eye, curtain came over eye, curtain over eye
Photophobia > light is too bright, can t bear light, can t stand light
Stiff neck > neck is stiff, can t bend neck, neck won t bend
Seizure > convulsing, shaking fit
Tremor > shaking hands, hands shake, shaky hands, hands trembling, shaky
Falls > keeps falling, fell over
Fatigue > wiped out, shattered, knackered, no go in me, tired out, done in, tires easily
Malaise > off colour, under the weather, feel rotten, feel awful, unwell, run down, feel lousy
Fever > temperature of 38, temperature of 39, temperature of 40, temperature 38, temperature 39,
    temperature 40, running a fever, red hot, roasting hot, feels hot, fevers
Chills > shivery, shivering, shivers and shakes
Rigors > shaking chills, shook uncontrollably, teeth chattering, bed shook, teeth chattered
Night sweats > wet sheets, drenched pyjamas, soaked sheets, soaked pyjamas, wakes drenched
Weight loss > clothes hang off, clothes are loose, trousers loose, trousers hang off, lost a stone,
    lost kilos, dropped a dress size, kilos lighter, kilos gone, dropped weight
Increased body weight > put on weight, putting on weight, gained weight, kilos heavier
Poor appetite > don t want food, can t face food, not hungry, gone off food, off meals, won t eat,
    doesn t want to eat, appetite gone
Vomiting > sick once, sick twice, sick three times, brought up dinner, can t keep anything down,
    chucking up, puking, puked, throws up, heaving, heaved
Nausea > queasiness, sick to stomach, feel like vomiting
Diarrhea > on the toilet all day, watery poo, runny poo, loose poo, squits
Constipation > can t go, hard stool, hard stools, no poo, not opened bowels, bowels do nothing
Hematochezia > blood on paper, blood in poo, bloody stool, blood in pan, blood on toilet paper
Melena > black poo, poo is black, stools are black, tar like stools, stool is black
Hematemesis > threw up blood, brought up blood
Hemoptysis > coughed blood, cough up blood, blood when cough, spat blood, spits blood
Abdominal distention > belly swollen, swollen belly, bloated, belly is swollen, tummy swells
Abdominal cramps > bowels cramp, belly cramps, tummy cramps, stomach cramps, cramps in belly
Dysphagia > food gets stuck, food gets stuck going down, things go down wrong way, can t swallow
Gastroesophageal reflux > heart burn, acid comes up, burns behind breastbone
Jaundice > eyes yellow, skin yellow, gone yellow, eyes are yellow, yellow eyes, yellow skin
Dark urine > brown urine, urine like cola, dark pee, urine is dark, pee is dark, pee like tea
Acholic stools > pale stools, stools are pale, clay stools, pale poo
Macroscopic hematuria > red pee, pink pee, pee is red, red urine
Pollakisuria > pee all the time, pee often, peeing a lot, weeing a lot, keep needing to pee,
    passing urine often, keeps needing the loo
Nocturia > up to pee, up at night to pee, up at night for a pee, up twice for a pee,
    up three times a night, get up to pee
Urinary urgency > can t hold it, have to rush to the toilet, can t hold water
Urinary incontinence > wet myself, wets himself, wets herself, leaking urine, leak urine
Urinary retention > can t pee, can t pass water, cannot pass urine, can t pass urine
Oliguria > hardly peeing, hardly any urine, barely passing urine, hardly passed urine
Polydipsia > drinks and drinks, drinking gallons, can t stop drinking
Pedal edema > ankles swell, ankles are swollen, feet are swollen, swollen feet, shoes don t fit,
    ankles puffy, feet swell
Facial edema > face swelled up, face swollen, swollen face, face is swollen, puffy face
Tongue edema > tongue swelled, tongue swollen, swollen tongue, tongue is swelling
Swollen lip > lips swelled, lips swollen, swollen lips, lip swelled up
Palpebral edema > eyelids puffy, eyelids swollen, swollen eyelids
Urticaria > hives, weals, wheals, nettle rash, itchy lumps
Skin rash > blotches, blotchy, rash came up, red spots
Vesicular eruption > blisters, crop of blisters, row of blisters, little blisters
Petechiae > pinprick spots, tiny red dots, tiny purple spots
Bruising susceptibility > bruise easily, bruises easily, bruising easily, unexplained bruises
Lymphadenopathy > lumps in neck, swollen glands, glands are up, glands swollen, glands up
Hoarse voice > croaky voice, croaky, husky voice, voice is hoarse, lost voice
Hyposmia > can t smell, smell has faded, lost sense of smell, can t smell anything
Sneeze > sneezing, sneezes, keeps sneezing
Rhinorrhea > nose runs, nose like a tap, snotty, dripping nose, snuffle, snuffles
Nasal congestion > nose blocked, blocked up nose, nose is stuffed
Ocular pruritus > itchy eyes, eyes itch, eyes are itchy
Epiphora > eyes stream, streaming eyes, watery eyes, eyes water, eyes watering
Red eye > eye is red, eyes are red, red eyes, bloodshot, pink eye
Hearing impairment > muffled hearing, hearing has gone, can t hear, gone deaf, hard of hearing
Insomnia > sleep badly, sleeps badly, don t sleep, can t get to sleep, lie awake, awake all night
Irritability > snappy, short tempered, irritable, snap at everyone, cranky, grizzly
Anxiety > panicky, terrified, terror, on edge, can t stop worrying, worry about everything
Suicidal ideation > end it all, want to die, kill myself, better off dead, not be here any more,
    wish I was dead, thoughts of suicide
Memory impairment > forgetful, forgets things, memory is going, asks the same thing
Joint swelling > swollen knee, knee is swollen, knee swollen, joint is swollen
Generalized morning stiffness > stiff in the morning, stiff in mornings, morning stiffness
Pleuritic chest pain > hurts to breathe in, hurts to breathe, stabs when breathe in,
    pain when breathe in, pain on breathing in
Chest tightness > tight chest, chest is tight, band round chest, weight on chest,
    elephant on chest, pressure on chest, pressure in chest, tightness across chest,
    tightness in chest, squeezing in chest, chest feels tight
Thunderclap headache > worst headache of life, worst headache ever, like being hit on the head
Abnormal vaginal bleeding > spotting, bleeding between periods, bleeding from vagina
Menorrhagia > heavy periods, flooding periods
Inability to walk > can t walk, cannot walk, won t walk, unable to walk
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
