"""Small fee schedule files with invented figures: a conversion factor of 10, so that an RVU is ten dollars."""

from __future__ import annotations

from pathlib import Path

from tests.billing.price.small_prices import relative_values

SCOPE = {"facility_na": "", "multiple": "3"}
IMAGE = {"pctc": "1", "days": "XXX", "facility_na": "NA", "multiple": "4", "family": "88"}


def _whole(dollars: str, **more: str) -> dict[str, str]:
    """Return fields of a row whose work alone is worth the dollars; operations without more."""
    return {"work": f"{float(dollars) / 10:.2f}", "multiple": "2", "days": "090", **more}


def _test(code: str, kind: str, technical: str, professional: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the three rows of a diagnostic test, its technical part all practice expense."""
    same = IMAGE | {"multiple": kind, "family": "88" if kind == "4" else "99"}
    whole, opps = {"work": professional, "nonfacility": technical}, {"opps_pe": "9.00"}
    return [
        (code, "", same | whole | opps),
        (code, "26", same | {"work": professional, "facility_na": ""}),
        (code, "TC", same | {"nonfacility": technical} | opps),
    ]


ROWS = [
    ("44388", "", _whole("50", nonfacility="9.00")),
    ("44388", "53", _whole("25")),
    ("44389", "", _whole("70") | SCOPE | {"base": "44388"}),
    ("44394", "", _whole("100") | SCOPE | {"base": "44388"}),
    ("44397", "", _whole("40") | SCOPE | {"base": "44388"}),
    ("45378", "", _whole("60")),
    ("45380", "", _whole("80") | SCOPE | {"base": "45378"}),
    ("45385", "", _whole("90") | SCOPE | {"base": "45378"}),
    ("45399", "", _whole("30") | SCOPE | {"base": "0652T"}),
    ("45398", "", _whole("35") | SCOPE | {"base": "0652T"}),
    ("0652T", "", {"status": "C", "multiple": "2"}),
    ("44310", "", _whole("300", nonfacility_na="NA", assistant="2")),
    ("44120", "", _whole("300", assistant="2")),
    ("44005", "", _whole("200", bilateral="1")),
    ("44140", "", _whole("290")),
    ("44121", "", _whole("40", multiple="0", days="ZZZ")),
    ("99213", "", _whole("9", multiple="9", days="XXX")),
    ("20000", "", _whole("20", status="B")),
    ("44799", "", {"status": "C", "multiple": "2", "days": "YYY"}),
    *_test("72141", "4", "8.00", "2.00"),
    *_test("72148", "4", "6.00", "4.00"),
    *_test("93306", "6", "20.00", "5.00"),
    *_test("93307", "6", "10.00", "7.00"),
    *_test("92133", "7", "5.00", "1.00"),
    *_test("92250", "7", "4.00", "1.50"),
    ("93005", "", {"pctc": "3", "multiple": "6", "nonfacility": "1.00", "days": "XXX"}),
    ("93000", "", {"pctc": "4", "multiple": "6", "work": "1.00", "nonfacility": "1.00", "days": "XXX"}),
    (
        "97110",
        "",
        {"pctc": "7", "multiple": "5", "work": "3.00", "nonfacility": "2.00", "malpractice": "0.10"},
    ),
    (
        "97140",
        "",
        {"pctc": "7", "multiple": "5", "work": "2.00", "nonfacility": "4.00", "malpractice": "0.20"},
    ),
    ("10001", "", {"work": "0.01", "multiple": "0"}),
    ("10002", "", {"work": "0.01", "multiple": "0"}),
]
INDICES = """ADDENDUM E. FINAL CY 2025 GEOGRAPHIC PRACTICE COST INDICES,,,,,,
Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,\
2025 PW GPCI (with 1.0 Floor),2025 PE GPCI,2025 MP GPCI
10112,AL,00,ALABAMA,1.05,1,1
01112,CA,05,SAN FRANCISCO-OAKLAND (SAN FRANCISCO/ALAMEDA CNTY),1.088,1.4,0.445
01182,CA,18,LOS ANGELES (LOS ANGELES/ORANGE CNTY),1,1,1
01112,CA,75,REST OF CALIFORNIA,1,1.1,0.5
05302,MO,99,REST OF MISSOURI,1,0.9,0.9
"""
COUNTIES = """COUNTIES INCLUDED IN 2025 LOCALITIES.,,,,
Medicare Adminstrative Contractor,Locality Number,State ,Fee Schedule Area ,Counties
10112,0,ALABAMA ,STATEWIDE ,ALL COUNTIES
1112,18,CALIFORNIA,LOS ANGELES (LOS ANGELES CNTY),LOS ANGELES /ORAGNGE CNTY
1112,5,,SAN FRANCISCO-OAKLAND (SAN FRANCISCO CNTY/ALAMEDA CNTY),SAN FRANCISCO/ALAMEDA
1112,75,,REST OF STATE*,ALL OTHER COUNTIES
5302,99,MISSOURI,REST OF STATE*,ALL OTHER COUNTIES
"""
# The cap of the technical component of 72141 is above half of it, that of 72148 below; Los Angeles stands under the
# carrier of the north.
CAPS = """HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE
72141,,A,10112,00,71.00,71.00
72141,TC,A,10112,00,50.00,50.00
72148,,A,10112,00,67.00,67.00
72148,TC,A,10112,00,25.00,25.00
72148,TC,A,01112,18,11.11,11.11
"""


def write_places(folder: Path) -> Path:
    """Write the small files below a folder and return it."""
    files = {
        "PPRRVU2025_Oct.csv": relative_values(2025, "October", "10.0000", ROWS),
        "GPCI2025.csv": INDICES,
        "25LOCCO.csv": COUNTIES,
        "OPPSCAP_Oct.csv": CAPS,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
