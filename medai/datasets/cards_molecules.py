"""Cards of the molecules.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card, DataFile

_MOLECULENET = (
    "Wu et al. 2018, MoleculeNet: a benchmark for molecular machine learning, Chemical Science "
    "9:513, doi:10.1039/c7sc02664a (opened)"
)

CARDS: tuple[Card, ...] = (
    Card(
        name="structural-alerts",
        title="NCI molecules with PAINS structural alerts",
        what="4,999 rows of the NCI's open collection as RDKit ships them for its own tests: "
        "4,892 different readable molecules.  The label, computed on loading by RDKit's "
        "FilterCatalog, says whether a molecule contains one of 480 PAINS substructures "
        "(about 7 % do).",
        kind="package",
        source="RDKit's Data/NCI/first_5K.smi, as shipped in the pip package rdkit",
        licence="BSD-3-Clause (RDKit's licence file, opened)",
        licence_url="https://github.com/rdkit/rdkit/blob/master/license.txt",
        version="RDKit 2026.9.1",
        citation="Baell and Holloway 2010, New substructure filters for removal of pan assay "
        "interference compounds (PAINS), J. Med. Chem. 53(7):2719, doi:10.1021/jm901137j "
        "(abstract and first pages opened)",
        flaws=(
            "An alert is not toxicity.  PAINS are substructures of compounds that turned up as "
            "hits in many biochemical screens; they say nothing about harm to a patient.",
            "The label is a function of the structure, so a structural fingerprint predicts it "
            "far better than it predicts anything measured: use it to learn methods.",
            "RDKit's patterns are edited versions of the published ones (its Pains/README).",
            "Eight rows cannot be read by RDKit (unusual valences) and are left out; 99 rows "
            "repeat a molecule.",
            "The first 5,000 of a collection, not a sample of drugs: many reactive and "
            "metal-containing compounds.",
        ),
        files=(
            DataFile(
                "Data/NCI/first_5K.smi",
                192_664,
                "91e71c015f14939837f2943dcc904f7c87e5a3a0124d82b05c28ad2f23004def",
            ),
        ),
        package=("rdkit", "2026.9.1"),
        module="rdkit",
    ),
    Card(
        name="tox21",
        title="Tox21: twelve measured effects on cells",
        what="8,014 rows, each a chemical or drug, with active (1), inactive (0) or not measured "
        "for seven nuclear receptors (among them NR-AhR, the aryl hydrocarbon receptor) and "
        "five stress responses, from robotic screening of human cells.",
        kind="external",
        source="the DeepChem collection, tox21.csv.gz; not shipped with the book.  Give "
        "`medai.datasets.molecules.tox21` a path, or download=True for DeepChem's present copy "
        "(https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/tox21.csv.gz; address from "
        "DeepChem's loader and MD5 2882d69e70bba0fec14995f26787cc25 from TorchDrug's, both "
        "opened; the download itself could not be tried here)",
        licence="none stated in the file; data of the US NIH's Tox21 programme: ask before "
        "passing it on",
        version="8,014 rows, the size that DeepChem first published; the checksum is that of "
        "the copy measured here.  TorchDrug counts 7,831 molecules in the present download",
        citation="Huang et al. 2016, Tox21Challenge, Frontiers in Environmental Science 3:85, "
        "doi:10.3389/fenvs.2015.00085 (opened); " + _MOLECULENET,
        flaws=(
            "An effect on a receptor in a dish is not harm to a patient: dose, metabolism and "
            "exposure are missing.",
            "Environmental chemicals as well as drugs; salts and mixtures among them.",
            "A label is missing for 7 to 26 % of the molecules, which depends on the label and the "
            "molecule.",
            "Some molecules occur more than once, and a few of their labels contradict each "
            "other: the loader merges them and counts it.",
        ),
        files=(
            DataFile(
                "tox21.csv.gz",
                125_310,
                "48b34e4e59a2bae6f95734cd206c1869ab355f50a5e50bb7371a21f861d5e297",
            ),
        ),
    ),
    Card(
        name="clintox",
        title="ClinTox: approved drugs, and drugs that failed for toxicity",
        what="1,491 drugs with two labels: approved by the FDA, and failed in clinical trials "
        "for toxicity.",
        kind="external",
        source="the DeepChem collection, clintox.csv.gz; not shipped with the book.  Give "
        "`medai.datasets.molecules.clintox` a path, or download=True for DeepChem's present "
        "copy (https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/clintox.csv.gz; address "
        "from DeepChem's loader and MD5 db4f2df08be8ae92814e9d6a2d015284 from BioChemGNN's, "
        "both opened; the download itself could not be tried here)",
        licence="none stated in the file: ask before passing it on",
        version="1,491 rows; the checksum is that of the copy measured here",
        citation=_MOLECULENET,
        flaws=(
            "The two groups come from different lists, so a model may learn which list a drug "
            "stands on.",
            "Small: few failed drugs, and wide intervals.",
            "Approval and failure are decided by more than toxicity.",
        ),
        files=(
            DataFile(
                "clintox.csv.gz",
                19_889,
                "2ee7050a830fe9ae7a8218e6577fa6f54284947034ff904b6d8204e993a297cc",
            ),
        ),
    ),
)
