"""A column of codes: the same answers as one crosswalk after another, nothing dropped, polars or pandas as it came."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.build.small_files import order_line, pfs, pfs_row, write_all

from codegraph.build.pipeline import build
from codegraph.crosswalk import lookup, pairs
from codegraph.crosswalk.frame import COLUMNS
from codegraph.crosswalk.lookup import LICENSED, TARGETS
from codegraph.errors import InvalidCode, LicenceRequired, NotLoaded, UnknownCode, UnknownTerm
from codegraph.graph import CodeGraph

CCSR_DIAGNOSES = """CCSR_category_code,vocabulary_id,code,code_description
DIG011,ICD10CM,K50012,Invented
DIG012,ICD10CM,K50012,Invented
"""
CCSR_PROCEDURES = """I10_PR,I10_PR_desc,CCSR,CCSR_desc
0D1B0Z4,Invented,GIS003,Invented
"""
ONE_BY_ONE, AT_ONCE = 10**9, -1
PUBLIC = [to for to in TARGETS if to != LICENSED]
BOTH = pytest.mark.parametrize("few", [ONE_BY_ONE, AT_ONCE], ids=["one by one", "at once"])


def one_by_one(kg, value, to, system=None, relation=None):
    """Return the rows that a code should have, asked for one by one; columns from `source` on."""

    def none(outcome, source=None):
        return [(source, None, None, None, None, None, False, outcome)]

    if value is None:
        return none("null")
    key = f"{system}:{value}" if system and ":" not in value else value
    try:
        code = kg[key]
    except InvalidCode as error:
        return none("ambiguous" if "ambiguous" in str(error) else "invalid")
    except UnknownCode:
        return none("unknown")
    except NotLoaded:
        return none("not loaded")
    try:
        found = kg.crosswalk(code, to=to, relation=relation)
    except NotLoaded:
        return none("not loaded", str(code))
    rows = [
        (
            str(code),
            str(m.target),
            m.relation,
            m.justification,
            m.confidence,
            m.mapping_set,
            m.combination is not None,
            "mapped",
        )
        for m in found
    ]
    return rows or none("unmapped", str(code))


def agrees(kg, values, to, **how):
    """Hold a frame against the codes asked one by one; return how many rows had a target."""
    rows = [(i, v, *row) for i, v in enumerate(values) for row in one_by_one(kg, v, to, **how)]
    outcomes = {row[-1] for row in rows}
    if "not loaded" in outcomes and not outcomes & {"mapped", "unmapped"}:
        with pytest.raises(NotLoaded):
            kg.crosswalk_frame(values, to=to, **how)
        return 0
    frame = kg.crosswalk_frame(values, to=to, **how)
    assert tuple(frame.columns) == COLUMNS
    assert frame.rows() == rows
    return len(frame.filter(pl.col("outcome") == "mapped"))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return a release that has A0101 of HCPCS and A01.01 of ICD-10-CM."""
    files = tmp_path_factory.mktemp("both") / "files"
    files.mkdir()
    (files / "PPRRVU2025_Oct.csv").write_text(pfs([pfs_row("A0101", text="Public words")]), encoding="utf-8")
    lines = order_line(1, "A01", 0, "Fever", "Fever") + order_line(2, "A0101", 1, "Invented", "Invented")
    (files / "icd10cm-order-2021.txt").write_text(lines, encoding="utf-8")
    build([files], files.parent / "release")
    return CodeGraph(files.parent / "release")


@pytest.fixture(scope="module")
def grouped(tmp_path_factory):
    """Return a release with the two groupings by CCSR."""
    files = write_all(tmp_path_factory.mktemp("grouped") / "files")
    (files / "DXCCSR_v2023-1.csv").write_text(CCSR_DIAGNOSES)
    (files / "procedures.csv").write_text(CCSR_PROCEDURES)
    build([files], files.parent / "release")
    return CodeGraph(files.parent / "release")


