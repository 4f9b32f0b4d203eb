"""The FHIR terminology service, R4 at /fhir/r4 and R5 at /fhir/r5: addresses, formats and errors of FHIR.

What is answered comes from `codegraph.terminology`; here are reading, search, operations of a type and of an
instance by GET and POST, `_format`, and errors as OperationOutcome.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from codegraph.errors import CodegraphError, NotLoaded
from codegraph.graph import CodeGraph
from codegraph.operations.safe import safe_json
from codegraph.serve.kept import keep
from codegraph.serve.negotiate import Offer, choose
from codegraph.serve.problems import Problem as Refused
from codegraph.terminology import FhirVersion, Inputs, Problem, Resource, Terminology
from codegraph.terminology.parameters import OPERATIONS
from codegraph.terminology.problem import shown

_LOG = logging.getLogger(__name__)
PLACES: Final[dict[str, FhirVersion]] = {"/fhir/r4": "4.0", "/fhir/r5": "5.0"}
_JSON: Final = (Offer("json", "application/fhir+json", ("application/json", "text/json")),)
_NAMES: Final = ("json", "application/json", "application/fhir+json", "application/fhir json", "text/json")
_GENERAL: Final = ("_format", "_pretty")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_FORM: Final = "application/x-www-form-urlencoded"
Pairs = list[tuple[str, str]]


def routes(kg: CodeGraph) -> list[BaseRoute]:
    """Return the routes of both services."""
    terminology = Terminology(kg, clock=_now)
    services = {place: _Service(terminology.in_version(version), place) for place, version in PLACES.items()}
    return [
        Route(place + rest, service.respond, methods=_METHODS)
        for place, service in services.items()
        for rest in ("", "/{path:path}")
    ]


def _refusal(version: FhirVersion, problem: Refused) -> Response:
    """Return what the server refused before it came here, as an OperationOutcome."""
    code = {404: "not-found", 405: "not-supported", 503: "timeout"}.get(problem.status, "processing")
    told = json.dumps(Problem(problem.detail, code=code).outcome(), ensure_ascii=False)
    return Response(
        told.encode("utf-8", "backslashreplace"),
        problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=f"application/fhir+json; fhirVersion={version}",
    )


ERRORS: Final = {place: partial(_refusal, version) for place, version in PLACES.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class _Service:
    """One service: a terminology and where it stands."""

    def __init__(self, terminology: Terminology, place: str) -> None:
        self._fhir = terminology
        self._place = place
        self._operations: dict[str, Callable[..., Resource]] = {
            "CodeSystem/$lookup": terminology.lookup,
            "CodeSystem/$validate-code": terminology.validate_code,
            "CodeSystem/$subsumes": terminology.subsumes,
            "ConceptMap/$translate": terminology.translate,
            "ValueSet/$validate-code": terminology.validate_code_in_set,
            "ValueSet/$expand": terminology.expand,
        }
        self._reads: dict[str, Callable[[str], Resource]] = {
            "CodeSystem": terminology.code_system,
            "ConceptMap": terminology.concept_map,
            "ValueSet": terminology.value_set,
        }

    async def respond(self, request: Request) -> Response:
        """Answer a request; whatever is wrong with it comes as an OperationOutcome."""
        try:
            pairs = _query(request.url.query)
            self._check_format(request, pairs)
            answer = await self._answer(request, [(n, v) for n, v in pairs if n not in _GENERAL])
            if not _lenient(request):  # the same address has another answer for others
                keep(request.scope)
            return self._response(answer, 200)
        except Problem as problem:
            headers = {"Allow": problem.at or "GET"} if problem.status == 405 else {}
            return self._response(_json(problem.outcome()), problem.status, headers=headers)
        except ClientDisconnect:
            return _refusal(self._fhir.version, Refused(400, "the request broke off"))
        except Refused as refused:
            return _refusal(self._fhir.version, refused)
        except NotLoaded as error:
            return self._response(_json(Problem(str(error), code="not-found").outcome()), 404)
        except CodegraphError as error:
            return self._response(_json(Problem(str(error)).outcome()), 400)
        except Exception as error:
            _LOG.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
            fault = Problem("the server failed to answer; the same request may fail again", code="exception")
            return self._response(_json(fault.outcome()), 500)

    def _check_format(self, request: Request, pairs: Pairs) -> None:
        """Raise Problem (406) where the client takes no JSON, or that of another release of FHIR."""
        version = self._fhir.version
        asked = [value for name, value in pairs if name == "_format"]
        for value in asked:
            if value.partition(";")[0].strip() not in _NAMES:
                raise Problem(
                    f"_format {shown(value)} is not written; JSON is", status=406, code="not-supported"
                )
        ranges = [
            part for part in (request.headers.get("accept") or "*/*").split(",") if _fits(part, version)
        ]
        if not asked and (not ranges or choose(",".join(ranges), _JSON) is None):
            told = f"what is written here is application/fhir+json; fhirVersion={version}"
            raise Problem(told, status=406, code="not-supported")

    async def _answer(self, request: Request, pairs: Pairs) -> bytes:
        path = [part for part in request.path_params.get("path", "").split("/") if part]
        base = (request.app.state.base or str(request.base_url)).rstrip("/") + self._place
        match path:
            case ["metadata"]:
                _allow(request, "GET", "HEAD")
                return await _asked(request, "metadata", partial(self._metadata, pairs, base))
            case [kind] if kind in self._reads:
                _allow(request, "GET", "HEAD")
                search = partial(self._fhir.search, kind, pairs, base=base, lenient=_lenient(request))
                return await _asked(request, f"search {kind}", search)
            case [kind, "_search"] if kind in self._reads:
                _allow(request, "POST")
                form = _query(await _body(request, (_FORM,)))
                search = partial(self._fhir.search, kind, pairs + form, base=base, lenient=_lenient(request))
                return await _asked(request, f"search {kind}", search)
            case [kind, *ident, name] if name.startswith("$") and len(ident) < 2:
                return await self._operate(request, f"{kind}/{name}", pairs, *ident)
            case [kind, ident] if kind in self._reads:
                _allow(request, "GET", "HEAD")
                if pairs:
                    raise Problem(f"reading takes no parameter {shown(pairs[0][0])}", code="not-supported")
                return await _asked(request, f"read {kind}", partial(self._reads[kind], ident))
        raise Problem(f"there is nothing at {shown(request.url.path)}", status=404, code="not-found")

    def _metadata(self, pairs: Pairs, base: str) -> Resource:
        modes = {"full": self._fhir.capability_statement, "normative": self._fhir.capability_statement}
        modes["terminology"] = self._fhir.terminology_capabilities
        asked = dict(pairs)
        if asked.keys() - {"mode"} or asked.get("mode", "full") not in modes:
            raise Problem(f"metadata takes mode: {', '.join(modes)}", code="not-supported")
        return modes[asked.get("mode", "full")](base)

    async def _operate(self, request: Request, name: str, pairs: Pairs, ident: str | None = None) -> bytes:
        operation = self._operations.get(name)
        if operation is None or (ident is not None and name == "CodeSystem/$lookup"):
            where = "of an instance" if ident else "of a type"
            raise Problem(f"there is no operation {shown(name)} {where}", status=404, code="not-supported")
        _allow(request, "GET", "HEAD", "POST")
        inputs = (
            await _posted(request, name, pairs) if request.method == "POST" else Inputs.of_query(name, pairs)
        )
        given = () if name == "CodeSystem/$lookup" else (ident,)
        return await _asked(request, name, partial(operation, inputs, *given))

    def _response(self, text: bytes, status: int, *, headers: dict[str, str] | None = None) -> Response:
        cache = "no-store" if status >= 400 else "no-cache"
        return Response(
            text,
            status,
            headers={"Cache-Control": cache, "Vary": "Accept", **(headers or {})},
            media_type=f"application/fhir+json; fhirVersion={self._fhir.version}",
        )


async def _asked(request: Request, kind: str, call: Callable[[], Resource]) -> bytes:
    """Return what a call answers as JSON: asked and written in a thread, in its time."""
    pretty = ("_pretty", "true") in _query(request.url.query)
    found: bytes = await request.app.state.calls.run(f"FHIR {kind}", lambda: _json(call(), pretty=pretty))
    return found


def _json(resource: Resource, *, pretty: bool = False) -> bytes:
    indent = 2 if pretty else None
    return safe_json(json.dumps(resource, ensure_ascii=False, indent=indent), indent=indent).encode("utf-8")


def _fits(media_range: str, version: str) -> bool:
    """Tell whether a range of an Accept header leaves this release of FHIR."""
    asked = [
        piece.partition("=")[2].strip(' "') for piece in media_range.split(";") if "fhirVersion" in piece
    ]
    return all(text == version for text in asked)


def _query(text: str | bytes) -> Pairs:
    try:
        text = text if isinstance(text, str) else text.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise Problem(
            "the parameters are not UTF-8, or there are over 200 of them", code="structure"
        ) from None


def _lenient(request: Request) -> bool:
    """Tell whether the client would rather have unknown search parameters passed over (`Prefer: handling=lenient`)."""
    asked = (part.strip().lower() for part in request.headers.get("prefer", "").replace(";", ",").split(","))
    return "handling=lenient" in asked


def _allow(request: Request, *methods: str) -> None:
    if request.method not in methods:
        told = ", ".join(methods)
        raise Problem(
            f"this address takes {told}; nothing is written here", status=405, code="not-supported", at=told
        )


async def _body(request: Request, types: tuple[str, ...]) -> bytes:
    """Return the body of a request; raise Problem (415) where it is of another type."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in types:
        raise Problem(f"send {' or '.join(types)}, not {shown(given)}", status=415, code="not-supported")
    return await request.body()


async def _posted(request: Request, name: str, pairs: Pairs) -> Inputs:
    """Return the parameters of a POST: a Parameters resource, or the one resource that an operation takes."""
    body = await _body(request, ("application/fhir+json", "application/json"))
    try:
        resource = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Problem(f"the body is not JSON: {type(error).__name__}", code="structure") from None
    sent = {"ValueSet": "valueSet", "CodeSystem": "codeSystem", "ConceptMap": "conceptMap"}
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    parameter = sent.get(kind) if isinstance(kind, str) else None
    if parameter is not None and parameter in OPERATIONS[name]:
        inputs = Inputs.of(name, {parameter: resource})
    else:
        inputs = Inputs.of_resource(name, resource)
    inputs.add_query(pairs)
    return inputs


def _no_number(text: str) -> Any:  # noqa: ANN401
    raise ValueError(text)
