"""What all resources that are served begin with: their URL, version, date, publisher; bundles of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from codegraph.namespaces import BASE
from codegraph.terminology.problem import Problem, shown

if TYPE_CHECKING:
    from codegraph.release import Manifest

CANONICAL: Final = BASE + "fhir/"
PUBLISHER: Final = "The codegraph authors"
_SUBSETTED: Final = {
    "tag": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
            "code": "SUBSETTED",
            "display": "Resource encoded in summary mode",
        }
    ]
}


def url_of(kind: str, ident: str) -> str:
    """Return the canonical URL of a resource of ours.

    >>> url_of("ValueSet", "modifiers")
    'https://w3id.org/codegraph/fhir/ValueSet/modifiers'
    """
    return f"{CANONICAL}{kind}/{ident}"


def ident_of(*parts: str) -> str:
    """Return the id of a resource made of some parts: letters, digits, `-` and `.`, at most 64."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(parts))[:64]


def computer_name(ident: str) -> str:
    """Return a name for computers: it begins with a capital and holds letters and digits only.

    >>> computer_name("icd10pcs-0D1")
    'Icd10pcs0D1'
    """
    words = re.split(r"[^A-Za-z0-9]+", ident)
    return (
        "".join(w[:1].upper() + w[1:] for w in words)
        if words[0][:1].isalpha()
        else computer_name(f"a-{ident}")
    )


def day_of(manifest: Manifest) -> str | None:
    """Return the day of a release: that of its build, else the latest day on which one of its files was issued."""
    if manifest.built:
        return manifest.built[:10]
    days = [d for s in (*manifest.sources, *manifest.figures) for d in (s.issued, s.effective_from) if d]
    return max(days, default=None)


def head(
    kind: str,
    ident: str,
    manifest: Manifest,
    *,
    title: str,
    description: str,
    copyright: str | None = None,
    url: str | None = None,
    version: str | None = None,
    publisher: str = PUBLISHER,
    whole: bool = True,
) -> dict[str, Any]:
    """Return the first elements of a resource; one that is not `whole` is tagged so."""
    found = {
        "resourceType": kind,
        "id": ident,
        "meta": None if whole else _SUBSETTED,
        "url": url or url_of(kind, ident),
        "version": version or manifest.codegraph,
        "name": computer_name(ident),
        "title": title,
        "status": "active",
        "experimental": False,
        "date": day_of(manifest),
        "publisher": publisher,
        "description": description,
        "copyright": copyright,
    }
    return {key: value for key, value in found.items() if value is not None}


def tagged(resource: dict[str, Any], *without: str) -> dict[str, Any]:
    """Return a resource without some elements, tagged as not whole where it has lost one."""
    kept = {key: value for key, value in resource.items() if key not in without}
    if len(kept) == len(resource):
        return resource
    return {"resourceType": kept.pop("resourceType"), "id": kept.pop("id"), "meta": _SUBSETTED, **kept}


PAGE: Final = 100
# Elements that a client may search by, and how: the canonical resources all have the same.
_EXACT: Final = ("url", "version", "status", "_id")
_BEGINS: Final = ("name", "title")
_SUMMARIES: Final = ("true", "data", "count")  # a search gives no whole resources
_PAGING: Final = ("_count", "_offset", "_summary", "_format", "_pretty")


def search(
    resources: Sequence[dict[str, Any]],
    query: Sequence[tuple[str, str]],
    base: str,
    *,
    lenient: bool = False,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the resources that a search finds on its page, and the Bundle without its entries.

    Searches `url`, `version`, `status` and `_id` exactly, `name` and `title` by how they begin. Raises Problem for
    another parameter: an ignored one would give an answer to another question. Where the client is `lenient` it is
    ignored, and not in the link to the search itself.
    """
    asked: dict[str, str] = {}
    for name, value in query:
        if name not in (*_EXACT, *_BEGINS, *_PAGING):
            if lenient:
                continue
            known = ", ".join((*_EXACT, *_BEGINS, *_PAGING))
            raise Problem(f"no search by {shown(name)}; there are {known}", code="not-supported")
        if name in asked:
            raise Problem(f"{name} stands twice", at=name)
        asked[name] = value
    found = [r for r in resources if _fits(r, asked)]
    start, size = _number(asked, "_offset", 0), _number(asked, "_count", PAGE)
    if asked.get("_summary", "true") not in _SUMMARIES:
        raise Problem(f"_summary is one of {', '.join(_SUMMARIES)}", code="not-supported", at="_summary")
    if asked.get("_summary") == "count":
        size = 0
    links = [{"relation": "self", "url": _link(base, asked, start)}]
    if size and start + size < len(found):
        links.append({"relation": "next", "url": _link(base, asked, start + size)})
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links}
    return found[start : start + size], bundle


def _fits(resource: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    exact = all(resource.get(name.removeprefix("_")) == asked[name] for name in _EXACT if name in asked)
    return exact and all(
        resource[name].lower().startswith(asked[name].lower()) for name in _BEGINS if name in asked
    )


def _number(asked: Mapping[str, str], name: str, otherwise: int) -> int:
    text = asked.get(name, str(otherwise))
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Problem(f"{name} is a whole number from 0 on, not {shown(text)}", at=name)
    return int(text)


def _link(base: str, asked: Mapping[str, str], start: int) -> str:
    from urllib.parse import urlencode

    rest = {name: value for name, value in asked.items() if name != "_offset"} | (
        {"_offset": start} if start else {}
    )
    return f"{base}?{urlencode(rest)}" if rest else base
