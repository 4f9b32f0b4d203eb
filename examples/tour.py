"""A tour of the packaged knowledge: built, validated, one code shown, mapped, asked about in SPARQL, exported.

Run by `make demo`, or with `python examples/tour.py [FOLDER]`; the Turtle goes to FOLDER (by default `out`).
Ends with 1 where the packaged knowledge does not validate.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from codegraph import CodeGraph

CODE = "cpt:44310"
SHOWN = ("method", "site", "approach", "device", "destination", "creates")
QUESTION = """
SELECT ?code ?label ?rvu WHERE {
  cpt:44310 cg:denotes/cg:creates ?stoma .
  ?stoma (skos:broader*|^skos:broader*) ?kind .
  ?procedure cg:closes|cg:revises ?kind .
  ?code cg:denotes ?procedure ; skos:prefLabel ?label .
  ?entry cg:ofCode ?code ; cg:facilityTotalRvu ?rvu .
}
ORDER BY ?code
"""


def head(text: str) -> None:
    """Print the heading of a stop."""
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n== {text}")


def show(kg: CodeGraph) -> None:
    """Print a code with what it denotes and what Medicare's fee schedule says of it."""
    found = kg.describe(CODE)
    head(f"1. What is {CODE}?")
    print(f"{found.label} [{found.status}]")
    for fact in found.facts:
        if fact.property == "cg:plainDescription":
            print(fact.value)
    assert found.procedure is not None
    for name in SHOWN:
        for value in getattr(found.procedure, name):
            print(f"  {name:12} {found.labels.get(value, value)} ({value})")
    for entry in found.entries:
        period = found.labels.get(str(entry.value("cg:globalPeriod")), "")
        print(f"  work RVU     {entry.value('cg:workRvu')}, global period {period} ({entry.release})")
    print(f"  indications  {len(found.indications)}; steps {len(found.procedure.steps)}")
    print(f"The whole: codegraph show {CODE}")


def crosswalk(kg: CodeGraph) -> None:
    """Print the ICD-10-PCS codes that a code maps to, with the reasons."""
    head(f"2. Which ICD-10-PCS codes does {CODE} map to, and why?")
    print("\n\n".join(m.explain() for m in kg.crosswalk(CODE, to="icd10pcs") if m.aside is None))


def ask(kg: CodeGraph) -> None:
    """Print a SPARQL query and its answer."""
    head(f"3. What revises or closes the stoma that {CODE} makes? In SPARQL:")
    print(QUESTION.strip())
    print()
    print(kg.query(QUESTION).to_table(), end="")


def main(folder: Path) -> int:
    """Walk the tour; return the exit code."""
    started = time.monotonic()
    kg = CodeGraph.open()
    print(
        f"Packaged knowledge: {len(kg)} codes, {kg.manifest.triples:,} triples, in {kg.directory} "
        f"({time.monotonic() - started:.1f} s)"
    )
    report = kg.validate()
    print(report.to_text(shown=3), end="")
    show(kg)
    crosswalk(kg)
    ask(kg)
    head("4. Turtle for other systems")
    folder.mkdir(parents=True, exist_ok=True)
    done = kg.export(folder / "codegraph.ttl")
    print(f"{folder / 'codegraph.ttl'}: {done.triples:,} triples, {done.bytes:,} bytes")
    head("Next")
    print("codegraph --help · README.md · docs/tutorial.md")
    return 0 if report.conforms else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out")))
