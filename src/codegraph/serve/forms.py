"""What the forms of the server ask: search, crosswalk, price, claim check; fields in, content of the page out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from codegraph.billing.editions import GPCI
from codegraph.billing.price.model import source_of
from codegraph.codes import SYSTEMS
from codegraph.errors import InvalidValue, NotLoaded
from codegraph.page.asked import in_dollars

if TYPE_CHECKING:
    from codegraph.claims.model import ClaimCheck, Finding
    from codegraph.graph import CodeGraph
    from codegraph.mapping import Crosswalk, Mapping
    from codegraph.search.model import Hit

_LONG: Final = 2000  # characters of a field that are read
_HITS: Final = 30
_REASONS: Final = 2  # of a hit that are shown
_LINES: Final = 200
_SETTINGS: Final = ("facility", "nonfacility")
EXAMPLES: Final = (
    "loop ileostomy",
    "44310",
    "Crohn's disease",
)
# What can be done beside searching: address, name, what it gives.
TASKS: Final = (
    ("/check", "Check a claim", "A verdict for each line, with the rows that decided."),
    ("/price", "Price a code", "What the fee schedule pays, with every step."),
    ("/crosswalk", "Cross to another system", "What a code is in ICD-10-PCS or CPT, facet by facet."),
    ("/facets", "Browse by site", "From a part of the body to the codes that act on it."),
    ("/ask", "Ask a question", "In words; each sentence of the answer names its rows."),
    ("/suggest", "Read a note", "From what a note states to codes, and what it leaves open."),
    ("/graph", "See the graph", "What a code is joined to, and how two are connected."),
    ("/query", "Write SPARQL", "Ask the graph itself; stored queries to begin with."),
)
QUESTIONS: Final = (
    "Which modifiers can be used with 44310?",
    "How much does Medicare pay for 44310 in Nebraska?",
    "Can 44310 and 44187 be billed together?",
    "What is the ICD-10-PCS code for 44310?",
)


def text_of(fields: dict[str, str], name: str, most: int = _LONG) -> str:
    """Return a field, cut of its blanks; raise InvalidValue where it is too long."""
    text = fields.get(name, "").strip()
    if len(text) > most:
        raise InvalidValue(f"{name}: {len(text):,} characters; at most {most:,} are read")
    return text


def search(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the hits of a text; where no search is installed, the code that is written so."""
    asked, system = text_of(fields, "q", 500), text_of(fields, "system")
    content = {
        "q": asked,
        "system": system,
        "systems": _systems(kg),
        "examples": EXAMPLES,
        "tasks": TASKS,
        "loaded": [(SYSTEMS[s].title, n) for s, n in sorted(kg.manifest.codes.items()) if s in SYSTEMS],
        "hits": None,
        "note": "",
    }
    if not asked:
        return content
    try:
        found = kg.search(asked, system=system or None, limit=_HITS)
    except NotLoaded as error:
        written = kg.get(asked)
        hits = [] if written is None else [(written.curie, written.label, "this code")]
        return content | {"hits": hits, "note": str(error)}
    hits = [(hit.code, hit.label, _why(hit)) for hit in found]
    read = [f"{w.said} read as {w.read}" for w in found.words if w.guessed]
    return content | {"hits": hits, "note": found.note, "read": read}


def _why(hit: Hit) -> str:
    """Return the first reasons for a hit; the label itself is on the page already."""
    return "; ".join([str(m) for m in hit.matched if m.text != hit.label][:_REASONS])


def _systems(kg: CodeGraph) -> list[tuple[str, str]]:
    return [(s, SYSTEMS[s].title) for s in SYSTEMS if kg.manifest.codes.get(s)]


