"""The FHIR service of a real server: addresses, formats, methods and errors, each answered as FHIR."""

from __future__ import annotations

import json

import pytest

from codegraph.serve import fhir as service
from tests.serve.conftest import serving
from tests.terminology.conftest import CM, CPT, PCS, SETS
from tests.terminology.rules import answer_faults, faults

VERSIONS = {"/fhir/r4": "4.0", "/fhir/r5": "5.0"}
JSON = "application/fhir+json"


@pytest.fixture(scope="module")
def served(packaged_cache):
    with serving(cache=packaged_cache) as found:
        yield found.client


class Place:
    def __init__(self, client, place):
        self.client = client
        self.place = place
        self.version = VERSIONS[place]

    def get(self, path="", status=200, **keywords):
        return self.checked(self.client.get(self.place + path, **keywords), status)

    def post(self, path, body, status=200, kind=JSON, **keywords):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": kind} if kind else {}
        return self.checked(
            self.client.post(self.place + path, content=content, headers=headers, **keywords), status
        )

    def checked(self, answer, status):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == f"{JSON}; fhirVersion={self.version}"
        found = answer.json()
        if found["resourceType"] == "Parameters":
            operation = "$" + answer.request.url.path.rpartition("$")[2]
            assert answer_faults(found, operation, self.version) == []
        else:
            assert faults(found, self.version) == []
        assert (found["resourceType"] == "OperationOutcome") == (status != 200)
        return found


@pytest.fixture(params=VERSIONS)
def at(request, served):
    return Place(served, request.param)


def test_the_routes_are_those_of_the_table():
    assert service.PLACES == VERSIONS


def test_metadata_names_the_address(at):
    said = at.get("/metadata")
    assert said["implementation"]["url"] == str(at.client.base_url).rstrip("/") + at.place
    assert at.get("/metadata?mode=terminology")["resourceType"] == "TerminologyCapabilities"
    assert at.get("/metadata?mode=x", status=400)


def test_resources_are_read_and_searched(at):
    assert at.get("/CodeSystem/cpt")["url"] == CPT
    assert at.get("/ConceptMap/cpt-to-icd10pcs")["id"] == "cpt-to-icd10pcs"
    assert at.get("/ValueSet/modifiers")["url"] == f"{SETS}modifiers"
    found = at.get("/ValueSet", params={"_count": "3"})
    assert len(found["entry"]) == 3
    assert found["entry"][0]["fullUrl"].startswith(str(at.client.base_url))
    following = next(link["url"] for link in found["link"] if link["relation"] == "next")
    assert at.checked(at.client.get(following), 200)["total"] == found["total"]
    form = "application/x-www-form-urlencoded"
    assert at.post("/CodeSystem/_search", f"url={PCS}".encode(), kind=form)["total"] == 1


def test_operations_of_a_type_and_of_an_instance(at):
    code = {"system": CPT, "code": "44310"}
    assert at.get("/CodeSystem/$lookup", params=code)
    assert at.get("/CodeSystem/$validate-code", params={"url": CPT, "code": "44310"})
    assert (
        at.get("/CodeSystem/cpt/$validate-code", params={"code": "99999"})["parameter"][0]["valueBoolean"]
        is False
    )
    assert at.get("/CodeSystem/icd10cm/$subsumes", params={"codeA": "K50", "codeB": "K50.00"})[
        "parameter"
    ] == [{"name": "outcome", "valueCode": "subsumes"}]
    assert at.get("/ConceptMap/$translate", params={**code, "targetsystem": PCS})
    assert (
        at.get("/ConceptMap/cpt-to-icd10pcs/$translate", params=code)["parameter"][0]["valueBoolean"] is True
    )
    assert (
        at.get("/ValueSet/$expand", params={"url": f"{SETS}modifiers", "count": "2"})["expansion"]["total"]
        == 105
    )
    found = at.get("/ValueSet/site-ileum/$validate-code", params={"system": PCS, "code": "0D1B0Z4"})
    assert found["parameter"][0]["valueBoolean"] is True


def test_a_served_expansion_has_the_time(at):
    stamp = at.get("/ValueSet/modifiers/$expand")["expansion"]["timestamp"]
    assert len(stamp) == len("2026-01-01T00:00:00+00:00")


