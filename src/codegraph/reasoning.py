"""Ask HermiT whether the ontology holds together and what follows from it.

owlready2 brings HermiT; its loader is not used, because it follows imports, runs Python modules that an
ontology names, and guesses the types of literals. The input is parsed by Oxigraph, cleaned, and given to
HermiT as N-Triples, all in a child process with a process group and a temporary folder of its own, so that a
time limit ends everything and leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from codegraph import resources
from codegraph.errors import ReasonerError
from codegraph.namespaces import OWL, RDF, RDFS, XSD
from codegraph.rdf import Triple

OLDEST_JAVA: Final = 8
MEMORY_MB: Final = 2000
SUFFIXES: Final = {".ttl": "TURTLE", ".nt": "N_TRIPLES", ".nq": "N_QUADS", ".trig": "TRIG"}
# The OWL 2 datatype map (OWL 2 Structural Specification, section 4); HermiT stops at any other datatype.
_XSD_TYPES: Final = (
    *("anyURI", "base64Binary", "boolean", "byte", "dateTime", "dateTimeStamp", "decimal", "double", "float"),
    *("hexBinary", "int", "integer", "language", "long", "Name", "NCName", "negativeInteger", "NMTOKEN"),
    *("nonNegativeInteger", "nonPositiveInteger", "normalizedString", "positiveInteger", "short", "string"),
    *("token", "unsignedByte", "unsignedInt", "unsignedLong", "unsignedShort"),
)
OWL_DATATYPES: Final = frozenset(
    (
        *(XSD + name for name in _XSD_TYPES),
        *(RDF + name for name in ("PlainLiteral", "XMLLiteral", "langString")),
        *(OWL + name for name in ("real", "rational")),
        RDFS + "Literal",
    )
)
_OWLREADY: Final = "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#"
_DECLARES: Final = frozenset(
    OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)
_AXIOM: Final = re.compile(r"^([A-Z]\w+)\( ((?:<[^>]+>\s*)+)\)$", re.MULTILINE)
_VALUES: Final = re.compile(r"^<([^>]+)> \(known instances:\s*(.*?)\s*\|\s*possible instances:", re.MULTILINE)
_PAIR: Final = re.compile(r"\(<([^>]+)>, <([^>]+)>\)")
_JAVA_MAJOR: Final = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True)
class ReasonerReport:
    """What HermiT found.

    `unsatisfiable` lists the classes that can have no member; empty where the whole is inconsistent, since
    then everything follows. `subclasses` are the direct subclass pairs of the computed hierarchy, both ways
    for equivalent classes. `facts` are the direct types and all entailed object relations of individuals, the
    asserted ones included, where they were asked for. `stripped` counts, by datatype, the literals that
    HermiT does not know (xsd:date first of all) and that were left out; `undeclared` lists properties that no
    ontology declares, which OWL tools take for annotations and ignore.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    seconds: float
    subclasses: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str, str], ...] = ()
    stripped: tuple[tuple[str, int], ...] = ()
    undeclared: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether the input is consistent and every class can have a member."""
        return self.consistent and not self.unsatisfiable


def packaged_files(*, knowledge: bool = False) -> list[Path]:
    """Return the Turtle files of the packaged ontology, with the packaged knowledge where it is asked for."""
    files = resources.files("ontology", ".ttl")
    return files + resources.files("knowledge", ".ttl") if knowledge else files


def check_consistency(
    extra: Iterable[Path] = (),
    *,
    packaged: bool = True,
    knowledge: bool = False,
    triples: Iterable[Triple] = (),
    entailed: bool = False,
    timeout: float = 120.0,
) -> ReasonerReport:
    """Reason with HermiT over the packaged ontology together with files and triples of the caller.

    `extra` are files of Turtle, N-Triples, N-Quads or TriG (graph names are dropped); `packaged=False` leaves
    the packaged ontology out, `knowledge=True` adds the packaged knowledge. `entailed=True` also asks for the
    entailed facts, which takes several times as long. `timeout` is in seconds and covers everything.

    Raises ReasonerError where Java is missing or too old, a file cannot be read, or the time is over.
    """
    files = [*(packaged_files(knowledge=knowledge) if packaged or knowledge else ()), *map(Path, extra)]
    with tempfile.TemporaryDirectory(prefix="codegraph-reasoner-") as name:
        folder = Path(name)
        added = folder / "added.nt"
        with added.open("w", encoding="utf-8") as out:
            out.writelines(f"{t.subject} {t.predicate} {t.object} .\n" for t in triples)
        job = {"files": [str(f.resolve()) for f in (*files, added)], "entailed": entailed, "folder": name}
        started = time.monotonic()
        answer = _run(job, folder, timeout)
        seconds = time.monotonic() - started
    if "error" in answer:
        raise ReasonerError(answer["error"])
    return ReasonerReport(
        consistent=answer["consistent"],
        unsatisfiable=tuple(answer["unsatisfiable"]),
        seconds=round(seconds, 3),
        subclasses=tuple((a, b) for a, b in answer["subclasses"]),
        facts=tuple((s, p, o) for s, p, o in answer["facts"]),
        stripped=tuple((d, n) for d, n in answer["stripped"]),
        undeclared=tuple(answer["undeclared"]),
    )


def _run(job: dict[str, Any], folder: Path, timeout: float) -> dict[str, Any]:
    """Run a job in a child with a process group of its own, and end the whole group whatever happens."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "codegraph.reasoning"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder)},
        start_new_session=True,
    )
    try:
        out, err = child.communicate(json.dumps(job).encode(), timeout=timeout)
    except subprocess.TimeoutExpired:
        raise ReasonerError(
            f"the reasoner was ended after {timeout:g} seconds; give it more time (timeout=) or less input"
        ) from None
    finally:
        _end_group(child)
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        said = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["nothing"]
        raise ReasonerError(
            f"the reasoner's process ended with {child.returncode} and said: {said[0]}"
        ) from None
    return answer


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child's process group, Java included, and reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


