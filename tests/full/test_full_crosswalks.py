"""Crosswalks of the intestinal domain on the whole official data: all 130 codes, editions, chains, combinations."""

from __future__ import annotations

import csv

import pytest

from codegraph.errors import NotLoaded

pytestmark = [pytest.mark.full_release, pytest.mark.full_data]


@pytest.fixture(scope="module")
def domain(data_dir):
    """Return the CPT codes 44005 to 44979 of the official fee schedule."""
    with (data_dir / "pfs" / "PPRRVU2025_Oct.csv").open(
        encoding="utf-8", errors="replace", newline=""
    ) as file:
        codes = {
            row[0] for row in csv.reader(file) if row and row[0].isdecimal() and "44005" <= row[0] <= "44979"
        }
    return sorted(codes)


def test_each_code_of_the_domain_has_codes_or_a_reason(full, domain):
    assert len(domain) == 130
    with_codes, without = [], {}
    for code in domain:
        found = full.crosswalk(f"cpt:{code}", to="icd10pcs")
        if len(found):
            with_codes.append(code)
        else:
            without[code] = found.note
    assert len(with_codes) == 120
    assert all(note and "none:" in note for note in without.values()), without


def test_each_code_of_the_domain_is_defined_and_described(full, domain):
    for code in domain:
        procedure = full[f"cpt:{code}"].procedure
        assert procedure is not None, code
        assert procedure.method, code
        assert full[f"cpt:{code}"].label, code


def test_44310_is_covered_by_facets(full):
    found = {m.target.notation: m for m in full.crosswalk("44310", to="icd10pcs") if m.facets}
    assert {n for n, m in found.items() if m.relation == "narrower"} == {"0D1A0Z4", "0D1B0Z4"}
    for notation in ("0D1A0Z4", "0D1B0Z4"):
        relations = {f.name: f.relation for f in found[notation].facets}
        assert relations == {
            "method": "equal",
            "site": "narrower",
            "approach": "equal",
            "device": "equal",
            "destination": "equal",
        }
    laparoscopic = {m.target.notation for m in full.crosswalk("44187", to="icd10pcs", relation="narrower")}
    assert laparoscopic == {"0D1A4Z4", "0D1B4Z4"}
    assert full.differences("44310", "44187").sentence == "44310 and 44187 differ in approach only"


def test_every_target_is_a_code_of_an_edition_that_is_loaded(full, domain):
    for code in domain:
        for m in full.crosswalk(f"cpt:{code}", to="icd10pcs"):
            assert m.target.label, (code, m.target)
            assert m.target.status == "active", (code, m.target)


def test_a_date_of_service_chooses_the_edition(full):
    this_year = {m.target.notation for m in full.crosswalk("44310", to="icd10pcs", on="2025-11-01")}
    assert {"0D1A0Z4", "0D1B0Z4"} <= this_year
    with pytest.raises(NotLoaded, match="in force on 2020-11-01"):
        full.crosswalk("44310", to="icd10pcs", on="2020-11-01")


def test_chains_over_official_mappings(full):
    ccsr = full.crosswalk("44310", to="ccsr", via="icd10pcs", relation={"broader", "related"})
    assert "ccsr:GIS018" in {str(m.target) for m in ccsr}
    assert all(len(m.path) == 2 for m in ccsr)
    cpt = {str(m.target): m for m in full.crosswalk("icd9pcs:17.33", to="cpt", via="icd10pcs")}
    assert (
        cpt["cpt:44204"].relation == "broader"
    )  # right hemicolectomy is one partial colectomy, both laparoscopic
    assert [str(step.target) for step in cpt["cpt:44204"].path] == ["icd10pcs:0DTF4ZZ", "cpt:44204"]
    nothing = full.crosswalk("icd9pcs:46.20", to="cpt", via="icd10pcs")
    assert len(nothing) == 0
    assert "goes no further" in nothing.note


def test_a_gem_combination_is_a_set_and_not_two_pairs(full):
    (whole,) = full.crosswalk("K50.012", to="icd9cm").combinations
    assert list(whole.sets()) == [("icd9cm:555.0", "icd9cm:560.9")]


def test_sites_of_all_body_systems_have_their_place(full):
    assert "site:kidney" in full.ancestors("site:kidney-left")
    assert "site:urinary" in full.ancestors("site:kidney-left")
    assert {"cpt:44120"} <= {str(c) for c in full.codes(site="small-intestine", system="cpt")}