def ask(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the answer to a question in words, each sentence with its rows and the call that found it."""
    asked = text_of(fields, "q", 500)
    content: dict[str, Any] = {"questions": QUESTIONS, "answer": None, "q": asked}
    if not asked:
        return content
    found = kg.ask(asked, on=text_of(fields, "on") or None)
    sentences = [
        (
            s.text,
            s.call,
            [(str(g), "; ".join(f"{name} {value}" for name, value in g.values)) for g in s.evidence],
        )
        for s in found.sentences
    ]
    return content | {"answer": found, "sentences": sentences}


def crosswalk(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return the mappings of a code into one system or all, each explained."""
    asked, to = text_of(fields, "code"), text_of(fields, "to")
    content: dict[str, Any] = {"systems": _systems(kg), "found": None}
    if not asked:
        return content
    found = kg.crosswalk(asked, to=to or None, on=text_of(fields, "on") or None)
    return content | {
        "found": {"code": found.source_code.curie, "label": found.source_code.label},
        "targets": _targets(found),
        "note": found.note,
        "together": [str(c) for c in found.combinations],
        "apart": [(m.target.curie, m.target.label, m.aside) for m in found.aside],
    }


def _targets(found: Crosswalk) -> list[dict[str, Any]]:
    """Return the targets in their order, each once, with all that is said of it."""
    targets: dict[str, dict[str, Any]] = {}
    for m in found:
        curie = m.target.curie
        made: dict[str, Any] = {
            "ident": f"to-{len(targets) + 1}",
            "code": curie,
            "label": m.target.label,
            "entries": [],
        }
        targets.setdefault(curie, made)["entries"].append(_entry(m))
    for target in targets.values():
        target["relations"] = list(dict.fromkeys(e["relation"] for e in target["entries"]))
    return list(targets.values())


def _entry(m: Mapping) -> dict[str, Any]:
    def shown(values: tuple[str, ...]) -> str:
        return " + ".join(v.partition(":")[2] for v in values) or "not stated"

    # The first line names the two codes, the last who says it; facets stand in a table of their own.
    why = [line.strip() for line in m.explain().splitlines()[1 + len(m.facets) : -1]]
    return {
        "relation": m.relation,
        "facets": [(f.name, shown(f.source), shown(f.target), f.relation) for f in m.facets],
        "why": why,
        "source": str(m.provenance),
        "how": m.justification,
        "confidence": m.confidence,
    }


def price(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return what one or several codes pay, with every step."""
    codes = text_of(fields, "code").replace(",", " ").split()
    content: dict[str, Any] = {"settings": _SETTINGS, "localities": _localities(kg), "total": None}
    content |= {"inputs": (), "steps": ()}
    if not codes:
        return content
    common: dict[str, Any] = {
        "locality": text_of(fields, "locality") or None,
        "setting": text_of(fields, "setting") or "facility",
        "on": text_of(fields, "on") or None,
        "qualifying_participant": bool(fields.get("qualifying")),
    }
    if len(codes) > 1:
        session = kg.price_session(codes[:_LINES], **common)
        lines = [(line.line.key, in_dollars(line.amount) or "no price", line.rule) for line in session.lines]
        known = {"title": "One session", "total": in_dollars(session.total), "lines": lines}
        return content | known | {"explained": session.explain(), "notes": session.notes}
    found = kg.price(codes[0], **common)
    total = f"no price: {found.reason}" if found.total is None else in_dollars(found.total)
    known = {"title": f"{found.key}, {found.setting}, {found.place}", "total": total, "lines": []}
    inputs = [
        (i.name, str(i.value), source_of(i.evidence) if i.evidence else "the question") for i in found.inputs
    ]
    steps = [
        (s.text, f"${s.value:f}" if s.unit == "USD" else f"{s.value:f}", s.rule or "") for s in found.steps
    ]
    known |= {"inputs": inputs, "steps": steps}
    return content | known | {"explained": found.explain(), "notes": found.notes}


def _localities(kg: CodeGraph) -> list[tuple[str, str]]:
    """Return (key, name) of the localities of the newest indices; none where none are loaded."""
    try:
        release = kg._editions.on(GPCI, None).release
    except NotLoaded:
        return []
    rows = kg._figures.localities(release)
    return [(f"{r.carrier}-{r.locality}", f"{r.state} {r.name}") for r in rows]


def check(kg: CodeGraph, fields: dict[str, str]) -> dict[str, Any]:
    """Return a verdict for each line of a claim, with findings and what was not checked."""
    lines = text_of(fields, "lines", 10_000).replace(",", " ").split()
    content: dict[str, Any] = {"settings": ("practitioner", "outpatient"), "outcome": None}
    if not lines:
        return content
    if len(lines) > _LINES:
        raise InvalidValue(
            f"{len(lines)} lines; a page takes {_LINES}: `codegraph check --claims` takes any number"
        )
    found = kg.check(
        lines,
        on=text_of(fields, "on") or None,
        setting=text_of(fields, "setting") or "practitioner",
        prior=text_of(fields, "prior").replace(",", " ").split(),
        diagnoses=text_of(fields, "dx").replace(",", " ").split(),
    )
    return content | _verdicts(found)


def _verdicts(found: ClaimCheck) -> dict[str, Any]:
    def told(finding: Finding) -> dict[str, Any]:
        return {
            "severity": finding.severity,
            "rule": finding.rule,
            "message": finding.message,
            "resolution": finding.resolution,
            "evidence": [str(e) for e in finding.evidence],
        }

    return {
        "outcome": found.outcome,
        "checked": [
            (str(c.line), c.line.curie, c.outcome, [told(f) for f in c.findings]) for c in found.lines
        ],
        "general": [told(f) for f in found.general],
        "not_checked": [(n.rule, n.reason) for n in found.not_checked],
    }
