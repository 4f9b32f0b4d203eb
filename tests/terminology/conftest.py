"""The terminology of the packaged release, in both versions of FHIR; every answer is held against their rules."""

from __future__ import annotations

import pytest

from codegraph import CodeGraph
from codegraph.terminology import Terminology
from tests.terminology.rules import answer_faults, faults

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
SITE = "https://w3id.org/codegraph/concept/scheme/site"
SETS = "https://w3id.org/codegraph/fhir/ValueSet/"
MAPS = "https://w3id.org/codegraph/fhir/ConceptMap/"


@pytest.fixture(scope="session")
def kg(packaged_cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEGRAPH_CACHE", str(packaged_cache))
        patch.delenv("CODEGRAPH_RELEASE", raising=False)
        return CodeGraph.open()


class Checked:
    """A terminology whose every answer keeps the rules of its version of FHIR."""

    def __init__(self, terminology):
        self.raw = terminology
        self.version = terminology.version

    def resource(self, name, *given, **keywords):
        found = getattr(self.raw, name)(*given, **keywords)
        for one in found if isinstance(found, list) else [found]:
            assert faults(one, self.version) == []
        return found

    def call(self, name, ident=None, **given):
        """Return what an operation answers, by name; repeated ones as lists."""
        given = {key.replace("_", "-"): value for key, value in given.items()}
        found = getattr(self.raw, name)(given, *([ident] if ident else []))
        operation = {"validate_code": "$validate-code", "validate_code_in_set": "$validate-code"}.get(
            name, f"${name}"
        )
        assert answer_faults(found, operation, self.version) == []
        return {part["name"]: value_of(part) for part in found["parameter"]}

    def matches(self, ident=None, **given):
        """Return (relation, code, origin) of the matches of a translation."""
        found = self.raw.translate(given, ident)
        assert answer_faults(found, "$translate", self.version) == []
        parts = [
            {p["name"]: value_of(p) for p in m["part"]} for m in found["parameter"] if m["name"] == "match"
        ]
        return {
            (m.get("equivalence") or m["relationship"], m["concept"]["code"]) for m in parts if "concept" in m
        }

    def expand(self, ident=None, **given):
        found = self.raw.expand({key.replace("_", "-"): value for key, value in given.items()}, ident)
        assert faults(found, self.version) == []
        return found["expansion"]


def value_of(part):
    return next((value for key, value in part.items() if key != "name"), None)


@pytest.fixture(scope="session", params=["4.0", "5.0"], ids=["R4", "R5"])
def fhir(request, kg):
    return Checked(Terminology(kg, request.param))


@pytest.fixture(scope="session")
def r4(kg):
    return Checked(Terminology(kg, "4.0"))


@pytest.fixture(scope="session")
def r5(kg):
    return Checked(Terminology(kg, "5.0"))
