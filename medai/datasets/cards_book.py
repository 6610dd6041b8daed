"""Cards of the tables that the book ships itself, in ``data/``.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="zh-findings",
        title="Chinese expressions of signs and symptoms",
        what="Words of patients and doctors with their HPO terms; words that deny, doubt, grade "
        "or date a finding; measurements with limits; 60 complaints in Chinese and English "
        "with what is present and absent.",
        kind="embedded",
        source="written for this book (data/zh_findings/); meanings were checked against the "
        "pages in its sources.csv",
        licence="CC BY 4.0; HPO ids and names under the HPO licence",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; ids of HPO 2025-01-16",
        citation="this book",
        flaws=(
            "Read twice by the authors, the second time to refute; by no Chinese physician yet.",
            "A lexicon, not a language: what it does not list is reported, not understood.",
            "Words of traditional Chinese medicine (上火, 肾虚) are asked about, never translated.",
            "Mainland usage first; words of Taiwan and Hong Kong are fewer.",
        ),
    ),
    Card(
        name="en-findings",
        title="Everyday English of signs and symptoms",
        what="What patients say with its HPO terms, as patterns; phrases that only sound like a "
        "finding; texts that state or deny one, and texts in which one must not be found.",
        kind="embedded",
        source="written for this book (data/en_findings/) without sight of the vignettes; rows "
        "added later with the development vignettes in sight are marked",
        licence="CC BY 4.0; HPO ids and names under the HPO licence",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; ids of HPO 2025-01-16",
        citation="this book",
        flaws=(
            "Read by a second reader; by no physician yet.",
            "British usage first. Nothing says how often people use an expression.",
            "A lexicon, not a language: a new picture for an old complaint is not understood.",
        ),
    ),
    Card(
        name="notes",
        title="Labelled sentences of notes",
        what="120 fictional sentences, 60 for development and 60 for the test, with 234 labelled "
        "findings: present, absent, possible, hypothetical, history or family.",
        kind="embedded",
        source="written for this book (data/notes/), before any rule was tuned",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="this book",
        flaws=(
            "Written to be hard: shares measured on it are not those of a ward.",
            "Labelled twice by the same writer in one session (233 of 234 equal): an upper bound "
            "for agreement. No physician has read it.",
            "Only the named words of a sentence are labelled, not every finding.",
        ),
    ),
    Card(
        name="grounding",
        title="Sentences that a coverage check must refuse, and faithful ones",
        what="341 texts that say something which their facts do not (wrong disease, number, drug, "
        "negation, relation, frequency, advice, letters of another alphabet …) and 81 faithful "
        "paraphrases, over 15 sets of cited facts.",
        kind="embedded",
        source="written for this book (data/grounding/) before the check was written",
        licence="CC BY 4.0; HPO ids, names and synonyms under the HPO licence",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; HPO 2025-01-16",
        citation="this book",
        flaws=(
            "One writer wrote the sentences and the check.",
            "157 of the 341 are a sentence of the template with one change made by a program.",
        ),
    ),
    Card(
        name="retrieval",
        title="Questions for looking things up",
        what="56 questions with the passages that answer them and 20 that nothing answers.",
        kind="embedded",
        source="written for this book (data/retrieval/) before the retriever was run",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book",
        citation="this book",
        flaws=(
            "A near twin of the right term counts as wrong.",
            "One writer; few questions, so the intervals are wide.",
        ),
    ),
    Card(
        name="quizzes",
        title="Quizzes of the chapters",
        what="Five questions a chapter, each wrong choice explained; one JSON file a chapter.",
        kind="embedded",
        source="written for this book (data/quizzes/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book",
        citation="this book",
        flaws=("Not psychometrically tested.",),
    ),
    Card(
        name="rerank",
        title="Weights of the re-ranker of rare diseases",
        what="A dozen numbers of a conditional logit, with the meaning of each feature and how "
        "they were fitted.",
        kind="embedded",
        source="fitted for this book (benchmarks/rerank.py) to the development part of the "
        "Monarch phenopacket-store, which is not shipped",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="data/rerank/weights.json holds date, checksum of the cases and settings",
        citation="this book",
        flaws=(
            "Fitted to published patients, who are not a random sample of patients.",
            "One feature counts papers: much-described diseases are preferred.",
            "Features and penalty were chosen on the cases that the weights were fitted to.",
        ),
    ),
    Card(
        name="extraction",
        title="Clinical sentences marked by hand, and a list of drugs and diseases",
        what="104 sentences with findings, diseases, drugs and parts of the body marked, and what "
        "the sentence says about them (causes, relieves, has finding; asserted, negated, "
        "hypothetical); 261 names of drugs and 179 of common diseases.",
        kind="embedded",
        source="written for this book (data/extraction/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book",
        citation="this book",
        flaws=(
            "Short, tidy sentences of one author, who also wrote the rules they test: scores on "
            "them are an upper bound for real notes. The 24 hard ones were written after the "
            "rules, and were not used to mend them.",
            "Marked once, by one annotator: no agreement is known.",
            "Invented examples of language, not statements about drugs to be relied on.",
        ),
    ),
    Card(
        name="results",
        title="Results measured on data that the book does not ship",
        what="Numbers only, one JSON file a chapter, printed by the chapter with the date, the "
        "command and the checksum of the data they were measured on.",
        kind="embedded",
        source="measured for this book (data/results/, by the scripts in benchmarks/)",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; each file holds its own date",
        citation="this book",
        flaws=(
            "Chapter 21: measured on the part of the collection that was used for development.",
        ),
    ),
    Card(
        name="common-conditions",
        title="Common conditions: findings, priors, red flags, first tests",
        what="149 common conditions with 1,965 findings as HPO terms and frequency classes, "
        "priors for general practice and emergency with age and sex, 408 red flags and 331 first "
        "tests. Every row names an opened source or says that it is a teaching estimate.",
        kind="embedded",
        source="written for this book (data/common_conditions/, its README says how)",
        licence="CC BY 4.0; the ids and names of the findings are HPO's",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; HPO release 2025-01-16",
        citation="this book; the sources of the rows stand in sources.csv, all opened",
        flaws=(
            "No physician has reviewed it: for teaching only.",
            "Most priors and modifiers, and many frequency classes, are teaching estimates; the "
            "README counts them.",
            "A number is an order of magnitude for a Western country without an epidemic.",
            "Many shares come from patients in hospital, not in a waiting room.",
            "About one source in five was read in a third party's copy.",
            "Where HPO has no term for a site or a quality of pain, a more general term stands in.",
        ),
    ),
    Card(
        name="interactions",
        title="Drug safety: combinations, organs, pregnancy, allergies",
        what="133 pairs of drugs or classes with severity, mechanism and action, fifteen of them "
        "those that a panel wanted every record to warn of, and the sixteen it rejected; QT "
        "drugs, duplicates, kidney, liver, pregnancy, breast-feeding, cross-allergy.",
        kind="embedded",
        source="written for this book (data/interactions/) from 234 sources, all opened",
        licence="CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="this book; Phansalkar et al., JAMIA 2012 (doi 10.1136/amiajnl-2011-000612, "
        "abstract, Table 3 and a third of Table 2 opened)",
        flaws=(
            "No pharmacist or physician has reviewed it: for teaching only.",
            "A few hundred rules, not all that are known: no alert does not mean safe.",
            "Doses and routes are not looked at.",
            "The QT drugs of the panel's pair come from a later mapping of its list.",
            "Two sources in five were read in a third party's copy or summary.",
        ),
    ),
    Card(
        name="vignettes",
        title="Vignettes of common conditions",
        what="149 fictional patients, one for every common condition, with findings as HPO terms, "
        "60 for development and 89 kept for testing.",
        kind="embedded",
        source="written for this book before anything was tuned (data/vignettes/README.md)",
        licence="CC BY 4.0; the ids of the findings are HPO's",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="changes with the book; HPO release 2025-01-16",
        citation="this book",
        flaws=(
            "No physician has read them; one writer, one session.",
            "One case for each condition: not the mix of a waiting room.",
            "English of the British Isles, full of idioms; other patients speak otherwise.",
        ),
    ),
    Card(
        name="ddxplus-map",
        title="Which of our terms DDXPlus means",
        what="Two tables: 47 of DDXPlus's 49 conditions as conditions of this book, and 83 of "
        "its 223 codes as HPO terms; the rest is listed with the reason. No number of DDXPlus.",
        kind="embedded",
        source="written for this book (data/ddxplus_map/) from the questions of DDXPlus's "
        "release_evidences.json, read in public copies",
        licence="CC BY 4.0; HPO ids and names under the HPO licence",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026; HPO 2025-01-16",
        citation="this book; DDXPlus: A New Dataset For Automatic Medical Diagnosis, NeurIPS "
        "2022, arXiv:2205.09148 (abstract opened)",
        flaws=(
            "One mapper, a language model, who had seen both tables; no physician has read it.",
            "Pain is not mapped: its place is a detail of another code.",
            "Sixteen codes are mapped to a wider, narrower or neighbouring term.",
        ),
    ),
    Card(
        name="pgx",
        title="Alleles and phenotypes of 21 pharmacogenes",
        what="824 alleles with CPIC's function and activity value, other names, single changes "
        "with their bases, and the rules from two alleles to a phenotype.",
        kind="embedded",
        source="CPIC's tables, read through PharmCAT's files and pharmcat-runner "
        "(data/pgx/; each row names where it was read)",
        licence="CPIC's content is CC0; our arrangement CC BY 4.0",
        licence_url="https://creativecommons.org/publicdomain/zero/1.0/",
        version="CPIC through PharmCAT, November 2025; G6PD and CYP2D6 undated copies",
        citation="CPIC, https://cpicpgx.org; Clinical Pharmacogenetics Implementation Consortium",
        flaws=(
            "CPIC revises functions: alleles of CYP2B6 and SLCO1B1 changed since March 2024.",
            "Read by no clinical pharmacist yet.",
            "rsIDs of single changes come from pypgx's table and were not checked elsewhere.",
            "CYP4F2 has no phenotype at CPIC: the call repeats the genotype.",
        ),
    ),
    Card(
        name="drugs",
        title="Names of medicines, their brands and classes",
        what="1,044 ingredients with their English and Chinese names, 1,780 brands and "
        "combinations with country, names that mean different medicines, confused names, "
        "1,141 memberships of classes, and 165 lines of medication lists to test with.",
        kind="embedded",
        source="written for this book (data/drugs/); English names and brands were compared with "
        "FDA's UNII list and MedlinePlus, classes with a copy of the WHO's ATC index, Chinese "
        "brands with a public list of original brands",
        licence="CC BY 4.0; ATC codes are the WHO Collaborating Centre's; the names in "
        "neighbours.csv are FDA's, in the public domain",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="this book; sources in sources.csv",
        flaws=(
            "No pharmacist has reviewed it: for teaching only, no register of medicines.",
            "Many Chinese generic names, 281 brands and most look-alike pairs rest on general "
            "knowledge (basis teaching).",
            "Ingredients only: strength, form and salt are stripped, so that two products of one "
            "ingredient are the same.",
            "American, British and Chinese brands; others are few.",
            "The lines it was measured on have the author of the rules.",
        ),
    ),
    Card(
        name="pgx-advice",
        title="What genes mean for a drug",
        what="Recommendations for drugs by phenotype in the book's own words, English and "
        "Chinese: action, strength, reason, guideline; and drugs that inhibit or induce enzymes.",
        kind="embedded",
        source="CPIC's guidelines, read through PharmCAT's files; DPWG (irinotecan), a label "
        "(siponimod) (data/pgx_advice/; each row names what was opened)",
        licence="CC BY 4.0 (our words); CPIC's content is CC0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026; guidelines of 2013 to 2024",
        citation="CPIC, https://cpicpgx.org; Clinical Pharmacogenetics Implementation Consortium",
        flaws=(
            "Read by no clinical pharmacist and by no second reader yet.",
            "The classes of action are ours; the guideline speaks in sentences.",
            "Where a copy gives no strength the row says so (`not read`).",
            "FDA's table of inhibitors was read in a review and in copies only.",
        ),
    ),
)
