"""Read a small VCF file (Variant Call Format 4.x), one row an alternative allele.

A line of a VCF may hold several alternative alleles; here each becomes a row of its own, with
its own frequency and consequence.  The annotation is expected in INFO, as in the book's file:

``GENE``
    The symbol of the gene.
``CSQ``
    What the allele does to the gene's product, one of :data:`CONSEQUENCES`.
``AF``
    How frequent the allele is in the population, from 0 to 1.

Each may have one value for the line or one for each alternative allele.  A line that breaks a
rule is refused with its number.  Standard library only; for whole genomes use bcftools or
cyvcf2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from medai.personalised.variants.variant import Genotype, Variant, Vcf
from medai.runtime.errors import MedaiError

COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")
# What changes or stops the product, and what mostly does neither.
DAMAGING = (
    "stop_gained",
    "frameshift_variant",
    "splice_donor_variant",
    "splice_acceptor_variant",
    "start_lost",
    "stop_lost",
    "inframe_deletion",
    "inframe_insertion",
    "missense_variant",
)
HARMLESS = ("synonymous_variant", "intron_variant", "5_prime_UTR_variant", "3_prime_UTR_variant")
CONSEQUENCES = (*DAMAGING, *HARMLESS)
BASES = re.compile(r"[ACGTN]+", re.IGNORECASE)
SYMBOLIC = re.compile(r"<[^<>\s]+>")
GENOTYPE = re.compile(r"(\.|\d+)(?:([/|])(\.|\d+))?")
SPANNED = "*"  # the allele is missing because of a deletion that begins before it
LONGEST = 100_000  # lines of a file that is called small


def read_vcf(path: str | Path) -> Vcf:
    """Read a VCF file that is not compressed.

    Raises
    ------
    MedaiError
        When the file cannot be read as text, and as :func:`parse_vcf`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise MedaiError(
            f"{path} cannot be read as a text file: {error}. Give the path of an uncompressed VCF."
        ) from None
    return parse_vcf(text)


def parse_vcf(text: str) -> Vcf:
    r"""Read the text of a VCF file.

    Parameters
    ----------
    text : str
        The whole file.

    Returns
    -------
    Vcf
        One :class:`Variant` for each alternative allele; a line without one (ALT ``.``) and the
        allele ``*`` give none.

    Raises
    ------
    MedaiError
        For a file without its two kinds of header, and for the first line that breaks a rule;
        the message holds the line's number.

    Examples
    --------
    >>> head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    >>> one, two = parse_vcf(head + "\nf1\t7\t.\tA\tC,G\t.\tPASS\tGENE=COL1A1;AF=0.1,0").variants
    >>> one.name, one.frequency, two.name, two.allele
    ('f1:7 A>C', 0.1, 'f1:7 A>G', 2)
    """
    lines = text.removeprefix("\ufeff").split("\n")
    if len(lines) > LONGEST:
        raise MedaiError(f"{len(lines):,} lines: this reader is for at most {LONGEST:,}; filter.")
    if not lines[0].startswith("##fileformat=VCFv4."):
        raise _refusal(1, f"{lines[0][:40]!r}", "a VCF begins with ##fileformat=VCFv4.x")
    meta: list[str] = []
    samples: tuple[str, ...] | None = None
    found: list[Variant] = []
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r")
        if not line.strip():
            continue
        if line.startswith("##"):
            meta.append(line)
        elif line.startswith("#"):
            if samples is not None:
                raise _refusal(number, "a second header line", "there must be one")
            samples = _samples(number, line.split("\t"))
        elif samples is None:
            raise _refusal(number, "a row before the header", "write the line #CHROM … first")
        else:
            found += _row(number, line.split("\t"), samples)
    if samples is None:
        raise MedaiError("The line that begins with #CHROM is missing: no VCF, or cut off.")
    return Vcf(samples, tuple(found), tuple(meta))


def _refusal(line: int, what: str, rule: str) -> MedaiError:
    return MedaiError(f"VCF line {line}: {what}: {rule}. Correct the line or leave it out.")


def _samples(line: int, names: list[str]) -> tuple[str, ...]:
    if tuple(names[:8]) != COLUMNS:
        rule = f"the columns must begin with {' '.join(COLUMNS)}, with tabs between them"
        raise _refusal(line, f"the header {' '.join(names)[:60]!r}", rule)
    if len(names) == 8:
        return ()
    if names[8] != "FORMAT" or len(names) == 9:
        raise _refusal(line, f"column 9 is {names[8]!r}", "it must be FORMAT, then the samples")
    people = names[9:]
    if len(set(people)) < len(people) or not all(name.strip() for name in people):
        raise _refusal(line, f"the samples {people}", "each needs a name of its own")
    return tuple(people)


