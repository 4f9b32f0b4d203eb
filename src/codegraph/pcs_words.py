"""A readable label for an ICD-10-PCS code, composed of its axis labels by patterns."""

from __future__ import annotations

import re
from typing import Final

# A pattern is a row of segments; a segment whose axis says nothing ("No Device", "None") is dropped. {3} is
# the operation, {4} to {7} are the axes.
Pattern = tuple[str, ...]
_SURGERY: Final[Pattern] = ("{3} of {4}", " with {6}", ", {5}", ", {7}")
_DIRECT: Final[Pattern] = ("{3} {4}", " with {6}", ", {5}", ", {7}")
_QUALIFIED: Final[Pattern] = ("{3} of {4}", " with {6}", ", {7}", ", {5}")

SECTIONS: Final[dict[str, Pattern]] = {
    "0": _SURGERY,
    "1": _SURGERY,
    "2": ("{3} of {4}", " using {6}", ", {7}"),
    "3": ("{3} of {6}", " into {4}", ", {5}", ", {7}"),
    "4": ("{3}", " of {4}", " {6}", ", {5}", ", {7}"),
    "5": ("{3} of {4}", " {6}", ", {7}", ", {5}"),
    "6": ("{3}", " of {4}", ", {6}", ", {7}", ", {5}"),
    "7": ("Osteopathic {3} of {4}", " using {6}", ", {7}"),
    "8": ("{6}", " of {4}", ", {7}", ", {5}"),
    "9": ("Chiropractic {3} of {4}", ", {6}", ", {7}"),
    "B": ("{3} of {4}", " using {5}", ", {6}", ", {7}"),
    "C": ("{3} of {4}", " using {5}", ", {6}", ", {7}"),
    "D": ("{3} of {4}", " using {5}", ", {6}", ", {7}"),
    "F": ("{3}", ", {5}", ", {4}", ", using {6}", ", {7}"),
    "G": ("{3}", ", {4}", ", {5}", ", {6}", ", {7}"),
    "H": ("{3} for Substance Abuse Treatment", ", {4}", ", {5}", ", {6}", ", {7}"),
    "X": ("{3} of {4}", " with {6}", ", {5}", ", {7}"),
}
OPERATIONS: Final[dict[tuple[str, str], Pattern]] = {
    ("0", "Bypass"): ("{3} {4}", " to {7}", " with {6}", ", {5}"),
    ("0", "Change"): ("{3} {6}", " in {4}", ", {5}", ", {7}"),
    ("0", "Control"): ("Control Bleeding in {4}", ", {5}", ", {7}"),
    ("0", "Detachment"): ("{3} at {4}", ", {7}", ", {5}"),
    ("0", "Extirpation"): ("Extirpation of Matter from {4}", " with {6}", ", {5}", ", {7}"),
    ("0", "Fragmentation"): ("{3} in {4}", " with {6}", ", {5}", ", {7}"),
    ("0", "Fusion"): _QUALIFIED,
    ("0", "Insertion"): ("{3} of {6}", " into {4}", ", {7}", ", {5}"),
    ("0", "Map"): _DIRECT,
    ("0", "Release"): _DIRECT,
    ("0", "Removal"): ("{3} of {6}", " from {4}", ", {5}", ", {7}"),
    ("0", "Repair"): _DIRECT,
    ("0", "Reposition"): _DIRECT,
    ("0", "Revision"): ("{3} of {6}", " in {4}", ", {5}", ", {7}"),
    ("0", "Supplement"): _DIRECT,
    ("0", "Transfer"): _DIRECT,
    ("0", "Transplantation"): _QUALIFIED,
    ("1", "Change"): ("{3} {6}", " in {4}", ", {5}", ", {7}"),
    ("1", "Drainage"): ("{3} of {7}", " from {4}", " with {6}", ", {5}"),
    ("1", "Insertion"): ("{3} of {6}", " into {4}", ", {5}", ", {7}"),
    ("1", "Removal"): ("{3} of {6}", " from {4}", ", {5}", ", {7}"),
    ("1", "Repair"): ("{3} {7}", " in {4}", " with {6}", ", {5}"),
    ("1", "Reposition"): _DIRECT,
    ("1", "Extraction"): _QUALIFIED,
    ("1", "Transplantation"): ("{3} of {7}", " into {4}", ", {5}"),
    ("2", "Change"): ("{3} {6}", " on {4}", ", {7}"),
    ("2", "Removal"): ("{3} of {6}", " on {4}", ", {7}"),
    ("3", "Irrigation"): ("{3}", " of {4}", " using {6}", ", {5}", ", {7}"),
    ("5", "Assistance"): ("{3} with {4}", " {6}", ", {7}", ", {5}"),
    ("X", "Assistance"): ("{6}", " in {4}", ", {5}", ", {7}"),
    ("X", "Bypass"): ("{3} {4}", " using {6}", ", {5}", ", {7}"),
    ("X", "Insertion"): ("{3} of {6}", " into {4}", ", {5}", ", {7}"),
    ("X", "Introduction"): ("{3} of {6}", " into {4}", ", {5}", ", {7}"),
    ("X", "Measurement"): ("{3}", " of {4}", " {6}", ", {5}", ", {7}"),
    ("X", "Monitoring"): ("{3}", " of {4}", " {6}", ", {5}", ", {7}"),
    ("X", "Other Procedures"): ("{6}", " of {4}", ", {5}", ", {7}"),
    ("X", "Transfusion"): ("{3} of {6}", " into {4}", ", {5}", ", {7}"),
}
# By table, where an operation reads otherwise in one body system.
TABLES: Final[dict[str, Pattern]] = {
    "00X": ("{3} {4}", " to {7}", ", {5}"),
    "01X": ("{3} {4}", " to {7}", ", {5}"),
    "024": ("{3} of {4}", " from {7}", " using {6}", ", {5}"),
    "0W4": ("{3} of {7}", " in {4}", " with {6}", ", {5}"),
}
_CORONARY_BYPASS: Final[Pattern] = ("{3} {4}", " from {7}", " with {6}", ", {5}")

