"""Cards of the tables about medicines: names, genes, interactions.  Standard library only."""

from __future__ import annotations

from medai.datasets.datacard import Card

CARDS: tuple[Card, ...] = (
    Card(
        name="interactions",
        title="Drug safety: combinations, organs, pregnancy, allergies",
        what="134 pairs of drugs or classes with severity, mechanism and action, fifteen of them "
        "those that a panel wanted every record to warn of, and the sixteen it rejected; QT "
        "drugs, duplicates, kidney, liver, pregnancy, breast-feeding, cross-allergy.",
        kind="embedded",
        source="written for this book (data/interactions/) from 241 sources, all opened",
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
        what="1,044 ingredients with their English and Chinese names, 1,782 brands and "
        "combinations with country, names that mean different medicines, confused names, "
        "1,165 memberships of classes, and 165 lines of medication lists to test with.",
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
            "Many Chinese generic names, 286 brands and most look-alike pairs rest on general "
            "knowledge (basis teaching).",
            "Ingredients only: strength, form and salt are stripped, so that two products of one "
            "ingredient are the same.",
            "American, British and Chinese brands; others are few.",
            "The lines it was measured on have the author of the rules; those of the second "
            "reader were unseen only once.",
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
    Card(
        name="pgx-frequencies",
        title="Frequencies of alleles and phenotypes of CYP2D6 and CYP2C19",
        what="114 shares of CYP2D6 alleles in seven samples, ten counts of CYP2C19 diplotypes and "
        "six shares of CYP2D6 phenotypes, with the sizes of the samples.",
        kind="embedded",
        source="tables and abstracts of five papers (data/pgx_frequencies/; README.md says what "
        "of each was read)",
        licence="facts from the sources; our arrangement CC BY 4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/",
        version="22 November 2026",
        citation="Twesigomwe et al. 2022, doi 10.1002/cpt.2749; the others in sources.csv",
        flaws=(
            "One table was read as an excerpt: 5-14 % of the chromosomes are not listed, of East "
            "Asia's 43 %.",
            "The Chinese allele shares are whole percents without sample sizes.",
            "Populations are names of samples, never a person's genotype.",
            "CPIC's frequency tables could not be opened.",
        ),
    ),
)
