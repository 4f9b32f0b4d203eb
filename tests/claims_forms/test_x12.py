"""X12 837: what is read of a claim, and that damage is reported with its segments and never crashes."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.billing.lines import Line
from codegraph.claims import parts, x12, x12_segments
from codegraph.claims.model import Claim
from codegraph.claims.reading import Unread, read_claims
from codegraph.claims.x12 import read_x12
from codegraph.claims.x12_claim import INPATIENT_BILLS
from codegraph.errors import SourceError

FILES = Path(__file__).parent / "files"
PROFESSIONAL = (FILES / "professional.837").read_bytes()
INSTITUTIONAL = (FILES / "institutional.837").read_bytes()


def read(content: bytes | str) -> list[Claim | Unread]:
    stream = io.BytesIO(content) if isinstance(content, bytes) else io.StringIO(content)
    return list(read_claims(stream, form="x12", name="f.837"))


def claims(content: bytes) -> list[Claim]:
    return [found for found in read(content) if isinstance(found, Claim)]


def unread(content: bytes) -> list[Unread]:
    return [found for found in read(content) if isinstance(found, Unread)]


def changed(old: bytes, new: bytes, content: bytes = PROFESSIONAL) -> bytes:
    assert content.count(old) >= 1
    return content.replace(old, new, 1)


def without(start: bytes, content: bytes = PROFESSIONAL) -> bytes:
    """Return a file without its first segment that begins so; the counts of the trailer are corrected."""
    lines = content.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(start))
    rest = b"".join(lines[:at] + lines[at + 1 :])
    return rest.replace(b"SE*36*", b"SE*35*")


def test_a_professional_claim_is_read():
    first, second = claims(PROFESSIONAL)
    assert unread(PROFESSIONAL) == []
    common = {"place": "22", "provider": "1888888882"}
    assert first == Claim(
        (
            Line("44310", charge=Decimal(2000), diagnoses=("K50.012", "Z90.49"), number=1, **common),
            Line("44187", ("59",), charge=Decimal(1200), diagnoses=("K50.012",), number=2, **common),
        ),
        date(2024, 8, 1),
        "practitioner",
        diagnoses=("K50.012", "Z90.49"),
        ident="EXAMPLE-1",
    )
    assert (second.lines[0].key, second.lines[0].place, second.lines[0].provider) == (
        "44388-53",
        "11",
        "1999999984",
    )


def test_a_fraction_of_a_unit_is_rounded_up_and_noted():
    second = claims(PROFESSIONAL)[1]
    assert second.lines[1].units == 13
    assert second.notes == ("line 2: a fraction of a unit counts as a whole one (13 units)",)


def test_an_institutional_claim_is_read_and_a_line_without_a_code_noted():
    [claim] = claims(INSTITUTIONAL)
    assert (claim.setting, claim.on, claim.diagnoses) == ("outpatient", date(2024, 8, 1), ("K50.012",))
    assert [(x.code, x.number, x.place) for x in claim.lines] == [("44388", 1, None)]
    assert claim.notes == ("line 2 is without a procedure code and is left out",)


def test_a_line_of_an_institutional_claim_without_its_day_takes_the_statements():
    [claim] = claims(changed(b"DTP*472*D8*20240801~\n", b"", changed(b"SE*29*", b"SE*28*", INSTITUTIONAL)))
    assert (claim.on, claim.lines[0].day) == (date(2024, 8, 1), None)


@pytest.mark.parametrize("bill", sorted(INPATIENT_BILLS))
def test_an_inpatient_claim_is_not_checked(bill):
    [found] = unread(changed(b"13:A:1", bill.encode() + b":A:1", INSTITUTIONAL))
    assert found.claim == "EXAMPLE-3"
    assert "inpatient" in found.reason


def test_minutes_are_one_unit_and_noted():
    claim = claims(changed(b"UN*1***1:2", b"MJ*90***1:2"))[0]
    assert claim.lines[0].units == 1
    assert claim.notes == ("line 1 is reported in minutes (MJ) and counts as one unit",)


def test_a_service_over_several_days_counts_as_of_its_first_and_is_noted():
    claim = claims(changed(b"RD8*20240802-20240802", b"RD8*20240801-20240803"))[1]
    assert claim.on == date(2024, 8, 1)
    assert [x.day for x in claim.lines] == [None, date(2024, 8, 2)]
    assert "several days" in claim.notes[0]


def test_old_diagnoses_keep_the_numbers_of_the_others():
    claim = claims(changed(b"ABK:K50012*ABF:Z9049", b"BK:5559*ABF:Z9049"))[0]
    assert claim.diagnoses == ("Z90.49",)
    assert [x.diagnoses for x in claim.lines] == [("Z90.49",), ()]
    assert claim.notes == ("diagnosis 1 is of ICD-9-CM and is left out",)


def test_the_rendering_provider_of_a_line_goes_before_the_claims():
    claim = claims(changed(b"REF*6R*L1~", b"NM1*82*1*MADE*UP****XX*1777777770~"))[0]
    assert [x.provider for x in claim.lines] == ["1777777770", "1888888882"]


@pytest.mark.parametrize("segment", [b"NM1*82*1*MADE*UP****34*123456789~", b"NM1*82*1*MADE*UP****XX*A1B2C3~"])
def test_a_tax_number_is_no_provider_number(segment):
    claim = claims(changed(b"NM1*82*1*PRETEND*SURGEON****XX*1888888882~", segment))[0]
    assert {x.provider for x in claim.lines} == {"1999999984"}


def test_the_provider_of_another_payers_claim_is_not_the_renderer():
    other = b"SBR*S*18*****MB~\nNM1*82*1*OTHER*PAYER****XX*1666666660~"
    claim = claims(changed(b"NM1*82*1*PRETEND*SURGEON****XX*1888888882~", other))[0]
    assert {x.provider for x in claim.lines} == {"1999999984"}


def test_void_and_replacement_are_noted():
    assert claims(changed(b"22:B:1", b"22:B:8"))[0].notes == ("the claim voids an earlier claim",)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"HC:44310", b"HC:4431", "line 1: '4431' is no code"),
        (b"HC:44310", b"HC:" + b"A" * 50, "line 1: 'AAAAAAAAAAAA' is no code"),
        (b"HC:44187:59", b"HC:44187:5", "line 2: '5' of 44187 is no modifier"),
        (b"HC:44187:59", b"HC:44187:59:59", "twice"),
        (b"UN*1***1:2", b"UN*0***1:2", "units of service are a number above 0"),
        (b"UN*1***1:2", b"UN*-1***1:2", "units of service are a number above 0"),
        (b"UN*1***1:2", b"UN*1E9***1:2", "units of service are a number above 0"),
        (b"UN*1***1:2", b"**1***1:2", "no unit of measure"),
        (b"DTP*472*D8*20240801", b"DTP*472*D8*20240231", "no day"),
        (b"DTP*472*D8*20240801", b"DTP*472*RD8*20240801", "no day"),
        (b"LX*2~", b"LX*3~", "lines may be missing"),
        (b"REF*6R*L1", b"ZZ9*6R*L1", "does not belong in a claim"),
        (b"REF*6R*L1", b"REF*6R*L1~\nSV1*HC:44310*2000*UN*1", "exactly one SV1"),
        (b"REF*6R*L1", b"6R", "no segment"),
    ],
)
def test_a_damaged_claim_is_reported_with_its_segments_and_the_next_one_is_read(old, new, reason):
    found = read(changed(old, new))
    first = found[0]
    assert isinstance(first, Unread)
    assert first.claim == "EXAMPLE-1"
    assert first.where.startswith("f.837, segments 20–")
    assert reason in first.reason
    assert [f.ident for f in found if isinstance(f, Claim)] == ["EXAMPLE-2"]


def test_a_file_cut_short_gives_the_whole_claims_and_the_segments_of_the_rest():
    cut = PROFESSIONAL[: PROFESSIONAL.index(b"LX*2~\nSV1*HC:A0425") + 12]
    found = read(cut)
    assert [f.ident for f in found if isinstance(f, Claim)] == ["EXAMPLE-1"]
    assert [(f.where, f.claim) for f in found[1:]] == [
        ("f.837, segments 30–35", "EXAMPLE-2"),
        ("f.837, segment 36", None),
        ("f.837, segments 1–36", None),
    ]
    assert found[1].reason == "the claim is cut short: its end is not there"
    assert "SE and GE and IEA missing" in found[3].reason


def test_a_claim_at_the_very_end_of_a_cut_file_is_not_taken_for_whole():
    cut = PROFESSIONAL[: PROFESSIONAL.index(b"LX*2~\nSV1*HC:44187")]
    assert claims(cut) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"SE*36*", b"SE*35*", "SE01 counts other segments than the 36 that are there"),
        (b"SE*36*0001", b"SE*36*0009", "SE02 is not the control number"),
        (b"GE*1*1", b"GE*2*1", "GE01 counts other transactions"),
        (b"IEA*1*", b"IEA*7*", "IEA01 counts other groups"),
        (b"HL*2*1*22", b"HL*3*1*22", "levels with claims may be missing"),
        (b"HL*2*1*22", b"HL*2*9*22", "a parent that is not there"),
        (b"IEA*1*000000001~", b"IEA*1*000000001~\nSV1*1~", "begins with an ISA segment"),
        (b"GE*1*1~\n", b"GE*1*1~\nGE*1*1~\n", "GE without GS"),
    ],
)
def test_wrong_counts_and_envelopes_are_reported_and_the_claims_read(old, new, said):
    found = read(changed(old, new))
    assert [f.ident for f in found if isinstance(f, Claim)] == ["EXAMPLE-1", "EXAMPLE-2"]
    assert said in " ".join(f.reason for f in found if isinstance(f, Unread))


def test_a_lost_segment_shows_in_the_count():
    lost = PROFESSIONAL.replace(b"NM1*82*1*PRETEND*SURGEON****XX*1888888882~\n", b"")
    assert any("SE01" in f.reason for f in unread(lost))
    assert not any("SE01" in f.reason for f in unread(without(b"NM1*82")))


def test_several_transactions_groups_and_interchanges():
    transaction = PROFESSIONAL[PROFESSIONAL.index(b"ST*") : PROFESSIONAL.index(b"GE*")]
    two = PROFESSIONAL.replace(b"GE*1*1", transaction.replace(b"*0001", b"*0002") + b"GE*2*1")
    assert unread(two) == []
    assert len(claims(two)) == 4
    both = two + INSTITUTIONAL
    assert unread(both) == []
    assert [c.setting for c in claims(both)] == [*["practitioner"] * 4, "outpatient"]


def test_an_interchange_that_begins_within_another_is_read_and_the_other_reported():
    cut = PROFESSIONAL[: PROFESSIONAL.index(b"SE*")]
    found = read(cut + INSTITUTIONAL)
    assert [f.ident for f in found if isinstance(f, Claim)] == ["EXAMPLE-1", "EXAMPLE-3"]
    assert [f.claim for f in found if isinstance(f, Unread)] == ["EXAMPLE-2", None]


@pytest.mark.parametrize(
    "table",
    [
        bytes.maketrans(b"*:^~", b"|>!\x1e"),
        bytes.maketrans(b"*:^~", b"\x1d\x1f\x1c'"),
        bytes.maketrans(b"*:", b"+&"),
    ],
)
def test_separators_are_those_of_the_header(table):
    assert read(PROFESSIONAL.translate(table)) == read(PROFESSIONAL)


def test_lines_may_end_with_anything_or_nothing_and_a_mark_may_stand_before():
    plain = read(PROFESSIONAL)
    assert read(PROFESSIONAL.replace(b"\n", b"")) == plain
    assert read(PROFESSIONAL.replace(b"\n", b"\r\n")) == plain
    assert read(b"\xef\xbb\xbf" + PROFESSIONAL) == plain
    assert read(PROFESSIONAL.replace(b"~\n", b"\n")) == plain
    assert read(PROFESSIONAL.decode()) == plain


def test_other_letters_than_ascii_stand_in_no_way():
    for named in ("MÜLLER".encode(), "MÜLLER".encode("latin-1")):
        assert read(PROFESSIONAL.replace(b"TESTPATIENT", named)) == read(PROFESSIONAL)


def test_a_segment_without_end_is_an_error_and_not_read_into_memory():
    endless = PROFESSIONAL[:-20] + b"X" * (2 * x12_segments.LONGEST_SEGMENT)
    assert "no segment ends within 100,000 characters" in " ".join(f.reason for f in unread(endless))


def test_an_empty_segment_ends_nothing():
    found = read(changed(b"HL*2*1*22", b"~HL*2*1*22"))
    assert [f.ident for f in found if isinstance(f, Claim)] == ["EXAMPLE-1", "EXAMPLE-2"]
    assert any("no segment" in f.reason for f in found if isinstance(f, Unread))


@pytest.mark.parametrize("guide", [b"005010X224A2", b"004010X098A1"])
def test_other_transactions_are_passed_over_and_named(guide):
    found = read(changed(b"0001*005010X222A1", b"0001*" + guide))
    assert [type(f) for f in found] == [Unread]
    assert guide.decode() in found[0].reason


@pytest.mark.parametrize(
    "header",
    [PROFESSIONAL[:50], b"ISA" + PROFESSIONAL[4:], b"ISA*00*" + PROFESSIONAL[8:], b"GS*HC~"],
)
def test_a_header_that_is_none_is_said(header):
    [found] = read(header)
    assert isinstance(found, Unread)
    assert "ISA" in found.reason


def test_separators_of_a_header_that_are_letters_or_twice_the_same_are_refused():
    header = PROFESSIONAL[:106].decode()
    assert isinstance(x12_segments.separators_of(header), x12_segments.Separators)
    for bad in (header[:104] + "A~", header[:104] + "*~", header[:104] + ":*"):
        assert "separators" in str(x12_segments.separators_of(bad)) or "widths" in str(
            x12_segments.separators_of(bad)
        )


@pytest.mark.parametrize("repetition", ["U", ":", "*"])
def test_a_wrong_repetition_separator_stands_in_no_way(repetition):
    content = bytearray(PROFESSIONAL)
    content[82] = ord(repetition)
    found = read(bytes(content))
    assert found == read(PROFESSIONAL) or repetition == "*"
    assert isinstance(found[0], Unread) is (repetition == "*")


def test_a_claim_of_a_thousand_lines_is_read():
    lines = b"".join(b"LX*%d~SV1*HC:44310*1*UN*1***1~DTP*472*D8*20240801~" % n for n in range(1, 1001))
    body = PROFESSIONAL[: PROFESSIONAL.index(b"LX*1~")] + lines + b"SE*%d*0001~" % (20 + 3000)
    found = read(body + b"GE*1*1~IEA*1*000000001~")
    assert [len(f.lines) for f in found if isinstance(f, Claim)] == [1000]


def test_more_lines_than_any_claim_has_are_refused(monkeypatch):
    monkeypatch.setattr(parts, "MOST_LINES", 1)
    found = [
        *unread(PROFESSIONAL),
        *read_claims(FILES / "claim-r4.json"),
        *read_claims(FILES / "claims.jsonl"),
    ]
    assert [f.reason for f in found].count("more than 1 lines") == len(found) - 1 == 6


def test_no_name_and_no_member_number_is_kept():
    shown = repr(
        read(PROFESSIONAL) + read(INSTITUTIONAL) + read(PROFESSIONAL[:900]) + read(changed(b"LX*2", b"LX*9"))
    )
    assert not [
        w for w in ("TESTPATIENT", "IMAGINARY", "1EG4TE5MK73", "PRETEND", "19000101", "STREET") if w in shown
    ]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_crashes_and_every_claim_is_in_order(data):
    original = data.draw(st.sampled_from([PROFESSIONAL, INSTITUTIONAL, PROFESSIONAL + INSTITUTIONAL]))
    content = bytearray(original)
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    try:
        found = list(read_claims(io.BytesIO(bytes(content))))
    except SourceError:
        return
    assert all(isinstance(f, Claim | Unread) for f in found)
    assert all(line.units >= 1 for f in found if isinstance(f, Claim) for line in f.lines)


@settings(max_examples=200, deadline=None)
@given(st.integers(107, len(PROFESSIONAL) - 18))
def test_a_truncation_is_always_reported(at):
    """Whatever is missing of a file, something says so, and no claim is other than it was."""
    found = list(read_x12(io.BytesIO(PROFESSIONAL[:at]), "f.837"))
    assert any(isinstance(f, Unread) for f in found)
    assert [f for f in found if isinstance(f, Claim)] == claims(PROFESSIONAL)[
        : len(claims(PROFESSIONAL[:at]))
    ]


def test_pointers_are_numbers_of_diagnoses():
    for pointer in (b"00011", b"99999", b"0", b"-1", b"A", "²".encode("latin-1")):
        first = claims(changed(b"UN*1***1:2", b"UN*1***" + pointer))[0]
        assert first.lines[0].diagnoses == ()
        assert first.notes == ("line 1 points to a diagnosis that the claim does not have",)


def test_a_statement_over_several_days_is_noted_where_a_line_has_no_day_of_its_own():
    long = changed(b"RD8*20240801-20240801", b"RD8*20240801-20240805", INSTITUTIONAL)
    assert len(claims(long)[0].notes) == 1
    undated = claims(changed(b"DTP*472*D8*20240801~\n", b"", long))[0]
    assert "the statement runs over several days and counts as of its first" in undated.notes


def test_one_lost_level_is_reported_once():
    third = b"HL*4*2*23*0~\nCLM*EXAMPLE-2"
    found = [f for f in unread(changed(b"CLM*EXAMPLE-2", third)) if "numbered" in f.reason]
    assert len(found) == 1
    more = changed(b"CLM*EXAMPLE-2", b"HL*4*2*23*0~\nHL*5*2*23*0~\nCLM*EXAMPLE-2")
    assert len([f for f in unread(more) if "numbered" in f.reason]) == 1


def test_the_same_damage_a_thousand_times_is_reported_once():
    assert len(unread(changed(b"HL*2*1*22", b"~" * 1000 + b"HL*2*1*22"))) == 2
    assert len(unread(PROFESSIONAL[:106] + b"REF*1~" * 1000)) == 2


def test_a_claim_without_end_does_not_fill_memory(monkeypatch):
    monkeypatch.setattr(x12, "MOST_CHARACTERS", 20)
    assert {f.reason for f in unread(PROFESSIONAL)} == {"longer than 20 characters"}


# After the examples that X12 shows for 005010X222 and 005010X223; all names are others.
_OLDER = b"""ST*837*0021*005010X222A1~BHT*0019*00*244579*20061015*1023*CH~NM1*41*2*ONE*****46*TGJ23~
HL*1**20*1~PRV*BI*PXC*203BF0100Y~NM1*85*2*TWO*****XX*9876543210~N3*2 ROAD~N4*PLACE*FL*33111~REF*EI*587654321~
NM1*87*2~HL*2*1*22*1~SBR*P**2222-SJ******CI~NM1*IL*1*THREE*A****MI*JS00111223333~NM1*PR*2*FOUR*****PI*999996666~
HL*3*2*23*0~PAT*19~NM1*QC*1*FIVE*B~N3*2 ROAD~DMG*D8*19730501*M~CLM*26463774*100***11:B:1*Y*A*Y*I~
REF*D9*17312345600006351~HI*BK:0340*BF:V7389~LX*1~SV1*HC:99213*40*UN*1***1~DTP*472*D8*20061003~
LX*2~SV1*HC:87070*15*UN*1***1~DTP*472*D8*20061010~SE*29*0021~"""


def test_a_claim_of_a_dependant_with_old_diagnoses_and_two_days():
    envelope = PROFESSIONAL[: PROFESSIONAL.index(b"ST*")]
    [claim] = read(envelope + _OLDER + b"GE*1*1~IEA*1*000000001~")
    assert [(x.code, x.day, x.provider) for x in claim.lines] == [
        ("99213", None, "9876543210"),
        ("87070", date(2006, 10, 10), "9876543210"),
    ]
    assert claim.on == date(2006, 10, 3)
    assert len(claim.notes) == 2
