"""What /metadata names works at the running server, and what it does not name does not."""

from __future__ import annotations

import pytest

from tests.serve.conftest import serving
from tests.terminology.conftest import CM, CPT, HCPCS, MAPS, PCS, SETS

PLACES = ("/fhir/r4", "/fhir/r5")
JSON = {"Content-Type": "application/fhir+json"}
# A known answer of each operation, so that naming it in the statement has to mean that it works.
EXAMPLES = {
    "CodeSystem/$lookup": {"system": CPT, "code": "44310"},
    "CodeSystem/$validate-code": {"url": CM, "code": "K50.00"},
    "CodeSystem/$subsumes": {"system": CM, "codeA": "K50", "codeB": "K50.00"},
    "ConceptMap/$translate": {"url": f"{MAPS}cpt-to-icd10pcs", "system": CPT, "code": "44310"},
    "ValueSet/$validate-code": {"url": f"{SETS}modifiers", "system": CPT, "code": "59"},
    "ValueSet/$expand": {"url": f"{SETS}modifiers", "count": "2"},
}
# A value that each filter has, by its name: what a value set may choose by it.
VALUES = {
    "status": "active", "inactive": "false", "modifier": "true", "family": "enterostomy-creation", "table": "0D1",
    "site": "ileum", "method": "bypass", "approach": "open",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(packaged_cache):
    with serving(cache=packaged_cache) as found:
        yield found.client


@pytest.fixture(scope="module", params=PLACES)
def place(request):
    return request.param


@pytest.fixture(scope="module")
def statement(client, place):
    return client.get(f"{place}/metadata").json()


@pytest.fixture(scope="module")
def terminology(client, place):
    return client.get(f"{place}/metadata?mode=terminology").json()


def test_each_resource_is_read_and_searched_as_named(client, place, statement):
    (rest,) = statement["rest"]
    for resource in rest["resource"]:
        assert [i["code"] for i in resource["interaction"]] == ["read", "search-type"]
        address = f"{place}/{resource['type']}"
        bundle = client.get(address, params={"_count": "5"}).json()
        assert bundle["total"] >= len(bundle["entry"]) > 1
        for entry in bundle["entry"]:
            assert (
                client.get(f"{address}/{entry['resource']['id']}").json()["url"] == entry["resource"]["url"]
            )


def test_each_search_parameter_finds_and_keeps_out(client, place, statement):
    for resource in statement["rest"][0]["resource"]:
        address = f"{place}/{resource['type']}"
        example = client.get(address, params={"_count": "1"}).json()["entry"][0]["resource"]
        names = [p["name"] for p in resource["searchParam"]]
        assert set(names) == {"url", "version", "name", "title", "status", "_id"}
        for name in names:
            found = client.get(
                address, params={name: example[name.removeprefix("_")], "_count": "1000"}
            ).json()
            assert example["id"] in [e["resource"]["id"] for e in found["entry"]]
            assert client.get(address, params={name: "nothing-has-this"}).json()["total"] == 0


@pytest.mark.parametrize(
    "name", ["code", "description", "_lastUpdated", "_include", "_sort", "date", "_elements"]
)
def test_a_search_parameter_that_is_not_named_is_refused(client, place, statement, name):
    for resource in statement["rest"][0]["resource"]:
        address = f"{place}/{resource['type']}"
        assert name not in [p["name"] for p in resource["searchParam"]]
        assert client.get(address, params={name: "x"}).status_code == 400
        lenient = client.get(
            address, params={name: "x", "_count": "1"}, headers={"Prefer": "handling=lenient"}
        )
        assert lenient.status_code == 200
        assert lenient.json()["link"][0]["url"].endswith(f"{resource['type']}?_count=1")
        strict = client.get(address, params={name: "x"}, headers={"Prefer": "handling=strict"})
        assert strict.status_code == 400


def test_each_operation_that_is_named_works_by_get_and_by_post(client, place, statement):
    named = {
        f"{r['type']}/${o['name']}": o["definition"]
        for r in statement["rest"][0]["resource"]
        for o in r["operation"]
    }
    assert named.keys() == EXAMPLES.keys()
    for name, given in EXAMPLES.items():
        assert named[name] == "http://hl7.org/fhir/OperationDefinition/" + name.replace("/$", "-")
        got = client.get(f"{place}/{name}", params=given)
        assert got.status_code == 200
        kinds = {"url": "valueUri", "system": "valueUri", "count": "valueInteger"}
        body = {"resourceType": "Parameters", "parameter": [
            {"name": key, kinds.get(key, "valueCode"): int(value) if key == "count" else value}
            for key, value in given.items()
        ]}  # fmt: skip
        posted = client.post(f"{place}/{name}", json=body, headers=JSON)
        told = posted.json()
        told.get("expansion", {}).pop("timestamp", None)
        expected = got.json()
        expected.get("expansion", {}).pop("timestamp", None)
        assert told == expected


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ConceptMap/$closure", 404), ("POST", "/$closure", 404), ("GET", "/CodeSystem/$find-matches", 404),
        ("GET", "/ValueSet/$lookup", 404), ("GET", "/CodeSystem/cpt/$expand", 404), ("GET", "/$versions", 404),
        ("GET", "/CodeSystem/cpt/_history", 404), ("GET", "/CodeSystem/cpt/_history/1", 404), ("GET", "/_history", 404),
        ("POST", "", 404), ("GET", "/NamingSystem", 404), ("GET", "/StructureDefinition/x", 404),
        ("POST", "/ValueSet", 405), ("PUT", "/ValueSet/modifiers", 405), ("DELETE", "/ValueSet/modifiers", 405),
        ("PATCH", "/ValueSet/modifiers", 405),
    ],
)  # fmt: skip
def test_what_is_not_named_is_not_there(client, place, statement, method, path, status):
    answer = client.request(method, place + path, json={}, headers=JSON)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_the_formats_are_those_named(client, place, statement):
    assert statement["format"] == ["application/fhir+json", "json"]
    for name in statement["format"]:
        assert (
            client.get(
                f"{place}/CodeSystem/site",
                headers={"Accept": name if "/" in name else "*/*"},
            ).status_code
            == 200
        )
        assert client.get(f"{place}/CodeSystem/site", params={"_format": name}).status_code == 200
    for other in ("application/fhir+xml", "application/fhir+turtle", "application/xml"):
        assert client.get(f"{place}/CodeSystem/site", headers={"Accept": other}).status_code == 406
    for other in ("xml", "ttl"):
        assert client.get(f"{place}/CodeSystem/site", params={"_format": other}).status_code == 406


