"""$expand: the codes of a value set, filtered and page by page, whole or refused, never cut unsaid."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from codegraph.terminology.compose import Composer, Find
from codegraph.terminology.concepts import PROPERTIES, Concept, Concepts
from codegraph.terminology.members import Members
from codegraph.terminology.parameters import Inputs
from codegraph.terminology.problem import Problem, shown
from codegraph.terminology.systems import FhirSystem
from codegraph.terminology.value_sets import ValueSets

LARGEST: Final = 10_000  # concepts in one answer
_UNCLOSED: Final = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
_VERSION_RULES: Final = ("system-version", "check-system-version", "force-system-version")
_KINDS: Final = {"text": "valueString", "boolean": "valueBoolean", "integer": "valueInteger"}
_URIS: Final = frozenset({"url", "exclude-system", "default-valueset-version", *_VERSION_RULES})
_SENT: Final = ("valueSet", "tx-resource")
_LANGUAGES: Final = "urn:ietf:bcp:47"
_SEEN: Final = ("code", "display", "definition", "designation", "system", "version")


def value_set_of(value_sets: ValueSets, inputs: Inputs, ident: str | None) -> Mapping[str, Any]:
    """Return the value set that a call is about: that of the instance, of `url`, or the one sent along."""
    sent, url = inputs.object("valueSet"), inputs.text("url")
    if sum(what is not None for what in (sent, url, ident)) != 1:
        raise Problem(
            f"{inputs.operation} is about one value set: by id, url or valueSet", code="required", at="url"
        )
    if sent is not None:
        if sent.get("resourceType") != "ValueSet":
            raise Problem("valueSet is not a ValueSet resource", code="structure", at="valueSet")
        return sent
    find = find_among(value_sets, inputs) or value_sets.of_url
    found = value_sets.of_id(ident) if ident is not None else find(str(url))
    wanted = inputs.text("valueSetVersion")
    return found if wanted is None else find(f"{found['url']}|{wanted}")


def find_among(value_sets: ValueSets, inputs: Inputs) -> Find | None:
    """Return what finds value sets by URL among those sent as tx-resource too, None where none is sent.

    A `default-valueset-version` is the version of a value set that is named without one. Raises Problem (422) for
    other resources: a code system that is sent along would have to go before the one that is held.
    """
    sent: dict[str, Mapping[str, Any]] = {}
    for resource in inputs.objects("tx-resource"):
        url = resource.get("url")
        if resource.get("resourceType") != "ValueSet" or not isinstance(url, str):
            kind = shown(resource.get("resourceType"))
            told = f"of resources sent along only value sets with a url are taken, not {kind}"
            raise Problem(told, status=422, code="not-supported", at="tx-resource")
        sent[url] = resource
    versions = dict(text.partition("|")[::2] for text in inputs.texts("default-valueset-version"))
    if not sent and not versions:
        return None

    def find(url: str) -> Mapping[str, Any]:
        plain, _, version = url.partition("|")
        version = version or versions.get(plain, "")
        found = sent.get(plain)
        if found is not None and version in ("", found.get("version")):
            return found
        return value_sets.of_url(f"{plain}|{version}" if version else plain)

    return find


def check_versions(concepts: Concepts, inputs: Inputs) -> None:
    """Raise Problem where a version is asked for of a system that is held in another one."""
    for name in _VERSION_RULES:
        for canonical in inputs.texts(name):
            uri, _, version = canonical.partition("|")
            system = concepts.systems.of_uri(uri)
            if system is not None and version and version != system.version:
                raise Problem(
                    f"{name}: {uri} is held in version {system.version!r}, not {shown(version)}",
                    status=422,
                    code="not-found",
                    tx="version-error",
                    at=name,
                )


def expand(
    concepts: Concepts,
    value_sets: ValueSets,
    composer: Composer,
    fhir: str,
    inputs: Inputs,
    ident: str | None,
    timestamp: str,
) -> dict[str, Any]:
    """Return a value set with its expansion.

    `filter` keeps concepts in whose code or display each of its words stands at the beginning of a word; `offset` and
    `count` give a page of the concepts in their order, by system and code. Raises Problem: 404 for an unknown value
    set, 422 `too-costly` for more than LARGEST concepts in one answer, 400 for parameters and composes that are wrong.
    """
    value_set = value_set_of(value_sets, inputs, ident)
    check_versions(concepts, inputs)
    chosen = _chosen(concepts, composer, value_set, inputs, find_among(value_sets, inputs))
    offset, count = inputs.integer("offset") or 0, inputs.integer("count")
    left = max(0, chosen.total - offset)
    size = left if count is None else min(count, left)
    if size > LARGEST:
        raise Problem(
            f"the expansion has {size:,} concepts; at most {LARGEST:,} come at once: narrow it with filter, or "
            "take it page by page with offset and count",
            status=422,
            code="too-costly",
        )
    page = composer.page(chosen, offset, size)
    expansion = {
        "identifier": _identifier(concepts, value_set, inputs),
        "timestamp": timestamp,
        "total": chosen.total,
        **({"offset": offset} if offset or count is not None else {}),
        "parameter": _echo(inputs, ident) + _used(composer.systems(value_set), fhir),
        **_declared(inputs, fhir, page),
        "contains": [_contained(concepts, c, fhir, inputs) for c in page],
    }
    if any(system.content == "fragment" for system in composer.systems(value_set)):
        expansion = {"extension": [{"url": _UNCLOSED, "valueBoolean": True}], **expansion}
    gone = ("expansion", "text") if inputs.boolean("includeDefinition") else ("expansion", "compose", "text")
    resource = {key: value for key, value in value_set.items() if key not in gone}
    return {**resource, "expansion": {key: value for key, value in expansion.items() if value != []}}


def _chosen(
    concepts: Concepts,
    composer: Composer,
    value_set: Mapping[str, Any],
    inputs: Inputs,
    find: Find | None,
) -> Members:
    """Return the codes of a value set that the parameters leave."""
    chosen = composer.members(value_set, find)
    excluded = {concepts.systems.canonical(uri.partition("|")[0]) for uri in inputs.texts("exclude-system")}
    if excluded:
        left = {key: codes for key, codes in chosen.items() if concepts.systems[key].uri not in excluded}
        chosen = Members(left)
    if text := inputs.text("filter"):
        chosen = composer.having(chosen, text)
    return composer.active(chosen) if inputs.boolean("activeOnly") else chosen


def _identifier(concepts: Concepts, value_set: Mapping[str, Any], inputs: Inputs) -> str:
    """Return a URN that is the same for the same question to the same release, whatever the page."""
    asked = [(n, v) for n, v in inputs.given() if n not in ("offset", "count", "valueSet")]
    versions = [f"{s.uri}|{s.version}" for s in concepts.systems.values()]
    text = json.dumps([value_set, asked, versions], sort_keys=True)
    return f"urn:uuid:{uuid5(NAMESPACE_URL, text)}"


def _echo(inputs: Inputs, ident: str | None) -> list[dict[str, Any]]:
    """Return the parameters that the expansion was asked with."""
    said = []
    for name, value in inputs.given():
        if name in _SENT or (name == "url" and ident is None):
            continue
        kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "text"
        said.append({"name": name, "valueUri" if name in _URIS else _KINDS[kind]: value})
    return said


def _used(systems: Sequence[FhirSystem], fhir: str) -> list[dict[str, Any]]:
    """Return which editions were used, and of which systems only a part is held."""
    name = "used-codesystem" if fhir == "5.0" else "version"
    used = [{"name": name, "valueUri": f"{system.uri}|{system.version}"} for system in systems]
    parts = [f"{system.uri}|{system.version}" for system in systems if system.content == "fragment"]
    return used + [{"name": "fragment", "valueUri": uri} for uri in parts]


def _asked_properties(inputs: Inputs) -> list[str]:
    return [name for name in dict.fromkeys(inputs.texts("property")) if name in PROPERTIES]


def _shown_properties(inputs: Inputs, concept: Concept) -> list[str]:
    """Return the properties to show of a concept: those asked for, and of a retired one why it is inactive."""
    asked = _asked_properties(inputs)
    return [*asked, "status"] if concept.inactive and "status" not in asked else asked


def _in_english(tokens: Sequence[str]) -> bool:
    """Tell whether designations are asked for whose language is English, the only one there is; none have a use."""
    languages = [token.removeprefix(f"{_LANGUAGES}|") for token in tokens]
    return not tokens or any(language.partition("-")[0].lower() in ("en", "*") for language in languages)


def _declared(inputs: Inputs, fhir: str, page: Sequence[Concept]) -> dict[str, Any]:
    from codegraph.terminology.code_systems import DECLARED

    shown_ones = (name for concept in page for name in _shown_properties(inputs, concept))
    names = list(dict.fromkeys((*_asked_properties(inputs), *shown_ones))) if fhir == "5.0" else []
    for name in inputs.texts("property"):
        if fhir == "4.0" or (name not in PROPERTIES and name not in _SEEN):
            known = ", ".join(PROPERTIES) if fhir == "5.0" else "none in R4"
            raise Problem(f"property {shown(name)} cannot be shown; there are: {known}", code="not-supported")
    return {"property": [{"code": name, "uri": DECLARED[name][0]} for name in names]} if names else {}


def _contained(concepts: Concepts, concept: Concept, fhir: str, inputs: Inputs) -> dict[str, Any]:
    found: dict[str, Any] = {
        "system": concept.system.uri,
        **({"abstract": True} if concept.abstract else {}),
        **({"inactive": True} if concept.inactive else {}),
        "version": concept.system.version,
        "code": concept.code,
        **({"display": concept.display} if concept.display else {}),
    }
    asked = _shown_properties(inputs, concept) if fhir == "5.0" else []
    if not (inputs.boolean("includeDesignations") or asked):
        return found
    facts = concepts.facts(concept)
    if inputs.boolean("includeDesignations"):
        words = concepts.synonyms(facts) if _in_english(inputs.texts("designation")) else []
        found |= {"designation": [{"language": "en", "value": word} for word in words]} if words else {}
    values = [
        {"code": name, f"value{kind[0].upper()}{kind[1:]}": value}
        for name, kind, value in concepts.properties(concept, facts)
        if name in asked
    ]
    return found | ({"property": values} if values else {})