# Below: what the child does.


def _read(paths: Iterable[str]) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield subject, predicate and object as N-Triples tokens, and the datatype of a literal."""
    from pyoxigraph import Literal, RdfFormat, parse

    for number, path in enumerate(paths):
        form = SUFFIXES.get(Path(path).suffix)
        if form is None:
            raise ReasonerError(f"{path}: not one of {', '.join(SUFFIXES)}; convert it first")
        try:
            for quad in parse(path=path, format=getattr(RdfFormat, form), rename_blank_nodes=True):
                value = quad.object
                datatype = value.datatype.value if isinstance(value, Literal) else None
                yield str(quad.subject), str(quad.predicate), str(value), datatype
        except (SyntaxError, ValueError, OSError) as problem:
            raise ReasonerError(f"{path} (file {number + 1}) cannot be read: {problem}") from problem


def _clean(paths: Iterable[str], target: Path) -> tuple[Counter[str], list[str]]:
    """Write the input for HermiT; return the counts of stripped literals and the undeclared properties."""
    stripped: Counter[str] = Counter()
    used: set[str] = set()
    declared: set[str] = set()
    with target.open("w", encoding="utf-8") as out:
        for subject, predicate, value, datatype in _read(paths):
            name = predicate[1:-1]
            if name == OWL + "imports" or name.startswith(_OWLREADY):
                continue
            if datatype is not None and datatype not in OWL_DATATYPES:
                stripped[datatype] += 1
                continue
            used.add(name)
            if name == RDF + "type" and value[1:-1] in _DECLARES:
                declared.add(subject[1:-1])
            out.write(f"{subject} {predicate} {value} .\n")
    undeclared = [n for n in used - declared if not n.startswith((RDF, RDFS, OWL))]
    return stripped, sorted(undeclared)


def _java() -> str:
    """Return the Java to run, checked for its version."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else None
    java = java or shutil.which("java")
    if java is None:
        raise ReasonerError(
            f"HermiT needs Java {OLDEST_JAVA} or newer, and no `java` is on the PATH or in JAVA_HOME"
        )
    said = subprocess.run([java, "-version"], capture_output=True, check=False)
    text = (said.stderr + said.stdout).decode("utf-8", "replace")
    major = _JAVA_MAJOR.search(text)
    if said.returncode or major is None:
        raise ReasonerError(f"{java} -version does not say what Java it is: {text.strip()[:200]!r}")
    if int(major[1]) < OLDEST_JAVA:
        raise ReasonerError(f"{java} is Java {major[1]}; HermiT needs Java {OLDEST_JAVA} or newer")
    return java


