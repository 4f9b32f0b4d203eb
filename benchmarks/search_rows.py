"""Rows about search: questions in words, misspelt, begun, as codes, from notes; and what the index takes."""

from __future__ import annotations

import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path

from benchmarks.table import Peer, Row, Stats, Target
from codegraph import CodeGraph
from codegraph.build.progress import Silent
from codegraph.errors import NotLoaded
from codegraph.search.cached import open_index
from codegraph.search.index import TextIndex, build

SECTION = "search"
_TARGET = Target(5)
_TYPED = (
    "laparoscopic ileostomy",
    "loop ileostomy",
    "end colostomy",
    "takedown of colostomy",
    "lysis of adhesions",
    "appendectomy",
    "kidney transplant",
    "coronary artery bypass",
    "type 2 diabetes with foot ulcer",
    "crohn's disease small intestine obstruction",
    "diverticulitis with perforation and abscess",
    "fracture of left femur",
    "colon cancer",
    "ostomy pouch drainable",
    "percutaneous drainage of abdominal abscess",
    "replacement of hip joint open",
)
_LABELS = "SELECT label FROM code WHERE label IS NOT NULL ORDER BY system, notation"
_WORD = re.compile(r"[A-Za-z]{4,}")


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows; where search is not installed, one that says so."""
    kg = CodeGraph.open(release)
    try:
        kg.search("ileostomy")
    except NotLoaded as error:
        return [Row(SECTION, "kg.search", "ms", None, note=str(error))]
    runs = 100 if quick else 600
    labels = [str(row[0]) for row in kg.tables.rows(_LABELS)]
    misspelt = [_misspelt(text) for text in _drawn(labels, runs)]
    begun = [text[: max(4, len(text) - 3)] for text in _drawn(labels, runs)]
    codes = ["44310", "4431", "0D1B", "k50.01", "K5001", "G0105", "0d1b0z4", "e11621"]
    return [
        _row(kg, "words as people type them", _TYPED, runs, _word_peers(labels, _TYPED)),
        _row(
            kg, "two or three words of a label, one letter wrong in each", misspelt, runs, _typo_peers(labels)
        ),
        _row(kg, "the same words, the last one begun", begun, runs),
        _row(kg, "codes and beginnings of codes", codes, runs),
        *_index(kg, len(labels), quick),
    ]


def _row(kg: CodeGraph, name: str, texts: Sequence[str], runs: int, peers: tuple[Peer, ...] = ()) -> Row:
    stats = _each(lambda text: kg.search(text), texts, runs)
    note = f"{len(set(texts)):,} different texts, 20 hits each"
    return Row(SECTION, f"kg.search: {name}", "ms", stats, _TARGET, peers, note=note)


def _each(call: Callable[[str], object], texts: Sequence[str], runs: int) -> Stats | None:
    taken = []
    for number in range(runs):
        start = time.perf_counter()
        call(texts[number % len(texts)])
        taken.append(time.perf_counter() - start)
    return Stats.of(taken, 1e3)


def _drawn(labels: Sequence[str], number: int) -> list[str]:
    """Return two or three words of labels, the same ones each time."""
    chance = random.Random(5)  # a benchmark repeats itself
    found: list[str] = []
    while len(found) < number:
        words = _WORD.findall(chance.choice(labels))
        if len(words) > 1:
            found.append(" ".join(chance.sample(words, min(len(words), 3))))
    return found


def _misspelt(text: str) -> str:
    """Return a text with the letter in the middle of each word left out."""
    return " ".join(word[: len(word) // 2] + word[len(word) // 2 + 1 :] for word in text.split())


def _word_peers(labels: Sequence[str], texts: Sequence[str]) -> tuple[Peer, ...]:
    lower = [label.lower() for label in labels]

    def scan(text: str) -> list[str]:
        words = text.lower().split()
        return [label for label in lower if all(word in label for word in words)][:20]

    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE label USING fts5(text, tokenize = 'porter unicode61')")
        database.executemany("INSERT INTO label VALUES (?)", [(label,) for label in labels])
        sql = "SELECT text FROM label WHERE label MATCH ? ORDER BY rank LIMIT 20"

        def fts(text: str) -> list[str]:
            query = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
            return [row[0] for row in database.execute(sql, (query,))]

        return (
            Peer(
                "sqlite fts5",
                _each(fts, texts, 64),
                "SQLite FTS5 with stems, labels only, in memory; no typos",
            ),
            Peer("in", _each(scan, texts, 16), "all labels gone through, each word `in` the label; unranked"),
        )


def _typo_peers(labels: Sequence[str]) -> tuple[Peer, ...]:
    words = sorted({word.lower() for label in labels for word in _WORD.findall(label)})
    asked = [_misspelt(word) for word in ("ileostomy", "laparoscopic", "diabetes")]
    stats = _each(lambda word: get_close_matches(word, words, n=5, cutoff=0.8), asked, len(asked))
    return (
        Peer(
            "difflib",
            stats,
            f"difflib: one word against the {len(words):,} words of the labels, no search yet",
        ),
    )


def _index(kg: CodeGraph, labels: int, quick: bool) -> list[Row]:
    """Return what opening the index takes and, unless in a hurry, building it, and its size."""
    opened = _each(lambda _: open_index(kg), [""], 10)
    rows = [
        Row(SECTION, "index reopened", "ms", opened, note="from the user's cache, in a process that runs")
    ]
    if quick:
        return rows
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        build(kg, Path(folder), Silent())
        took = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        documents = TextIndex.open(Path(folder)).documents
    told = f"{documents:,} documents of {labels:,} labelled codes; built on the first search of a release"
    return [
        *rows,
        Row(SECTION, "index built", "s", Stats.of([took]), note=told),
        Row(SECTION, "index on disk", "MB", Stats.of([size]), note="one folder in the user's cache"),
    ]
