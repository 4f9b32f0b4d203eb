"""The OpenAPI 3.1 document of the JSON API, written from the table of operations."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from codegraph import __version__
from codegraph.operations.schema import Schemas
from codegraph.operations.table import OPERATIONS, Operation

BASE: Final = "/api/v1"
_TEXT: Final = (
    "Questions about US medical codes, answered from an opened release. Fields have the names of the Python "
    "attributes. Figures are texts with their digits, days are written YYYY-MM-DD. Official descriptors that need a "
    "licence are never in an answer."
)
_PROBLEM: Final = {
    "type": "object",
    "description": "What is wrong and what to do (RFC 9457).",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "near": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Similar codes that are there.",
        },
        "candidates": {"type": "array", "items": {"type": "string"}, "description": "What can be meant."},
    },
    "required": ["title", "status", "detail"],
}
_HEALTH: Final = {
    "type": "object",
    "description": "Whether the release answers, and what it holds.",
    "properties": {
        "status": {"enum": ["ok"]},
        "version": {"type": "string"},
        "release": {"type": "string"},
        "triples": {"type": "integer"},
        "sources": {"type": "integer"},
        "codes": {"type": "object", "additionalProperties": {"type": "integer"}},
        "prepared": {
            "type": "object",
            "description": "What is made in the background after the start, and how far it is.",
            "additionalProperties": {"enum": ["waiting", "working", "ready", "failed"]},
        },
    },
    "required": ["status", "version", "release", "triples", "sources", "codes", "prepared"],
    "additionalProperties": False,
}


@cache
def document() -> dict[str, Any]:
    """Return the document; the same in every process of a version."""
    schemas = Schemas("#/components/schemas/")
    paths = {o.path: {o.method.lower(): _operation(o, schemas)} for o in OPERATIONS}
    health = _answer({"$ref": "#/components/schemas/Health"})
    paths["/health"] = {
        "get": {"operationId": "health", "summary": "Whether the release answers", "responses": health}
    }
    paths["/metrics"] = {
        "get": {
            "operationId": "metrics",
            "summary": "Counters for Prometheus",
            "responses": {
                "200": {
                    "description": "The counters.",
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                }
            },
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "codegraph",
            "version": __version__,
            "description": _TEXT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted((schemas.found | {"Problem": _PROBLEM, "Health": _HEALTH}).items())),
            "responses": {
                "Problem": {
                    "description": "What is wrong: 400 a bad value, 404 not in this release or not loaded.",
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
            },
        },
    }


def _operation(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "responses": _answer(schemas.of(operation.returns)),
    }
    if operation.method == "POST":
        body = {"schema": operation.input_schema()}
        found["requestBody"] = {"required": True, "content": {"application/json": body}}
        return found
    found["parameters"] = [
        {
            "name": p.name,
            "in": "path" if f"{{{p.name}}}" in operation.path else "query",
            "required": p.required,
            "description": p.text,
            "schema": {key: value for key, value in p.schema().items() if key != "description"},
            **({"example": [p.example] if p.many else p.example} if p.example else {}),
        }
        for p in operation.parameters
    ]
    return found


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "200": {"description": "The answer.", "content": {"application/json": {"schema": schema}}},
        "default": {"$ref": "#/components/responses/Problem"},
    }