def _row(line: int, cells: list[str], samples: tuple[str, ...]) -> Iterable[Variant]:
    wanted = 8 + (1 + len(samples) if samples else 0)
    if len(cells) != wanted:
        raise _refusal(line, f"{len(cells)} columns", f"the header has {wanted}")
    chrom, pos, name, ref, alt, _, passed, info_text = cells[:8]
    if not chrom.strip() or " " in chrom:
        raise _refusal(line, f"CHROM is {chrom!r}", "it must be a name without blanks")
    if not re.fullmatch(r"[0-9]{1,10}", pos):
        raise _refusal(line, f"POS is {pos!r}", "it must be a whole number from 0")
    if not BASES.fullmatch(ref):
        raise _refusal(line, f"REF is {ref!r}", "it must be letters A, C, G, T or N")
    alts = [] if alt == "." else alt.split(",")
    for one in alts:
        if not (BASES.fullmatch(one) or SYMBOLIC.fullmatch(one) or one == SPANNED):
            raise _refusal(line, f"ALT is {one!r}", "it must be bases, * or a name in < >")
        if one.upper() == ref.upper():
            raise _refusal(line, f"ALT is {one!r}", "it must differ from REF")
    if len({one.upper() for one in alts}) < len(alts):
        raise _refusal(line, f"ALT is {alt!r}", "an allele must not stand twice")
    info = _info(line, info_text)
    genes = _each(line, info, "GENE", len(alts))
    consequences = _each(line, info, "CSQ", len(alts))
    frequencies = [_frequency(line, value) for value in _each(line, info, "AF", len(alts))]
    for one in consequences:
        if one and one not in CONSEQUENCES:
            raise _refusal(line, f"CSQ is {one!r}", f"known are {', '.join(CONSEQUENCES)}")
    genotypes = _genotypes(line, cells[8:], samples, len(alts))
    rows = zip(alts, genes, consequences, frequencies, strict=True)
    return [
        Variant(
            *(line, chrom, int(pos), "" if name == "." else name, ref.upper(), allele.upper()),
            *(number, passed in ("PASS", "."), gene, consequence, frequency, info, genotypes),
        )
        for number, (allele, gene, consequence, frequency) in enumerate(rows, start=1)
        if allele != SPANNED
    ]


def _info(line: int, text: str) -> dict[str, str]:
    if text == ".":
        return {}
    found: dict[str, str] = {}
    for part in text.split(";"):
        key, _, value = part.partition("=")
        if not key or key in found:
            raise _refusal(line, f"INFO holds {part!r}", "each key needs a name and stands once")
        found[key] = value
    return found


def _each(line: int, info: dict[str, str], key: str, alts: int) -> list[str]:
    """Return the value of a key for each alternative allele; "" where there is none."""
    values = ["" if one == "." else one for one in info.get(key, ".").split(",")]
    if len(values) == 1:
        return values * alts
    if len(values) != alts:
        rule = f"one, or one for each of the {alts} alternative alleles"
        raise _refusal(line, f"{key} has {len(values)} values", rule)
    return values


def _frequency(line: int, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _refusal(line, f"AF is {text!r}", "a frequency lies between 0 and 1")
    return value


def _genotypes(
    line: int, cells: list[str], samples: tuple[str, ...], alts: int
) -> dict[str, Genotype]:
    if not samples:
        return {}
    keys = cells[0].split(":")
    if "GT" in keys and keys[0] != "GT":
        raise _refusal(line, f"FORMAT is {cells[0]!r}", "GT must come first")
    found = {}
    for name, cell in zip(samples, cells[1:], strict=True):
        text = cell.split(":")[0] if keys[0] == "GT" else "./."
        match = GENOTYPE.fullmatch(text)
        if match is None:
            rule = "write one or two alleles, such as 0/1, 0|1, ./. or 1"
            raise _refusal(line, f"the genotype of {name} is {text!r}", rule)
        parts = [part for part in (match[1], match[3]) if part is not None]
        alleles = tuple(None if part == "." else int(part) for part in parts)
        if any(one is not None and one > alts for one in alleles):
            rule = f"the line has {alts} alternative alleles"
            raise _refusal(line, f"the genotype of {name} is {text!r}", rule)
        found[name] = Genotype(alleles, match[2] == "|")
    return found
