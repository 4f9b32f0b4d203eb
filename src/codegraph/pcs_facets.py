"""Which facet of a procedure each axis of ICD-10-PCS gives, said in tables by the title of the axis."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Final

from codegraph.namespaces import slug


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet of a procedure: the property as a CURIE, and the value by scheme and label."""

    property: str
    scheme: str
    label: str

    @builtins.property
    def slug(self) -> str:
        """Return the last segment of the value's IRI."""
        return slug(self.label)

    @builtins.property
    def value(self) -> str:
        """Return the value's CURIE (`site:ileum`)."""
        return f"{self.scheme}:{self.slug}"


Target = tuple[str, str]  # property, scheme
_METHOD: Final[Target] = ("cg:hasMethod", "method")
_SITE: Final[Target] = ("cg:actsOn", "site")
_DEVICE: Final[Target] = ("cg:usesDevice", "device")
_SUBSTANCE: Final[Target] = ("cg:usesSubstance", "substance")
_QUALIFIER: Final[Target] = ("cg:hasQualifier", "qualifier")

# By title, not by position: axis 5 is an approach in surgery, a duration in section 5, a contrast in imaging.
FACETS: Final[dict[str, Target]] = {
    "Section": ("cg:inSection", "section"),
    "Body System": _SITE,  # axis 4 of sections 4, 5 and 6; on axis 2 see _SECOND
    "Section Qualifier": _QUALIFIER,  # axis 2 of section F: rehabilitation or diagnostic audiology
    "Operation": _METHOD,
    "Type": _METHOD,
    "Modality": _METHOD,
    "Body Part": _SITE,
    "Body Region": _SITE,
    "Body System / Region": _SITE,
    "Treatment Site": _SITE,
    "Approach": ("cg:hasApproach", "approach"),
    "Device": _DEVICE,
    "Device / Substance / Technology": _DEVICE,  # but see _NEW_TECHNOLOGY
    "Equipment": _DEVICE,
    "Substance": _SUBSTANCE,
    "Contrast": _SUBSTANCE,
    "Radionuclide": _SUBSTANCE,
    "Isotope": _SUBSTANCE,
    "Duration": _QUALIFIER,
    "Function": _QUALIFIER,
    "Function / Device": _QUALIFIER,  # but see _PHYSIOLOGICAL_DEVICES
    "Method": _QUALIFIER,
    "Modality Qualifier": _QUALIFIER,
    "Type Qualifier": _QUALIFIER,
    "Qualifier": _QUALIFIER,
}
_SECOND: Final[Target] = ("cg:inBodySystem", "body-system")

# Section X mixes three things in one axis. What is introduced or transfused is a substance by the definitions
# of these operations; what is measured, monitored or assisted is a function, as in sections 4 and 5.
_NEW_TECHNOLOGY: Final[dict[str, Target]] = {
    "Introduction": _SUBSTANCE,
    "Transfusion": _SUBSTANCE,
    "Measurement": _QUALIFIER,
    "Monitoring": _QUALIFIER,
    "Assistance": _QUALIFIER,
}
_PHYSIOLOGICAL_DEVICES: Final = "4B"  # body system of section 4 in which the axis names the device

# Labels that say "none". Without a device, contrast or isotope is a part of the definition (a bypass without
# device is another code than one with), so these are values, in own words where PCS prints a bare "None". A
# qualifier that is not there says nothing and is left out.
NEGATIVES: Final[dict[tuple[str, str], str]] = {
    ("Contrast", "None"): "No Contrast",
    ("Radionuclide", "None"): "No Radionuclide",
    ("Isotope", "None"): "No Isotope",
    ("Equipment", "None"): "No Equipment",
}
_LEFT_OUT: Final = frozenset({"None", "No Qualifier"})

# A procedure always says what it acts on. Where the code names no body part this value says so, as
# device:no-device does for devices; it is no claim about anatomy.
NO_SITE: Final = Facet("cg:actsOn", "site", "No Site")
# Section -> why some or all of its codes have no site.
SITELESS: Final[dict[str, str]] = {
    "3": "an indwelling device is irrigated, whose place the code does not say",
    "4": "temperature, metabolism, sleep and the like are measured on the person as a whole",
    "6": "heat, cold or pressure act on the person as a whole",
    "8": "meditation, isolation and other acts of section 8 that name no body region",
    "F": "speech, hearing and daily living are functions of the person, not of a body part",
    "G": "mental health treatment acts on the person; the tables have no body part axis",
    "H": "substance abuse treatment acts on the person; the tables have no body part axis",
    "X": "a new technology that names no body part",
}

# Bypass of section 0: the qualifier is where the contents are led to (guideline B3.6a). These are not body
# parts by name; None where the adjective alone does not say which part is meant.
DESTINATIONS: Final[dict[str, str | None]] = {
    "Cutaneous": "Skin",
    "Ileocutaneous": "Skin",
    "Colocutaneous": "Skin",
    "Endolymphatic": None,
    "Lymphatic": None,
}
# Guideline B3.6b: in coronary bypass the body part is where the blood is led to, and the qualifier the vessel
# that it comes from: no destination follows from that qualifier.
_CORONARY: Final = "Coronary Artery, "


def axis_facet(prefix: str, position: int, title: str, label: str, operation: str) -> Facet | None:
    """Return the facet that one axis value gives, or None where it says nothing.

    `prefix` is the code's table, `operation` the label of axis 3. Raises KeyError for a title that no table
    here names: what it means is to be decided, not guessed.
    """
    label = NEGATIVES.get((title, label), label)
    if label in _LEFT_OUT:
        return None
    target = FACETS[title]
    if position == 2 and title == "Body System":
        target = _SECOND
    elif title == "Device / Substance / Technology":
        target = _NEW_TECHNOLOGY.get(operation, target)
    elif title == "Function / Device" and prefix.startswith(_PHYSIOLOGICAL_DEVICES):
        target = _DEVICE
    return Facet(*target, label)


def destination(prefix: str, operation: str, part: str, qualifier: str) -> Facet | None:
    """Return where a bypass of section 0 leads; None for other codes and where the code does not say it."""
    if (
        not prefix.startswith("0")
        or operation != "Bypass"
        or part.startswith(_CORONARY)
        or qualifier in _LEFT_OUT
    ):
        return None
    place = DESTINATIONS.get(qualifier, qualifier)
    return Facet("cg:hasDestination", "site", place) if place else None


def facets_of(decoded: tuple[tuple[str, str, str], ...]) -> tuple[Facet, ...]:
    """Return the facets of a decoded code, in the order of its axes, the destination of a bypass last."""
    prefix = "".join(char for _, char, _ in decoded[:3])
    operation = decoded[2][2]
    found = [
        axis_facet(prefix, position, title, label, operation)
        for position, (title, _, label) in enumerate(decoded, 1)
    ]
    facets = [facet for facet in found if facet]
    if not any(facet.property == NO_SITE.property for facet in facets):
        facets.append(NO_SITE)
    goal = destination(prefix, operation, decoded[3][2], decoded[6][2])
    return tuple(dict.fromkeys([*facets, goal] if goal else facets))
