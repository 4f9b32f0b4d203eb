"""Anesthesia factors: the table, the text with implied decimals, the two factors of 2026."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.sources.base import Reject
from codegraph.sources.files import members
from codegraph.sources.pfs_anesthesia import READER, AnesthesiaFactor

TABLE = (
    "Contractor,Locality,Locality Name,National Anes CF of 20.3178\n"
    "10112 ,00 ,ALABAMA,19.31 \n02102 ,01 ,ALASKA*,27.86 \n03602 ,21 ,WYOMING**,19.97 \n,,,\n"
)
TEXT = "".join(
    f"{carrier}       {number}   {name:<56}{cents}\r\n"
    for carrier, number, name, cents in (
        ("10112", "00", "ALABAMA", 1931),
        ("02102", "01", "ALASKA*", 2786),
        ("03602", "21", "WYOMING**", 1997),
    )
)
TABLE_2026 = (
    "Contractor,Locality,Locality Name,"
    "Qualifying APM National Anes CF (with 2.5% statutory increase) of 20.599835,"
    "Non-Qualifying APM National Anes CF (with 2.5% Statutory increase)  of 20.49754\n"
    "10112,00,ALABAMA,19.60,19.50\n02102,01,ALASKA*,28.20,28.06\n"
)


def test_table_and_text_say_the_same(make_file):
    table, text = make_file("ANES2025.csv", TABLE), make_file("ANES2025.txt", TEXT)
    for member in (table, text):
        assert READER.sniff(member.head())
        assert READER.release(member).ident == "cms-anesthesia/2025"
    rows = list(READER.read(table))
    assert rows[1] == AnesthesiaFactor("02102", "01", "ALASKA", "", Decimal("27.86"), Decimal("20.3178"))
    same = [(r.carrier, r.locality, r.name, r.factor) for r in READER.read(text)]
    assert same == [(r.carrier, r.locality, r.name, r.factor) for r in rows]
    assert str(next(READER.read(text)).factor) == "19.31", "the last two digits are cents"


def test_two_factors_from_2026(make_file):
    rows = list(READER.read(make_file("ANES2026.csv", TABLE_2026)))
    assert [(r.carrier, r.participation, str(r.factor), str(r.national)) for r in rows] == [
        ("10112", "", "19.50", "20.49754"),
        ("10112", "qpp", "19.60", "20.599835"),
        ("02102", "", "28.06", "20.49754"),
        ("02102", "qpp", "28.20", "20.599835"),
    ]


def test_a_name_without_year_is_undated(make_file):
    assert READER.release(make_file("anesthesia.csv", TABLE)).version == "undated"


def test_bad_rows_and_bad_files(make_file):
    found = list(READER.read(make_file("a.csv", TABLE.replace("27.86", "abc"))))
    assert [r.line for r in found if isinstance(r, Reject)] == [3]
    twice = "10112 ,00 ,ALABAMA,19.31 \n"
    found = list(READER.read(make_file("a.csv", TABLE + twice)))
    assert [r.reason for r in found if isinstance(r, Reject)] == ["locality 10112-00 stands there twice"]
    found = list(READER.read(make_file("a.txt", TEXT * 8 + "10112 xx\n" + TEXT)))
    assert [r.line for r in found if isinstance(r, Reject)] == [25]
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.csv", TABLE[: TABLE.index(",27.86")])))
    with pytest.raises(SourceError, match="middle of a row"):
        list(READER.read(make_file("a.txt", TEXT * 8 + TEXT[:-6])))
    for other in ("a,b\n1,2\n", "10112 some other text\n" * 5, "", "1 2 3 4\n"):
        assert not READER.sniff(other.encode())


def test_triples_and_table_rows(make_file):
    member = make_file("ANES2026.csv", TABLE_2026)
    release = READER.release(member)
    rows = list(READER.read(member))
    subjects = {t.subject.strip("<>") for r in rows[:2] for t in READER.triples(r, release)}
    assert subjects == {
        expand("entry:cms-anesthesia/2026/10112-00"),
        expand("entry:cms-anesthesia/2026/10112-00-qpp"),
    }
    objects = {t.object for t in READER.triples(rows[0], release)}
    assert f"<{expand('locality:10112-00')}>" in objects
    assert '"19.50"^^<http://www.w3.org/2001/XMLSchema#decimal>' in objects
    (cells,) = READER.table_rows(rows[1], release)
    assert cells == ("cms-anesthesia/2026", "10112", "00", "ALABAMA", "qpp", "19.60", "20.599835")


@pytest.mark.full_data
def test_the_real_file(data_dir):
    (member,) = members(data_dir / "pfs" / "ANES2025.csv")
    assert READER.sniff(member.head())
    rows = list(READER.read(member))
    assert len(rows) == 109
    assert all(isinstance(r, AnesthesiaFactor) for r in rows)
