"""The reader of VCF files: what it reads, and what it refuses with a line number."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medai.datasets import data_path
from medai.personalised.variants import Genotype, parse_vcf, read_vcf
from medai.runtime import MedaiError

HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tann\tbob\n"


def row(
    *gts: str, chrom="1", pos="7", ref="A", alt="C", info="GENE=G;CSQ=stop_gained;AF=0.1"
) -> str:
    return "\t".join([chrom, pos, ".", ref, alt, ".", "PASS", info, "GT", *gts]) + "\n"


def test_a_line_is_read_as_it_stands() -> None:
    (one,) = parse_vcf(HEAD + row("0/1", "1|1")).variants
    assert (one.line, one.chrom, one.pos, one.ref, one.alt, one.id) == (3, "1", 7, "A", "C", "")
    assert (one.gene, one.consequence, one.frequency, one.passed) == ("G", "stop_gained", 0.1, True)
    assert one.genotypes == {"ann": Genotype((0, 1), False), "bob": Genotype((1, 1), True)}
    assert one.genotypes["bob"].copies(1) == 2
    assert one.name == "1:7 A>C"


def test_each_alternative_allele_gets_its_own_row_and_its_own_values() -> None:
    info = "GENE=G;CSQ=missense_variant,intron_variant;AF=0.01,."
    first, second = parse_vcf(HEAD + row("1/2", "0/2", alt="C,T", info=info)).variants
    assert (first.alt, first.allele, first.consequence, first.frequency) == (
        *("C", 1, "missense_variant", 0.01),
    )
    assert (second.alt, second.allele, second.frequency) == ("T", 2, None)
    assert first.genotypes["ann"].copies(first.allele) == 1
    assert second.genotypes["bob"].copies(second.allele) == 1
    assert first.genotypes["bob"].copies(first.allele) == 0


def test_missing_haploid_and_absent_genotypes() -> None:
    one = parse_vcf(HEAD + row("./.", "1")).variants[0]
    assert one.genotypes["ann"].missing
    assert not one.genotypes["bob"].missing
    assert one.genotypes["bob"].alleles == (1,)
    no_gt = HEAD + row("3", "4").replace("\tGT\t", "\tDP\t")
    assert parse_vcf(no_gt).variants[0].genotypes["ann"].missing


def test_no_allele_is_made_of_a_dot_or_of_a_spanning_deletion() -> None:
    assert parse_vcf(HEAD + row("0/0", "0/0", alt=".")).variants == ()
    kept = parse_vcf(HEAD + row("0/2", "0/1", alt="*,G")).variants
    assert [(one.alt, one.allele) for one in kept] == [("G", 2)]


def test_compartments() -> None:
    names = {"X": "X", "chrX": "X", "fX": "X", "chrM": "MT", "MT": "MT", "chr7": "autosome"}
    for name, wanted in names.items():
        one = parse_vcf(HEAD + row("0/1", "0/1", chrom=name)).variants[0]
        assert one.compartment == wanted


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (row("0/1"), "10 columns"),
        (row("0/1", "0/1", pos="-4"), "POS is '-4'"),
        (row("0/1", "0/1", pos="x"), "POS is 'x'"),
        (row("0/1", "0/1", ref="Q"), "REF is 'Q'"),
        (row("0/1", "0/1", alt="C,"), "ALT is ''"),
        (row("0/1", "0/1", alt="A"), "must differ from REF"),
        (row("0/1", "0/1", alt="C,c"), "must not stand twice"),
        (row("0/1", "0/2"), "genotype of bob is '0/2'"),
        (row("0/1", "0//1"), "genotype of bob is '0//1'"),
        (row("0/1", "0/1", info="GENE=G;AF=1.5"), "AF is '1.5'"),
        (row("0/1", "0/1", info="GENE=G;AF=nan"), "AF is 'nan'"),
        (row("0/1", "0/1", info="AF=0.1,0.2"), "AF has 2 values"),
        (row("0/1", "0/1", info="CSQ=bad_luck"), "CSQ is 'bad_luck'"),
        (row("0/1", "0/1", info="AF=0.1;AF=0.2"), "INFO holds 'AF=0.2'"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(line: str, words: str) -> None:
    with pytest.raises(MedaiError) as caught:
        parse_vcf(HEAD + row("0/0", "0/0") + line)
    assert words in str(caught.value)
    assert "VCF line 4" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "##fileformat=VCFv3.3\n",
        "##fileformat=VCFv4.2\n",
        "##fileformat=VCFv4.2\n1\t7\n",
        HEAD + HEAD.split("\n")[1] + "\n",
        HEAD.replace("ann\tbob", "ann\tann"),
        HEAD.replace("\tFORMAT\tann\tbob", "\tann\tbob"),
        HEAD.replace("\t", " "),
    ],
)
def test_what_is_no_vcf_is_refused(text: str) -> None:
    with pytest.raises(MedaiError):
        parse_vcf(text)


def test_a_file_that_is_missing_or_binary_is_refused(tmp_path) -> None:
    with pytest.raises(MedaiError, match="cannot be read"):
        read_vcf(tmp_path / "none.vcf")
    (tmp_path / "a.vcf").write_bytes(b"\x1f\x8b\x08\xff")
    with pytest.raises(MedaiError, match="cannot be read"):
        read_vcf(tmp_path / "a.vcf")


def test_windows_line_ends_and_a_mark_of_byte_order_do_no_harm() -> None:
    text = HEAD + row("0/1", "0/0")
    assert parse_vcf("\ufeff" + text.replace("\n", "\r\n")).variants == parse_vcf(text).variants


def test_the_books_file_holds_what_its_readme_says() -> None:
    vcf = read_vcf(data_path("variants/family.vcf"))
    assert len(vcf.samples) == 6
    assert len({one.line for one in vcf.variants}) == 19
    assert len(vcf.variants) == 20
    assert {one.chrom for one in vcf.variants} == {"f1", "fX", "fMT"}
    assert {one.gene for one in vcf.variants if not one.passed} == {"MYH7"}


lines = st.lists(
    st.sampled_from(
        [*HEAD.split("\n"), row("0/1", "1|0"), row("0/1"), row("5/1", "0/0"), "", "#", "x\ty"]
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(), lines.map("\n".join), st.text().map(lambda x: HEAD + x)))
def test_no_text_gives_a_traceback(text: str) -> None:
    try:
        vcf = parse_vcf(text)
    except MedaiError:
        return  # refused, as it should be
    assert vcf.meta[0].startswith("##fileformat=VCFv4.")


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**9),
            st.sampled_from(["A", "AC", "N"]),
            st.sampled_from(["T", "TG", "<DEL>"]),
            st.floats(0, 1),
            st.lists(st.sampled_from(["0/0", "0/1", "1|0", "./1", "1"]), min_size=2, max_size=2),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(rows: list) -> None:
    text = HEAD + "".join(
        row(*gts, pos=str(pos), ref=ref, alt=alt, info=f"GENE=G;AF={af!r}")
        for pos, ref, alt, af, gts in rows
    )
    found = parse_vcf(text).variants
    assert [(v.pos, v.ref, v.alt, v.frequency) for v in found] == [r[:4] for r in rows]
    for one, wanted in zip(found, rows, strict=True):
        for gt, cell in zip(one.genotypes.values(), wanted[4], strict=True):
            assert gt.missing == ("." in cell)
            assert gt.copies(1) == cell.count("1")
