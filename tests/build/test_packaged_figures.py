"""The packaged figures: what the official files say of the packaged codes, without a word of their descriptors."""

from __future__ import annotations

import csv
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from codegraph import knowledge
from codegraph.billing.edits_model import INDICATORS
from codegraph.build.figures import PACKAGED_CODES
from codegraph.errors import NotLoaded
from codegraph.sources.registry import scan

REPO = Path(__file__).resolve().parents[2]
WHOLE = {"cms-gpci/2025", "cms-locality/2025"}
IDENTS = {
    *WHOLE,
    "cms-pfs/2025D",
    "ncci-addon/2024Q3",
    "ncci-mue-outpatient/2024Q3",
    "ncci-mue-practitioner/2026Q2",
    "ncci-ptp-outpatient/2024Q3",
    "ncci-ptp-practitioner/2024Q3",
    "opps-addendum-b/2025",
    "opps-addendum-e/2025",
}


def test_the_readers_of_official_files_know_them():
    found = scan(knowledge.figure_files())
    assert {f.release.ident for f in found} == IDENTS
    assert {f.member.path.stem for f in found} == {ident.replace("/", "-") for ident in IDENTS}


def test_they_hold_no_descriptors_and_no_notices():
    for path in knowledge.figure_files():
        text = path.read_text(encoding="utf-8")
        assert "copyright" not in text.lower(), path.name
        delimiter = "," if path.suffix == ".csv" else "\t"
        rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
        for name, column in (("cms-pfs", 2), ("opps-addendum", 1)):
            if path.name.startswith(name):
                data = [row for row in rows if len(row[0]) == 5 and row[0][1:].isdigit()]
                assert len(data) >= 85
                assert {row[column] for row in data} == {""}, path.name


def test_they_are_cut_from_the_official_files(data_dir, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(REPO / "tools"))
    sys.modules.pop("figures", None)
    import figures

    codes = [iri.rpartition("/")[2] for iri in knowledge.Packaged.load().instances("cg:CptCode")]
    figures.write_all(data_dir, tmp_path, codes)
    ours = {p.name: p.read_bytes() for p in knowledge.figure_files()}
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == ours


def test_the_manifest_names_them_beside_the_sources(kg):
    manifest = kg.manifest
    assert manifest.sources == ()
    assert {s.release: s.remark for s in manifest.figures} == {
        ident: None if ident in WHOLE else PACKAGED_CODES for ident in IDENTS
    }
    assert manifest.from_json(manifest.to_json()) == manifest
    assert kg._provenance("cms-gpci/2025").file == "cms-gpci-2025.csv"


def test_editions_tell_what_they_are_limited_to(kg):
    assert kg._editions.on("cms-gpci", None).whole
    pfs = kg._editions.on("cms-pfs", date(2025, 11, 1))
    assert (pfs.whole, pfs.packaged) == (False, True)
    assert str(pfs) == "cms-pfs/2025D (2025-10-01 to 2025-12-31, the packaged codes only)"
    with pytest.raises(NotLoaded, match="the packaged codes only"):
        kg._editions.on("cms-pfs", date(2026, 7, 1))
    assert kg._editions.on("ncci-ptp-practitioner", date(2010, 1, 1)).version == "2024Q3"


def test_the_tables_agree_with_the_graph(kg):
    """The same entries stand in the graph: they come from one file."""
    rows = kg.query(
        "SELECT ?code ?work WHERE { ?e a cg:FeeScheduleEntry ; cg:ofCode ?c ; cg:workRvu ?work . "
        "?c skos:notation ?code FILTER NOT EXISTS { ?e cg:withModifier ?m } }"
    )
    said = {row["code"]: Decimal(str(row["work"])) for row in rows}
    assert len(said) > 120
    assert {code: kg._figures.fees("cms-pfs/2025D", code)[""].work for code in said} == said


def test_the_graph_is_as_it_was(kg):
    """Figures bring no codes and no edges: these come from official files."""
    assert "hcpcs" not in kg.manifest.codes
    assert not list(kg.store.objects("cpt:44310", "cg:bundlesAlways"))
    assert kg.tables.counts()["edge_count"] == 0


def test_packaged_edits_are_not_exported(kg, tmp_path):
    """Their releases are no nodes of the graph, so that an export of them would be no valid one."""
    with pytest.raises(NotLoaded, match="no NCCI procedure-to-procedure edits are loaded"):
        kg.export(tmp_path / "out.nt", edits=True)


def test_a_newcomer_prices_and_checks(kg):
    assert kg.price("44310", on="2025-11-01").total == Decimal("1011.15")
    assert kg.price("G0105").total != kg.price("G0105-53").total
    pair = kg.edits("44310", "44187")
    assert (pair.column_two, pair.meaning) == ("44187", INDICATORS["0"])
    assert kg.unit_limit("44310").units == 2
    assert kg.add_ons("44121").primaries == ("44120",)
    assert kg.add_ons("44955").contractor_decides
    assert "44701" in kg.add_ons("44140").add_ons  # not packaged, and yet told
    assert kg.outpatient("44310").status == "C"
    check = kg.check(["44310", "44187"], setting="practitioner")
    assert [line.outcome for line in check.lines] == ["pay", "deny"]
    assert check.not_checked == ()
    assert {n.rule for n in kg.check(["44310", "99213"]).not_checked} >= {"ptp", "mue", "code"}


def test_what_is_not_packaged_is_not_denied(kg):
    none = kg.edits("44310", "44320")
    assert (none.known, none.in_force) == (True, None)
    assert none.note == "no edit in release ncci-ptp-practitioner/2024Q3 pairs them"
    open_ = kg.edits("44310", "99213")
    assert open_.known is False
    assert "holds the packaged codes only, which proves nothing" in open_.note
    assert open_.sentence.endswith("is not known.")
    assert open_.other_setting.differs is None
    assert "there may be more edits than these" in kg.conflicts("44310").note
    assert "proves nothing" in kg.conflicts("99213").note
    assert "proves nothing" in kg.unit_limit("99213").note
    assert "proves nothing" in kg.add_ons("99213").notes[0]
    assert kg.edits("44310", "G0121").known


def test_a_page_says_where_they_are(kg):
    said = kg.describe("44310").not_loaded
    assert any("see codegraph edits 44310; for the packaged codes only" in line for line in said)


def test_a_release_of_official_files_has_none_of_them(small):
    assert small.manifest.figures == ()
    assert "gpci" not in small.tables.counts()
    assert not small._editions.loaded("ncci-mue-practitioner")
