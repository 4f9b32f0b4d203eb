"""From what the measured processes said to the rows of the table, section by section."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.processes import Usage
from benchmarks.table import Peer, Row, Stats, Target

_MS, _US, _GB = 1e3, 1e6, 1e-9
_PEERS = ("rdflib", "oxrdflib", "owlready2")
PREPARED = "rdflib prepared"  # its query parsed before, by prepareQuery
START = "process start to printed answer"
CALLS = "in one process"
QUERIES = "competency queries"
Said = Mapping[str, Any]


def one(value: float | None) -> Stats | None:
    """Return a single measurement as statistics."""
    return None if value is None else Stats.of([value])


def build_rows(usage: Usage | None, size: int | None, note: str) -> list[Row]:
    """Return the rows of the build: time, memory, size on disk."""
    section = "build of the full release"
    u = usage
    return [
        Row(section, "wall", "s", one(u.wall if u else None), Target(90), note=note),
        Row(section, "CPU", "s", one(u.cpu if u else None), note=note),
        Row(
            section,
            "peak memory, process tree (PSS)",
            "GB",
            one(u.peak_pss * _GB if u else None),
            Target(3),
            note=note,
        ),
        Row(
            section,
            "peak memory, largest process (RSS)",
            "GB",
            one(u.max_rss * _GB if u else None),
            note=note,
        ),
        Row(section, "release directory", "GB", one(size and size * _GB), Target(1.5)),
    ]


def start_rows(
    seconds: Mapping[str, Sequence[tuple[float, float]]], answers: Sequence[str], note: str
) -> list[Row]:
    """Return whole-process times, beside `import rdflib`; only what answers a question has a target."""
    took = {name: Stats.of([wall for wall, _ in times], _MS) for name, times in seconds.items()}
    rdflib = (Peer("import rdflib", took.get("python -c 'import rdflib'")),)
    rows = []
    for name, stats in took.items():
        asked = name in answers
        target, peers = (Target(90), rdflib) if asked else (None, ())
        rows.append(Row(START, name, "ms", stats, target, peers, note=note))
        if asked:
            cpu = Stats.of([cpu for _, cpu in seconds[name]], _MS)
            rows.append(Row(START, f"{name}, CPU", "ms", cpu, note=note))
    return rows


def call_rows(said: Said, peers: Mapping[str, Said], note: str) -> list[Row]:
    """Return the look-ups through the facade, in microseconds."""

    def row(key: str, name: str, bound: float | None = None, **more: Any) -> Row:
        target = Target(bound) if bound else None
        more.setdefault("note", note)
        return Row(CALLS, name, "µs", Stats.of(said.get(key, ()), _US), target, **more)

    one_row = (Peer("bare SQLite row", Stats.of(said.get("sqlite", ()), _US)),)
    many_rows = (Peer("bare SQLite row", Stats.of(said.get("sqlite many", ()), _US)),)
    labels = tuple(
        Peer(name, Stats.of(found.get("label", {}).get("seconds", ()), _US))
        for name, found in peers.items()
        if name != "owlready2"
    )
    of = f"{said.get('mapped', 0):,} of the {said.get('many', 0):,} codes have mappings" if said else note
    return [
        row("open", "CodeGraph.open(release)"),
        row("get", 'kg["cpt:44310"]', 200, peers=one_row),
        row("get many", "kg[code], many different codes", 200, peers=many_rows),
        row("first crosswalk", 'kg.crosswalk("cpt:44310"), the first'),
        row("crosswalk", 'kg.crosswalk("cpt:44310"), read anew', 50, peers=one_row),
        row("crosswalk to", 'kg.crosswalk("cpt:44310", to="icd10pcs"), read anew', 50, peers=one_row),
        row(
            "crosswalk many",
            "kg.crosswalk(code), many different codes, read anew",
            50,
            peers=many_rows,
            note=of,
        ),
        row("crosswalk kept", 'kg.crosswalk("cpt:44310"), the kept answer'),
        row("label", "code.label"),
        row("get label", "kg[code].label, many different codes", peers=labels),
    ]


def query_rows(
    full: Said, same: Said, peers: Mapping[str, Said], names: Sequence[str], note: str
) -> list[Row]:
    """Return a row for each shipped query, and before them what they come to."""
    rows = [_query_row(name, full.get(name, ()), same.get(name, {}), peers, note) for name in names]
    measured = [row for row in rows if row.stats]
    ratios, prepared = _ratios(measured, "rdflib"), _ratios(measured, PREPARED)
    low = sorted(name for name, ratio in ratios.items() if ratio < 20)
    slow = sorted(row.name for row in measured if row.met is False)
    cases = [
        (statistics.median(c["seconds"]) * _MS, name, c["params"])
        for name in names
        for c in full.get(name, ())
    ]
    worst = max(cases, key=lambda case: case[0], default=None)
    none = len(names) - len(ratios)
    return [
        Row(
            QUERIES,
            "slowest query",
            "ms",
            one(max((row.stats.median for row in measured if row.stats), default=None)),
            Target(50),
            note=f"over 50 ms: {', '.join(slow)}" if slow else note,
        ),
        Row(
            QUERIES,
            "slowest case of any query",
            "ms",
            one(worst[0] if worst else None),
            Target(50),
            note=f"{worst[1]} with {worst[2]}" if worst else note,
        ),
        Row(
            QUERIES,
            "times faster than rdflib, all queries",
            "×",
            Stats.of(ratios.values()),
            Target(20, at_least=True),
            note=f"queries without a ratio, see their remarks: {none}" if none else "",
            higher_is_better=True,
        ),
        Row(
            QUERIES,
            "times faster than rdflib, the least",
            "×",
            one(min(ratios.values(), default=None)),
            Target(20, at_least=True),
            note=f"below 20×: {', '.join(low)}" if low else "",
            higher_is_better=True,
        ),
        Row(
            QUERIES,
            "times faster than rdflib with queries parsed before",
            "×",
            Stats.of(prepared.values()),
            note="our side parses each time",
            higher_is_better=True,
        ),
        *rows,
    ]


def _ratios(rows: Sequence[Row], name: str) -> dict[str, float]:
    """Return by query how many times faster we are than a peer; where the peer was stopped, at least so many."""
    return {
        row.name: ratio
        for row in rows
        for peer in row.peers
        if peer.name == name and (ratio := row.ratio(peer)) is not None
    }


def _query_row(name: str, cases: Sequence[Said], same: Said, peers: Mapping[str, Said], note: str) -> Row:
    first = cases[0] if cases else {}
    if not note and not cases:
        note = "none of its golden cases can be asked of this release"
    elif cases and not first["rows"]:
        note = "no rows in any of its golden cases on this release"
    elif same and same["rows"] != first["rows"]:
        note = f"{name}: {same['rows']:,} rows on the slice, {first['rows']:,} on the release"
    beside: list[Peer] = []
    for peer in _PEERS:
        said = peers.get(peer, {}).get("queries", {}).get(name, {})
        beside.append(_peer(peer, said.get("text"), same.get("rows")))
        if peer == "rdflib":
            beside.append(_prepared(said, same.get("rows")))
    return Row(
        QUERIES,
        name,
        "ms",
        Stats.of(first.get("seconds", ()), _MS),
        Target(50),
        tuple(beside),
        Stats.of(same.get("seconds", ()), _MS),
        note,
        details={
            "params": first.get("params"),
            "rows": first.get("rows"),
            "rows_of_slice": same.get("rows"),
            "cases": [
                {"params": c["params"], "rows": c["rows"], "median": statistics.median(c["seconds"]) * _MS}
                for c in cases
            ],
        },
    )


def _peer(name: str, said: Said | None, rows: int | None) -> Peer:
    """Return a peer's time for a query; another number of rows is no answer, and so no ratio."""
    if said is None:
        return Peer(name, note=f"{name}: not run")
    if "error" in said:
        return Peer(name, note=f"{name}: {said['error']}")
    if "beyond" in said:
        stopped = Stats.of([said["beyond"] * _MS])
        return Peer(
            name, stopped, f"{name}: stopped after {said['beyond']:g} s without an answer", beyond=True
        )
    if said["count"] != rows:
        return Peer(name, note=f"{name}: another answer, {said['count']:,} rows where we have {rows}")
    return Peer(name, Stats.of(said["seconds"], _MS))


