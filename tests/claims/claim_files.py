"""Small files of one quarter (2025Q4) for the claim check: codes of every kind of rule. Figures are invented."""

from __future__ import annotations

from pathlib import Path

from tests.build.small_files import order_line, pfs

DAY = "2025-11-20"
# code, modifier, status, PC/TC, global days, multiple, bilateral, assistant, co-surgeons, team
_FEES = (
    ("44310", "", "A", "0", "090", "2", "0", "2", "1", "0"),
    ("44187", "", "A", "0", "090", "2", "0", "0", "2", "0"),
    ("44312", "", "A", "0", "010", "2", "0", "1", "0", "0"),
    ("44340", "", "A", "0", "010", "2", "0", "1", "0", "0"),
    ("44120", "", "A", "0", "090", "2", "0", "2", "0", "1"),
    ("44140", "", "A", "0", "090", "2", "0", "2", "0", "1"),
    ("44121", "", "A", "0", "ZZZ", "0", "0", "2", "0", "0"),
    ("44955", "", "A", "0", "ZZZ", "0", "0", "2", "0", "0"),
    ("44139", "", "A", "0", "ZZZ", "0", "0", "2", "0", "0"),
    ("44799", "", "C", "0", "YYY", "2", "0", "0", "0", "0"),
    ("10060", "", "A", "0", "010", "2", "0", "1", "0", "0"),
    ("11042", "", "A", "0", "000", "2", "0", "1", "0", "0"),
    ("30140", "", "A", "0", "000", "2", "1", "1", "0", "0"),
    ("92134", "", "A", "1", "XXX", "7", "2", "9", "9", "9"),
    ("59400", "", "A", "0", "MMM", "0", "0", "0", "0", "0"),
    ("70450", "", "A", "1", "XXX", "4", "0", "9", "9", "9"),
    ("70450", "26", "A", "1", "XXX", "4", "0", "9", "9", "9"),
    ("70450", "TC", "A", "1", "XXX", "4", "0", "9", "9", "9"),
    ("99213", "", "A", "0", "XXX", "0", "0", "9", "9", "9"),
    ("99291", "", "A", "0", "XXX", "0", "0", "9", "9", "9"),
    ("99000", "", "B", "9", "XXX", "9", "9", "9", "9", "9"),
    ("92015", "", "N", "9", "XXX", "9", "9", "9", "9", "9"),
    ("99241", "", "I", "9", "XXX", "9", "9", "9", "9", "9"),
    ("1000F", "", "M", "9", "XXX", "9", "9", "9", "9", "9"),
    ("80053", "", "X", "9", "XXX", "9", "9", "9", "9", "9"),
    ("36591", "", "T", "0", "XXX", "0", "0", "9", "9", "9"),
    ("A4550", "", "P", "9", "XXX", "9", "9", "9", "9", "9"),
    ("J1100", "", "E", "9", "XXX", "9", "9", "9", "9", "9"),
    ("G0105", "", "R", "0", "000", "2", "0", "1", "0", "0"),
)
CODES = tuple(sorted({row[0] for row in _FEES}))
# Of the year before only: 99201 was deleted; of this year only: 44187.
_BEFORE = (
    *(row for row in _FEES if row[0] != "44187"),
    ("99201", "", "A", "0", "XXX", "0", "0", "9", "9", "9"),
)
_MORE = "More extensive procedure"
_MISUSE = "Misuse of Column Two code with Column One code"
# column one, column two, effective, deletion, indicator, rationale
_PRACTITIONER = (
    ("44310", "44187", "20000101", "*", "0", _MORE),
    ("44187", "44312", "20000101", "*", "1", "CPT Separate procedure definition"),
    ("44140", "44120", "", "*", "1", _MORE),
    ("44140", "10060", "20000101", "20251031", "0", _MISUSE),
    ("44120", "44310", "20260101", "*", "0", _MISUSE),
    ("44120", "10060", "20000101", "20000101", "9", _MISUSE),
    ("11042", "99213", "20000101", "*", "1", _MISUSE),
    ("11042", "30140", "20100101", "*", "1", _MISUSE),
)
_OUTPATIENT = (("10060", "11042", "20000101", "*", "1", _MISUSE),)
_LIMITS = (
    "44310,2,3 Date of Service Edit: Clinical,Anatomic Consideration\n"
    "44120,1,2 Date of Service Edit: Policy,CMS Policy\n"
    "10060,3,1 Line Edit,Clinical: Data\n"
)
_ADD_ONS = (("44120", "44121", "1"), ("CCCCC", "44955", "2"), ("44140", "44139", "3"))
_STATUSES = (
    ("44310", "C"),
    ("44187", "C"),
    ("10060", "T"),
    ("11042", "T"),
    ("99213", "B"),
    ("J1100", "N"),
    ("92015", "E1"),
    ("80053", "Q4"),
    ("70450", "Q3"),
    ("A4550", "A"),
)


