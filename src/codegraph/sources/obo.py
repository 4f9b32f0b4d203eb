"""OBO files: terms of UBERON as concepts, and the bridge that equates them with terms of FMA."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from codegraph import rdf
from codegraph.errors import SourceError
from codegraph.namespaces import expand
from codegraph.rdf import Triple
from codegraph.sources.base import UNDATED, Reader, Reject, Release

if TYPE_CHECKING:
    from codegraph.sources.files import Member

_ESCAPES: Final = {"n": "\n", "W": " ", "t": "\t"}
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(.*)', re.DOTALL)
_UNQUOTED: Final = re.compile(r"(?:[^!{\\]|\\.)*")
_TAG: Final = re.compile(r"([A-Za-z_][\w-]*):(?:\s+(.*))?")
_SYNONYM: Final = re.compile(r"(EXACT|BROAD|NARROW|RELATED)(?:\s+([\w:-]+))?\s*(?:\[.*)?", re.DOTALL)
_UBERON: Final = re.compile(r"UBERON:\d+")
_FMA: Final = re.compile(r"FMA:\d+")
# Kinds of exact synonym that are no English synonym of one thing.
_NO_SYNONYM: Final = frozenset({"DUBIOUS", "INCONSISTENT"})


@dataclass(frozen=True, slots=True)
class Synonym:
    """A synonym with its scope (EXACT, BROAD, NARROW, RELATED) and type (LATIN, PLURAL, …; often empty)."""

    text: str
    scope: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One [Term] stanza; identifiers as printed (`UBERON:0002116`)."""

    ident: str
    name: str
    definition: str = ""
    synonyms: tuple[Synonym, ...] = ()
    is_a: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    xrefs: tuple[str, ...] = ()
    intersection_of: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Bridge:
    """A term of FMA and the term of UBERON that it is, in humans; `single`: neither is in another bridge."""

    fma: str
    uberon: str
    single: bool


def unescape(text: str) -> str:
    r"""Resolve the escapes of OBO.

    >>> unescape(r"Talk\:Tract")
    'Talk:Tract'
    """
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), text)


def bare(text: str) -> str:
    """Return an unquoted value without its qualifiers `{…}` and comment `! …`."""
    match = _UNQUOTED.match(text)
    return unescape(match[0]).strip() if match else ""


def quoted(text: str) -> tuple[str, str]:
    """Return a quoted value and what follows it; raise ValueError where the quotes do not match."""
    match = _QUOTED.match(text)
    if not match:
        raise ValueError("a quoted text that does not end")
    return unescape(match[1]), match[2]


def terms(member: Member) -> Iterator[Term | Reject]:
    """Yield the [Term] stanzas. A line that is no `tag: value`, or whose quotes do not match, rejects its stanza.

    Raises SourceError where the file holds no term, or where the broken line is the last one.
    """
    count = 0
    for stanza in _stanzas(member):
        if isinstance(stanza, Reject):
            yield stanza
            continue
        count += 1
        try:
            yield _term(*stanza)
        except ValueError as error:
            yield Reject(stanza[0], str(error), "; ".join(f"{t}: {v}" for t, v in stanza[1])[:200])
    if not count:
        raise SourceError(f"{member.label} holds no term")


_Stanza = tuple[int, list[tuple[str, str]]]


def _stanzas(member: Member) -> Iterator[_Stanza | Reject]:
    current: _Stanza | None = None
    broken: Reject | None = None
    at_end = False
    for number, line in enumerate(member.lines(), 1):
        if not line.strip() or line.startswith("!"):
            continue
        at_end = False
        if line.startswith("["):
            if broken or current:
                yield broken or current  # type: ignore[misc]
            broken, current = None, ((number, []) if line.strip() == "[Term]" else None)
            continue
        if current is None:
            continue
        match = _TAG.fullmatch(line)
        if match and not _open_quote(match[1], match[2] or ""):
            current[1].append((match[1], match[2] or ""))
        else:
            broken = broken or Reject(number, "no 'tag: value' with matching quotes", line[:200])
            at_end = True
    if broken and at_end:
        raise SourceError(f"{member.label} is cut short in line {broken.line}; download it again")
    if broken or current:
        yield broken or current  # type: ignore[misc]


def _open_quote(tag: str, value: str) -> bool:
    return tag in ("def", "synonym") and not _QUOTED.match(value)


def _term(line: int, pairs: list[tuple[str, str]]) -> Term:
    found: dict[str, list[str]] = {}
    for tag, value in pairs:
        found.setdefault(tag, []).append(value)

    def all_of(tag: str) -> tuple[str, ...]:
        return tuple(bare(value) for value in found.get(tag, ()))

    idents = all_of("id")
    if len(idents) != 1 or not idents[0]:
        raise ValueError("a term has one id")
    relations = [bare(value).split() for value in found.get("relationship", ())]
    return Term(
        idents[0],
        next(iter(all_of("name")), ""),
        quoted(found["def"][0])[0] if "def" in found else "",
        tuple(_synonym(value) for value in found.get("synonym", ())),
        all_of("is_a"),
        tuple(r[1] for r in relations if len(r) == 2 and r[0] in ("part_of", "BFO:0000050")),
        all_of("xref"),
        all_of("intersection_of"),
        "true" in all_of("is_obsolete"),
        all_of("replaced_by"),
        line,
    )


def _synonym(value: str) -> Synonym:
    text, rest = quoted(value)
    match = _SYNONYM.match(rest)
    if not match:
        raise ValueError(f"a synonym without scope: {text!r}")
    return Synonym(text, match[1], match[2] or "")


