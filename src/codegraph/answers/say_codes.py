"""Sentences about codes themselves: what they are, whether they are in use, their names, steps and history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from codegraph.answers import grounds
from codegraph.answers.absorb import texts_of
from codegraph.answers.entities import short
from codegraph.answers.model import Ground, Sentence
from codegraph.answers.vocabulary import FILLERS
from codegraph.errors import NotLoaded
from codegraph.search.words import base

if TYPE_CHECKING:
    from codegraph.answers.understand import Asked
    from codegraph.describe import Description
    from codegraph.graph import CodeGraph

_LABEL: Final = "skos:prefLabel"
_PLACE: Final = "SELECT name, description, release FROM place_of_service WHERE code = ? ORDER BY release"


def bare(curie: str) -> str:
    """Return a code without its system."""
    return curie.partition(":")[2]


def call(method: str, *args: str, **named: object) -> str:
    """Return a call of the facade as it would be typed."""
    shown = [_quoted(a) for a in args] + [f"{k}={_quoted(v)}" for k, v in named.items() if v is not None]
    return f"kg.{method}({', '.join(shown)})"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def ended(text: str) -> str:
    """Return a text that ends like a sentence."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def facts(told: Description, name: str) -> list[Any]:
    """Return the values of a property of a description."""
    return [f.value for f in told.facts if f.property == name]


def labelled(kg: CodeGraph, curie: str) -> tuple[str, Ground]:
    """Return a code with its label, and the triple of the label."""
    label = kg[curie].label
    text = f"{bare(curie)} ({label})" if label else bare(curie)
    return text, grounds.triple(kg, curie, _LABEL, label or "(none)", kg[curie].release)


def _ground(kg: CodeGraph, told: Description, name: str) -> tuple[Ground, ...]:
    found = [f for f in told.facts if f.property == name]
    return tuple(grounds.triple(kg, told.code, name, f.value, f.release) for f in found)


