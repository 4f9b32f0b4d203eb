"""Small files of edits, limits and add-ons in the official layouts, with every oddity of the real ones."""

from __future__ import annotations

from pathlib import Path

_HEAD = (
    "notice\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
_MORE = "More extensive procedure"
_MISUSE = "Misuse of Column Two code with Column One code"
# column 1, column 2, prior to 1996, effective, deletion, indicator, rationale
_PRACTITIONER = (
    ("44310", "44187", "", "20000101", "*", "0", _MORE),
    ("44310", "44388", "", "20000101", "20051231", "1", _MISUSE),  # goes, and returns with another indicator
    ("44310", "44388", "", "20100101", "*", "0", _MISUSE),
    ("44310", "00100", "", "20010101", "20010101", "9", _MISUSE),  # void
    ("44005", "44310", "*", "19960101", "*", "1", _MISUSE),
    ("44310", "49000", "", "20200101", "20241231", "1", _MORE),  # ends after the release's quarter
    ("44310", "G0463", "", "20250101", "*", "1", _MISUSE),  # begins after it
    ("44312", "44187", "", "", "*", "1", _MORE),  # no effective date
    ("44312", "44340", "", "", "20051231", "0", _MORE),  # two that may hold on one day
    ("44312", "44340", "", "", "*", "1", _MORE),
    ("44187", "44346", "*", "", "*", "0", _MORE),
)
_OUTPATIENT = (
    ("44310", "44187", "", "20000101", "*", "1", _MORE),
    ("44310", "44388", "", "20100101", "*", "0", _MISUSE),
)
_EXCERPT = (
    ("44310", "44388", "", "20100101", "20261231", "0", _MISUSE),
    ("44310", "44312", "", "20250101", "*", "1", _MISUSE),
)
_MUE = (
    '"A notice\nof several lines",,,\n'
    '"HCPCS/CPT\nCode","Practitioner Services MUE Values",MUE Adjudication Indicator,MUE Rationale\n'
    "44310,2,3 Date of Service Edit: Clinical,Anatomic Consideration\n"
    "44955,1,1 Line Edit,Clinical: Data\n"
    "44121,4,2 Date of Service Edit: Policy,CMS Policy\n"
)
_MUE_OUTPATIENT = _MUE.replace("Practitioner Services", "Outpatient Hospital Services").replace(
    "44310,2", "44310,1"
)
_AOC_HEAD = (
    "AOC_Edit_Type",
    "Add-On_Code",
    "AOC_DelDT",
    "Primary_Code",
    "Primary_Code_DelDT",
    "AOC_Edit_EffDT",
    "AOC_Edit_DelDT",
    "Special_Instruction_Notes",
)
_ADD_ONS = (
    ("1", "44121", "", "44120", "", "2000001", "", ""),
    ("2", "44955", "", "CCCCC", "", "2000001", "", ""),
    ("3", "44139", "", "44140", "", "2000001", "", "ask first"),
    ("3", "44139", "", "CCCCC", "", "2000001", "", ""),
    ("1", "44128", "", "44126", "", "2000001", "2010365", ""),  # ended
    ("1", "44128", "", "44127", "", "2030001", "", ""),  # begins later
    ("1", "44128", "", "44125", "2012366", "2000001", "", ""),  # its primary code ended
    ("1", "44213", "", "44204", "", "2013091", "", ""),
)


def ptp(rows: tuple[tuple[str, ...], ...]) -> str:
    return _HEAD + "".join("\t".join(row) + "\n" for row in rows)


def add_ons() -> str:
    return "".join("\t".join(row) + "\n" for row in (("notice", *[""] * 7), _AOC_HEAD, *_ADD_ONS))


FILES = {
    "ccipra-v302r0-f1.txt": ptp(_PRACTITIONER),
    "ccioph-v302r0-f1.txt": ptp(_OUTPATIENT),
    "ccipra-v322r0-f1.excerpt.txt": ptp(_EXCERPT),
    "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv": _MUE,
    "MCR_MUE_OutpatientHospitalServices_Eff_07-01-2024.csv": _MUE_OUTPATIENT,
    "aoc_v302r0.txt": add_ons(),
}


def write_all(folder: Path) -> Path:
    """Write the files below a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
