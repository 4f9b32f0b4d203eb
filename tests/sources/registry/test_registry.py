"""The registry: one reader a file, by content; unknown files told, never guessed."""

from __future__ import annotations

import gzip
import os
import pkgutil
import zipfile
from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import codegraph.sources
from codegraph.errors import SourceError
from codegraph.sources import registry
from codegraph.sources.base import Reader
from codegraph.sources.registry import MISSING_HINTS, READERS, identify, missing, reader_of, scan

GPCI = (
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "2025 PW GPCI (with 1.0 Floor),2025 PE GPCI,2025 MP GPCI\n10112,AL,00,ALABAMA,1,0.869,0.575\n"
)
POS = "pos_code,pos_type,pos_name,pos_description\n11,Non-Facility,Office,Where care is given.\n"


def kinds(found):
    return [(f.member.label, f.reader.kind if f.reader else None, f.problem) for f in found]


def test_every_reader_of_the_package_is_registered():
    there = []
    for info in pkgutil.iter_modules(codegraph.sources.__path__):
        if info.name in ("registry", "xlsx_child"):
            continue
        module = import_module(f"codegraph.sources.{info.name}")
        own = getattr(module, "READERS", None) or [getattr(module, "READER", None)]
        there += [r for r in own if isinstance(r, Reader)]
    assert {r.kind for r in there} == {r.kind for r in READERS}
    assert len({r.kind for r in READERS}) == len(READERS) >= 28


def test_every_reader_says_where_its_file_is_published():
    for reader in READERS:
        assert reader.publisher
        assert "https://" in reader.page
        assert reader.title in MISSING_HINTS[reader.kind]
        assert (reader.table is None) == (reader.table_rows is None)


def test_tables_are_well_formed_and_agree():
    tables = {}
    for reader in READERS:
        if reader.table is None:
            continue
        names = [name for name, _ in reader.table.columns]
        assert len(set(names)) == len(names)
        assert set(reader.table.key) <= set(names)
        assert all(set(index) <= set(names) for index in reader.table.indexes)
        assert tables.setdefault(reader.table.name, reader.table) == reader.table


@given(st.binary(max_size=400))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"PK\x03\x04")
@example(b'"' * 100)
@example(b"<?xml version='1.0'?><")
@example(b"{")
@example(b"\t\n\t\n\t\n")
def test_no_sniffer_claims_or_fails_on_arbitrary_bytes(data):
    assert [r.kind for r in READERS if r.sniff(data)] == []


def test_content_decides_not_the_name(make_file):
    assert identify(make_file("PPRRVU2025_Oct.csv", GPCI)).kind == "pfs-gpci"
    assert identify(make_file("no_name_at_all", GPCI)).kind == "pfs-gpci"
    assert identify(make_file("x.csv.gz", gzip.compress(POS.encode()))).kind == "place-of-service"
    assert identify(make_file("GPCI2025.csv", "a,b\n1,2\n")) is None


def test_a_workbook_is_known_by_its_first_rows(make_workbook):
    cells = [line.split(",") for line in GPCI.splitlines()]
    assert identify(make_workbook("any.xlsx", cells)).kind == "pfs-gpci"
    assert identify(make_workbook("other.xlsx", [["a", "b"]])) is None


def test_two_claims_are_an_error(make_file, monkeypatch):
    twin = replace(reader_of("pfs-gpci"), kind="twin")
    monkeypatch.setattr(registry, "READERS", (*READERS, twin))
    with pytest.raises(SourceError, match=r"x\.csv is claimed by several readers \(pfs-gpci, twin\)"):
        identify(make_file("x.csv", GPCI))