@BOTH
@pytest.mark.parametrize("to", PUBLIC)
@pytest.mark.parametrize("release", ["kg", "small", "mapped", "grouped"])
def test_the_same_as_one_crosswalk_after_another(release, to, few, request, monkeypatch):
    graph = request.getfixturevalue(release)
    monkeypatch.setattr(pairs, "FEW", few)
    codes = list(graph)
    found = agrees(graph, codes, to)
    assert found == sum(len(_or_none(graph, c, to)) for c in codes)


def _or_none(kg, code, to, **how):
    try:
        return kg.crosswalk(code, to=to, **how)
    except NotLoaded:
        return ()


@pytest.mark.parametrize("to", TARGETS)
def test_licensed_mappings_come_when_they_are_asked_for(to, mapped):
    codes = list(mapped)
    found = {c: _or_none(mapped, c, to, include_licensed=True) for c in codes}
    if not any(found.values()):
        return
    frame = mapped.crosswalk_frame(codes, to=to, include_licensed=True).filter(pl.col("outcome") == "mapped")
    expected = [(c, str(m.target), m.mapping_set) for c, some in found.items() for m in some]
    assert frame.select("code", "target", "mapping_set").rows() == expected


def test_snomed_ct_is_reached_by_licensed_mappings_only(kg, mapped):
    for column in ([], ["44310"]):
        with pytest.raises(LicenceRequired, match="include_licensed"):
            mapped.crosswalk_frame(column, to=LICENSED)
    frame = mapped.crosswalk_frame(list(mapped), to=LICENSED, include_licensed=True)
    assert set(frame["outcome"]) == {"mapped", "unmapped"}
    assert not mapped.crosswalk(
        frame.filter(outcome="unmapped")["code"][0], to=LICENSED, include_licensed=True
    )
    with pytest.raises(NotLoaded, match="files of yours"):
        kg.crosswalk_frame(["44310"], to=LICENSED, include_licensed=True)


def test_some_releases_map_to_most_systems(kg, mapped, grouped):
    """So that the comparison above compares something."""
    releases = kg, mapped, grouped
    reached = {to for graph in releases for to in PUBLIC for c in graph if len(_or_none(graph, c, to))}
    assert reached >= {"cpt", "icd10pcs", "icd10cm", "ccsr", "icd10pcs-table", "icd9cm"}


@BOTH
@pytest.mark.parametrize("relation", ["exact", "narrower", "broader", "related", ("narrower", "related")])
def test_relations_are_kept_as_crosswalk_keeps_them(relation, few, kg, monkeypatch):
    monkeypatch.setattr(pairs, "FEW", few)
    codes = [c for c in kg if c.startswith(("cpt:", "icd10pcs:"))]
    for to in ("icd10pcs", "cpt"):
        agrees(kg, codes, to, relation=relation)
    assert agrees(kg, codes, "icd10pcs", relation=("narrower", "related"))


def test_all_that_one_look_up_reads_is_read_at_once_too():
    assert [r.__name__.lstrip("_") for r in pairs._READERS] == [
        r.__name__.lstrip("_") for r in lookup._READERS
    ]


@BOTH
def test_every_way_of_writing_and_every_outcome(kg, both, few, monkeypatch):
    monkeypatch.setattr(pairs, "FEW", few)
    values = [
        "44310",
        None,
        " 44187 ",
        "CPT:44310",
        "0d1b0z4",
        "99999",
        "4431",
        "",
        "snomed:1",
        "icd10cm:K50012",
    ]
    frame = kg.crosswalk_frame(values, to="icd10pcs")
    firsts = frame.unique("row", keep="first", maintain_order=True)
    assert firsts.select("source", "outcome").rows() == [
        ("cpt:44310", "mapped"),
        (None, "null"),
        ("cpt:44187", "mapped"),
        ("cpt:44310", "mapped"),
        ("icd10pcs:0D1B0Z4", "not loaded"),
        (None, "unknown"),
        *[(None, "invalid")] * 3,
        ("icd10cm:K50.012", "not loaded"),
    ]
    assert firsts["code"].to_list() == values
    frame = both.crosswalk_frame(["A0101", "a01.01", "HCPCS:a0101", "A0102"], to="cpt")
    assert frame["outcome"].to_list() == ["ambiguous", "unmapped", "not loaded", "unknown"]


