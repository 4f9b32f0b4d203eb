"""What the properties of the graph say in words, read from the subject and from the object: one table."""

from __future__ import annotations

from typing import Final

# What connections walk along.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "cg:denotes": ("denotes", "is denoted by"),
    "cg:creates": ("creates", "is created by"),
    "cg:revises": ("revises", "is revised by"),
    "cg:closes": ("closes", "is closed by"),
    "cg:mayCreate": ("may create", "may be created by"),
    "cg:performedThrough": ("goes in through", "is the way in of"),
    "cg:hasComponent": ("has as one of its acts", "is one of the acts of"),
    "cg:isAddOnTo": ("is an add-on to", "has the add-on"),
    "skos:exactMatch": ("means the same as", "means the same as"),
    "skos:narrowMatch": ("has the narrower counterpart", "has the broader counterpart"),
    "skos:broadMatch": ("has the broader counterpart", "has the narrower counterpart"),
    "skos:relatedMatch": ("has the related counterpart", "has the related counterpart"),
    "cg:actsOn": ("acts on", "is the site of"),
    "cg:isPartOf": ("is part of", "has the part"),
    "skos:broader": ("comes under", "takes in"),
    "cg:inFamily": ("is in the family", "has the member"),
    "cg:hasMethod": ("is done by the method", "is the method of"),
    "cg:hasApproach": ("is done by the approach", "is the approach of"),
    "cg:ofCondition": ("is done for", "is a reason for"),  # once the indication in between is left out
}
# What a neighbourhood shows beside that.
MORE: Final[dict[str, tuple[str, str]]] = {
    "cg:usesDevice": ("uses the device", "is the device of"),
    "cg:usesSubstance": ("uses the substance", "is the substance of"),
    "cg:hasDestination": ("leads to", "is the destination of"),
    "cg:hasQualifier": ("has the qualifier", "is the qualifier of"),
    "cg:hasExtent": ("has the extent", "is the extent of"),
    "cg:hasIntent": ("is meant as", "is the aim of"),
    "cg:hasStomaForm": ("makes a stoma of the form", "is the form made by"),
    "cg:endoscopicBase": ("has the endoscopic base", "is the endoscopic base of"),
    "cg:classifiedAs": ("is classified as", "classifies"),
    "dcterms:isReplacedBy": ("is replaced by", "replaces"),
    "skos:closeMatch": ("is close to", "is close to"),
}
