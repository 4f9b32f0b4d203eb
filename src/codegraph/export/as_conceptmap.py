"""Mappings as a FHIR ConceptMap, releases R5 (5.0.0) and R4 (4.0.1), as plain JSON values.

A relation is said of the target, as in SKOS: a `broader` target makes the source narrower (R5
`source-is-narrower-than-target`) and is `wider` in R4; a `narrower` one is the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol

from codegraph.codes import SYSTEMS
from codegraph.crosswalk.combinations import Combination
from codegraph.errors import CodegraphError
from codegraph.export.as_sssom import ALIASES
from codegraph.mapping import Crosswalk
from codegraph.model import Relation
from codegraph.namespaces import BASE, CODE, CONCEPT
from codegraph.release import Manifest

FhirRelease = Literal["R4", "R5"]
RELATIONSHIPS: Final[dict[Relation, str]] = {
    "exact": "equivalent",
    "narrower": "source-is-broader-than-target",
    "broader": "source-is-narrower-than-target",
    "related": "related-to",
}
EQUIVALENCES: Final[dict[Relation, str]] = {
    "exact": "equivalent",
    "narrower": "narrower",
    "broader": "wider",
    "related": "relatedto",
}
COMBINATION: Final = BASE + "fhir/combination"
_PUBLISHER: Final = "The codegraph authors"
_OURS: Final = "Mappings: codegraph, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
CPT_NOTICE: Final = (
    "CPT is copyright American Medical Association. All rights reserved. CPT is a registered trademark of the American "
    "Medical Association. CPT codes are used here as identifiers; what is displayed beside them is worded by the "
    "codegraph authors and is no CPT descriptor."
)
# R4 asks for a comment where a target is narrower (cmd-1); this stands where a mapping has none.
_COMMENTS: Final[dict[Relation, str]] = {
    "exact": "source and target mean the same",
    "narrower": "the target is narrower than the source",
    "broader": "the target is broader than the source",
    "related": "source and target are related; neither is above the other",
}
# code, type, description of the properties that an R5 target may have.
_PROPERTIES: Final = (
    (
        "combination",
        "string",
        "Targets of which one a part is to be used together: alternatives by or, parts by +.",
    ),
    ("confidence", "decimal", "How sure the mapping is, from 0 to 1, as its source says."),
    (
        "justification",
        "string",
        "How the mapping came about, as a term of the Semantic Mapping Vocabulary (SEMAPV).",
    ),
    ("mapping-set", "string", "The mapping set that states it."),
)


class Coded(Protocol):
    """A code: `views.Code` has all of it."""

    @property
    def system(self) -> str: ...  # noqa: D102
    @property
    def notation(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str | None: ...  # noqa: D102


class Mapped(Protocol):
    """A mapping of one code to another: `mapping.Mapping` has all of it."""

    @property
    def source_code(self) -> Coded: ...  # noqa: D102
    @property
    def target(self) -> Coded: ...  # noqa: D102
    @property
    def relation(self) -> Relation: ...  # noqa: D102
    @property
    def comment(self) -> str | None: ...  # noqa: D102
    @property
    def justification(self) -> str: ...  # noqa: D102
    @property
    def confidence(self) -> float | None: ...  # noqa: D102
    @property
    def combination(self) -> str | None: ...  # noqa: D102
    @property
    def mapping_set(self) -> str: ...  # noqa: D102


def system_uri(system: str) -> str:
    """Return the URI that FHIR has for a code system, else ours for the system or scheme.

    >>> system_uri("cpt"), system_uri("ccsr")
    ('http://www.ama-assn.org/go/cpt', 'https://w3id.org/codegraph/concept/scheme/ccsr')
    """
    known = SYSTEMS.get(system)
    if known is not None:
        return known.fhir or f"{CODE}{system}"
    system = ALIASES.get(system, system).partition(":")[0]
    return "http://purl.obolibrary.org/obo/mondo.owl" if system == "mondo" else f"{CONCEPT}scheme/{system}"


def concept_map(found: Crosswalk, *, version: str = "R5") -> dict[str, Any]:
    """Return a crosswalk as a ConceptMap of FHIR R5 or R4, ready for `json.dumps`.

    Editions of the code systems, the date and the version are those of the release that was asked. Raises
    CodegraphError for another release of FHIR.
    """
    if version not in ("R4", "R5"):
        raise CodegraphError(f"ConceptMap is written for FHIR R5 and R4, not for {version!r}")
    graph = found.source_code._graph
    built = graph.manifest.built
    return resource(
        found,
        source=found.source_code,
        to=found.to,
        fhir="R4" if version == "R4" else "R5",
        note=found.note,
        unmapped=_is_unmapped(found),
        combinations=found.combinations,
        versions=_editions(graph.manifest),
        date=built[:10] if built else None,
        version=graph.manifest.codegraph,
    )


def _is_unmapped(found: Crosswalk) -> bool:
    """Tell whether the release says that the code has no counterpart in the system that was asked for."""
    tables = found.source_code._graph.tables
    if found.to is None or not tables.has("unmapped"):
        return False
    sql = "SELECT 1 FROM unmapped WHERE subject = ? AND system = ?"
    return tables.row(sql, (found.source_code.curie, found.to)) is not None


def _editions(manifest: Manifest) -> dict[str, str]:
    """Return the newest edition of each code system whose own list was read."""
    newest: dict[str, str] = {}
    for source in manifest.sources:
        series, _, version = source.release.partition("/")
        if series in SYSTEMS and series != "modifier":
            newest[series] = max(version, newest.get(series, ""))
    return newest


def resource(
    mappings: Sequence[Mapped],
    *,
    source: Coded,
    to: str | None = None,
    fhir: FhirRelease = "R5",
    note: str | None = None,
    unmapped: bool = False,
    combinations: Iterable[Combination] = (),
    versions: Mapping[str, str] | None = None,
    date: str | None = None,
    version: str | None = None,
) -> dict[str, Any]:
    """Return mappings of one code as a ConceptMap resource, ready for `json.dumps`.

    `to` is the target system asked for. With `unmapped` and no mappings the code is said to have no counterpart
    there (R5 `noMap`, R4 `unmatched`), for which `note` is the reason; without it, an empty answer claims nothing.
    `combinations` tell which targets belong together. `versions` gives the edition of a system, `date` the day of the
    release (FHIR dateTime) and `version` the release's own; no clock is read.
    """
    parts = [source.system, source.notation, *((to,) if to else ())]
    ident = re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(("crosswalk", *parts)))[:64]
    target = f" to {_title(to)}" if to else ""
    resource: dict[str, Any] = {
        "resourceType": "ConceptMap",
        "id": ident,
        "url": f"{BASE}fhir/ConceptMap/{ident}",
        "version": version,
        "name": "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", ident)),
        "title": f"{_title(source.system)} {source.notation}{target}",
        "status": "active",
        "experimental": False,
        "date": date,
        "publisher": _PUBLISHER,
        "description": note,
        "copyright": _copyright(source, mappings),
    }
    if fhir == "R5" and mappings:
        resource["property"] = [
            {"code": code, "uri": f"{BASE}fhir/{code}", "description": text, "type": kind}
            for code, kind, text in _PROPERTIES
        ]
    groups = _groups(mappings, fhir, tuple(combinations), versions or {})
    if not mappings and unmapped:
        groups = [_no_group(source, to, fhir, note, versions or {})]
    if groups:
        resource["group"] = groups
    return {key: value for key, value in resource.items() if value is not None}


def _title(system: str) -> str:
    return SYSTEMS[system].title if system in SYSTEMS else system.upper()


def _copyright(source: Coded, mappings: Sequence[Mapped]) -> str:
    systems = {source.system, *(m.target.system for m in mappings), *(m.source_code.system for m in mappings)}
    return f"{_OURS} {CPT_NOTICE}" if "cpt" in systems else _OURS


def _scope(side: str, system: str, fhir: FhirRelease, versions: Mapping[str, str]) -> dict[str, str]:
    """Return what a group says of its source or target: the system, and its edition where that is known."""
    uri, version = system_uri(system), versions.get(system)
    if fhir == "R5":
        return {side: f"{uri}|{version}" if version else uri}
    return {side: uri, **({f"{side}Version": version} if version else {})}


def _groups(
    mappings: Sequence[Mapped],
    fhir: FhirRelease,
    combinations: tuple[Combination, ...],
    versions: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return a group for each pair of systems, an element for each source code, in the order of the mappings."""
    ordered: dict[tuple[str, str], dict[str, tuple[Coded, list[Mapped]]]] = {}
    for m in mappings:
        elements = ordered.setdefault((m.source_code.system, m.target.system), {})
        elements.setdefault(m.source_code.notation, (m.source_code, []))[1].append(m)
    return [
        {
            **_scope("source", source, fhir, versions),
            **_scope("target", target, fhir, versions),
            "element": [
                _coded(code) | {"target": [_target(m, fhir, combinations) for m in found]}
                for code, found in elements.values()
            ],
        }
        for (source, target), elements in ordered.items()
    ]


