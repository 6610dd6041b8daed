"""Molecules: what is left out is said, labels are rdkit's, splits do not leak."""

import json

import numpy as np
import pandas as pd
import pytest

from medai.datasets import card
from medai.datasets.molecules import (
    canonical_smiles,
    clintox,
    fingerprints,
    pains_alerts,
    scaffolds,
    split_molecules,
    structural_alerts,
    tox21,
)
from medai.runtime import MedaiError

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
QUINONE = "O=C1C=CC(=O)C=C1"  # para-benzoquinone
ETHANOL, BENZENE, TOLUENE = "CCO", "c1ccccc1", "Cc1ccccc1"


@pytest.fixture(scope="module")
def alerts():
    return structural_alerts()


def table(tmp_path, rows, columns):
    path = tmp_path / "table.csv.gz"
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def test_canonical_form_is_one_per_molecule_and_none_for_nonsense(capfd):
    found = canonical_smiles(["OCC", "CCO", "C1CC", "", "c1ccccc1", "C1=CC=CC=C1"])
    assert found == ["CCO", "CCO", None, None, BENZENE, BENZENE]
    assert capfd.readouterr() == ("", "")  # rdkit's own complaint stays off the screen


def test_numbers_on_the_card_are_those_of_the_file(alerts):
    what = card("structural-alerts").what
    assert f"{alerts.rows:,} rows" in what
    assert f"{len(alerts.frame):,} different" in what
    assert alerts.rows == len(alerts.frame) + alerts.duplicates + len(alerts.invalid)
    assert len(alerts.invalid) == 8
    assert alerts.duplicates == 99
    assert canonical_smiles(alerts.invalid) == [None] * 8
    assert alerts.frame["smiles"].is_unique
    assert alerts.sha256 == card("structural-alerts").file().sha256


def test_alerts_are_those_of_rdkits_catalogue(alerts):
    from rdkit import Chem
    from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogParams

    catalog = FilterCatalog(FilterCatalogParams(FilterCatalogParams.FilterCatalogs.PAINS))
    smiles, y = alerts.task("alert")
    assert 0.06 < y.mean() < 0.08
    rng = np.random.default_rng(0)
    for i in rng.choice(len(y), 60, replace=False).tolist() + np.flatnonzero(y)[:40].tolist():
        assert catalog.HasMatch(Chem.MolFromSmiles(smiles[i])) == bool(y[i])
        assert bool(alerts.frame["pains"][i]) == bool(y[i])


def test_known_alerts():
    assert pains_alerts([QUINONE, ASPIRIN]) == ["quinone_A(370)", ""]


def test_alerts_are_kept_and_a_damaged_copy_is_replaced(tmp_path, monkeypatch):
    from medai.datasets import molecules

    calls = []
    monkeypatch.setattr(molecules, "data_home", lambda: tmp_path)
    monkeypatch.setattr(molecules, "pains_alerts", lambda s: calls.append(1) or ["x"] * len(s))
    for kept in (None, None, "{", json.dumps(["too", "many"])):
        if kept is not None:
            next(tmp_path.glob("cache/pains-*.json")).write_text(kept)
        molecules._pains.cache_clear()
        assert molecules._pains(("CCO",), "abc") == ["x"]
    molecules._pains.cache_clear()
    assert len(calls) == 3  # once, not again, and again for each damaged copy


def test_a_table_is_read_merged_and_counted(tmp_path):
    rows = [
        ["OCC", 1, 0],
        ["CCO", 1, 1],  # the same molecule: agrees on the first label, not on the second
        ["C1CC", 0, 0],  # an open ring: unreadable
        [BENZENE, np.nan, 1],
        ["C1=CC=CC=C1", 0, np.nan],  # benzene again, and what is known fills what is not
    ]
    found = clintox(table(tmp_path, rows, ["smiles", "FDA_APPROVED", "CT_TOX"]))
    assert found.frame["smiles"].tolist() == [ETHANOL, BENZENE]
    assert found.invalid == ("C1CC",)
    assert (found.rows, found.duplicates, found.disagreements) == (5, 2, 1)
    smiles, y = found.task("FDA_APPROVED")
    assert smiles.tolist() == [ETHANOL, BENZENE]
    assert y.tolist() == [1, 0]
    smiles, y = found.task("CT_TOX")
    assert (smiles.tolist(), y.tolist()) == ([BENZENE], [1])
    assert "1 unreadable" in found.report()
    with pytest.raises(MedaiError, match="No label 'tox'; there are FDA_APPROVED, CT_TOX"):
        found.task("tox")


def test_a_wrong_table_is_refused(tmp_path):
    path = table(tmp_path, [["CCO", 1]], ["smiles", "FDA_APPROVED"])
    with pytest.raises(MedaiError, match="no column CT_TOX"):
        clintox(path)
    path = table(tmp_path, [["CCO", 1, 2]], ["smiles", "FDA_APPROVED", "CT_TOX"])
    with pytest.raises(MedaiError, match="other than 0, 1 and missing"):
        clintox(path)