def test_bare_codes_of_a_named_system(both, kg):
    codes = ["a0101", "A01.01", "hcpcs:A0101", "44310"]
    frame = both.crosswalk_frame(codes, to="cpt", system="icd10cm")
    assert frame["source"].to_list() == ["icd10cm:A01.01", "icd10cm:A01.01", "hcpcs:A0101", None]
    assert frame["outcome"].to_list() == ["unmapped", "unmapped", "not loaded", "invalid"]
    for to in ("cpt", "icd10cm"):
        agrees(both, codes, to, system="icd10cm")
    agrees(kg, ["44310", "0DTJ4ZZ", " 44187", "k50012"], "icd10pcs", system="cpt")


HELD = (
    "44310",
    "44187",
    "cpt:44310",
    "CPT:44140",
    "0d1b0z4",
    "icd10pcs:0D1B0Z4",
    "k50012",
    "icd10cm:k50.012",
)
NOT_HELD = ("99999", "4431", "", "icd9cm:555.9", "modifier:59", "A0101", "no:1", "0DTJ4ZZ")
texts = st.sampled_from(HELD + NOT_HELD)
padded = st.builds("{}{}{}".format, st.sampled_from(["", " ", "\t"]), texts, st.sampled_from(["", "  "]))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # the fixtures are of the session
@given(st.lists(st.none() | padded, max_size=12), st.sampled_from(["icd10pcs", "cpt", "icd10cm"]))
def test_any_column_has_the_rows_of_its_codes_in_order(kg, values, to):
    agrees(kg, values, to)


def test_order_repeats_and_many_targets(kg):
    frame = kg.crosswalk_frame(["44187", None, "44310", "44187"], to="icd10pcs")
    one = [str(m.target) for m in kg.crosswalk("44187", to="icd10pcs")]
    assert len(one) > 1
    assert frame.filter(pl.col("row") == 0)["target"].to_list() == one
    assert frame.filter(pl.col("row") == 3)["target"].to_list() == one
    assert frame["row"].is_sorted()
    assert set(frame["row"]) == {0, 1, 2, 3}
    assert frame.filter(pl.col("row") == 1).rows() == [(1, *[None] * 7, False, "null")]


def test_a_combination_is_marked(kg):
    parts = kg.crosswalk_frame(["44144"], to="icd10pcs").filter(pl.col("combination"))
    assert len(parts)
    assert set(parts["relation"]) == {"related"}


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("c", ["44310", None, "4431", "44310"]),
        pl.Series("c", ["44310", None, "4431", "44310"], dtype=pl.Categorical),
        pl.Series("c", [44310, None, 4431, 44310]),
        ("44310", None, "4431", "44310"),
        ["44310", float("nan"), "4431", "44310"],
        np.array(["44310", None, "4431", "44310"], dtype=object),
    ],
    ids=["text", "categories", "numbers", "tuple", "list with NaN", "array"],
)
def test_columns_of_all_kinds_give_one_answer_in_polars(column, kg):
    frame = kg.crosswalk_frame(column, to="icd10pcs")
    assert isinstance(frame, pl.DataFrame)
    same = kg.crosswalk_frame(["44310", None, "4431", "44310"], to="icd10pcs")
    assert frame.drop("code").equals(same.drop("code"))
    if isinstance(column, pl.Series):
        assert frame["code"].dtype == column.dtype  # as given
        assert frame["code"].equals(column.gather(frame["row"]))


def test_codes_of_the_graph_are_taken_as_they_are(kg):
    assert kg.crosswalk_frame([kg["44310"]], to="icd10pcs").equals(
        kg.crosswalk_frame(["cpt:44310"], to="icd10pcs")
    )