def _ontology(head: bytes) -> str:
    """Return the `ontology:` of an OBO header, empty for another file."""
    if b"[Term]" not in head and b"format-version:" not in head:
        return ""
    match = re.search(rb"^ontology: *(\S+)", head, re.MULTILINE)
    return match[1].decode("ascii", "replace") if match else ""


def is_uberon(head: bytes) -> bool:
    """Tell whether a file is UBERON or a subset of it."""
    name = _ontology(head)
    return name == "uberon" or name.startswith(("uberon/subsets/", "uberon/uberon"))


def is_bridge(head: bytes) -> bool:
    """Tell whether a file is UBERON's bridge to FMA."""
    return _ontology(head) == "uberon/bridge/uberon-bridge-to-fma"


def _release(source: str, title: str) -> Callable[[Member], Release]:
    """Return how to date a file: its data-version, else a date in its name."""

    def release(member: Member) -> Release:
        stated = re.search(rb"^data-version: *(\S+)", member.head(), re.MULTILINE)
        text = stated[1].decode("ascii", "replace") if stated else f"{member.path.name} {member.name}"
        dated = re.search(r"\d{4}-\d\d-\d\d", text)
        version = dated[0] if dated else UNDATED
        return Release(source, version, f"{title}, {version}")

    return release


def read_uberon(member: Member) -> Iterator[Term | Reject]:
    """Yield the terms; one of UBERON without a name is rejected."""
    for term in terms(member):
        if isinstance(term, Term) and _UBERON.fullmatch(term.ident) and not term.name:
            yield Reject(term.line, "a term of UBERON without a name", term.ident)
        else:
            yield term


def read_bridge(member: Member) -> Iterator[Bridge | Reject]:
    """Yield which term of FMA is which of UBERON; a stanza of another form is rejected."""
    found = list(terms(member))
    pairs = [
        (t, [i for i in t.intersection_of if _UBERON.fullmatch(i)]) for t in found if isinstance(t, Term)
    ]
    good = [(t.ident, u[0]) for t, u in pairs if _FMA.fullmatch(t.ident) and len(u) == 1]
    counts = Counter(x for pair in set(good) for x in pair)
    yield from (row for row in found if isinstance(row, Reject))
    for term, uberon in pairs:
        if not _FMA.fullmatch(term.ident) or len(uberon) != 1:
            yield Reject(term.line, "not a term of FMA that equals one of UBERON in humans", term.ident)
        else:
            yield Bridge(term.ident, uberon[0], counts[term.ident] == counts[uberon[0]] == 1)


def _node(ident: str) -> str:
    prefix, _, local = ident.partition(":")
    return rdf.iri(expand(f"fma:{local}" if prefix == "FMA" else f"obo:{prefix}_{local}"))


_SCHEME: Final = "<http://purl.obolibrary.org/obo/uberon.owl>"


def term_triples(row: Term, release: Release) -> Iterator[Triple]:
    """Yield a term of UBERON as a concept; terms of other ontologies, and links to them, are left out."""
    if not _UBERON.fullmatch(row.ident):
        return
    node = _node(row.ident)
    yield Triple(node, rdf.TYPE, rdf.term("skos:Concept"))
    yield Triple(node, rdf.IN_SCHEME, _SCHEME)
    yield Triple(node, rdf.PREF_LABEL, rdf.english(row.name))
    if row.obsolete:
        yield Triple(node, rdf.term("owl:deprecated"), rdf.boolean(True))
        for other in filter(_UBERON.fullmatch, row.replaced_by):
            yield Triple(node, rdf.term("dcterms:isReplacedBy"), _node(other))
    if row.definition:
        yield Triple(node, rdf.term("skos:definition"), rdf.english(row.definition))
    for synonym in row.synonyms:
        if synonym.scope == "EXACT" and synonym.kind not in _NO_SYNONYM and synonym.text != row.name:
            tag = "@la" if synonym.kind == "LATIN" else "@en"
            yield Triple(node, rdf.ALT_LABEL, rdf.literal(synonym.text) + tag)
    for other in filter(_UBERON.fullmatch, row.is_a):
        yield Triple(node, rdf.BROADER, _node(other))
    for other in filter(_UBERON.fullmatch, row.part_of):
        yield Triple(node, rdf.term("cg:isPartOf"), _node(other))


def bridge_triples(row: Bridge, release: Release) -> Iterator[Triple]:
    """Yield the match. Where two terms of one side meet one of the other, they are close and not equal.

    skos:exactMatch is transitive: with two exact matches the bridge would equate two terms of FMA.
    """
    match = rdf.EXACT_MATCH if row.single else rdf.term("skos:closeMatch")
    yield Triple(_node(row.uberon), match, _node(row.fma))


READERS: Final = (
    Reader(
        kind="uberon",
        title="UBERON (OBO)",
        publisher="Uberon, CC BY 3.0",
        page="https://obophenotype.github.io/uberon/",
        sniff=is_uberon,
        release=_release("uberon", "UBERON"),
        read=read_uberon,
        triples=term_triples,
        named_graph=True,
    ),
    Reader(
        kind="uberon-fma",
        title="UBERON bridge to FMA (OBO)",
        publisher="Uberon, CC BY 3.0",
        page="https://obophenotype.github.io/uberon/",
        sniff=is_bridge,
        release=_release("uberon-fma", "UBERON bridge to FMA"),
        read=read_bridge,
        triples=bridge_triples,
        named_graph=True,
    ),
)
