"""Rows about FHIR: $lookup and $translate in process and through HTTP; all value sets, each for the first time."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.processes import CODEGRAPH, REPO
from benchmarks.table import Row, Stats, Target
from codegraph import CodeGraph
from codegraph.terminology import Terminology

SECTION = "FHIR"
CPT = "http://www.ama-assn.org/go/cpt"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
_URIS = {"cpt": CPT, "icd10pcs": PCS, "icd10cm": CM}
_SETS = "https://w3id.org/codegraph/fhir/ValueSet/"
_PAGE = {"url": f"{_SETS}icd10pcs-0D1", "count": 50}
_WORDS = ("crohn", "hernia", "fracture", "burn", "left", "acute", "neoplasm", "diabetes", "injury", "pneum")
_SAMPLE = "SELECT system, notation FROM code WHERE system IN ('cpt', 'icd10pcs', 'icd10cm') ORDER BY notation"
_DEFINED = "SELECT notation FROM code WHERE system = 'cpt' AND procedure IS NOT NULL ORDER BY notation"
Params = dict[str, Any]


def measure(release: Path, quick: bool) -> list[Row]:
    """Return the rows: median of many different codes, each asked for the first time, R5."""
    kg = CodeGraph.open(release)
    fhir = Terminology(kg)
    lookups, translations = _lookups(kg, 200 if quick else 2000), _translations(kg)
    fhir.lookup(lookups[0])
    fhir.translate(translations[0])
    fhir.expand(_PAGE)
    rows = [
        Row(
            SECTION, "$lookup", "ms", _timed(fhir.lookup, lookups), Target(5), note=f"{len(lookups):,} codes"
        ),
        Row(SECTION, "$translate, CPT to ICD-10-PCS", "ms", _timed(fhir.translate, translations), Target(5)),
        Row(SECTION, "$expand, 50 codes of a table", "ms", _timed(fhir.expand, [_PAGE] * 50)),
        *_value_sets(fhir, 20 if quick else 1),
    ]
    with _served(release) as get:
        for name, path, asked in (
            ("$lookup", "/fhir/r5/CodeSystem/$lookup", lookups),
            ("$translate", "/fhir/r5/ConceptMap/$translate", translations),
        ):
            get(path, asked[0])
            stats = _timed(lambda one, path=path: get(path, one), asked[:200])
            rows.append(
                Row(SECTION, f"{name} through HTTP", "ms", stats, Target(5), note="one client, keep-alive")
            )
    return rows


def _value_sets(fhir: Terminology, step: int) -> list[Row]:
    """Return the rows of value sets, in processor time: each set once, and words looked for in a whole code system."""
    urls = [str(found["url"]) for found in fhir.value_sets()][::step]
    note = f"processor time, {len(urls):,} sets, each for the first time"
    pages = [{"url": url, "count": 20} for url in urls]
    later = [{"url": url, "count": 20, "offset": 20} for url in urls]
    checks = [{"url": url, "system": CPT, "code": "44310"} for url in urls]
    words = [{"url": f"{_SETS}codes-icd10cm", "filter": word, "count": 20} for word in _WORDS]
    rows = [
        ("$expand, first page of a value set", fhir.expand, pages, note),
        ("$expand, second page", fhir.expand, later, note),
        ("ValueSet $validate-code", fhir.validate_code_in_set, checks, note),
        ("$expand, a word in all of ICD-10-CM", fhir.expand, words, f"processor time, {len(words)} words"),
    ]
    clock = time.process_time
    return [
        Row(SECTION, name, "ms", _timed(call, asked, clock), Target(50), note=told)
        for name, call, asked, told in rows
    ]


def _lookups(kg: CodeGraph, most: int) -> list[Params]:
    found = kg.tables.rows(_SAMPLE)
    return [{"system": _URIS[system], "code": code} for system, code in found[:: max(1, len(found) // most)]]


def _translations(kg: CodeGraph) -> list[Params]:
    codes = [row[0] for row in kg.tables.rows(_DEFINED)]
    return [{"code": code, "system": CPT, "targetsystem": PCS} for code in codes]


def _timed(
    ask: Callable[[Params], object], asked: Sequence[Params], clock: Callable[[], float] = time.perf_counter
) -> Stats | None:
    found = []
    for one in asked:
        start = clock()
        ask(one)
        found.append(clock() - start)
    return Stats.of(found, 1e3)


@contextmanager
def _served(release: Path) -> Iterator[Callable[[str, Params], dict]]:
    """Run `codegraph serve` on a free port; yield what asks it."""
    process = subprocess.Popen(
        [CODEGRAPH, "--release", str(release), "serve", "--port", "0"],
        cwd=REPO,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        address = urlsplit(process.stdout.readline().strip())
        client = http.client.HTTPConnection(address.hostname, address.port, timeout=30)

        def get(path: str, params: Params) -> dict:
            client.request("GET", f"{path}?{urlencode(params)}")
            answer = client.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
            return json.loads(body)

        yield get
        client.close()
    finally:
        process.terminate()
        process.wait(timeout=30)