def _prepared(said: Said, rows: int | None) -> Peer:
    if "prepared" not in said:
        return Peer(PREPARED, note=f"{PREPARED}: not tried where the text gave no answer")
    return _peer(PREPARED, said["prepared"], rows)


def validation_rows(
    full: Usage | None, quick: Usage | None, packaged: Usage | None, notes: Sequence[str]
) -> list[Row]:
    """Return whole `codegraph validate` processes: the full release compiled, the packaged one by both engines."""
    section = "codegraph validate"
    f, p = full, packaged
    return [
        Row(
            section,
            "full release, compiled engine",
            "s",
            one(f.wall if f else None),
            Target(60),
            note=notes[0],
        ),
        Row(section, "its CPU", "s", one(f.cpu if f else None)),
        Row(
            section,
            "its peak memory, process tree (PSS)",
            "GB",
            one(f.peak_pss * _GB if f else None),
            Target(2),
        ),
        Row(section, "its peak memory, largest process (RSS)", "GB", one(f.max_rss * _GB if f else None)),
        Row(section, "packaged release, compiled engine", "s", one(quick.wall if quick else None), Target(5)),
        Row(section, "packaged release, pySHACL", "s", one(p.wall if p else None), note=notes[1]),
        Row(section, "packaged release, pySHACL, CPU", "s", one(p.cpu if p else None)),
    ]


