"""FHIR Claim and Bundle: what is read, in which spellings, and what is refused."""

from __future__ import annotations

import copy
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.billing.lines import Line
from codegraph.claims.fhir import CODE_SYSTEMS, claim_of, claims_in
from codegraph.claims.jsonl import parse
from codegraph.claims.model import Claim
from codegraph.claims.reading import Unread, read_claims
from codegraph.errors import CodegraphError, InvalidCode, InvalidValue

FILES = Path(__file__).parent / "files"
R4 = parse((FILES / "claim-r4.json").read_bytes())


def claim(**changes: object) -> Claim:
    return claim_of({**copy.deepcopy(R4), **changes})


def item(**changes: object) -> Claim:
    """Return the claim with its first item changed and alone; None takes an element out."""
    changed = {k: v for k, v in {**R4["item"][0], **changes}.items() if v is not None}
    return claim(item=[changed])


def concept(system: str, code: str) -> dict:
    return {"coding": [{"system": system, "code": code}]}


def test_a_claim_is_read():
    assert claim() == Claim(
        (
            Line("44310", (), 1, None, "22", "1888888882", Decimal("2000.0"), ("K50.012", "Z90.49"), 1),
            Line("44187", ("59",), 1, None, None, "1888888882", None, ("K50.012",), 2),
        ),
        date(2024, 8, 1),
        "practitioner",
        diagnoses=("K50.012", "Z90.49"),
        ident="example-1",
    )


def test_a_file_and_a_bundle_of_a_claim_are_read_alike():
    assert list(read_claims(FILES / "claim-r4.json")) == [claim()]
    found = list(read_claims(FILES / "bundle-r4.json"))
    assert found[0] == claim()
    assert found[1] == Unread(
        "bundle-r4.json, entry 3", "its type is neither professional nor institutional", "example-2"
    )
    assert len(found) == 2


@pytest.mark.parametrize("system", sorted(CODE_SYSTEMS))
def test_the_systems_of_cpt_and_hcpcs_are_known_in_every_spelling(system):
    assert item(productOrService=concept(system, "44310")).lines[0].code == "44310"


def test_both_http_and_https_are_among_the_spellings():
    assert {"http://www.ama-assn.org/go/cpt", "https://www.ama-assn.org/go/cpt"} <= CODE_SYSTEMS
    assert "urn:oid:2.16.840.1.113883.6.12" in CODE_SYSTEMS


def test_a_code_of_another_system_is_left_out_and_noted():
    both = {
        "coding": [
            {"system": "http://snomed.info/sct", "code": "44310"},
            *concept(min(CODE_SYSTEMS), "G0105")["coding"],
        ]
    }
    assert item(productOrService=both).lines[0].code == "G0105"
    other = [*R4["item"], {"sequence": 3, "productOrService": concept("http://snomed.info/sct", "1")}]
    found = claim(item=other)
    assert len(found.lines) == 2
    assert found.notes == ("item 3 has no code of CPT or HCPCS Level II and is left out",)


def test_a_claim_of_r5_is_read():
    """R5 adds what is not read (trace numbers, encounters, revenue): the rest is as in R4."""
    found = claim(
        traceNumber=[{"value": "T1"}],
        item=[{**i, "traceNumber": [{"value": "T"}], "revenue": {}} for i in R4["item"]],
    )
    assert found == claim()


def test_an_institutional_claim_is_an_outpatient_one_unless_it_says_inpatient():
    kind = concept("http://terminology.hl7.org/CodeSystem/claim-type", "institutional")
    assert claim(type=kind).setting == "outpatient"
    with pytest.raises(InvalidValue, match="an inpatient claim"):
        claim(type=kind, subType=concept("urn:x", "inpatient"))


@pytest.mark.parametrize("code", ["pharmacy", "oral", "vision", "Professional"])
def test_another_type_is_refused(code):
    with pytest.raises(InvalidValue, match="neither professional nor institutional"):
        claim(type=concept("http://terminology.hl7.org/CodeSystem/claim-type", code))


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "draft"])
def test_a_claim_that_was_not_sent_is_refused(status):
    with pytest.raises(InvalidValue, match=status):
        claim(status=status)


