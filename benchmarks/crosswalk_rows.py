"""From what the jobs of `crosswalks` said to the rows of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.reasoners import SECTION as REASONED
from benchmarks.table import Peer, Row, Stats, Target

DERIVED = "crosswalks from definitions"
COLUMNS = "crosswalk_frame, everything read anew"
ONE = "one crosswalk of the packaged graph"
Said = Mapping[str, Any]

# column -> title, codes/s that are asked of it, what stands beside it
_COLUMNS = {
    "polars": ("polars, 300 different ICD-10-PCS codes", 5_000_000, ("dict", "polars join")),
    "pandas": ("pandas, the same codes", None, ("dict",)),
    "list": ("list, the same codes", None, ("dict",)),
    "several targets": ("polars, CPT codes with several targets", None, ()),
    "many different": ("polars, all ICD-10-PCS codes to CPT", 1_000_000, ()),
}
_BESIDE = {
    "dict": ("dict", "a kept answer taken from a dict"),
    "rdflib": ("rdflib", ""),
    "rdflib prepared": ("rdflib prepared", "its query parsed before"),
    "owlready2": ("owlready2", "SPARQL, which it parses once and runs in SQLite"),
    "owlready2 property": ("owlready2 property", "its own look-up, property[code]: targets without reasons"),
}


def derived_rows(derive: Said, subsume: Said, differ: Said, notes: tuple[str, str, str]) -> list[Row]:
    """Return what definitions take: all crosswalks, all pairs, one comparison."""
    told = list(notes)
    if derive:
        told[0] = (
            "{cpt:,} CPT codes against {pcs:,} codes of ICD-10-PCS {version}: {rows:,} mappings, {apart:,} apart; "
            "in one process, reading the tables not counted".format_map(derive)
        )
    if subsume:
        told[1] = "{pairs:,} pairs among {definitions:,} definitions".format_map(subsume)
    if differ:
        told[2] = "pairs of {codes:,} codes, a new one each time".format_map(differ)
    return [
        Row(
            DERIVED,
            "all CPT to ICD-10-PCS, derived",
            "s",
            Stats.of(derive.get("seconds", ())),
            Target(5),
            note=told[0],
        ),
        Row(
            DERIVED,
            "all subsumptions among ICD-10-PCS definitions",
            "s",
            Stats.of(subsume.get("seconds", ())),
            note=told[1],
        ),
        Row(
            DERIVED,
            "kg.differences(first, second)",
            "ms",
            Stats.of(differ.get("seconds", ()), 1e3),
            Target(1),
            note=told[2],
        ),
        Row(
            DERIVED,
            "kg.differences(first, second), the first",
            "ms",
            Stats.of(differ.get("first", ()), 1e3),
            note=notes[2],
        ),
    ]


def frame_rows(said: Said, note: str) -> list[Row]:
    """Return how many codes a second are mapped, by kind of column."""
    rows = []
    for key, (title, bound, floors) in _COLUMNS.items():
        column = said.get(key, {})
        about = (
            "{codes:,} codes, {different:,} different; {rows:,} rows come out".format_map(column)
            if column
            else note
        )
        rows.append(
            Row(
                COLUMNS,
                title,
                "codes/s",
                Stats.of(column.get("rates", ())),
                Target(bound, at_least=True) if bound else None,
                tuple(
                    Peer(
                        name,
                        Stats.of(said.get(name, {}).get("rates", ())),
                        "" if said else f"{name}: not run",
                    )
                    for name in floors
                ),
                note=about,
                higher_is_better=True,
            )
        )
    return rows


def one_row(said: Said, note: str) -> Row:
    """Return one crosswalk beside what else could look it up."""
    ours = said.get("ours", {})
    return Row(
        ONE,
        'kg.crosswalk("cpt:44310", to="icd10pcs")',
        "µs",
        Stats.of(ours.get("seconds", ()), 1e6),
        Target(50),
        tuple(_peer(name, about, said.get(key)) for key, (name, about) in _BESIDE.items()),
        note=note or ours.get("error", "read anew, with reasons and sources"),
    )


def _peer(name: str, about: str, said: Said | None) -> Peer:
    if said is None:
        return Peer(name, note=f"{name}: not run")
    if "error" in said:
        return Peer(name, note=f"{name}: {said['error']}")
    if "beyond" in said:
        stopped = Stats.of([said["beyond"] * 1e6])
        return Peer(name, stopped, f"{name}: stopped after {said['beyond']:g} s", beyond=True)
    return Peer(name, Stats.of(said["seconds"], 1e6), about)


def reasoner_rows(said: Said, note: str) -> list[Row]:
    """Return our subsumptions beside those of the reasoners that are installed."""
    if not said:
        return [Row(REASONED, "procedures packaged", "s", None, note=note)]
    missing = tuple(Peer(name.partition(" ")[0], note=f"{name} is not installed") for name in said["missing"])
    return [
        Row(
            REASONED,
            row["name"],
            "s",
            Stats.of([row["ours"]]) if row["ours"] else None,
            peers=(
                *(
                    Peer(name, Stats.of([s]) if s else None, about)
                    for name, (s, about) in row["peers"].items()
                ),
                *missing,
            ),
            note=row["note"],
        )
        for row in said["rows"]
    ]
