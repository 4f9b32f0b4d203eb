"""Parameters of FHIR operations: read strictly from a query or a Parameters resource, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from codegraph.terminology.problem import Problem, shown

Kind = Literal["text", "boolean", "integer", "Coding", "CodeableConcept", "resource"]

_LIMIT: Final = 500
_LONGEST: Final = 4000
_CODINGS: Final = 50
_LANGUAGE: Final = re.compile(
    r"(?:\*|[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)(?:\s*;\s*q=[01](?:\.[0-9]{1,3})?)?"
)
_TEXTS: Final = frozenset({"Uri", "Url", "Canonical", "String", "Code", "Id", "Date", "DateTime", "Markdown"})
_INTEGERS: Final = frozenset({"Integer", "UnsignedInt", "PositiveInt"})


def _named(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


_CODED: Final[dict[str, Kind]] = {
    **_named("text", "code display displayLanguage"),
    **_named("Coding", "coding"),
    **_named("CodeableConcept", "codeableConcept"),
}
_VERSIONS: Final = _named("text", "system-version* check-system-version* force-system-version*")
# The parameters of each operation, R4 and R5 together; a name with * may be repeated.
OPERATIONS: Final[dict[str, dict[str, Kind]]] = {
    "CodeSystem/$lookup": {
        **_named("text", "code system version displayLanguage property*"),
        **_named("Coding", "coding"),
    },
    "CodeSystem/$validate-code": {
        **_CODED,
        **_named("text", "url system version"),
        **_named("boolean", "abstract lenient-display-validation"),
    },
    "ValueSet/$validate-code": {
        **_CODED,
        **_VERSIONS,
        **_named("text", "url valueSetVersion system systemVersion default-valueset-version*"),
        **_named("boolean", "abstract inferSystem activeOnly lenient-display-validation valueset-membership-only"),
        **_named("resource", "valueSet tx-resource*"),
    },
    "CodeSystem/$subsumes": {
        **_named("text", "codeA codeB system version"),
        **_named("Coding", "codingA codingB"),
    },
    "ConceptMap/$translate": {
        **_named("text", "url conceptMapVersion version code system source target targetsystem"),
        **_named("text", "sourceCode sourceSystem sourceScope targetCode targetSystem targetScope"),
        **_named("boolean", "reverse"),
        **_named("Coding", "coding sourceCoding targetCoding"),
        **_named("CodeableConcept", "codeableConcept sourceCodeableConcept targetCodeableConcept"),
    },
    "ValueSet/$expand": {
        **_VERSIONS,
        **_named("text", "url valueSetVersion filter displayLanguage"),
        **_named("text", "designation* exclude-system* property* default-valueset-version*"),
        **_named("integer", "offset count"),
        **_named("boolean", "includeDesignations includeDefinition activeOnly"),
        **_named("boolean", "excludeNested excludeNotForUI excludePostCoordinated"),
        **_named("resource", "valueSet tx-resource*"),
    },
}  # fmt: skip
_AS_IT_STANDS: Final = "the release answers as it stands; ask one that was built from the lists of that day"
_NO_SUPPLEMENTS: Final = "no supplements are held here"
_SENT: Final = "resources sent along are not taken; name one that is held here by its url"
# Parameters of the specification that are refused, not passed over: why.
REFUSED: Final[dict[str, str]] = {
    "date": _AS_IT_STANDS,
    "useSupplement": _NO_SUPPLEMENTS,
    "context": "name the value set by url",
    "contextDirection": "name the value set by url",
    "codeSystem": _SENT,
    "conceptMap": _SENT,
    "dependency": "the concept maps here depend on nothing but the code",
    "cache-id": "nothing that is sent is kept for the next request",
}


class Inputs:
    """The parameters of one call, each of the kind that its operation wants.

    >>> Inputs.of_query("CodeSystem/$lookup", [("code", "44310")]).text("code")
    '44310'
    """

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self._kinds = {name.rstrip("*"): kind for name, kind in OPERATIONS[operation].items()}
        self._many = {name.rstrip("*") for name in OPERATIONS[operation] if name.endswith("*")}
        self._values: dict[str, list[Any]] = {}

    @classmethod
    def of_query(cls, operation: str, pairs: Iterable[tuple[str, str]]) -> Inputs:
        """Read the parameters of a GET. Raises Problem for unknown, repeated, ill-written or complex ones."""
        inputs = cls(operation)
        inputs.add_query(pairs)
        return inputs

    @classmethod
    def of_resource(cls, operation: str, resource: object) -> Inputs:
        """Read a Parameters resource. Raises Problem where it is none, and for parameters that the operation lacks."""
        if not isinstance(resource, dict) or resource.get("resourceType") != "Parameters":
            raise Problem("the body is not a Parameters resource", code="structure")
        given = resource.get("parameter", [])
        if not isinstance(given, list) or len(given) > _LIMIT:
            raise Problem(f"Parameters.parameter is a list of at most {_LIMIT}", code="structure")
        inputs = cls(operation)
        for part in given:
            if not isinstance(part, dict) or not isinstance(part.get("name"), str):
                raise Problem("each parameter is an object with a name", code="structure")
            name = part["name"]
            inputs._add(name, _value(part, inputs._kind(name)))
        return inputs

    @classmethod
    def of(cls, operation: str, values: Mapping[str, Any]) -> Inputs:
        """Read Python values: texts, booleans, whole numbers, dicts; lists for what may be repeated."""
        inputs = cls(operation)
        for name, value in values.items():
            kind = inputs._kind(name)
            for one in value if isinstance(value, list | tuple) else [value]:
                inputs._add(name, _checked(name, kind, one))
        return inputs

    def add_query(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add what stands in the address beside a Parameters resource. Raises Problem as `of_query`."""
        for name, value in pairs:
            kind = self._kind(name)
            if kind not in _SIMPLE:
                told = f"parameter {name} is a {kind}: send it in a Parameters resource by POST"
                raise Problem(told, at=name)
            self._add(name, _SIMPLE[kind](name, value))

    def _kind(self, name: str) -> Kind:
        kind = self._kinds.get(name)
        if kind is None and name in REFUSED:
            told = f"{self.operation}: {name} is not supported: {REFUSED[name]}"
            if name == "useSupplement":
                raise Problem(told, status=422, code="not-found", tx="not-found", at=name)
            raise Problem(told, code="not-supported", at=name)
        if kind is None:
            known = ", ".join(sorted(self._kinds))
            raise Problem(
                f"{self.operation} has no parameter {shown(name)}; it has {known}", code="not-supported"
            )
        return kind

    def _add(self, name: str, value: object) -> None:
        held = self._values.setdefault(name, [])
        if held and name not in self._many:
            raise Problem(f"parameter {name} stands twice", at=name)
        held.append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def given(self) -> list[tuple[str, Any]]:
        """Return (name, value) of all that was given, in its order."""
        return [(name, value) for name, values in self._values.items() for value in values]

    def texts(self, name: str) -> list[str]:
        """Return the values of a parameter that may be repeated."""
        return list(self._values.get(name, ()))

    def text(self, *names: str) -> str | None:
        """Return the first of some parameters that is given."""
        return next((self._values[name][0] for name in names if name in self._values), None)

    def require(self, *names: str) -> str:
        """Return the first of some parameters that is given; raise Problem where none is."""
        found = self.text(*names)
        if found is None:
            raise Problem(
                f"{self.operation} needs the parameter {' or '.join(names)}", code="required", at=names[0]
            )
        return found

    def boolean(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        return bool(self._values.get(name, [default])[0])

    def integer(self, name: str) -> int | None:
        """Return a whole number, None where it is not given; raise Problem where it is below 0."""
        found: int | None = self._values.get(name, [None])[0]
        if found is not None and found < 0:
            raise Problem(f"{name} is a whole number from 0 on, not {found}", at=name)
        return found

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return the values of a complex parameter that may be repeated."""
        return list(self._values.get(name, ()))

    def object(self, *names: str) -> dict[str, Any] | None:
        """Return the first of some complex parameters that is given."""
        return next((self._values[name][0] for name in names if name in self._values), None)


def _read_text(name: str, value: str) -> str:
    if not value.strip() or len(value) > _LONGEST:
        raise Problem(f"parameter {name} is empty or longer than {_LONGEST} characters", at=name)
    if name == "displayLanguage" and not all(map(_LANGUAGE.fullmatch, map(str.strip, value.split(",")))):
        raise Problem(f"displayLanguage is a language tag or a list of them, not {shown(value)}", at=name)
    return value


def _read_boolean(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise Problem(f"parameter {name} is true or false, not {shown(value)}", at=name)
    return value == "true"


def _read_integer(name: str, value: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", value):
        raise Problem(f"parameter {name} is a whole number, not {shown(value)}", at=name)
    return int(value)


_SIMPLE: Final = {"text": _read_text, "boolean": _read_boolean, "integer": _read_integer}
_OF_KIND: Final[dict[Kind, type | tuple[type, ...]]] = {
    "text": str,
    "boolean": bool,
    "integer": int,
    "Coding": dict,
    "CodeableConcept": dict,
    "resource": dict,
}


def _checked(name: str, kind: Kind, value: Any) -> Any:  # noqa: ANN401
    wrong = not isinstance(value, _OF_KIND[kind]) or (kind == "integer" and isinstance(value, bool))
    if wrong:
        raise Problem(f"parameter {name} is a {kind}, not {shown(value)}", code="structure", at=name)
    if kind == "text":
        return _read_text(name, value)
    return coding(name, value) if kind == "Coding" else value


def _value(part: Mapping[str, Any], kind: Kind) -> Any:  # noqa: ANN401
    """Return the value of a parameter of a resource, checked to be of a kind."""
    name = part["name"]
    keys = [key for key in part if key.startswith("value") or key in ("resource", "part")]
    if len(keys) != 1:
        raise Problem(f"parameter {name} has one value, not {len(keys)}", code="structure", at=name)
    said = keys[0].removeprefix("value")
    fits = {"text": said in _TEXTS, "integer": said in _INTEGERS, "boolean": said == "Boolean"}
    if not fits.get(kind, said == kind):
        raise Problem(f"parameter {name} is a {kind}, not {shown(keys[0])}", code="structure", at=name)
    return _checked(name, kind, part[keys[0]])


def coding(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a Coding; raise Problem where its parts are no texts."""
    for key in ("system", "version", "code", "display"):
        if key in value:
            _checked(f"{name}.{key}", "text", value[key])
    return dict(value)


def code_of(name: str, value: Mapping[str, Any]) -> str:
    """Return the code of a Coding; raise Problem where it has none."""
    if "code" not in value:
        raise Problem(f"{name} has no code", code="required", at=name)
    return str(value["code"])


def codings_of(name: str, concept: Mapping[str, Any] | None) -> list[tuple[str, dict[str, Any]]]:
    """Return (place, Coding) of a CodeableConcept; raise Problem where it has none or too many."""
    found = (concept or {}).get("coding")
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise Problem(f"{name} has no coding", code="required", at=name)
    if len(found) > _CODINGS:
        raise Problem(f"{name} has over {_CODINGS} codings", status=422, code="too-costly", at=name)
    places = (f"CodeableConcept.coding[{n}]" for n in range(len(found)))
    return [(place, coding(place, one)) for place, one in zip(places, found, strict=False)]


# --- what comes out ---------------------------------------------------------------------------------------------------

Out = tuple[str, str, Any]  # name, type (`string`, `Coding`, `part`, `resource`), value


def part(name: str, kind: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return one parameter; parts of it are given as a list of such triples."""
    if kind == "part":
        return {"name": name, "part": [part(*inner) for inner in value]}
    if kind == "resource":
        return {"name": name, "resource": value}
    return {"name": name, f"value{kind[0].upper()}{kind[1:]}": value}


def parameters(*outs: Out) -> dict[str, Any]:
    """Return a Parameters resource; what has no value (None) is left out."""
    found = [part(*out) for out in outs if out[2] is not None]
    return {"resourceType": "Parameters", "parameter": found}