def test_scan_walks_folders_and_archives_in_order(tmp_path, make_file):
    for folder in ("b", ".hidden"):
        (tmp_path / folder).mkdir()
    make_file("b/GPCI2025.csv", GPCI)
    make_file(".hidden/GPCI2025.csv", GPCI)
    make_file("README.md", "# Read me\n")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("pos_2024.csv", POS)
        archive.writestr("notes.pdf", b"%PDF-1.7")
    found = scan([tmp_path, tmp_path / "b" / "GPCI2025.csv"])
    assert kinds(found) == [
        ("README.md", None, None),
        ("a.zip!pos_2024.csv", "place-of-service", None),
        ("a.zip!notes.pdf", None, None),
        ("GPCI2025.csv", "pfs-gpci", None),
    ]
    assert [f.release.ident if f.release else None for f in found] == [
        None,
        "pos/2024",
        None,
        "cms-gpci/2025",
    ]


def test_a_bad_file_is_told_and_the_others_are_still_found(tmp_path, make_file):
    (tmp_path / "a.zip").write_bytes(b"<html>not a zip</html>")
    make_file("b.xz", b"\xfd7zXZ\x00broken")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("../evil.txt", b"x")
    make_file("d.xlsx", b"PK\x03\x04broken")
    make_file("e.csv", GPCI)
    *bad, good = scan([tmp_path])
    assert good.reader.kind == "pfs-gpci"
    assert [f.reader for f in bad] == [None] * 4
    for item, name in zip(bad, ("a.zip", "b.xz", "c.zip", "d.xlsx"), strict=True):
        assert name in item.problem
    assert "'..'" in bad[2].problem


def test_a_release_that_cannot_be_told_is_a_problem(make_file, monkeypatch):
    def fails(member):
        raise SourceError(f"{member.label} has no date")

    broken = replace(reader_of("pfs-gpci"), release=fails)
    monkeypatch.setattr(registry, "READERS", (broken,))
    (found,) = scan([make_file("x.csv", GPCI).path])
    assert (found.reader.kind, found.release, found.problem) == ("pfs-gpci", None, "x.csv has no date")


def test_pipes_and_missing_paths(tmp_path, make_file):
    os.mkfifo(tmp_path / "pipe")
    make_file("x.csv", GPCI)
    assert [f.member.name for f in scan([tmp_path])] == ["x.csv"], "a pipe would hang the reader"
    with pytest.raises(SourceError, match="no such file or folder"):
        scan([tmp_path / "gone"])


def test_what_is_missing_is_known(make_file):
    lacking = {r.kind for r in missing(scan([make_file("x.csv", GPCI).path]))}
    assert lacking == {r.kind for r in READERS if r.licensor is None} - {"pfs-gpci"}
    assert "https://www.cms.gov" in MISSING_HINTS["pfs-relative-values"]


def test_a_reader_by_its_kind():
    assert reader_of("pfs-gpci").table.name == "gpci"
    with pytest.raises(SourceError, match="no reader is called 'x'"):
        reader_of("x")


UNKNOWN = {
    "README.md",
    "PROVENANCE.tsv",
    "Changes_by_ActionCode.prn",
    "Changes_by_HCPCSCode.prn",
    "HCPC2019_README.txt",
    "HCPC2019_Trans_Alpha.xlsx",
    "proc_notes_2019.txt",
}


@pytest.mark.full_data
def test_the_real_folder(data_dir):
    found = scan([data_dir])
    assert not [f.problem for f in found if f.problem]
    assert {f.member.name for f in found if f.reader is None} == UNKNOWN
    idents = {f.release.ident for f in found if f.release}
    assert idents >= {
        "cms-pfs/2025D",
        "cms-gpci/2025",
        "cms-gpci/2026",
        "cms-locality/2025",
        "cms-anesthesia/2025",
        "cms-oppscap/2025D",
        "opps-addendum-a/2025",
        "opps-addendum-b/2025",
        "opps-addendum-d1/2025",
        "opps-addendum-e/2025",
        "pos/2024",
        "specialty-taxonomy/2025-10",
        "ncci-ptp-practitioner/2024Q3",
        "ncci-ptp-outpatient/2024Q3",
        "ncci-mue-practitioner/2026Q2",
        "icd10pcs/2026",
        "icd10cm/2021",
        "hcpcs/2019",
    }
    assert missing(found) == [], "the folder has a file for every reader"
