"""All mappings of a release as SSSOM: a folder with one canonical file for each mapping set."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from codegraph.build.code_triples import TERMS
from codegraph.errors import NotLoaded
from codegraph.export import ExportSummary
from codegraph.export.as_sssom import (
    CMS,
    LICENCE,
    NO_TERM,
    Names,
    Slots,
    as_json,
    base_of,
    facets_in_words,
    other_in_words,
)
from codegraph.export.folder import new_folder, size_of
from codegraph.namespaces import CODE_PREFIXES
from codegraph.release import Manifest
from codegraph.sources import gems
from codegraph.sources.sssom import MappingSet, write_rows
from codegraph.tables import Tables

ENDING: Final = ".sssom.tsv"
PUBLIC: Final = "https://creativecommons.org/publicdomain/mark/1.0/"  # works of the US government
_CURATED: Final = "semapv:ManualMappingCuration"
_COLUMNS: Final = "subject, object, predicate, justification, confidence, comment, detail"
# Tables of mappings, and what is added to the names of the sets in them.
_TABLES: Final = {"mapping": "", "mapping_apart": "-apart", "licensed_mapping": ""}


@dataclass(frozen=True, slots=True)
class Set:
    """One mapping set of a release: the table that holds it, its name there, the release that brings it."""

    table: str
    name: str
    release: str

    @property
    def licensed(self) -> bool:
        """Tell whether a licence of the user's own covers it."""
        return self.table == "licensed_mapping"

    @property
    def file(self) -> str:
        """Return the name of its file without ending; a set that a source brings has the version in it."""
        version = self.release.partition("/")[2] if not self.release.startswith("codegraph/") else ""
        name = f"{self.name}{_TABLES.get(self.table, '')}"
        return f"{'licensed-' if self.licensed else ''}{name}{f'-{version}' if version else ''}"


def sets(
    tables: Tables, *, include_licensed: bool = False, releases: Collection[str] | None = None
) -> list[Set]:
    """Return the mapping sets of a release, sorted by file name; licensed ones only when asked for."""
    found = set()
    for table in _TABLES:
        if tables.has(table) and (include_licensed or table != "licensed_mapping"):
            sql = f"SELECT DISTINCT mapping_set, release FROM {table}"  # noqa: S608 - names of this module
            found |= {Set(table, name, release) for name, release in tables.rows(sql)}
    if tables.has("unmapped"):
        known = {(s.name, s.release) for s in found}
        rows = tables.rows("SELECT DISTINCT mapping_set, release FROM unmapped")
        found |= {Set("mapping", name, release) for name, release in rows if (name, release) not in known}
    for table in ("gem", "grouping"):
        if tables.has(table):
            rows = tables.rows(f"SELECT DISTINCT release FROM {table}")  # noqa: S608
            found |= {Set(table, release.partition("/")[0], release) for (release,) in rows}
    wanted = (s for s in found if releases is None or s.release in releases)
    return sorted(wanted, key=lambda s: s.file)


def export_sets(
    tables: Tables,
    manifest: Manifest,
    out: Path | str,
    *,
    include_licensed: bool = False,
    releases: Collection[str] | None = None,
) -> ExportSummary:
    """Write every mapping set to a file of its own in the folder `out`, which appears whole or not at all.

    The summary counts mappings. Raises CodegraphError where `out` is not a place for such a folder (standard output,
    a file, a folder with other things in it), NotLoaded where the release holds no mapping set that was asked for.
    """
    begun = time.monotonic()
    chosen = sets(tables, include_licensed=include_licensed, releases=releases)
    if not chosen:
        raise NotLoaded(
            "no mapping set is loaded that could be written; `codegraph sources` says what brings one"
        )
    with new_folder(out, "sssom writes one file a mapping set", lambda name: name.endswith(ENDING)) as folder:
        writer = _Writer(tables, manifest)
        rows = sum(writer.write(one, folder / f"{one.file}{ENDING}") for one in chosen)
        size = size_of(folder)
    return ExportSummary(rows, time.monotonic() - begun, size, "sssom")


def _sources(subject: str, obj: str) -> Slots:
    """Return the slots that name the code systems of both ends, as far as these are code systems."""
    ends = (("subject_source", subject), ("object_source", obj))
    systems = ((slot, curie.partition(":")[0]) for slot, curie in ends)
    return {slot: f"code:{system}" for slot, system in systems if system in CODE_PREFIXES}


def _tupled(slots: dict[str, Any]) -> Slots:
    """Return slots that were kept as JSON with their lists as tuples again."""
    return {slot: tuple(v) if isinstance(v, list) else v for slot, v in slots.items()}


class _Writer:
    """Writes sets of one release; labels are looked up once."""

    def __init__(self, tables: Tables, manifest: Manifest) -> None:
        self._tables = tables
        self._manifest = manifest
        self._label = lru_cache(maxsize=1 << 17)(self._read_label)

    def write(self, one: Set, path: Path) -> int:
        """Write one set; return the number of its mappings."""
        said = self._metadata(one)
        names = Names(said.get("prefixes"))
        rows = list(self._rows(one, names))
        about = _tupled(said["slots"]) or self._about(one)
        if not said["slots"] and (explained := other_in_words(rows)):
            about["comment"] = explained
        mapping_set = MappingSet(about, names.prefixes)
        with path.open("w", encoding="utf-8", newline="") as file:
            write_rows(mapping_set, rows, file)
        return len(rows)

    def _metadata(self, one: Set) -> dict[str, Any]:
        """Return what a set that was read said of itself."""
        found = None
        if self._tables.has("mapping_set") and one.table == "mapping":
            sql = "SELECT metadata FROM mapping_set WHERE mapping_set = ? AND release = ?"
            found = self._tables.row(sql, (one.name, one.release))
        return json.loads(found[0]) if found else {"slots": {}}

    def _about(self, one: Set) -> Slots:
        """Return what every set has to say: its id, its licence, its version, and what it is called."""
        source = self._manifest.source(one.release)
        name = one.name + _TABLES.get(one.table, "")
        title = source.title if source else f"Mapping set {name} of codegraph"
        ours = one.release.startswith("codegraph/")
        about: Slots = {
            "mapping_set_id": base_of(name),
            "mapping_set_version": one.release.partition("/")[2],
            "mapping_set_title": title,
            "license": TERMS if one.licensed else PUBLIC if one.table in ("gem", "grouping") else LICENCE,
        }
        if ours:
            about |= {"creator_label": ("The codegraph authors",)}
        return about

    def _rows(self, one: Set, names: Names) -> Iterator[Slots]:
        if one.table == "gem":
            yield from self._gem_rows(one, names)
        elif one.table == "grouping":
            yield from self._grouping_rows(one, names)
        else:
            yield from self._mapping_rows(one, names)

    def _mapping_rows(self, one: Set, names: Names) -> Iterator[Slots]:
        sql = f"SELECT {_COLUMNS} FROM {one.table} WHERE mapping_set = ? AND release = ?"  # noqa: S608
        rows = self._tables.stream(sql, (one.name, one.release)) if self._tables.has(one.table) else ()
        for subject, obj, predicate, justification, confidence, comment, said in rows:
            detail = json.loads(said) if said else {}
            slots = self._pair(names, subject, predicate, obj, justification)
            if one.release.startswith("codegraph/"):
                slots |= _sources(subject, obj)
            slots |= _tupled(detail.pop("slots", {}))
            if confidence is not None:
                slots["confidence"] = f"{confidence:.12g}"
            if text := comment or facets_in_words(detail.get("facets", ())):
                slots["comment"] = text
            if detail:
                slots["other"] = as_json(detail)
            yield slots
        if one.table == "mapping":
            yield from self._none_rows(one, names)

    def _none_rows(self, one: Set, names: Names) -> Iterator[Slots]:
        """Yield what has no counterpart: as a file said it, else from the table of reasons."""
        key = (one.name, one.release)
        if self._tables.has("mapping_none"):
            sql = "SELECT slots FROM mapping_none WHERE mapping_set = ? AND release = ?"
            kept = [json.loads(said) for (said,) in self._tables.rows(sql, key)]
            yield from map(_tupled, kept)
            if kept:
                return
        if self._tables.has("unmapped"):
            sql = "SELECT subject, system, reason FROM unmapped WHERE mapping_set = ? AND release = ?"
            for subject, system, reason in self._tables.rows(sql, key):
                slots = self._pair(names, subject, "skos:exactMatch", NO_TERM, _CURATED)
                slots["comment"] = reason
                yield slots | _sources(subject, f"{system}:")

    def _gem_rows(self, one: Set, names: Names) -> Iterator[Slots]:
        sql = (
            "SELECT subject_system, subject, object_system, object, approximate, no_map, combination, scenario, "
            "choice_list FROM gem WHERE release = ?"
        )
        for row in self._tables.stream(sql, (one.release,)):
            system, source, other, target, approximate, no_map, combination, scenario, choice = row
            typed = gems.Equivalence(
                (system, other),
                source,
                target or None,
                bool(approximate),
                bool(combination),
                scenario,
                choice,
            )
            obj = f"{other}:{target}" if target else NO_TERM
            predicate = gems.predicate(typed) or "skos:exactMatch"
            slots = self._pair(names, f"{system}:{source}", predicate, obj, _CURATED)
            slots |= {
                "subject_source": f"code:{system}",
                "object_source": f"code:{other}",
                "mapping_provider": CMS,
                "other": as_json(
                    {
                        "gem": {
                            "approximate": approximate,
                            "no_map": no_map,
                            "combination": combination,
                            "scenario": scenario,
                            "choice_list": choice,
                        }
                    }
                ),
            }
            yield slots

    def _grouping_rows(self, one: Set, names: Names) -> Iterator[Slots]:
        sql = "SELECT system, notation, scheme, category FROM grouping WHERE release = ?"
        for system, notation, scheme, category in self._tables.stream(sql, (one.release,)):
            pair = f"{system}:{notation}", "skos:broadMatch", f"{scheme}:{category}"
            slots = self._pair(names, *pair, _CURATED)
            slots |= {"subject_source": f"code:{system}", "object_source": f"scheme:{scheme}"}
            yield slots

    def _pair(self, names: Names, subject: str, predicate: str, obj: str, justification: str) -> Slots:
        slots: Slots = {
            "subject_id": names.curie(subject),
            "subject_label": self._label(subject),
            "predicate_id": names.curie(predicate),
            "object_id": names.curie(obj),
            "object_label": self._label(obj),
            "mapping_justification": justification,
        }
        return {slot: value for slot, value in slots.items() if value}

    def _read_label(self, curie: str) -> str:
        """Return the public label of a code or of a category, empty where none is known."""
        system, _, notation = curie.partition(":")
        if system in CODE_PREFIXES:
            row = self._tables.row(
                "SELECT label FROM code WHERE system = ? AND notation = ?", (system, notation)
            )
        else:
            row = self._tables.row("SELECT label FROM label WHERE curie = ?", (curie,))
        return str(row[0]) if row and row[0] else ""
