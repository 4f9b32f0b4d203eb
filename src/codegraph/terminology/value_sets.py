"""The value sets that are served, each defined by a compose: modifiers, sites, families, tables, whole systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from codegraph.export.as_conceptmap import CPT_NOTICE
from codegraph.namespaces import BASE
from codegraph.terminology.canonical import head
from codegraph.terminology.concepts import Concepts
from codegraph.terminology.problem import missing, shown

URL: Final = BASE + "fhir/ValueSet/"
# HL7's own value set of CPT modifiers, which chooses by the property that our CPT code system declares.
THO_MODIFIERS: Final = "http://terminology.hl7.org/ValueSet/cpt-modifiers"
_BILLING: Final = ("cpt", "hcpcs", "icd10pcs")
_MODIFIER: Final = ("modifier", "=", "true")
_TABLES: Final = "SELECT DISTINCT substr(notation, 1, 3) FROM code WHERE system = 'icd10pcs' ORDER BY 1"
Filter = tuple[str, str, str]  # property, operator, value


class ValueSets:
    """The value sets of a release, by id or URL; the resources are made as they are asked for."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self._kg = concepts.kg

    def idents(self) -> list[str]:
        """Return the ids of all value sets, sorted."""
        systems = self._concepts.systems
        found = ["modifiers", "cpt-modifiers", *(f"codes-{key}" for key in systems)]
        for scheme in ("site", "family"):
            sql = "SELECT curie FROM label WHERE curie >= ? AND curie < ?"
            rows = self._kg.tables.rows(sql, (f"{scheme}:", f"{scheme};"))
            found += [row[0].replace(":", "-", 1) for row in rows]
        found += [f"icd10pcs-{row[0]}" for row in self._kg.tables.rows(_TABLES)]
        return sorted(found)

    def of_id(self, ident: str) -> dict[str, Any]:
        """Return a value set by its id; raise Problem (404) where there is none."""
        made = self._special(ident) or self._of_kind(*ident.partition("-")[::2])
        if made is None:
            raise missing(
                f"no ValueSet with the id {shown(ident)}; there are modifiers, cpt-modifiers, codes-SYSTEM, site-SITE, "
                "family-FAMILY and icd10pcs-TABLE",
                tx="not-found",
            )
        return made

    def of_url(self, url: str) -> dict[str, Any]:
        """Return a value set by its URL, with or without a version; raise Problem (404) where there is none."""
        plain, _, version = url.partition("|")
        if plain == THO_MODIFIERS:
            found = self.of_id("cpt-modifiers")
        elif plain.startswith(URL):
            found = self.of_id(plain.removeprefix(URL))
        else:
            raise missing(f"value set {shown(plain)} is not known here", tx="not-found", at="url")
        if version and version != found["version"]:
            raise missing(
                f"version {shown(version)} of {plain} is not held here; held is {found['version']}",
                tx="not-found",
            )
        return found

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every value set, in the order of the ids."""
        for ident in self.idents():
            yield self.of_id(ident)

    def _special(self, ident: str) -> dict[str, Any] | None:
        if ident == "modifiers":
            return self._made(
                ident, "Modifiers", "The modifiers of CPT and HCPCS Level II.", ("cpt", "hcpcs"), _MODIFIER
            )
        if ident == "cpt-modifiers":
            made = self._made(ident, "CPT modifiers", "The modifiers of CPT.", ("cpt",), _MODIFIER)
            return made and made | {"url": THO_MODIFIERS}
        return None

    def _of_kind(self, kind: str, rest: str) -> dict[str, Any] | None:
        systems = self._concepts.systems
        if kind == "codes" and rest in systems:
            title = systems[rest].title
            return self._made(f"codes-{rest}", f"All of: {title}", f"Every code held of: {title}.", (rest,))
        if kind in ("site", "family") and kind in systems:
            value = self._concepts.get(systems[kind], rest)
            if value is None:
                return None
            name = value.display or rest
            if kind == "family":
                told = f"The codes of the family: {name}."
                return self._made(
                    f"family-{rest}", f"Family: {name}", told, ("cpt", "hcpcs"), ("family", "=", rest)
                )
            told = f"The codes whose procedure acts on: {name}, on a kind of it or on a part of it."
            return self._made(f"site-{rest}", f"Site: {name}", told, _BILLING, ("site", "is-a", rest))
        if kind == "icd10pcs" and len(rest) == 3:
            return self._table(rest)
        return None

    def _table(self, table: str) -> dict[str, Any] | None:
        sql = "SELECT 1 FROM code WHERE system = 'icd10pcs' AND notation >= ? AND notation < ? LIMIT 1"
        if not self._kg.tables.row(sql, (table, table + "\U0010ffff")):
            return None
        group = self._concepts.at(f"group:icd10pcs-{table}")
        name = f" ({group.display})" if group and group.display else ""
        told = f"The codes of ICD-10-PCS that begin with {table}{name}."
        return self._made(
            f"icd10pcs-{table}", f"ICD-10-PCS table {table}{name}", told, ("icd10pcs",), ("table", "=", table)
        )

    def _made(
        self, ident: str, title: str, description: str, systems: tuple[str, ...], chosen: Filter | None = None
    ) -> dict[str, Any] | None:
        held = [self._concepts.systems[key] for key in systems if key in self._concepts.systems]
        if not held:
            return None
        fragments = [system.title for system in held if system.content == "fragment"]
        told = f" Of {' and of '.join(fragments)} only a part is held." if fragments else ""
        resource = head(
            "ValueSet",
            ident,
            self._kg.manifest,
            title=title,
            description=description + told,
            copyright=CPT_NOTICE if "cpt" in systems else None,
        )
        how = {"filter": [dict(zip(("property", "op", "value"), chosen, strict=True))]} if chosen else {}
        return resource | {
            "compose": {"include": [{"system": s.uri, "version": s.version, **how} for s in held]}
        }