def _no_group(
    source: Coded, to: str | None, fhir: FhirRelease, note: str | None, versions: Mapping[str, str]
) -> dict[str, Any]:
    reason = {"comment": note} if note else {}
    none = {"noMap": True} if fhir == "R5" else {"target": [{"equivalence": "unmatched", **reason}]}
    return {
        **_scope("source", source.system, fhir, versions),
        **(_scope("target", to, fhir, versions) if to else {}),
        "element": [_coded(source) | none],
    }


def _coded(code: Coded) -> dict[str, Any]:
    notation = ALIASES.get(code.system, "").partition(":")[2] + code.notation
    return {"code": notation, **({"display": code.label} if code.label else {})}


def _target(m: Mapped, fhir: FhirRelease, combinations: tuple[Combination, ...]) -> dict[str, Any]:
    names = {m.target.notation, f"{m.target.system}:{m.target.notation}"}
    together = [str(c) for c in combinations if len(c.parts) > 1 and not names.isdisjoint(c.codes)]
    together += [m.combination] if m.combination and not together else []
    comment = m.comment or _COMMENTS[m.relation]
    found = _coded(m.target)
    if fhir == "R4":
        found |= {"equivalence": EQUIVALENCES[m.relation], "comment": comment}
        products = [{"property": COMBINATION, "value": text} for text in together]
        return found | ({"product": products} if products else {})
    properties: list[dict[str, Any]] = [{"code": "combination", "valueString": text} for text in together]
    if m.confidence is not None:
        properties.append({"code": "confidence", "valueDecimal": m.confidence})
    properties.append({"code": "justification", "valueString": m.justification})
    if m.mapping_set:
        properties.append({"code": "mapping-set", "valueString": m.mapping_set})
    return found | {"relationship": RELATIONSHIPS[m.relation], "comment": comment, "property": properties}