@pytest.mark.parametrize("loader", [tox21, clintox])
def test_without_a_file_the_way_out_is_named(loader, monkeypatch, tmp_path):
    name = loader.__name__
    monkeypatch.delenv(f"MEDAI_{name.upper()}", raising=False)
    with pytest.raises(MedaiError, match=f"does not come with the book.*MEDAI_{name.upper()}"):
        loader()
    with pytest.raises(MedaiError, match=r"There is no file .*nothing\.csv"):
        loader(tmp_path / "nothing.csv")
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    monkeypatch.setattr("medai.datasets.molecules.data_home", lambda: tmp_path)
    with pytest.raises(MedaiError, match="MEDAI_OFFLINE forbids"):
        loader(download=True)


def test_a_download_with_another_content_is_refused(monkeypatch, tmp_path):
    import pooch

    def retrieve(url, known_hash, fname, path):
        assert known_hash == "md5:2882d69e70bba0fec14995f26787cc25"
        raise ValueError("MD5 hash of downloaded file does not match the known hash")

    monkeypatch.delenv("MEDAI_TOX21", raising=False)
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    monkeypatch.setattr("medai.datasets.molecules.data_home", lambda: tmp_path)
    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(MedaiError, match="could not be downloaded: MD5 hash"):
        tox21(download=True)


@pytest.mark.parametrize(("loader", "rows"), [(tox21, 8014), (clintox, 1491)])
def test_the_measured_copies(loader, rows, shared, monkeypatch):
    path = shared / "data" / f"{loader.__name__}.csv.gz"
    found = loader(path)
    assert found.rows == rows
    assert f"{rows:,} " in card(loader.__name__).what
    assert found.sha256 == card(loader.__name__).file().sha256
    assert found.rows == len(found.frame) + found.duplicates + len(found.invalid)
    monkeypatch.setenv(f"MEDAI_{loader.__name__.upper()}", str(path))
    pd.testing.assert_frame_equal(loader().frame, found.frame)


def test_fingerprints_are_rdkits():
    from rdkit import Chem
    from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

    found = fingerprints([ASPIRIN, ETHANOL], radius=2, n_bits=256)
    assert found.shape == (2, 256)
    assert found.dtype == np.float32
    generator = GetMorganGenerator(radius=2, fpSize=256)
    on = list(generator.GetFingerprint(Chem.MolFromSmiles(ASPIRIN)).GetOnBits())
    assert np.flatnonzero(found[0]).tolist() == on
    # ethanol by hand: three different atoms, then three neighbourhoods of radius 1 (that of
    # the middle atom is already the whole molecule, so radius 2 adds nothing)
    assert found[1].sum() == 6
    assert fingerprints([]).shape == (0, 1024)


def test_unreadable_smiles_are_named_and_counted():
    with pytest.raises(MedaiError, match=r"2 of 3 SMILES.*'C1CC' \(place 1\), 'x' \(place 2\)"):
        fingerprints([ETHANOL, "C1CC", "x"])
    with pytest.raises(MedaiError, match="n_bits=0"):
        fingerprints([ETHANOL], n_bits=0)


def test_scaffolds_by_hand():
    found = scaffolds([ASPIRIN, TOLUENE, ETHANOL, "c1ccccc1CCc1ccccc1C"])
    assert found.tolist() == [BENZENE, BENZENE, "", "c1ccc(CCc2ccccc2)cc1"]


def test_a_scaffold_split_keeps_every_scaffold_on_one_side(alerts):
    smiles = alerts.frame["smiles"].tolist()[:1500]
    frames = scaffolds(smiles)
    parts = split_molecules(smiles, by="scaffold", seed=1)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1500))
    for i, one in enumerate(parts):
        for other in parts[i + 1 :]:
            assert not set(frames[one]) & set(frames[other])
    np.testing.assert_allclose([len(p) / 1500 for p in parts], (0.7, 0.15, 0.15), atol=0.03)
    again = split_molecules(smiles, by="scaffold", seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    other = split_molecules(smiles, by="scaffold", seed=2)
    assert not np.array_equal(parts[2], other[2])
    # a random split shares scaffolds, which is the point of the other one
    a, b = split_molecules(smiles, by="random", shares=(0.8, 0.2))
    assert (len(a), len(b)) == (1200, 300)
    assert set(frames[a]) & set(frames[b])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"smiles": ["CCO", "OCC", "C"]}, "1 molecules occur more than once"),
        ({"smiles": ["C", "CC"], "by": "date"}, "by='date'"),
        ({"smiles": ["C", "CC"], "shares": (0.5, 0.6)}, "adding up to 1"),
        ({"smiles": ["C", "CC"], "shares": (0.5, 0.5)}, "too few for 2 parts"),
    ],
)
def test_splits_that_cannot_be_made(arguments, message):
    with pytest.raises(MedaiError, match=message):
        split_molecules(**arguments)
