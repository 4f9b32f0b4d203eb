"""Small files of indicators, outpatient addenda and pairs in the official layouts; figures invented, release 2025."""

from __future__ import annotations

from pathlib import Path

from tests.billing.edits.edit_files import ptp
from tests.billing.price.small_prices import relative_values

_OPERATION = {"days": "090", "pre": "0.09", "intra": "0.81", "post": "0.10", "multiple": "2"}
_NINES = dict.fromkeys(("pctc", "multiple", "bilateral", "assistant", "cosurgeon", "team"), "9")
_TEST = {"days": "XXX"}
FEES = [
    ("44310", "", _OPERATION | {"assistant": "2", "cosurgeon": "1"}),
    ("44388", "", {"multiple": "2", "assistant": "1"}),
    ("44388", "53", {"multiple": "2", "assistant": "1", "work": "1.36", "total": "2.33"}),
    ("44955", "", {"days": "ZZZ", "assistant": "2", "cosurgeon": "1"}),
    # Each value of the bilateral, assistant, co-surgeon and team indicators once.
    ("27447", "", _OPERATION | {"bilateral": "1", "assistant": "2", "cosurgeon": "1", "team": "0"}),
    (
        "58661",
        "",
        _OPERATION | {"bilateral": "2", "assistant": "1", "cosurgeon": "2", "team": "1", "days": "010"},
    ),
    ("73560", "", _TEST | {"bilateral": "3", "assistant": "0", "cosurgeon": "0", "team": "2", "pctc": "1"}),
    ("69210", "", {"days": "YYY", "bilateral": "5", **dict.fromkeys(("pre", "intra", "post"), "0.00")}),
    ("77750", "", {"days": "090", "multiple": "2"}),  # a global period without shares
    ("74177", "", _TEST | {"pctc": "1", "multiple": "4", "assistant": "9"}),
    ("93010", "", _TEST | {"pctc": "2"}),
    ("93005", "", _TEST | {"pctc": "3", "multiple": "6"}),
    ("93000", "", _TEST | {"pctc": "4", "multiple": "7"}),
    ("96372", "", _TEST | {"pctc": "5"}),
    ("84165", "26", _TEST | {"pctc": "6"}),
    ("97110", "", _TEST | {"pctc": "7", "multiple": "5"}),
    ("85060", "", _TEST | {"pctc": "8"}),
    ("80053", "", _TEST | _NINES | {"status": "X"}),
    ("00840", "", _TEST | _NINES | {"status": "J"}),
    ("92928", "", {"days": "000", "multiple": "2"}),
    ("59400", "", {"days": "MMM", "multiple": "2"}),
    ("99213", "", _TEST),
    ("G0463", "", _TEST | _NINES | {"status": "X"}),
]
# code, status, APC, weight, rate, minimum copayment, note
HOSPITAL = [
    ("44310", "C", "", "", "", "", ""),
    ("44388", "T", "5311", "10.0", "$900.01", "$180.00", ""),
    ("10060", "T", "5051", "2.2", "$200.00", "$40.00", ""),
    ("44950", "J1", "5342", "70.0", '"$6,000.00"', '"$1,200.00"', "Capped."),
    ("44970", "J1", "5361", "65.0", '"$5,800.00"', '"$1,160.00"', ""),
    ("95810", "S", "5724", "11.0", '"$1,000.00"', "$200.00", ""),
    ("93005", "Q1", "5733", "0.7", "$60.00", "$12.00", ""),
    ("93017", "Q1", "5722", "3.0", "$300.00", "$60.00", ""),
    ("36591", "Q2", "5733", "0.7", "$70.00", "$12.00", ""),
    ("71045", "Q3", "5521", "1.0", "$88.00", "$17.61", ""),
    ("80053", "Q4", "", "", "", "", ""),
    ("99284", "J2", "5024", "4.8", "$425.00", "$85.00", ""),
    ("J0131", "N", "", "", "", "", ""),
    ("J9999", "K", "0701", "", "$10.005", "$2.00", ""),
    ("A9600", "G", "0702", "", "$20.00", "$4.00", ""),
    ("92507", "A", "", "", "", "", ""),
    ("V2785", "F", "", "", "", "", ""),
    ("99213", "B", "", "", "", "", ""),
]
_APCS = [
    ("5311", "Level 1 Lower GI Procedures", "T", "$900.01"),
    ("5051", "Level 1 Skin Procedures", "T", "$200.00"),
    ("5342", "Level 2 Abdominal Procedures", "J1", '"$6,000.00"'),
    ("5361", "Level 1 Laparoscopy", "J1", '"$5,800.00"'),
    ("5724", "Level 4 Diagnostic Tests", "S", '"$1,000.00"'),
    ("5733", "Level 3 Minor Procedures", "S", "$60.00"),
    ("5722", "Level 2 Diagnostic Tests", "S", "$300.00"),
    ("5521", "Level 1 Imaging", "S", "$88.00"),
    ("5024", "Level 4 ED Visits", "J2", "$425.00"),
    ("5881", "When Patient Dies", "J1", '"$13,000.00"'),
]
_PAIRS = (
    ("44310", "44388", "", "20000101", "*", "1", "Misuse"),
    ("44310", "44187", "", "20000101", "*", "0", "More extensive procedure"),
    ("44388", "G0463", "", "20000101", "*", "1", "Misuse"),
    ("27447", "44187", "", "20000101", "20051231", "1", "Misuse"),  # ended
    ("95810", "44187", "", "20000101", "*", "0", "More extensive procedure"),
)
_TABS = "\t" * 11


