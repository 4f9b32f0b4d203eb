"""What a definition says once its defaults are filled in: the one form that is compared, derived from and exported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

Definition = Mapping[str, frozenset[str]]  # facet property (CURIE) -> values (CURIEs)

METHOD: Final = "cg:hasMethod"
SITE: Final = "cg:actsOn"
WHOLE: Final = "cg:actsOnAllOf"
DEVICE: Final = "cg:usesDevice"
QUALIFIER: Final = "cg:hasQualifier"
DESTINATION: Final = "cg:hasDestination"
COMPONENT: Final = "cg:hasComponent"

# What "not stated" means, facet by facet. A definition that names no device means that none was left in place: that
# is how ICD-10-PCS codes it (guideline B6.1a), and its sections without a device axis leave none. One that names no
# qualifier is none of the acts that a qualifier tells apart: an excision that is not called diagnostic is no biopsy.
DEFAULTS: Final[dict[str, frozenset[str]]] = {
    DEVICE: frozenset({"device:no-device"}),
    QUALIFIER: frozenset({"qualifier:no-qualifier"}),
}

# Axes of ICD-10-PCS that only arrange its tables; site and method already say what they say.
ADMINISTRATIVE: Final = frozenset({"cg:inSection", "cg:inBodySystem"})

# Methods that take the whole of their site (ICD-10-PCS: resection is cutting out all of a body part). The whole of a
# part is not the whole of what it is part of, so such sites are compared by kind only, never by parthood.
OF_THE_WHOLE: Final = frozenset({"method:resection"})
BY_KIND: Final = frozenset({WHOLE})

# In a bypass the qualifier names the destination (guideline B3.6a), which is a facet of its own.
_LEADS_TO: Final = frozenset({"method:bypass"})


def effective(stated: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return what a definition says: stated facets (property CURIE to value CURIEs) with defaults and rules applied.

    >>> found = effective({"cg:hasMethod": ["method:resection"], "cg:actsOn": ["site:appendix"]})
    >>> sorted(found["cg:actsOnAllOf"]), sorted(found["cg:usesDevice"])
    (['site:appendix'], ['device:no-device'])
    """
    said = {f: frozenset(v) for f, v in stated.items() if f not in ADMINISTRATIVE}
    said = {f: values for f, values in said.items() if values}
    methods = said.get(METHOD, frozenset())
    if methods & OF_THE_WHOLE and SITE in said:
        said[WHOLE] = said[SITE]
    if methods & _LEADS_TO and DESTINATION in said:
        said.pop(QUALIFIER, None)
    for facet, values in DEFAULTS.items():
        said.setdefault(facet, values)
    return said