def _fees(rows: tuple[tuple[str, ...], ...], year: int) -> str:
    lines = [
        f"{code},{modifier},,{status},,1.00,1.00,,1.00,,0.10,2.10,2.10,"
        f"{pctc},{days},0.09,0.81,0.10,{multiple},{sides},{helper},{two},{team},,32.3465,09,0,99,0.00,0.00,0.00"
        for code, modifier, status, pctc, days, multiple, sides, helper, two, team in rows
    ]
    return pfs(lines).replace("2025 National", f"{year} National").replace("09/11/2025", f"09/11/{year}")


def _pairs(rows: tuple[tuple[str, ...], ...]) -> str:
    head = (
        "notice\t\t\t\t\t\t\nColumn1/Column2 Edits\t\t\t\t\t\t\n"
        "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
        "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\n\t\t\t\t*=no data\t1=allowed\t\n"
        "\t\t\t\t\t9=not applicable\t\n"
    )
    return head + "".join(f"{a}\t{b}\t\t{e}\t{d}\t{i}\t{why}\n" for a, b, e, d, i, why in rows)


def _limits(column: str) -> str:
    return f'"A notice",,,\n"HCPCS/\nCPT Code",{column} MUE Values,MUE Adjudication Indicator,MUE Rationale\n{_LIMITS}'


def _addendum_b() -> str:
    head = (
        "\tAddendum B.-- OPPS Payment by HCPCS Code for CY 2025\t\t\t\t\t\t\t\t\t\t\t\n"
        "HCPCS Code\tShort Descriptor\t CI\t SI\t APC \tRelative Weight\tPayment Rate\t"
        "National Unadjusted Copayment\tMinimum Unadjusted Copayment\tIRA Coinsurance percentage \t"
        "Adjusted Beneficiary Copayment\tDrug and Device Pass-Through Expiration during Calendar Year\tNote\n"
    )
    return head + "".join(f"{code}\t\t\t{status}\t\t\t\t\t\t\t\t\t\n" for code, status in _STATUSES)


def _addendum_e() -> str:
    return (
        "\tAddendum E.-- HCPCS Codes That Would Be Paid Only as Inpatient Procedures for CY 2025\t\t\n"
        "HCPCS Code\tShort Descriptor\t CI\t SI\n44310\t\t\tC\n"
    )


def _hcpcs() -> str:
    """Return a fixed-width list in which G9999 ended in 2018 and J1100 is current."""

    def row(code: str, text: str, ended: str) -> str:
        line = f"{code:>5}001003{text:80}{text[:28]:28}"
        line = f"{line:229}{'C':1}{'':26}{'':3} {'':5}"
        return f"{line:268}{'20020701':8}{'20020701':8}{ended:8}N{'':27}"

    return (
        "\r\n".join((row("G9999", "An old quality measure", "20181231"), row("J1100", "A drug", ""))) + "\r\n"
    )


def files() -> dict[str, str]:
    """Return the files by name."""
    return {
        "PPRRVU2025_Oct.csv": _fees(_FEES, 2025),
        "PPRRVU2024_Oct.csv": _fees(_BEFORE, 2024),
        "ccipra-v313r0-f1.txt": _pairs(_PRACTITIONER),
        "ccioph-v313r0-f1.txt": _pairs(_OUTPATIENT),
        "MCR_MUE_PractitionerServices_Eff_10-01-2025.csv": _limits("Practitioner Services"),
        "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2025.csv": _limits("Outpatient Hospital Services"),
        "aoc_2025Q4.tsv": "primary_code\tadd_on_code\taoc_edit_type\n"
        + "".join("\t".join(row) + "\n" for row in _ADD_ONS),
        "2025_NFRM_Addendum_B.txt": _addendum_b(),
        "2025_NFRM_Addendum_E.txt": _addendum_e(),
        "HCPC2019_CONTR_ANWEB.txt": _hcpcs(),
        "icd10cm-order-2026.txt": "".join(
            (
                order_line(1, "K50", 0, "Crohn's disease", "Crohn's disease [regional enteritis]"),
                order_line(2, "K500", 0, "Crohn's of small intestine", "Crohn's disease of small intestine"),
                order_line(3, "K5000", 1, "Crohn's w/o comp", "Crohn's disease without complications"),
                order_line(4, "Z0000", 1, "General examination", "General adult medical examination"),
            )
        ),
    }


def write_all(folder: Path) -> Path:
    """Write the files below a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder
