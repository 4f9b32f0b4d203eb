"""Codes, hierarchy and mappings as vocabulary tables of the OMOP common data model, version 5.4.

Tab-separated files without quoting, as Athena gives them out; ids above 2,000,000,000 as for concepts of one's own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from codegraph.errors import CodegraphError
from codegraph.export import ExportSummary
from codegraph.export.folder import new_folder, size_of
from codegraph.export.omop_facts import Facts, matches
from codegraph.export.omop_ids import ids
from codegraph.export.omop_names import (
    GROUP,
    IS_A,
    MAPS_TO,
    MATCHES,
    NAME_IDS,
    OURS,
    RELATIONSHIPS,
    REPLACED,
    REVERSE,
    VOCABULARIES,
    domain,
)
from codegraph.release import Manifest
from codegraph.tables import Tables

START: Final = "19700101"
END: Final = "20991231"
ENGLISH: Final = 4180186  # OMOP's own concept of the language
_SPACES: Final = re.compile(r"[\t\r\n\v\f\x00-\x1f\x7f\x85\u2028\u2029]+")
_DEEPEST: Final = 100
_TERMS: Final = (
    "codegraph; words of its own: CC BY 4.0; CPT is copyright American Medical Association, its codes stand here as "
    "identifiers"
)
Row = tuple[object, ...]
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "CONCEPT": (
        *("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id", "standard_concept"),
        *("concept_code", "valid_start_date", "valid_end_date", "invalid_reason"),
    ),
    "CONCEPT_RELATIONSHIP": (
        *("concept_id_1", "concept_id_2", "relationship_id", "valid_start_date", "valid_end_date"),
        "invalid_reason",
    ),
    "CONCEPT_ANCESTOR": (
        *("ancestor_concept_id", "descendant_concept_id"),
        *("min_levels_of_separation", "max_levels_of_separation"),
    ),
    "CONCEPT_SYNONYM": ("concept_id", "concept_synonym_name", "language_concept_id"),
    "VOCABULARY": (
        *("vocabulary_id", "vocabulary_name", "vocabulary_reference", "vocabulary_version"),
        "vocabulary_concept_id",
    ),
    "DOMAIN": ("domain_id", "domain_name", "domain_concept_id"),
    "CONCEPT_CLASS": ("concept_class_id", "concept_class_name", "concept_class_concept_id"),
    "RELATIONSHIP": (
        *("relationship_id", "relationship_name", "is_hierarchical", "defines_ancestry"),
        *("reverse_relationship_id", "relationship_concept_id"),
    ),
}


def export_omop(
    directory: Path, tables: Tables, manifest: Manifest, out: Path | str, *, include_licensed: bool = False
) -> ExportSummary:
    """Write CONCEPT.csv and the seven tables that go with it into a folder; the summary counts their rows.

    Concepts are all codes and the groups above them, named in our words or in public ones. Official descriptors that
    a user loaded are synonyms only with `include_licensed`; mappings under a licence of the user's are never in it.
    Raises CodegraphError where `out` is not a place for the folder, or the hierarchy runs in a circle.
    """
    begun = time.monotonic()
    with new_folder(
        out, "omop writes one file a table", lambda n: n.removesuffix(".csv") in COLUMNS
    ) as folder:
        facts = Facts.read(directory, tables, include_licensed=include_licensed)
        writer = _Writer(facts, ids([*facts.codes, *facts.groups]))
        found: dict[str, Iterable[Row]] = {
            "CONCEPT": writer.concepts(),
            "CONCEPT_RELATIONSHIP": writer.relationships(tables),
            "CONCEPT_ANCESTOR": writer.ancestors(),
            "CONCEPT_SYNONYM": writer.synonyms(),
            "VOCABULARY": _vocabularies(manifest),
            "DOMAIN": ((n, n, number) for (kind, n), number in NAME_IDS.items() if kind == "Domain"),
            "CONCEPT_CLASS": ((n, n, number) for (k, n), number in NAME_IDS.items() if k == "Concept Class"),
            "RELATIONSHIP": (
                (
                    r.name,
                    r.name,
                    int(r.hierarchical),
                    int(r.ancestry),
                    r.reverse,
                    NAME_IDS["Relationship", r.name],
                )
                for r in RELATIONSHIPS
            ),
        }
        total = sum(_write(folder / f"{name}.csv", COLUMNS[name], rows) for name, rows in found.items())
        size = size_of(folder)
    return ExportSummary(total, time.monotonic() - begun, size, "omop")


class _Writer:
    """Gives the rows of the tables from facts and ids."""

    def __init__(self, facts: Facts, numbers: dict[str, int]) -> None:
        self._facts = facts
        self._numbers = numbers
        self._standard = {
            numbers[iri]
            for iri, code in facts.codes.items()
            if VOCABULARIES[code.system].standard and code.status == "active" and iri not in facts.ended
        }

    def concepts(self) -> Iterator[Row]:
        """Yield names first, then groups, then codes."""
        for (kind, name), number in NAME_IDS.items():
            yield number, name, "Metadata", OURS, kind, "", f"{kind}/{name}"[:50], START, END, ""
        for iri, label in sorted(self._facts.groups.items()):
            slug = iri.rpartition("/")[2]
            known = VOCABULARIES.get(slug.partition("-")[0])
            vocabulary, kind = (known.name, known.domain) if known else (OURS, "Metadata")
            yield self._numbers[iri], capped(label), kind, vocabulary, GROUP, "C", slug[:50], START, END, ""
        replaced = {iri for iri, _ in self._facts.replaced}
        for iri, code in self._facts.codes.items():
            own = VOCABULARIES[code.system]
            number = self._numbers[iri]
            end = self._facts.ended.get(iri, END)
            reason = ("U" if iri in replaced else "D") if end < END else ""
            start = min(self._facts.added.get(iri, START), end)
            name = capped(code.label) if code.label else f"{own.kind} code {code.notation}"
            standard = "S" if number in self._standard else ""
            kind = domain(code.system, code.notation)
            yield number, name, kind, own.name, own.kind, standard, code.notation, start, end, reason

    def relationships(self, tables: Tables) -> Iterator[Row]:
        """Yield each relationship in both directions, sorted."""
        found = {name: set[tuple[int, int]]() for name in REVERSE}
        number = self._numbers
        for narrow, wider in self._facts.broader.items():
            found[IS_A] |= {(number[narrow], number[wide]) for wide in wider}
        found[REPLACED] |= {(number[old], number[new]) for old, new in self._facts.replaced}
        found[MAPS_TO] |= {(one, one) for one in self._standard}
        for source, target, relation in matches(tables):
            one, two = number.get(source), number.get(target)
            if one is not None and two is not None and one != two:
                maps = relation == "exact" and two in self._standard and one not in self._standard
                found[MAPS_TO if maps else MATCHES[relation]].add((one, two))
        for name, reverse in REVERSE.items():
            found[reverse] |= {(two, one) for one, two in found[name]}
        for name in sorted(found):
            for one, two in sorted(found.pop(name)):
                yield one, two, name, START, END, ""

    def ancestors(self) -> Iterator[Row]:
        """Yield all that is above each concept, itself too, with the shortest and the longest way."""
        above = {
            self._numbers[iri]: [self._numbers[wide] for wide in wider]
            for iri, wider in self._facts.broader.items()
        }
        for number in sorted(self._numbers.values()):
            for wide, (least, most) in sorted(_levels(number, above).items()):
                yield wide, number, least, most

    def synonyms(self) -> Iterator[Row]:
        """Yield other words for a concept, and the whole of a name that was too long."""
        for iri in sorted(self._facts.words.keys() | self._facts.codes.keys()):
            code = self._facts.codes.get(iri)
            label = (code.label or "" if code else self._facts.groups[iri]) or ""
            words = {_line(word) for word in self._facts.words.get(iri, ())} - {_line(label)}
            if capped(label) != _line(label):
                words.add(_line(label))
            for word in sorted(words - {""}):
                yield self._numbers[iri], capped(word, 1000), ENGLISH


def capped(text: str, most: int = 255) -> str:
    """Return a text in one line and no longer than a column holds, cut between words.

    >>> capped("Open creation of an ileostomy", 20)
    'Open creation of an…'
    """
    text = _line(text)
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut) + "…" if text[most - 1] != " " else f"{cut.rstrip()}…"


def _line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _levels(start: int, above: dict[int, list[int]]) -> dict[int, tuple[int, int]]:
    """Return the concepts above one with the fewest and the most steps to each."""
    found = {start: (0, 0)}
    front, steps = {start}, 0
    while front := {wide for number in front for wide in above.get(number, ())}:
        steps += 1
        if steps > _DEEPEST:
            raise CodegraphError(
                "the hierarchy of this release runs in a circle; `codegraph validate` names it"
            )
        found |= {number: (found.get(number, (steps, 0))[0], steps) for number in front}
    return found


def _vocabularies(manifest: Manifest) -> Iterator[Row]:
    """Yield the vocabularies with their editions: the releases that brought codes, newest last."""
    editions: dict[str, list[str]] = {}
    for source in manifest.sources:
        series, _, version = source.release.partition("/")
        editions.setdefault(series, []).append(version)
    version = f"codegraph {manifest.codegraph}"
    yield OURS, "codegraph: names and relationships", _TERMS, version, NAME_IDS["Vocabulary", OURS]
    for system, own in VOCABULARIES.items():
        newest = max(editions.get(system, ()), default="")
        said = f"{version}; {system} {newest}" if newest else version
        yield own.name, own.title, _TERMS, said, NAME_IDS["Vocabulary", own.name]


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(columns) + "\n")
        for row in rows:
            file.write("\t".join(map(str, row)) + "\n")
            count += 1
    return count
