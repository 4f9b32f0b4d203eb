"""The parts of a comparison: columns, rows of an edition, factors, lists, mapping sets, IRIs of changes."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from codegraph.changes import factors
from codegraph.changes.as_rdf import turtle
from codegraph.changes.lists import codes_of, compare_lists, releases_of
from codegraph.changes.loaded import editions, named, newest_whole, qualifying
from codegraph.changes.mappings import compare_mappings
from codegraph.changes.model import Change
from codegraph.changes.rows import Comparison, Side, cells, filled, read
from codegraph.changes.tables import TABLES
from codegraph.graph import CodeGraph
from codegraph.sources.registry import READERS

LAID_OUT = {
    t.name: {name for name, _ in t.columns}
    for reader in READERS
    for t in (reader.table, *(table for table, _ in reader.further))
    if t is not None
}
# Columns that are no published statement about a code, or that are compared elsewhere (the factor, told once).
APART = {
    "pfs": {"release", "conversion_factor"},
    "gpci": {"release", "state", "name", "marks"},
    "anesthesia": {"release", "name"},
    "opps_cap": {"release"},
    "opps": {"release", "comment", "pass_through_expires", "note"},
    "apc": {"release", "title", "pass_through_expires", "note"},
    "inpatient_only": {"release", "comment", "status"},
    "mue": {"release", "setting"},
    "addon": {"release", "note", "occurrence"},
    "hcpcs": {"release", "kind", "long", "short", "action", "effective"},
    "gem": {"release"},
}


@pytest.mark.parametrize("name", TABLES)
def test_every_published_column_is_compared(name):
    table = TABLES[name]
    assert set(table.columns) == LAID_OUT[table.table] - APART[table.table]
    assert set(table.code) <= set(table.key)


def side(graph, ident):
    return Side(graph, named(graph, ident))


def test_the_rows_of_an_edition(both):
    old, new = side(both, "cms-pfs/2025D"), side(both, "cms-pfs/2026A")
    table = TABLES["pfs"]
    rows = read(old, table)
    assert len(rows) == 18
    assert list(rows) == sorted(rows)
    assert list(read(old, table, ("44388",))) == [("44388", ""), ("44388", "53")]
    assert table.used(rows["44310", ""], old.edition)
    assert not table.used(rows["44383", ""], old.edition), "status D"
    assert "pricing" not in filled(old, table)
    assert "pricing" in filled(new, table)
    assert "pricing indicator" not in {c.name for c in cells(table, filled(old, table), filled(new, table))}


def test_a_row_in_use_stands_for_its_key(both):
    """An add-on edit that ended and began again has two rows; the one in force counts."""
    table, edition = TABLES["addon"], named(both, "ncci-addon/2026Q1")
    rows = read(Side(both, edition), table)
    ended = rows["cpt", "44139", "cpt", "44160"]
    assert not table.used(ended, edition)
    assert table.used(ended, replace(edition, first=date(2025, 10, 1), last=date(2025, 12, 31)))
    assert table.used(rows["cpt", "44139", "cpt", "44143"], edition)


def test_what_an_excerpt_has_not_is_not_told(both):
    first, second = side(both, "cms-gpci/2025"), side(both, "cms-gpci/2026")
    table = TABLES["gpci"]
    before, after = read(first, table), read(second, table)
    after.pop(("10112", "00"))
    columns = cells(table, filled(first, table), filled(second, table))
    whole = Comparison("gpci", table, first, second, columns)
    assert [(c.kind, c.key) for c in whole.changes(before, after)] == [("deleted", "10112-00")]
    assert list(replace(whole, went=False).changes(before, after)) == []


def test_the_factor_is_told_once(both):
    old, new, theirs = (side(both, f"cms-pfs/{v}") for v in ("2025D", "2026A", "2026A-qpp"))
    (change,) = factors.compare(old, new)
    assert (change.field, change.difference) == (factors.FIELD, Decimal("1.0544"))
    assert factors.compare(old, old) == []
    assert [e.release for e in qualifying(both)] == ["cms-pfs/2026A-qpp"]
    assert theirs.edition not in editions(both, ("cms-pfs",))


def test_editions_in_order(both, small):
    assert [e.release for e in editions(both, ("cms-pfs",))] == [
        "cms-pfs/2025C",
        "cms-pfs/2025D",
        "cms-pfs/2026A",
    ]
    assert newest_whole(editions(both, ("cms-pfs",))).release == "cms-pfs/2026A"
    assert newest_whole(()) is None
    assert [e.release for e in editions(small, ("icd10pcs", "icd10pcs-order"))] == [
        "icd10pcs/2025",
        "icd10pcs/2026",
    ]
    (first, second) = editions(both, ("hcpcs",))
    assert (first.last, second.last) == (date(2025, 3, 31), date(2026, 3, 31)), "updated each quarter"


def test_lists_of_codes(small):
    old, new = side(small, "icd10pcs/2025"), side(small, "icd10pcs/2026")
    before, after = codes_of(old, "icd10pcs"), codes_of(new, "icd10pcs")
    assert before == {"0D1A0Z4", "0D1B0Z4"}
    assert after - before == {"0D1A4Z4", "0D1B4Z4"}
    assert releases_of(small, "icd10pcs:0D1A0Z4") == {"icd10pcs/2025", "icd10pcs/2026"}
    back = compare_lists("icd10pcs", old, new, before - {"0D1A0Z4"}, before, older=(new,))
    assert [(c.kind, c.key, c.note) for c in back] == [
        ("reinstated", "0D1A0Z4", "in icd10pcs/2026, absent from icd10pcs/2025")
    ]


def test_a_header_that_becomes_billable(small, tmp_path):
    copied = tmp_path / "release"
    shutil.copytree(small.directory, copied)
    with sqlite3.connect(copied / "tables.sqlite") as connection:
        connection.execute("UPDATE code SET billable = 1 WHERE system = 'icd10cm' AND notation = 'K50'")
    connection.close()
    old, new = side(small, "icd10cm/2021"), side(CodeGraph(copied), "icd10cm/2021")
    codes = codes_of(old, "icd10cm")
    assert codes == codes_of(new, "icd10cm") == {"K50", "K50.0", "K50.00"}
    (change,) = compare_lists("icd10cm", old, new, codes, codes)
    assert (change.key, change.field, change.before, change.after) == (
        "K50",
        "billable",
        "header",
        "billable",
    )
    assert list(compare_lists("icd10cm", old, old, codes, codes)) == []


def test_mapping_sets_side_by_side(first, second):
    pairs, changes = compare_mappings(first, second)
    assert {p.state for p in pairs} == {"compared"}
    assert len(list(changes)) == 4
    assert list(compare_mappings(first, first)[1]) == []


def test_changes_of_one_name_have_iris_of_their_own(both):
    one = Change(
        "pfs",
        "figure",
        "cpt:44310",
        "44310",
        "work RVU",
        Decimal(2),
        Decimal(1),
        "cms-pfs/2025D",
        "cms-pfs/2026A",
    )
    text = turtle([one, replace(one, after=Decimal(3))], (both, both))
    assert text.count("a cg:Change ;") == 2
    assert "/figure-44310-work-RVU-2>" in text
    assert text.count("a cg:Release ;") == 2
    assert 'dcterms:title "Physician Fee Schedule relative values RVU25D"@en' in text
    assert turtle([], (both, both)).count("cg:Change") == 0