def what(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what codes are: label, plain description, whether retired; raise NotLoaded where no code has a label."""
    if not any(kg[curie].label for curie in asked.codes):
        names = ", ".join(bare(curie) for curie in asked.codes)
        raise NotLoaded(f"not loaded: a description of {names} (the code set's own publisher has it)")
    said: list[Sentence] = []
    for curie in asked.codes:
        told = kg.describe(curie)
        how = call("describe", curie)
        title = short(curie.partition(":")[0])
        if told.label:
            text = f"{bare(curie)} ({title}) is: {ended(told.label)}"
            said.append(Sentence(text, (_label(kg, told, title),), how))
        else:
            said.append(
                Sentence(f"No description of {bare(curie)} is loaded.", (grounds.sought(curie, _LABEL),), how)
            )
        for name in ("cg:plainDescription", "cg:clinicalContext"):
            values, rows = facts(told, name)[:1], _ground(kg, told, name)[:1]
            said += [Sentence(ended(str(value)), rows, how) for value in values]
        if told.status == "retired":
            said += _ends(kg, told, how)
    return said + (modifier(kg, asked) if asked.modifiers else [])


def said_of(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what a code is, and which of the words that a question says of it its texts have."""
    said = what(kg, asked)
    known = texts_of(kg, asked.code)
    lexicon = kg._suggester._lexicon
    claimed = [w for w in dict.fromkeys(asked.words) if w not in FILLERS and lexicon.find(w)]
    how = call("describe", asked.code)
    for words, verb in (
        ([w for w in claimed if base(w) in known], "has"),
        ([w for w in claimed if base(w) not in known], "does not have"),
    ):
        if words:
            ground = grounds.computed(code=asked.code, words=" ".join(words), has=verb == "has")
            text = f"The public text of {bare(asked.code)} {verb}: {', '.join(words)}."
            said.append(Sentence(text, (ground,), how))
    return said


def place_of_service(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what place of service codes stand for."""
    if not kg.tables.has("place_of_service"):
        raise NotLoaded("not loaded: place of service codes (CMS publishes them on one page)")
    said = []
    for code in (w for w in asked.words if w.isdigit()):
        for name, description, release in kg.tables.rows(_PLACE, (code.zfill(2),)):
            cells = (("code", code.zfill(2)), ("name", name), ("description", description))
            ground = grounds.row(kg, "place_of_service", kg._provenance(release), cells)
            text = f"Place of service {code.zfill(2)} is: {name}. {ended(str(description))}"
            said.append(Sentence(text, (ground,), f'kg.tables.rows({_PLACE!r}, ("{code.zfill(2)}",))'))
    if not said:
        raise NotLoaded("that place of service is not in this release")
    return said


def _label(kg: CodeGraph, told: Description, title: str) -> Ground:
    known = next((f for f in told.facts if f.property == _LABEL), None)
    ground = grounds.triple(kg, told.code, _LABEL, told.label, known.release if known else None)
    return Ground(
        ground.table,
        ground.release,
        ground.title,
        ground.file,
        ground.dates,
        (*ground.values, ("system", title)),
    )


def modifier(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say what modifiers mean, when to use them, and what they do to payment."""
    said = []
    for notation in asked.modifiers:
        curie = f"modifier:{notation}"
        told = kg.describe(curie)
        how = call("describe", curie)
        label = f"Modifier {notation} is: {ended(str(told.label))}"
        said.append(Sentence(label, (grounds.triple(kg, curie, _LABEL, told.label),), how))
        for name, lead in (
            ("skos:definition", ""),
            ("cg:whenToUse", "When to use it: "),
            ("cg:paymentEffect", ""),
        ):
            lead = "Payment: " if name == "cg:paymentEffect" else lead
            for value in facts(told, name):
                ground = grounds.triple(kg, curie, name, value)
                said.append(Sentence(lead + ended(str(value)), (ground,), how))
    return said


def valid(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether codes are in use, on a day or in the newest list."""
    said: list[Sentence] = []
    for curie in asked.codes:
        if asked.day:
            found = kg.on(asked.day).valid(curie)
            verb = "is" if found.valid else "is not"
            text = f"On {asked.day}, {bare(curie)} {verb} a valid code: {ended(found.reason)}"
            asked_for = grounds.computed(code=curie, day=asked.day, reason=found.reason)
            rows = (*grounds.of(kg, found.evidence), asked_for)
            said.append(Sentence(text, rows, f'kg.on("{asked.day}").valid("{curie}")'))
            continue
        told = kg.describe(curie)
        how = call("describe", curie)
        if told.status == "retired":
            said += _ends(kg, told, how)
        elif told.status == "active":
            newest = told.in_releases[-1] if told.in_releases else None
            where = f": it is in {newest}" if newest else ""
            dates = f" ({grounds.span(kg, newest)})" if newest and grounds.span(kg, newest) else ""
            ground = grounds.status(kg, curie, told.status, newest)
            said.append(Sentence(f"{bare(curie)} is an active code{where}{dates}.", (ground,), how))
        else:
            ground = grounds.status(kg, curie, told.status)
            said.append(Sentence(f"No loaded list tells whether {bare(curie)} is in use.", (ground,), how))
    return said


def _ends(kg: CodeGraph, told: Description, how: str) -> list[Sentence]:
    """Say since when a code is retired, and which replaces it."""
    last = _ground(kg, told, "cg:terminatedOn")
    by = _ground(kg, told, "dcterms:isReplacedBy")
    since = f"; {last[0].values[2][1]} was its last day" if last else ""
    text = f"{bare(told.code)} is retired{since}."
    status = grounds.status(kg, told.code, told.status)
    replaced = [Sentence(f"It is replaced by {bare(ground.values[2][1])}.", (ground,), how) for ground in by]
    return [Sentence(text, (*last, status), how), *replaced]


def billable(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say whether codes of ICD-10 may be reported as they are."""
    said = []
    for curie in asked.codes:
        code = kg[curie]
        words = {
            True: "is billable",
            False: "is not billable: it is a header, and codes below it are reported",
        }
        if code.billable is None:
            text = f"No loaded list tells whether {bare(curie)} is billable."
        else:
            text = f"{bare(curie)} {words[code.billable]}."
        ground = grounds.triple(kg, curie, "cg:isBillable", code.billable, code.release)
        said.append(Sentence(text, (ground,), f'kg["{curie}"].billable'))
    return said


def synonyms(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say by which other names a code is known."""
    told = kg.describe(asked.code)
    names = [str(v) for v in facts(told, "skos:altLabel")]
    how = call("describe", asked.code)
    if not names:
        none = (grounds.sought(asked.code, "skos:altLabel"),)
        return [Sentence(f"No other names of {bare(asked.code)} are loaded.", none, how)]
    text = f"Other names of {bare(asked.code)}: {', '.join(names)}."
    return [Sentence(text, _ground(kg, told, "skos:altLabel"), how)]


def steps(kg: CodeGraph, asked: Asked) -> list[Sentence]:
    """Say the steps and the aftercare of a procedure."""
    procedure = kg.describe(asked.code).procedure
    how = f'kg["{asked.code}"].procedure'
    if procedure is None or not (procedure.steps or procedure.aftercare):
        none = (grounds.sought(asked.code, "cg:hasStep"),)
        return [Sentence(f"No steps of {bare(asked.code)} are loaded.", none, how)]
    said = [
        Sentence(f"{s.number}. {ended(s.text)}", (_step(kg, procedure.iri, s.number, s.text),), how)
        for s in procedure.steps
    ]
    for text in procedure.aftercare:
        ground = grounds.triple(kg, procedure.iri, "cg:aftercare", text)
        said.append(Sentence(f"Aftercare: {ended(text)}", (ground,), how))
    return said


def _step(kg: CodeGraph, procedure: str, number: int, text: str) -> Ground:
    return grounds.triple(kg, procedure, f"cg:hasStep {number}", text)
