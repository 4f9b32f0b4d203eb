"""Codes, hierarchy and mappings as vocabulary tables of the OMOP common data model, version 5.4.

Tab-separated files without quoting, as Athena gives them out; ids above 2,000,000,000 as for concepts of one's own.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from codegraph.export import ExportSummary
from codegraph.export.folder import new_folder, size_of
from codegraph.export.omop_facts import Facts
from codegraph.export.omop_ids import ids
from codegraph.export.omop_names import CATEGORIES, NAME_IDS, OURS, RELATIONSHIPS, VOCABULARIES
from codegraph.export.omop_rows import Row, Rows
from codegraph.release import Manifest
from codegraph.tables import Tables

_TERMS: Final = "codegraph, CC BY 4.0"
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
    "SOURCE_TO_CONCEPT_MAP": (
        *("source_code", "source_concept_id", "source_vocabulary_id", "source_code_description"),
        *(
            "target_concept_id",
            "target_vocabulary_id",
            "valid_start_date",
            "valid_end_date",
            "invalid_reason",
        ),
    ),
}


def export_omop(
    directory: Path, tables: Tables, manifest: Manifest, out: Path | str, *, include_licensed: bool = False
) -> ExportSummary:
    """Write CONCEPT.csv and the eight tables that go with it into a folder; the summary counts their rows.

    Concepts are all codes, the groups above them and the categories that they are classified by, named in our words
    or in public ones. Official descriptors that a user loaded are synonyms only with `include_licensed`; mappings
    under a licence of the user's are never in it. Raises CodegraphError where `out` is not a place for the folder, or
    the hierarchy runs in a circle.
    """
    begun = time.monotonic()
    with new_folder(
        out, "omop writes one file a table", lambda n: n.removesuffix(".csv") in COLUMNS
    ) as folder:
        facts = Facts.read(directory, tables, include_licensed=include_licensed)
        rows = Rows(facts, ids([*facts.codes, *facts.groups]))
        found: dict[str, Iterable[Row]] = {
            "CONCEPT": rows.concepts(),
            "CONCEPT_RELATIONSHIP": rows.relationships(tables),
            "CONCEPT_ANCESTOR": rows.ancestors(),
            "CONCEPT_SYNONYM": rows.synonyms(),
            "VOCABULARY": _vocabularies(manifest),
            "DOMAIN": _named("Domain"),
            "CONCEPT_CLASS": _named("Concept Class"),
            "RELATIONSHIP": _relationships(),
            "SOURCE_TO_CONCEPT_MAP": rows.source_map(),
        }
        total = sum(_write(folder / f"{name}.csv", COLUMNS[name], each) for name, each in found.items())
        size = size_of(folder)
    return ExportSummary(total, time.monotonic() - begun, size, "omop")


def _named(kind: str) -> Iterator[Row]:
    return ((name, name, number) for (of, name), number in NAME_IDS.items() if of == kind)


def _relationships() -> Iterator[Row]:
    for r in RELATIONSHIPS:
        number = NAME_IDS["Relationship", r.name]
        yield r.name, r.name, int(r.hierarchical), int(r.ancestry), r.reverse, number


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
        yield own.name, own.title, own.reference, said, NAME_IDS["Vocabulary", own.name]
    for scheme, (name, title, reference) in CATEGORIES.items():
        read = [f"{series} {max(found)}" for series, found in sorted(editions.items()) if scheme in series]
        yield name, title, reference, "; ".join((version, *read)), NAME_IDS["Vocabulary", name]


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(columns) + "\n")
        for row in rows:
            file.write("\t".join(map(str, row)) + "\n")
            count += 1
    return count
