"""A client and models of others (fhirpy, fhir.resources) ask a running service, in the environment of `make test-fhir`.

`python client.py ADDRESS 4.0|5.0` prints as JSON what it was answered, how much it parsed, and what the models refused;
of a Bundle that lies in a file (`python client.py FILE 4.0|5.0`) the last two.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

CPT = "http://www.ama-assn.org/go/cpt"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
MANY = " ".join(map(str, range(60)))
SETS = "https://w3id.org/codegraph/fhir/ValueSet/"
VALUES = {"Coding": "valueCoding", "bool": "valueBoolean", "int": "valueInteger", "str": "valueString"}


class Judge:
    """Asks by one client, and parses all that comes with the models of its version."""

    def __init__(self, address, version):
        import fhirpy
        from fhir.resources import R4B, get_fhir_model_class
        from fhirpy.base import exceptions

        self.client = fhirpy.SyncFHIRClient(address)
        self.errors = exceptions
        self.model = R4B.get_fhir_model_class if version == "4.0" else get_fhir_model_class
        self.parsed, self.faults = 0, []

    def check(self, resource):
        try:
            self.model(resource["resourceType"]).model_validate(resource)
            self.parsed += 1
        except Exception as error:  # whatever the models raise is a fault of the resource
            told = f"{resource['resourceType']}/{resource.get('id')}: {error}"
            self.faults.append(told[:500])
        return resource

    def ask(self, operation, **given):
        parameter = [{"name": name.replace("_", "-"), **valued(name, value)} for name, value in given.items()]
        body = {"resourceType": "Parameters", "parameter": parameter}
        self.check(body)
        return plain(self.check(self.client.execute(operation, method="post", data=body)))

    def get(self, operation, **given):
        return plain(self.check(self.client.execute(operation, method="get", params=given)))

    def refused(self, call, *args, **given):
        try:
            call(*args, **given)
        except self.errors.ResourceNotFound as error:
            return f"404 {json.loads(str(error))['issue'][0]['code']}"
        except self.errors.OperationOutcome as error:
            return error.resource["issue"][0]["code"]
        return "answered"

    def everything(self):
        """Search all resources page by page, read each anew, and return how many of each kind there are."""
        counts = {}
        for kind in ("CodeSystem", "ConceptMap", "ValueSet"):
            found = self.client.resources(kind).search(_count=40).fetch_all()
            counts[kind] = [
                len(found),
                self.client.resources(kind).search(_summary="count").fetch_raw()["total"],
            ]
            read = found if kind != "ValueSet" else found[::7]
            for one in [*found, *(self.client.reference(kind, r["id"]).to_resource() for r in read)]:
                self.check(plain(one))
        return counts

    def spoilt(self):
        """Return how many of some spoilt resources the models refuse."""
        whole = plain(self.client.reference("CodeSystem", "approach").to_resource())
        spoils = (
            lambda r: r.pop("content"),
            lambda r: r.update(count="three"),
            lambda r: r.update(colour="red"),
            lambda r: r["concept"][0].update(property=[{"code": "a b", "valueCoding": 5}]),
        )
        refused = 0
        for spoil in spoils:
            bad = copy.deepcopy(whole)
            spoil(bad)
            before = len(self.faults)
            self.check(bad)
            refused += len(self.faults) - before
            del self.faults[before:]
        return [refused, len(spoils)]


def valued(name, value):
    if isinstance(value, dict):
        return {"resource": value} if "resourceType" in value else {"valueCoding": value}
    if name in ("url", "system", "targetSystem", "targetsystem"):
        return {"valueUri": value}
    if name in ("code", "codeA", "codeB", "sourceCode", "targetCode", "property"):
        return {"valueCode": value}
    return {VALUES[type(value).__name__]: value}


def plain(resource):
    return json.loads(json.dumps(resource))


def named(answer, name):
    """Return the values of the parameters with a name; of parts a dict."""
    found = []
    for part in answer["parameter"]:
        if part["name"] != name:
            continue
        inner = {p["name"]: next(v for k, v in p.items() if k != "name") for p in part.get("part", ())}
        found.append(inner or next(v for k, v in part.items() if k != "name"))
    return found


def matches(answer):
    relation = [m.get("equivalence") or m["relationship"] for m in named(answer, "match")]
    return sorted(zip(relation, (m["concept"]["code"] for m in named(answer, "match")), strict=True))


def main(address, version):
    judge = Judge(address, version)
    if not address.startswith("http"):
        bundle = json.loads(Path(address).read_text(encoding="utf-8"))
        for resource in (bundle, *(entry["resource"] for entry in bundle["entry"])):
            judge.check(resource)
        print(json.dumps({"parsed": judge.parsed, "faults": judge.faults}))
        return
    r4 = version == "4.0"
    source = {"code": "44310", "system": CPT} if r4 else {"sourceCode": "44310", "system": CPT}
    target = {"targetsystem": PCS} if r4 else {"targetSystem": PCS}
    backward = (
        {"code": "0D1B0Z4", "system": PCS, "targetsystem": CPT, "reverse": True}
        if r4
        else {"targetCode": "0D1B0Z4", "targetSystem": PCS, "system": CPT}
    )
    metadata = judge.get("metadata")
    judge.get("metadata", mode="terminology")
    pages = [judge.get("ValueSet/site-ileum/$expand", offset=n, count=20)["expansion"] for n in (0, 20, 40)]
    told = {
        "fhirVersion": metadata["fhirVersion"],
        "lookup": named(judge.ask("CodeSystem/$lookup", system=CPT, code="44310"), "display"),
        "lookup by coding": named(
            judge.ask("CodeSystem/$lookup", coding={"system": CM, "code": "K50.00"}), "display"
        ),
        "right": named(judge.ask("CodeSystem/$validate-code", url=CM, code="K50.00"), "result"),
        "wrong": named(judge.get("ValueSet/modifiers/$validate-code", system=CPT, code="44310"), "result"),
        "subsumes": named(
            judge.ask("CodeSystem/$subsumes", system=CM, codeA="K50", codeB="K50.00"), "outcome"
        ),
        "translate": matches(judge.ask("ConceptMap/$translate", **source, **target)),
        "reverse": matches(judge.ask("ConceptMap/$translate", **backward)),
        "expand": [pages[0]["total"], [c["code"] for page in pages for c in page["contains"]]],
        "unknown code": judge.refused(judge.ask, "CodeSystem/$lookup", system=CPT, code="99999"),
        "unknown set": judge.refused(judge.get, "ValueSet/$expand", url="http://example.org/none"),
        "too costly": judge.refused(
            judge.ask, "ValueSet/$expand", url=f"{SETS}modifiers", filter=" ".join(map(str, range(60)))
        ),
        "resources": judge.everything(),
        "spoilt": judge.spoilt(),
    }
    print(json.dumps({**told, "parsed": judge.parsed, "faults": judge.faults}))


if __name__ == "__main__":
    main(*sys.argv[1:])
