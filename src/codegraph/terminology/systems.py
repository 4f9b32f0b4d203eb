"""The code systems of a release as FHIR names them: URI, edition, and honestly how much of each is held."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from codegraph.codes import SYSTEMS
from codegraph.export.as_conceptmap import CPT_NOTICE, system_uri
from codegraph.release import Manifest
from codegraph.terminology.problem import missing, shown

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

Content = Literal["fragment", "complete"]

# Modifiers of CPT: two digits, physical status P1 to P6, performance measures 1P to 8P. All others are HCPCS Level II.
CPT_MODIFIER: Final = r"[0-9]{2}|P[1-6]|[1-8]P"
_IS_CPT_MODIFIER: Final = re.compile(CPT_MODIFIER)
CARRIES_MODIFIERS: Final = ("cpt", "hcpcs")
# Systems whose own list, once it is loaded, holds every code; of the others no public list does.
_WHOLE: Final = frozenset({"icd10cm", "icd10pcs"})
_UNLISTED: Final = frozenset({"cg", "scheme", "procedure", "locality", "specialty", "apc"})
_GROUPS: Final = {"group": "Groups of codes", "heading": "Headings of CPT and HCPCS Level II"}
_OURS: Final = "Wording: the codegraph authors, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)."
_PUBLIC: Final = "Codes and titles: public domain in the United States, as published by CMS and the CDC."
_COPYRIGHT: Final = {
    "cpt": f"{CPT_NOTICE} {_OURS}",
    "hcpcs": f"{_PUBLIC} Dental codes (D) have no text here: it is the ADA's.",
}
# URIs that are not the official ones and that HL7 records beside them; OIDs (`urn:oid:…`) are known too.
_ALIASES: Final = {"http://terminology.hl7.org/CodeSystem/icd10PCS": "icd10pcs"}
_PUBLISHERS: Final = {
    "cpt": "American Medical Association",
    "hcpcs": "Centers for Medicare & Medicaid Services",
    "icd10pcs": "Centers for Medicare & Medicaid Services",
    "icd10cm": "National Center for Health Statistics",
    "icd9cm": "National Center for Health Statistics",
    "icd9pcs": "Centers for Medicare & Medicaid Services",
    "ccsr": "Agency for Healthcare Research and Quality",
    "rbcs": "Centers for Medicare & Medicaid Services",
    "pos": "Centers for Medicare & Medicaid Services",
}


@dataclass(frozen=True, slots=True)
class FhirSystem:
    """One code system: `key` is codegraph's name of it, a code system (`cpt`) or a scheme of own values (`site`).

    `version` is the edition of the newest list that was read, else that of codegraph; `count` the codes that are held.
    """

    key: str
    uri: str
    title: str
    version: str
    content: Content
    count: int

    @property
    def is_own(self) -> bool:
        """Tell whether these are values of codegraph's own (or of a grouping), not codes that others print."""
        return self.key not in SYSTEMS

    @property
    def copyright(self) -> str:
        """Return whose the codes and the wording are."""
        own = self.is_own and self.key not in _PUBLISHERS
        return _OURS if own else _COPYRIGHT.get(self.key, _PUBLIC)

    @property
    def publisher(self) -> str:
        """Return who publishes the codes."""
        return _PUBLISHERS.get(self.key, "The codegraph authors")


class Systems(Mapping[str, FhirSystem]):
    """The code systems that a release holds something of, by codegraph's name of them."""

    def __init__(self, kg: CodeGraph) -> None:
        self._kg = kg

    @cached_property
    def _found(self) -> dict[str, FhirSystem]:
        editions = editions_of(self._kg.manifest)
        own = self._kg.manifest.codegraph
        counts = dict(self._kg.tables.rows("SELECT system, count(*) FROM code GROUP BY system"))
        for (modifier,) in self._kg.tables.rows("SELECT notation FROM code WHERE system = 'modifier'"):
            system = home_of_modifier(modifier)
            counts[system] = counts.get(system, 0) + 1
        found = {}
        for key, known in SYSTEMS.items():
            if key != "modifier" and counts.get(key):
                content: Content = "complete" if key in editions and key in _WHOLE else "fragment"
                version = editions.get(key, f"codegraph-{own}")
                found[key] = FhirSystem(key, system_uri(key), known.title, version, content, counts[key])
        return found | {s.key: s for s in self._schemes(own)}

    def _schemes(self, version: str) -> Iterator[FhirSystem]:
        sql = "SELECT substr(curie, 1, instr(curie, ':') - 1), count(*) FROM label GROUP BY 1 ORDER BY 1"
        titles = dict(
            self._kg.tables.rows(
                "SELECT curie, label FROM label WHERE curie >= 'scheme:' AND curie < 'scheme;'"
            )
        )
        for key, count in self._kg.tables.rows(sql):
            title = titles.get(f"scheme:{key}") or _GROUPS.get(key)
            if key not in _UNLISTED and title:
                yield FhirSystem(key, system_uri(key), title, version, "complete", count)

    @cached_property
    def _by_uri(self) -> dict[str, FhirSystem]:
        found = {alias: self._found[key] for alias, key in _ALIASES.items() if key in self._found}
        for key in self._found.keys() & SYSTEMS.keys():
            found[f"urn:oid:{SYSTEMS[key].oid}"] = self._found[key]
        return found | {system.uri: system for system in self._found.values()}

    def __getitem__(self, key: str) -> FhirSystem:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def of_uri(self, uri: str) -> FhirSystem | None:
        """Return the system of a URI or another name of it, None where nothing of it is held; not by version."""
        return self._by_uri.get(uri.partition("|")[0])

    def named(self, uri: str, version: str | None = None) -> FhirSystem:
        """Return the system of a URI; raise Problem (404) where nothing of it, or not this version, is held."""
        system = self.of_uri(uri)
        if system is None:
            known = ", ".join(s.uri for s in self._found.values() if not s.is_own)
            raise missing(
                f"code system {shown(uri)} is not held here; there are {known} and codegraph's own",
                tx="not-found",
            )
        wanted = version or uri.partition("|")[2] or None
        if wanted is not None and wanted != system.version:
            raise missing(
                f"version {shown(wanted)} of {system.uri} is not held here; held is {system.version!r}",
                tx="not-found",
            )
        return system

    def canonical(self, uri: str | None) -> str | None:
        """Return the official URI of a system that is named by it, by its OID or by an older URI; others unchanged."""
        system = None if uri is None else self.of_uri(uri)
        return uri if system is None else system.uri

    def of_code(self, system: str, notation: str) -> FhirSystem | None:
        """Return the system that a code of codegraph's stands in: modifiers are codes of CPT or of HCPCS Level II."""
        return self._found.get(home_of_modifier(notation) if system == "modifier" else system)


def home_of_modifier(notation: str) -> str:
    """Return the code system that a modifier belongs to.

    >>> home_of_modifier("59"), home_of_modifier("P1"), home_of_modifier("XE")
    ('cpt', 'cpt', 'hcpcs')
    """
    return "cpt" if _IS_CPT_MODIFIER.fullmatch(notation) else "hcpcs"


def editions_of(manifest: Manifest) -> dict[str, str]:
    """Return the newest edition of each code system whose own list was read (`{"icd10pcs": "2026"}`)."""
    newest: dict[str, str] = {}
    for source in manifest.sources:
        series, _, version = source.release.partition("/")
        if series in SYSTEMS and series != "modifier":
            newest[series] = max(version, newest.get(series, ""))
    return newest