def _hermit_classpath() -> str:
    spec = importlib.util.find_spec("owlready2")
    if spec is None or not spec.submodule_search_locations:
        raise ReasonerError("HermiT comes with the Python package owlready2, which is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "hermit"
    return os.pathsep.join([str(folder), str(folder / "HermiT.jar")])


def _hermit(source: Path, *, entailed: bool) -> str | None:
    """Return what HermiT prints of its classification, or None where the input is inconsistent."""
    command = [
        _java(), f"-Xmx{MEMORY_MB}M", "-Dfile.encoding=UTF-8", "-XX:-UsePerfData",
        f"-Djava.io.tmpdir={source.parent}", "-cp", _hermit_classpath(),
        "org.semanticweb.HermiT.cli.CommandLine", "-c", *(["-O", "-I", "-Y"] if entailed else []), source.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace").replace("\r", "")
    if "Inconsistent ontology" in text:
        return None
    if done.returncode or "Exception" in text or "error occurred" in text:
        reason = next((line for line in text.splitlines() if line.strip()), "nothing")
        raise ReasonerError(f"HermiT failed ({done.returncode}): {reason[:500]}")
    return text


def _parse(text: str) -> dict[str, list[Any]]:
    """Take HermiT's printed axioms apart."""
    axioms: dict[str, list[list[str]]] = {}
    for kind, names in _AXIOM.findall(text):
        axioms.setdefault(kind, []).append(re.findall(r"<([^>]+)>", names))
    empty = {t for terms in axioms.get("EquivalentClasses", ()) if OWL + "Nothing" in terms for t in terms}
    facts = {(a, name, b) for name, known in _VALUES.findall(text) for a, b in _PAIR.findall(known)}
    # HermiT prints a value at the most specific property only.
    above = _closed(_hierarchy(axioms, "SubObjectPropertyOf", "EquivalentObjectProperties"))
    facts |= {(s, up, o) for s, p, o in facts for up in above.get(p, ())}
    facts |= {(terms[0], RDF + "type", terms[1]) for terms in axioms.get("Type", ())}
    classes = _hierarchy(axioms, "SubClassOf", "EquivalentClasses")
    return {
        "unsatisfiable": sorted(empty - {OWL + "Nothing"}),
        "subclasses": sorted((a, b) for a, b in classes if not {a, b} & (empty | {OWL + "Nothing"})),
        "facts": sorted(facts),
    }


def _hierarchy(axioms: dict[str, list[list[str]]], below: str, equal: str) -> set[tuple[str, str]]:
    pairs = {(terms[0], terms[1]) for terms in axioms.get(below, ())}
    return pairs | {(a, b) for terms in axioms.get(equal, ()) for a in terms for b in terms if a != b}


def _closed(pairs: set[tuple[str, str]]) -> dict[str, set[str]]:
    """Return everything above each name."""
    above: dict[str, set[str]] = {}
    for low, high in pairs:
        above.setdefault(low, set()).add(high)
    for name in above:
        new = set(above[name])
        while new:
            new = {up for n in new for up in above.get(n, ())} - above[name]
            above[name] |= new
    return above


def _child(job: dict[str, Any]) -> dict[str, Any]:
    source = Path(job["folder"]) / "input.nt"
    try:
        stripped, undeclared = _clean(job["files"], source)
        text = _hermit(source, entailed=job["entailed"])
    except ReasonerError as problem:
        return {"error": str(problem)}
    found: dict[str, list[Any]] = {"unsatisfiable": [], "subclasses": [], "facts": []}
    found = found if text is None else _parse(text)
    return {
        "consistent": text is not None,
        "stripped": sorted(stripped.items()),
        "undeclared": undeclared,
        **found,
    }


if __name__ == "__main__":
    json.dump(_child(json.load(sys.stdin)), sys.stdout)