_WRITTEN = (("turtle", "Turtle", 200_000), ("nt", "N-Triples", 1_000_000), ("nquads", "N-Quads", 1_000_000))


def export_rows(full: Mapping[str, Said], same: Mapping[str, Said], peers: Mapping[str, Said]) -> list[Row]:
    """Return statements a second to a file, beside the serialisers of rdflib and pyoxigraph on the slice."""
    rows = []
    for key, title, bound in _WRITTEN:
        beside = []
        for name in ("rdflib", "pyoxigraph"):
            said = peers.get(name, {}).get("writing", {}).get(key, {})
            rates = [said["count"] / seconds for seconds in said.get("seconds", ())]
            stopped = f": stopped after {said['beyond']:g} s" if "beyond" in said else ": not run"
            why = "" if rates else f"{name}, {title}: {said['error']}" if "error" in said else name + stopped
            beside.append(Peer(name, Stats.of(rates), why))
        rows.append(
            Row(
                "export to a file",
                title,
                "triples/s",
                Stats.of(full.get(key, {}).get("rates", ())),
                Target(bound, at_least=True),
                tuple(beside),
                Stats.of(same.get(key, {}).get("rates", ())),
                higher_is_better=True,
            )
        )
    return rows


def load_rows(peers: Mapping[str, Said], notes: Mapping[str, str]) -> list[Row]:
    """Return how fast the peers load the slice, and what memory a triple takes them."""
    section = "loading the slice"
    how = {
        "rdflib": "rdflib, parse N-Quads",
        "oxrdflib": "oxrdflib, bulk load in memory",
        "owlready2": "owlready2, load N-Triples (it loads no named graphs)",
        "pyoxigraph": "pyoxigraph, bulk load to disk",
    }
    rows = []
    for name, title in how.items():
        said, note = peers.get(name, {}).get("load", {}), notes.get(name, "")
        rows.append(Row(section, title, "triples/s", one(said.get("rate")), note=note, higher_is_better=True))
        if name != "pyoxigraph":
            rows.append(Row(section, f"{name}, memory", "B/triple", one(said.get("memory")), note=note))
    return rows
