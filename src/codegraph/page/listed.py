"""What the list of HCPCS Level II says of a code beside its title: coverage, pricing, type of service.

Sources: the record layout of the HCPCS alpha-numeric file (CMS), in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from codegraph.page.asked import Asked
from codegraph.page.model import Cell, Line, Section

_ROW: Final = (
    "SELECT coverage, pricing, betos, added, terminated, release FROM hcpcs WHERE system = ? AND notation = ? "
    "AND coverage || pricing || betos != '' ORDER BY release DESC LIMIT 1"
)
COVERAGE: Final = {
    "C": "the contractor decides",
    "D": "special coverage instructions apply",
    "I": "not payable by Medicare",
    "M": "not covered by Medicare",
    "S": "not covered by Medicare by law",
}
PRICING: Final = {
    "00": "not priced apart",
    "11": "by national relative values",
    "12": "by national anesthesia base units",
    "13": "by the contractor",
    "21": "clinical laboratory fee, with a national limit",
    "22": "clinical laboratory fee, by the contractor",
    "31": "equipment that needs frequent servicing",
    "32": "inexpensive or routinely bought equipment",
    "33": "oxygen and its equipment",
    "34": "supplies for equipment",
    "35": "surgical dressings",
    "36": "equipment rented up to a cap",
    "37": "ostomy, tracheostomy and urological supplies",
    "38": "orthotics, prosthetics and vision services",
    "39": "parenteral and enteral nutrition",
    "45": "equipment made to measure",
    "46": "by the contractor (equipment and supplies)",
    "51": "drugs",
    "52": "by reasonable charge",
    "53": "by law",
    "54": "vaccinations",
    "57": "by the contractor",
    "99": "no value established",
}


def listed(asked: Asked) -> Section:
    """Return coverage and pricing of a code of HCPCS Level II, from the newest list that has these columns."""
    title = "In the HCPCS list"
    if asked.code.system != "hcpcs" or not asked.kg._has_table("hcpcs"):
        return Section("listed", title)
    found = asked.kg.tables.row(_ROW, (asked.code.system, asked.code.notation))
    if found is None:
        return Section("listed", title)
    coverage, pricing, betos, _, terminated, release = found
    lines = [
        Line(name, (Cell(_worded(value, words)),))
        for name, value, words in (
            ("coverage", coverage, COVERAGE),
            ("how it is priced", pricing, PRICING),
            ("type of service (BETOS)", betos, {}),
            ("ended", terminated, {}),
        )
        if value
    ]
    return Section("listed", title, tuple(lines), sources=asked.sources(release))


def _worded(value: str, words: Mapping[str, str]) -> str:
    return f"{value}: {words[value]}" if value in words else value
