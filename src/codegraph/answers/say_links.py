"""Sentences about what a code is connected with: other systems, diagnoses, codes that differ, codes that follow."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from codegraph.answers import grounds
from codegraph.answers.bind import Unreadable
from codegraph.answers.entities import short
from codegraph.answers.model import Ground, Sentence
from codegraph.answers.say_codes import bare, call, ended, labelled
from codegraph.answers.say_rules import cut, listed
from codegraph.related import related as kin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegraph.answers.understand import Asked
    from codegraph.graph import CodeGraph
    from codegraph.mapping import Mapping
    from codegraph.related import Related

_CONDITIONS: Final = "icd10cm"
_RELATION: Final = {
    "exact": "means the same as",
    "narrower": "takes in",
    "broader": "is a case of",
    "related": "is related to",
}
_SHOWN: Final = 12
# Of a diagnosis a code for diagnoses is asked for, of a procedure of ICD one for procedures.
_DIAGNOSES: Final = ("icd10cm", "icd9cm")
_ACTS: Final = ("icd10pcs", "icd9pcs")
_EQUIVALENT: Final = {"icd10cm": "icd9cm", "icd9cm": "icd10cm", "icd10pcs": "icd9pcs", "icd9pcs": "icd10pcs"}
_KINDS: Final = {**dict.fromkeys(_DIAGNOSES, _DIAGNOSES), **dict.fromkeys(_ACTS, _ACTS)}


def crosswalk(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what a code maps to in another system, relation by relation."""
    to = _target(asked)
    if to == _CONDITIONS and asked.code.startswith(("cpt:", "hcpcs:")):
        return indications(kg, asked)
    found = kg.crosswalk(asked.code, to=to, on=asked.day)
    how = call("crosswalk", asked.code, to=to, on=asked.day)
    main = [m for m in found if m.aside is None and m.combination is None]
    said = [_mapped(kg, asked.code, to, relation, of, how) for relation, of in _by_relation(main)]
    for way in found.combinations:
        parts = "; with ".join(f"one of {listed(p.alternatives, 6)} ({p.name})" for p in way.parts)
        title = short(to)
        text = f"In {title} it takes several codes together: {parts}."
        codes = [c for p in way.parts for c in p.alternatives]
        shown = tuple(
            grounds.triple(kg, asked.code, f"part: {p.name}", " ".join(p.alternatives)) for p in way.parts
        )
        counts = tuple(cut(p.alternatives, 6) for p in way.parts)
        said.append(Sentence(text, (*shown, *counts, cut(codes), grounds.computed(system=title)), how))
    if not said:
        note = found.note or "no mapping is known"
        none = grounds.sought(asked.code, f"mapping to {to}: {note}")
        said.append(Sentence(ended(f"{bare(asked.code)} has no mapping to {to}: {note}"), (none,), how))
    return said


