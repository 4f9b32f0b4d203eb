"""The whole intestinal range of CPT, 44005 to 44979: each code is described, defined, placed, and coded or excused."""

from __future__ import annotations

import csv

import pytest

from codegraph import CodeGraph

# Residual codes, work on a graft outside the body, stool made ready for another: nothing that a condition calls for.
WITHOUT_INDICATION = {"44238", "44799", "44899", "44979", "44132"}
WITHOUT_COUNTERPART = {
    "44139", "44213", "44238", "44705", "44715", "44720", "44721", "44799", "44899", "44979",
}  # fmt: skip


@pytest.fixture(scope="module")
def kg(packaged_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        yield CodeGraph.open()


@pytest.fixture(scope="module")
def domain(kg):
    """Return the codes of the range that are in force: those that the fee schedule of the packaged figures has."""
    found = [kg[c] for c in kg if c.startswith("cpt:44") and "44005" <= c[4:] <= "44979"]
    return [code for code in found if code.status == "active"]


def values(kg, code, name):
    return kg.store.objects(code.curie, name)


def test_the_range_has_130_codes_as_the_official_file_has(domain):
    assert len(domain) == 130


@pytest.mark.full_data
def test_they_are_those_of_the_official_file(domain, data_dir):
    with (data_dir / "pfs" / "PPRRVU2025_Oct.csv").open(
        encoding="utf-8", errors="replace", newline=""
    ) as file:
        official = {r[0] for r in csv.reader(file) if r and r[0].isdecimal() and "44005" <= r[0] <= "44979"}
    assert {code.notation for code in domain} == official


def test_each_code_says_what_it_is(kg, domain):
    for code in domain:
        assert code.label, code
        assert len(values(kg, code, "skos:altLabel")) >= 1, code
        for name in ("cg:plainDescription", "cg:clinicalContext", "cg:usualSetting", "cg:inFamily"):
            assert values(kg, code, name), (code, name)
        for flag in ("cg:isAddOn", "cg:isSeparateProcedure"):
            said = values(kg, code, flag)
            assert said in ([True], [False]) or kg.store.object(code.curie, "cg:needsReview") is True, (
                code,
                flag,
            )


def test_each_procedure_is_defined(kg, domain):
    for code in domain:
        procedure = code.procedure
        assert procedure is not None, code
        assert procedure.method, code
        assert procedure.site, code
        assert procedure.definition, code


def test_no_two_codes_have_one_label(domain):
    assert len({code.label for code in domain}) == 130


def test_therapeutic_codes_have_indications(kg, domain):
    without = {code.notation for code in domain if not kg.describe(code).indications}
    assert without <= WITHOUT_INDICATION


def test_add_ons_are_those_of_the_domain(kg, domain):
    add_ons = {code.notation for code in domain if values(kg, code, "cg:isAddOn") == [True]}
    assert add_ons == {"44015", "44121", "44128", "44139", "44203", "44213", "44701", "44955"}


def test_each_code_leads_to_icd10pcs_or_says_why_not(kg, domain):
    without = {code.notation for code in domain if not len(kg.crosswalk(code, to="icd10pcs"))}
    assert without == WITHOUT_COUNTERPART
    for notation in sorted(without):
        note = kg.crosswalk(notation, to="icd10pcs").note
        assert note.startswith("none: "), notation
        assert len(note) > 40, notation


def test_every_act_of_a_combination_has_codes_or_is_named(kg, domain):
    combined = 0
    for code in domain:
        found = kg.crosswalk(code, to="icd10pcs")
        for combination in found.combinations:
            combined += 1
            assert len(combination.parts) >= 2, code
            assert set(combination.codes) <= {str(m.target) for m in found}, code
            assert all(guideline.startswith("guideline:") for _, guideline in combination.omitted), code
    assert combined >= 30
