"""What clients ask of a server under load: a few things again and again, or never the same twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote, urlencode

from codegraph import CodeGraph
from codegraph.codes import SYSTEMS

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
TURTLE = {"Accept": "text/turtle"}
FHIR = {"Accept": "application/fhir+json"}
Request = tuple[str, str, dict[str, str]]  # what it is, its address, its headers
# The same five for ever: what a server without a memory would work out each time.
SAME: tuple[Request, ...] = (
    ("page", "/code/cpt/44310", HTML),
    ("Turtle", "/code/cpt/44310", TURTLE),
    ("JSON-LD", "/concept/site/ileum", {"Accept": "application/ld+json"}),
    ("query", "/sparql?" + urlencode({"query": "SELECT ?p ?o { cpt:44310 ?p ?o } ORDER BY ?p ?o"}), JSON),
    ("query", "/sparql?" + urlencode({"query": "SELECT ?s { ?s cg:actsOn site:ileum } ORDER BY ?s"}), JSON),
)
_ASKED_OF = ("cpt", "icd10pcs", "icd10cm", "hcpcs")
_CODES = "SELECT notation FROM code WHERE system = ? ORDER BY notation"
_FAMILY = ("44005", "44979")  # the codes of CPT that are packaged


def codes(release: Path, system: str, *, family: bool | None = None) -> list[str]:
    """Return the codes of a system in an order of chance, the same each time; of CPT those packaged, or the others."""
    found = [str(row[0]) for row in CodeGraph.open(release).tables.rows(_CODES, (system,))]
    if family is not None:
        found = [c for c in found if (_FAMILY[0] <= c <= _FAMILY[1]) is family]
    random.Random(7).shuffle(found)  # a benchmark repeats itself
    return found


def different(release: Path, most: int) -> list[Request]:
    """Return requests of which no two are the same: five kinds in turn, of codes of four systems in turn."""
    drawn = {system: iter(codes(release, system)) for system in _ASKED_OF}
    return list(islice(_different(drawn), most))


def _different(drawn: dict[str, Iterator[str]]) -> Iterator[Request]:
    for system in cycle(_ASKED_OF):
        code = next(drawn[system], None) if system in drawn else None
        if code is None:
            drawn.pop(system, None)
            if not drawn:
                return
            continue
        place, query = (
            f"/code/{system}/{quote(code)}",
            f"SELECT ?p ?o {{ {system}:{code} ?p ?o }} ORDER BY ?p ?o",
        )
        lookup = {"system": str(SYSTEMS[system].fhir), "code": code}
        yield "page", place, HTML
        yield "Turtle", place, TURTLE
        yield "query", "/sparql?" + urlencode({"query": query}), JSON
        yield "$lookup", "/fhir/r5/CodeSystem/$lookup?" + urlencode(lookup), FHIR
        yield "API", f"/api/v1/code/{system}:{quote(code)}", JSON