def first_code(client, place, uri):
    """Return a code of a system: the first that its value set has."""
    ident = client.get(f"{place}/CodeSystem", params={"url": uri}).json()["entry"][0]["resource"]["id"]
    found = client.get(f"{place}/ValueSet/codes-{ident}/$expand", params={"count": "1"}).json()["expansion"]
    return found["contains"][0]["code"]


def test_each_system_that_is_named_can_be_asked_in_its_version(client, place, terminology):
    for said in terminology["codeSystem"]:
        code = first_code(client, place, said["uri"])
        (version,) = said["version"]
        given = {"system": said["uri"], "code": code, "version": version["code"]}
        assert client.get(f"{place}/CodeSystem/$lookup", params=given).status_code == 200
        two = {"system": said["uri"], "codeA": code, "codeB": code}
        if said["subsumption"]:
            assert client.get(f"{place}/CodeSystem/$subsumes", params=two).status_code == 200
        asked = {**given, "property": version["property"]}
        assert client.get(f"{place}/CodeSystem/$lookup", params=asked).status_code == 200


def test_each_filter_that_is_named_chooses_by_each_operator(client, place, terminology):
    tried = set()
    for said in terminology["codeSystem"]:
        for found in said["version"][0].get("filter", ()):
            for operator in found["op"]:
                value = VALUES.get(found["code"]) or first_code(client, place, said["uri"])
                chosen = {"property": found["code"], "op": operator, "value": value}
                include = {"system": said["uri"], "filter": [chosen]}
                body = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
                answer = client.post(f"{place}/ValueSet/$expand?count=3", json=body, headers=JSON)
                assert answer.status_code == 200, (said["uri"], chosen)
                tried.add((found["code"], operator))
    assert {name for name, _ in tried} == {*VALUES, "concept"}


def test_each_expansion_parameter_that_is_named_is_taken(client, place, terminology):
    named = {p["name"] for p in terminology["expansion"]["parameter"]}
    values = {
        "url": None, "valueSet": None, "tx-resource": None, "valueSetVersion": None,
        "filter": "colon", "offset": "0", "count": "3", "displayLanguage": "en", "designation": "en",
        "property": "status",
        "exclude-system": CPT, "system-version": CPT, "check-system-version": CPT, "force-system-version": CPT,
        "default-valueset-version": f"{SETS}none|1",
    }  # fmt: skip
    for name in named:
        value = values.get(name, "true")
        if value is not None:
            asked = {name: value, **({"count": "3"} if name != "count" else {})}
            answer = client.get(f"{place}/ValueSet/site-ileum/$expand", params=asked)
            assert answer.status_code == 200, (name, answer.text)
    assert ("property" in named) == (place == "/fhir/r5")
    assert client.get(f"{place}/ValueSet/site-ileum/$expand", params={"colour": "red"}).status_code == 400


def test_a_system_without_definitions_is_not_said_to_be_compared(client, place, terminology):
    compared = {s["uri"]: s["subsumption"] for s in terminology["codeSystem"]}
    assert compared[CPT]
    assert compared[PCS]
    refused = [uri for uri, able in compared.items() if not able]
    assert HCPCS in refused
    for uri in refused:
        ident = client.get(f"{place}/CodeSystem", params={"url": uri}).json()["entry"][0]["resource"]["id"]
        found = client.get(f"{place}/ValueSet/codes-{ident}/$expand").json()["expansion"]["contains"]
        two = [c["code"] for c in found if len(c["code"]) > 2][:2]  # no modifiers: none subsumes another
        if len(two) == 2:
            asked = {"system": uri, "codeA": two[0], "codeB": two[1]}
            assert client.get(f"{place}/CodeSystem/$subsumes", params=asked).status_code == 422


def test_pages_of_other_sites_may_ask(client, place, statement):
    assert statement["rest"][0]["security"]["cors"] is True
    answer = client.get(f"{place}/metadata", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