_SAYS_NOTHING: Final = frozenset({"None", "No Qualifier", "No Device"})
_SIDE: Final = re.compile(r"^(.+), (Right|Left|Bilateral)$")


def compose(decoded: tuple[tuple[str, str, str], ...]) -> str:
    """Return the label of a decoded code.

    >>> axes = [("Section", "0", "Medical and Surgical"), ("Body System", "D", "Gastrointestinal System")]
    >>> axes += [("Operation", "1", "Bypass"), ("Body Part", "B", "Ileum"), ("Approach", "0", "Open")]
    >>> axes += [("Device", "Z", "No Device"), ("Qualifier", "4", "Cutaneous")]
    >>> compose(tuple(axes))
    'Bypass Ileum to Cutaneous, Open Approach'
    """
    prefix = "".join(char for _, char, _ in decoded[:3])
    words = {str(n): word_of(title, label) for n, (title, _, label) in enumerate(decoded, 1)}
    return fill(pattern(prefix, decoded[2][2], decoded[3][2]), words)


def pattern(prefix: str, operation: str, part: str) -> Pattern:
    """Return the pattern of a table's codes; `part` tells coronary bypass, whose qualifier is the source."""
    if prefix == "021" and part.startswith("Coronary Artery, "):
        return _CORONARY_BYPASS
    section = prefix[0]
    return TABLES.get(prefix) or OPERATIONS.get((section, operation)) or SECTIONS[section]


def fill(segments: Pattern, words: dict[str, str]) -> str:
    """Return the segments with their words; one without a word goes, but never the operation."""
    text = ""
    for segment in segments:
        key = segment[segment.rindex("{") + 1 : -1] if segment.endswith("}") else "3"
        if words[key]:
            text += segment.replace("{3}", words["3"]).replace("{" + key + "}", words[key])
        elif not text:
            text = words["3"]
    return text


def word_of(title: str, label: str) -> str:
    """Return an axis value as it stands in a label (`Open Approach`), empty where it says nothing."""
    if label in _SAYS_NOTHING:
        return ""
    if title == "Approach" and not label.startswith("Via "):
        return f"{label} Approach"
    if title == "Contrast" and not label.endswith(("Contrast", "Agent")):
        return f"{label} Contrast"
    match = _SIDE.match(label)
    return f"{match[2]} {match[1]}" if match else label