def body(*parameter):
    return {"resourceType": "Parameters", "parameter": list(parameter)}


def test_operations_by_post(at):
    coding = {"name": "coding", "valueCoding": {"system": CPT, "code": "44310"}}
    assert at.post("/CodeSystem/$lookup", body(coding))["parameter"][2]["valueString"].startswith(
        "Open creation"
    )
    asked = body({"name": "url", "valueUri": f"{SETS}modifiers"}, {"name": "count", "valueInteger": 1})
    assert len(at.post("/ValueSet/$expand", asked)["expansion"]["contains"]) == 1
    include = {"system": CM, "filter": [{"property": "concept", "op": "is-a", "value": "K50.0"}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
    found = at.post("/ValueSet/$expand?count=2", value_set)["expansion"]
    assert [c["code"] for c in found["contains"]] == ["K50.0", "K50.00"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 404), ("/Patient", 404), ("/Patient/1", 404), ("/CodeSystem/nope", 404), ("/CodeSystem/cpt/x/y", 404),
        ("/ValueSet/nope/$expand", 404), ("/CodeSystem/$nope", 404), ("/CodeSystem/cpt/$lookup", 404),
        ("/CodeSystem/$lookup", 400), ("/CodeSystem?colour=red", 400), ("/CodeSystem/cpt?colour=red", 400),
        ("/CodeSystem/$lookup?code=1&system=http://example.org", 404), ("/CodeSystem/$lookup?coding=x", 400),
        ("/ValueSet/codes-cpt/$expand?filter=%ff", 400), ("/CodeSystem/cpt?_format=xml", 406),
        ("/CodeSystem/_search", 405), ("/ValueSet/modifiers/$expand?count=-1", 400),
    ],
)  # fmt: skip
def test_errors_are_operation_outcomes(at, path, status):
    at.get(path, status=status)
    assert at.get("/CodeSystem/$lookup", params={"system": CPT, "code": "44310"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
def test_nothing_is_written(at, method):
    answer = at.client.request(method, f"{at.place}/CodeSystem/cpt")
    at.checked(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", JSON, 400), (b"[]", JSON, 400), (b"nonsense", JSON, 400), (b"\xff", JSON, 400), (b"", JSON, 400),
        (b"[" * 100_000, JSON, 400), (b'{"resourceType": "Parameters", "x": NaN}', JSON, 400),
        (b"{}", "application/fhir+xml", 415), (b"code=44310", "application/x-www-form-urlencoded", 415),
        (b"{}", None, 415),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused(at, content, kind, status):
    at.post("/CodeSystem/$lookup", content, status=status, kind=kind)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200), ("application/json", 200), ("*/*", 200), ("text/html,*/*;q=0.8", 200),
        ("application/fhir+xml", 406), ("text/turtle", 406), ("application/fhir+json;q=0", 406),
        ("application/fhir+json; fhirVersion=3.0", 406), ("application/fhir+json; fhirVersion=3.0, */*;q=0.1", 200),
    ],
)  # fmt: skip
def test_formats(at, accept, status):
    at.get("/CodeSystem/site", status=status, headers={"Accept": accept})
    own = f"application/fhir+json; fhirVersion={at.version}"
    at.get("/CodeSystem/site", headers={"Accept": own})


@pytest.mark.parametrize(
    "name", ["json", "application/json", "application/fhir+json", "application/fhir%2Bjson"]
)
def test_format_as_a_parameter_goes_before_the_header(at, name):
    at.get(f"/CodeSystem/site?_format={name}", headers={"Accept": "text/turtle"})
    plain = at.client.get(f"{at.place}/CodeSystem/site?_pretty=true").text
    assert plain.startswith('{\n  "resourceType"')


def test_head_has_no_body(at):
    answer = at.client.head(f"{at.place}/metadata")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_request_that_is_too_long_is_refused(at):
    answer = at.client.post(
        f"{at.place}/ValueSet/$expand", content=b"x" * 2_000_000, headers={"Content-Type": JSON}
    )
    assert answer.status_code == 413
    assert at.get("/metadata")