def addendum_a() -> str:
    head = (
        "\tAddendum A.- OPPS APCs for CY 2025" + "\t" * 9 + "\r\n"
        "APC \tGroup Title\tSI\tRelative Weight \tPayment Rate \tNational Unadjusted Copayment\t"
        "Minimum Unadjusted Copayment\tIRA Coinsurance percentage \tAdjusted Beneficiary Copayment\t"
        "Drug and Device Pass-Through Expiration during Calendar Year\tNote\r\n"
    )
    return head + "".join(
        f"{a}\t{title}\t{si}\t1.0\t{rate}\t.\t$1.00\t\t\t\t\r\n" for a, title, si, rate in _APCS
    )


def addendum_b() -> str:
    head = (
        f"\tAddendum B.-- OPPS Payment by HCPCS Code for CY 2025{_TABS}\r\n"
        "HCPCS Code\tShort Descriptor\t CI\t SI\t APC \tRelative Weight\tPayment Rate\tNational Unadjusted Copayment\t"
        "Minimum Unadjusted Copayment\tIRA Coinsurance percentage \tAdjusted Beneficiary Copayment\t"
        "Drug and Device Pass-Through Expiration during Calendar Year\tNote\r\n"
    )
    return head + "".join(
        f"{code}\t\t\t{status}\t{apc}\t{weight}\t{rate}\t.\t{copay}\t\t\t\t{note}\r\n"
        for code, status, apc, weight, rate, copay, note in HOSPITAL
    )


_ADDENDUM_D1 = (
    "\tADDENDUM D1.- OPPS PAYMENT STATUS INDICATORS FOR CY 2025\t\r\n"
    "Status Indicator\tItem/Code/Service\tOPPS Payment Status\r\n"
    "C\tInpatient Procedures\tAdmit patient.\r\nT\tReduced when several\tSeparate payment.\r\n"
)
_ADDENDUM_E = (
    "\tAddendum E.-- HCPCS Codes That Would Be Paid Only as Inpatient Procedures for CY 2025\t\t\r\n"
    "HCPCS Code\tShort Descriptor\t CI\t SI\r\n44310\t\t\tC\r\n71045\t\t\tC\r\n"
)


def write_all(folder: Path) -> Path:
    """Write the files below a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "PPRRVU2025_Oct.csv": relative_values(2025, "October", "32.3465", FEES),
        "2025_NFRM_Addendum_A.txt": addendum_a(),
        "2025_NFRM_Addendum_B.txt": addendum_b(),
        "2025_NFRM_Addendum_D1.txt": _ADDENDUM_D1,
        "2025_NFRM_Addendum_E.txt": _ADDENDUM_E,
        "ccipra-v313r0-f1.txt": ptp(_PAIRS),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="cp1252")
    return folder