def gem(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what the general equivalence mappings of CMS lead a code of ICD to."""
    return crosswalk(kg, replace(asked, target=(_EQUIVALENT[asked.code.partition(":")[0]],)))


def _target(asked: Asked) -> str:
    systems = asked.target or ("icd10pcs",)
    kind = _KINDS.get(asked.code.partition(":")[0])
    systems = tuple(s for s in systems if kind and s in kind) or systems
    if len(systems) > 1:
        asks = [f"Which {short(s)} codes does {bare(asked.code)} map to?" for s in systems]
        raise Unreadable("the system can be read in several ways", asks, understood=True)
    return systems[0]


def _by_relation(mappings: Sequence[Mapping]) -> list[tuple[str, list[Mapping]]]:
    order = list(_RELATION)
    ranked = sorted(mappings, key=lambda m: (order.index(m.relation), m.target.curie))
    return [(r, list(of)) for r, of in groupby(ranked, key=lambda m: str(m.relation))]


def _mapped(kg: CodeGraph, code: str, to: str, relation: str, of: Sequence[Mapping], how: str) -> Sentence:
    names = {m.target.curie: m.target.label for m in of}
    shown = [f"{bare(c)} ({label})" if label else bare(c) for c, label in list(names.items())[:_SHOWN]]
    rest = len(names) - len(shown)
    more = f" and {rest} more" if rest > 0 else ""
    title = short(to)
    rows = [
        grounds.triple(kg, code, m.predicate, f"{m.target.curie} {m.target.label or ''}", m.release)
        for m in of
    ]
    source = ", ".join(sorted({m.mapping_set for m in of}))
    text = f"{bare(code)} {_RELATION[relation]} {title} {', '.join(shown)}{more}, by {source}."
    counted = grounds.computed(title=title, sets=source, more=max(rest, 0))
    return Sentence(text, (*dict.fromkeys(rows), counted), how)


def indications(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say for which diagnoses a procedure is done."""
    told = kg.describe(asked.code)
    how = call("describe", asked.code)
    if not told.indications:
        none = grounds.sought(asked.code, "indications")
        return [Sentence(f"No indications of {bare(asked.code)} are loaded.", (none,), how)]
    said = []
    ranked = sorted(told.indications, key=lambda i: (str(i.strength), i.condition))
    for strength, of in groupby(ranked, key=lambda i: str(i.strength)):
        group = list({i.condition: i for i in of}.values())
        shown = [f"{bare(i.condition)} ({i.label})" for i in group[:_SHOWN]]
        rest = len(group) - len(shown)
        rows = [
            grounds.triple(kg, asked.code, strength, f"{i.condition} {i.label}; {i.source}") for i in group
        ]
        more = f" and {rest} more" if rest > 0 else ""
        word = kg._label_of(strength).lower()
        text = f"Indications of {bare(asked.code)} ({word}): {', '.join(shown)}{more}."
        said.append(Sentence(text, (*rows, grounds.computed(more=rest)), how))
    said.append(
        Sentence("They are clinical knowledge, no coverage policy.", (grounds.computed(kind="note"),), how)
    )
    return said


def indicated(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether a procedure is known to be done for a diagnosis."""
    done = [c for c in asked.codes if not c.startswith(_CONDITIONS)]
    conditions = [c for c in asked.codes if c.startswith(_CONDITIONS)]
    if len(done) != 1 or len(conditions) != 1:
        raise Unreadable("not understood: one procedure and one diagnosis are needed")
    code, condition = done[0], conditions[0]
    found = [m for m in kg.crosswalk(condition, to=code.partition(":")[0]) if m.target.curie == code]
    how = call("crosswalk", condition, to=code.partition(":")[0])
    if not found:
        none = grounds.sought(code, f"indication {condition}")
        text = (
            f"No loaded indication says that {bare(code)} is done for {bare(condition)}; none being "
            "loaded does not "
            "mean that it is not done."
        )
        return [Sentence(text, (none,), how)]
    name, label = labelled(kg, condition)
    rows = [
        grounds.triple(kg, code, "indicated for", f"{condition} {m.comment or ''}", m.release) for m in found
    ]
    said = [
        Sentence(f"{bare(code)} is done for {name}, by the indications that are loaded.", (*rows, label), how)
    ]
    said += [
        Sentence(_capital(ended(m.comment.replace(".; ", ". "))), tuple(rows), how)
        for m in found
        if m.comment
    ]
    return said


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def codes_for_diagnosis(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which procedures are done for a diagnosis."""
    system = asked.target[0] if asked.target else "cpt"
    found = list(kg.crosswalk(asked.code, to=system))
    how = call("crosswalk", asked.code, to=system)
    name, label = labelled(kg, asked.code)
    if not found:
        none = grounds.sought(asked.code, "indications")
        return [Sentence(f"No procedure done for {name} is loaded.", (none, label), how)]
    codes = [m.target.curie for m in found]
    rows = [grounds.triple(kg, c, "indicated for", asked.code) for c in codes]
    text = f"Codes of what is done for {name}: {listed(codes)}."
    return [
        Sentence(text, (*rows, label, cut(codes)), how),
        Sentence("They are clinical knowledge, no coverage policy.", (grounds.computed(kind="note"),), how),
    ]


def difference(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say in which facets two definitions differ."""
    first, second = asked.codes
    found = kg.differences(first, second)
    how = call("differences", first, second)
    names = [labelled(kg, c) for c in asked.codes]
    rows = [
        grounds.triple(kg, c, f.facet, " + ".join(values))
        for f in found.facets
        for c, values in ((first, f.source), (second, f.target))
    ]
    said = [Sentence(ended(found.sentence), (*rows, *(g for _, g in names)), how)]
    for facet in found.differing:
        sides = [
            " + ".join(kg._label_of(v) for v in vs) or "not stated" for vs in (facet.source, facet.target)
        ]
        labels = [
            grounds.triple(kg, v, "skos:prefLabel", kg._label_of(v)) for v in (*facet.source, *facet.target)
        ]
        text = f"{_capital(facet.name)}: {bare(first)} {sides[0]}; {bare(second)} {sides[1]}."
        said.append(Sentence(text, (*rows, *labels), how))
    for name, ground in names:
        said.append(Sentence(f"{name}.", (ground,), how))
    return said


def _without_edits(kg: CodeGraph, code: str) -> list[Related]:
    """Return what kg.related says but for the edits, which are most of it and are asked for apart."""
    return kin(kg[code], kg.store, edits=False)


def _chosen(kg: CodeGraph, asked: Asked, wanted: Sequence[str]) -> list[Related]:
    return [r for r in _without_edits(kg, asked.code) if r.relation in wanted]


def _said(kg: CodeGraph, code: str, lead: str, found: Sequence[Related]) -> list[Sentence]:
    how = call("related", code)
    if not found:
        none = grounds.sought(code, "related")
        return [Sentence(f"No such code is known for {bare(code)}.", (none,), how)]
    unique = list({r.code: r for r in found}.values())
    shown = [f"{bare(r.code)} ({r.label})" if r.label else bare(r.code) for r in unique[:_SHOWN]]
    rest = len(unique) - len(shown)
    rows = [
        grounds.triple(kg, code, r.relation, f"{r.code} {r.label}: {r.reason}", r.release) for r in unique
    ]
    more = f" and {rest} more" if rest > 0 else ""
    return [Sentence(f"{lead}: {', '.join(shown)}{more}.", (*rows, grounds.computed(more=rest)), how)]


def _approach(kg: CodeGraph, asked: Asked, approach: str, word: str) -> list[Sentence]:
    """Say which code is equal but for its approach, where that is the one asked for."""
    own = kg[asked.code].procedure
    if own is not None and approach in own.approach:
        ground: Ground = grounds.triple(kg, asked.code, "cg:hasApproach", approach)
        text = f"{bare(asked.code)} itself has that approach ({word})."
        return [Sentence(text, (ground,), f'kg["{asked.code}"].procedure')]
    found = []
    for other in _chosen(kg, asked, ("other approach",)):
        procedure = kg[other.code].procedure
        if procedure is not None and approach in procedure.approach and kg[other.code].status != "retired":
            found.append(other)
    return _said(kg, asked.code, f"{_capital(word)}, and else as {bare(asked.code)}", found)


def laparoscopic(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which code is the laparoscopic one of a procedure."""
    return _approach(kg, asked, "approach:percutaneous-endoscopic", "laparoscopic")


def open_one(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which code is the open one of a procedure."""
    return _approach(kg, asked, "approach:open", "open")


def closed_by(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes close what a procedure creates."""
    return _said(
        kg, asked.code, f"What {bare(asked.code)} makes is closed by", _chosen(kg, asked, ("closed by",))
    )


def revised_by(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes revise what a procedure creates."""
    return _said(
        kg, asked.code, f"What {bare(asked.code)} makes is revised by", _chosen(kg, asked, ("revised by",))
    )


def related(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say which codes are related, relation by relation."""
    found = _without_edits(kg, asked.code)
    groups = groupby(sorted(found, key=lambda r: (r.relation, r.code)), key=lambda r: r.relation)
    said = [s for relation, of in groups for s in _said(kg, asked.code, _capital(relation), list(of))]
    return said or _said(kg, asked.code, "", [])