@pytest.mark.parametrize("dtype", [object, "str", "string", "category"])
def test_pandas_in_and_out(dtype, kg):
    codes = ["44310", None, "44187", "4431", "99999", "44310"]
    column = pd.Series(codes, index=[9, 8, 8, 7, 6, 5], dtype=dtype)
    frame = kg.crosswalk_frame(column, to="icd10pcs")
    assert isinstance(frame, pd.DataFrame)
    same = kg.crosswalk_frame(codes, to="icd10pcs")
    assert tuple(frame.columns) == COLUMNS
    assert frame.index.equals(pd.RangeIndex(len(same)))
    assert frame["code"].dtype == column.dtype
    for name in COLUMNS:
        values = [None if pd.isna(v) else v for v in frame[name]]
        assert values == same[name].to_list(), name


def test_types_do_not_hang_on_what_is_found(kg):
    full = kg.crosswalk_frame(["44310", None], to="icd10pcs")
    for column in ([], [None], ["???"]):
        frame = kg.crosswalk_frame(column, to="icd10pcs")
        assert len(frame) == len(column)
        assert frame.schema == full.schema
    types = kg.crosswalk_frame(pd.Series(["44310", None], dtype=object), to="icd10pcs").dtypes
    for column in ([], [None], ["???"]):
        frame = kg.crosswalk_frame(pd.Series(column, dtype=object), to="icd10pcs")
        assert len(frame) == len(column)
        kept = ["row", "source", "target", "relation", "confidence", "combination", "outcome"]
        assert frame.dtypes[kept].equals(types[kept])


def test_what_is_no_column_no_system_no_relation(kg):
    for wrong, said in (("44310", "one code"), (pl.DataFrame({"c": ["44310"]}), "whole frame")):
        with pytest.raises(InvalidCode, match=said):
            kg.crosswalk_frame(wrong, to="icd10pcs")
    with pytest.raises(InvalidCode, match="whole frame"):
        kg.crosswalk_frame(pd.DataFrame({"c": ["44310"]}), to="icd10pcs")
    with pytest.raises(InvalidCode, match="List"):
        kg.crosswalk_frame(pl.Series([["44310"]]), to="icd10pcs")
    for column in ([], ["44310"]):
        with pytest.raises(UnknownTerm, match="no crosswalk to 'snomed'"):
            kg.crosswalk_frame(column, to="snomed")
        with pytest.raises(UnknownTerm, match="no code system 'snomed'"):
            kg.crosswalk_frame(column, to="cpt", system="snomed")
        with pytest.raises(UnknownTerm, match="no relation 'wider'"):
            kg.crosswalk_frame(column, to="icd10pcs", relation="wider")


@BOTH
def test_not_loaded_is_told_and_raised_where_nothing_else_is_left(kg, few, monkeypatch):
    monkeypatch.setattr(pairs, "FEW", few)
    mixed = kg.crosswalk_frame(["44310", "icd9cm:555.9", "K50.012"], to="icd10pcs")
    last = mixed.filter(pl.col("row") > 0)
    assert last["outcome"].to_list() == ["not loaded", "not loaded"]
    assert last["source"].to_list() == [None, "icd10cm:K50.012"]
    with pytest.raises(NotLoaded, match="no source that codegraph reads maps icd10cm to icd10pcs"):
        kg.crosswalk_frame(["K50.012", None], to="icd10pcs")
    with pytest.raises(NotLoaded, match="ICD-9"):
        kg.crosswalk_frame(["555.9"], to="icd10cm", system="icd9cm")
    with pytest.raises(NotLoaded, match="PRCCSR"):
        kg.crosswalk_frame(["0D1B0Z4"], to="ccsr")


def test_without_polars_the_error_says_what_to_install_and_pandas_goes_on(kg, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(NotLoaded, match=r"codegraph\[frames\]"):
        kg.crosswalk_frame(["44310"], to="icd10pcs")
    assert len(kg.crosswalk_frame(pd.Series(["44310"]), to="icd10pcs")) > 1
