"""Every namespace, prefix and IRI pattern of the graph: the one place where IRIs are made and taken apart."""

from __future__ import annotations

import re
from typing import Final

BASE: Final = "https://w3id.org/codegraph/"
CG: Final = BASE + "ontology#"
ONTOLOGY: Final = BASE + "ontology"
SHAPES: Final = BASE + "shapes#"
CODE: Final = BASE + "code/"
CONCEPT: Final = BASE + "concept/"
RELEASE: Final = BASE + "release/"
ENTRY: Final = BASE + "entry/"
MAPPING: Final = BASE + "mapping/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PROV: Final = "http://www.w3.org/ns/prov#"
SSSOM: Final = "https://w3id.org/sssom/"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
SH: Final = "http://www.w3.org/ns/shacl#"
VANN: Final = "http://purl.org/vocab/vann/"

# Code systems first: a code's CURIE (`cpt:44310`) is also how people write it on the command line.
CODE_PREFIXES: Final[dict[str, str]] = {
    system: f"{CODE}{system}/"
    for system in ("cpt", "hcpcs", "icd10cm", "icd10pcs", "icd9cm", "icd9pcs", "modifier")
}

# Facet schemes, each a folder under /concept/; the prefix is the folder's name.
CONCEPT_PREFIXES: Final[dict[str, str]] = {
    scheme: f"{CONCEPT}{scheme}/"
    for scheme in (
        "adjudication",
        "apc",
        "approach",
        "body-system",
        "ccsr",
        "change-kind",
        "code-status",
        "device",
        "extent",
        "family",
        "global-period",
        "group",
        "guideline",
        "heading",
        "intent",
        "laterality",
        "locality",
        "method",
        "opps-status",
        "pfs-status",
        "pos",
        "procedure",
        "ptp-indicator",
        "qualifier",
        "rbcs",
        "scheme",
        "section",
        "setting",
        "site",
        "specialty",
        "stoma",
        "stoma-form",
        "strength",
        "substance",
    )
}

PREFIXES: Final[dict[str, str]] = {
    "cg": CG,
    "cgsh": SHAPES,
    **CODE_PREFIXES,
    **CONCEPT_PREFIXES,
    "release": RELEASE,
    "entry": ENTRY,
    "mapping": MAPPING,
    "dcterms": DCTERMS,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "semapv": SEMAPV,
    "sh": SH,
    "skos": SKOS,
    "sssom": SSSOM,
    "vann": VANN,
    "xsd": XSD,
    "obo": "http://purl.obolibrary.org/obo/",
    "fma": "http://purl.org/sig/ont/fma/fma",
    "sct": "http://snomed.info/id/",
    "mondo": "http://purl.obolibrary.org/obo/MONDO_",
}

# Never wider than what the store takes for an IRI: no signs of private use, none that are none, no half escapes.
_NO_SIGNS = "".join(f"\\U{plane:04x}fffe-\\U{plane:04x}ffff" for plane in range(1, 14))
_NOT_IN_IRI = (
    r"\x00-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff"
    rf"{_NO_SIGNS}\U000e0000-\U000e0fff\U000efffe-\U0010ffff"
)
_IRI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?:[!#$&-;=?-Z_a-z~]++|%[0-9A-Fa-f]{{2}}|[^{_NOT_IN_IRI}]++)++\Z"
)
_BY_LENGTH = sorted(((iri, prefix) for prefix, iri in PREFIXES.items()), key=lambda p: -len(p[0]))
_BY_START = {iri: prefix for prefix, iri in PREFIXES.items()}
# Prefixes that end inside a name (`…/obo/MONDO_`): their IRIs also begin like those of a shorter prefix.
_INNER = tuple(iri for iri in PREFIXES.values() if not iri.endswith(("/", "#")))
_LOCAL = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$")


def slug(label: str) -> str:
    """Turn a printed label into the last segment of a facet value's IRI.

    >>> slug("Large Intestine, Right")
    'large-intestine-right'
    """
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI that may stand in RDF as it is."""
    return _IRI.match(text) is not None


def expand(curie: str) -> str:
    """Return the IRI that a CURIE stands for; an absolute IRI comes back unchanged.

    >>> expand("cpt:44310")
    'https://w3id.org/codegraph/code/cpt/44310'

    Raises ValueError for an unknown prefix or a text that makes no legal IRI.
    """
    prefix, colon, local = curie.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        iri = PREFIXES[prefix] + local
    elif curie.startswith(("http://", "https://", "urn:")):
        iri = curie
    else:
        known = ", ".join(sorted(PREFIXES))
        raise ValueError(f"{curie!r} is neither an absolute IRI nor a CURIE with a known prefix ({known})")
    if not is_iri(iri):
        raise ValueError(f"{curie!r} does not make a legal IRI")
    return iri


def contract(iri: str) -> str:
    """Return the shortest CURIE of an IRI, or the IRI itself where no prefix fits.

    >>> contract("https://w3id.org/codegraph/code/cpt/44310")
    'cpt:44310'
    """
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    prefix = _BY_START.get(iri[:cut])
    if prefix is not None and not iri.startswith(_INNER):
        return f"{prefix}:{iri[cut:]}" if _LOCAL.match(iri[cut:]) else iri
    for start, longer in _BY_LENGTH:
        if iri.startswith(start):
            local = iri[len(start) :]
            return f"{longer}:{local}" if _LOCAL.match(local) else iri
    return iri


def code_iri(system: str, notation: str) -> str:
    """Return the IRI of a code: its release is never part of it."""
    return f"{CODE_PREFIXES[system]}{notation}"


def concept_iri(scheme: str, value: str) -> str:
    """Return the IRI of a facet value (`concept_iri("site", "ileum")`)."""
    return f"{CONCEPT_PREFIXES[scheme]}{value}"


def release_iri(ident: str) -> str:
    """Return the IRI of a release (`cms-pfs/2025D`), which is also the name of its graph."""
    return RELEASE + ident