def test_days_of_items_and_of_the_billable_period():
    alone = item(servicedDate=None)
    assert (alone.on, alone.lines[0].day) == (date(2024, 8, 1), None)
    period = item(servicedDate=None, servicedPeriod={"start": "2024-08-03T08:00:00Z", "end": "2024-08-04"})
    assert (period.on, period.notes) == (
        date(2024, 8, 3),
        ("item 1 runs over several days and counts as of its first",),
    )
    undated = claim(billablePeriod={}, item=[{k: v for k, v in R4["item"][0].items() if k != "servicedDate"}])
    assert undated.on is None
    assert "no date of service" in undated.notes[0]


@pytest.mark.parametrize("day", ["2024-08", "2024", "08/01/2024", "2024-02-30", 20240801, None])
def test_a_date_without_a_day_is_refused(day):
    with pytest.raises(InvalidValue, match="no day; it is written YYYY-MM-DD"):
        claim(item=[{**R4["item"][0], "servicedDate": day}])


@pytest.mark.parametrize(
    ("quantity", "units"),
    [({"value": 3}, 3), ({"value": Decimal("2.0")}, 2), ({"value": Decimal("0.5")}, 1), (None, 1)],
)
def test_units(quantity, units):
    assert item(quantity=quantity).lines[0].units == units


@pytest.mark.parametrize("value", [0, -1, "3", True, None, Decimal("1E+400"), 10**12])
def test_impossible_units_are_refused(value):
    with pytest.raises(InvalidValue, match="item 1: units of service"):
        item(quantity={"value": value})


def test_modifiers_of_any_system_are_read_and_what_is_none_is_refused():
    two = [concept("http://www.ama-assn.org/go/cpt", "59"), concept("urn:x", "lt")]
    assert item(modifier=two).lines[0].modifiers == ("59", "LT")
    with pytest.raises(InvalidValue, match="modifier"):
        item(modifier=[concept("urn:x", "distinct")])
    with pytest.raises(InvalidValue, match="at most 4"):
        item(modifier=[concept("urn:x", m) for m in ("59", "LT", "RT", "50", "51")])


def test_a_code_that_is_none_is_refused():
    with pytest.raises(InvalidCode, match="item 1: '443' is no code"):
        item(productOrService=concept(min(CODE_SYSTEMS), "443"))


def test_diagnoses_with_and_without_a_dot_and_of_other_lists():
    system = "http://hl7.org/fhir/sid/icd-10-cm"
    listed = [
        {"sequence": 5, "diagnosisCodeableConcept": concept("http://hl7.org/fhir/sid/icd-9-cm", "555.9")},
        {"sequence": 7, "diagnosisCodeableConcept": concept(system, "k50012")},
        {"sequence": 8, "diagnosisReference": {"reference": "Condition/1"}},
    ]
    items = [{**R4["item"][0], "diagnosisSequence": [7, 5]}]
    found = claim(diagnosis=listed, item=items)
    assert found.diagnoses == found.lines[0].diagnoses == ("K50.012",)
    assert len(found.notes) == 2


def test_no_name_is_kept_and_a_provider_is_a_number_or_a_reference():
    assert "estpatient" not in repr(claim())
    assert "urgeon" not in repr(claim())
    assert claim(careTeam=[]).lines[0].provider == "Organization/example-group"
    assert claim(careTeam=[], provider={"display": "Somebody"}).lines[0].provider is None


def test_a_resource_that_is_no_claim_is_refused():
    with pytest.raises(InvalidValue, match="no Claim and no Bundle"):
        list(claims_in({"resourceType": "Patient"}))
    assert list(claims_in({"resourceType": "Bundle"})) == []


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "system", "value", "start", "reference"]), inner, max_size=2
        )
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_anything_in_any_element_is_read_or_refused(data):
    resource = copy.deepcopy(R4)
    places = [resource, *resource["item"], *resource["diagnosis"], *resource["careTeam"]]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.sampled_from(places))
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(WRONG)
    try:
        found = claim_of(resource)
    except CodegraphError:
        return
    assert all(line.units >= 1 for line in found.lines)
    assert found.setting in ("practitioner", "outpatient")


def test_a_claim_on_one_line_is_read_as_one():
    text = json.dumps(json.loads((FILES / "claim-r4.json").read_text()))
    assert list(read_claims(io.StringIO(text))) == [claim()]
