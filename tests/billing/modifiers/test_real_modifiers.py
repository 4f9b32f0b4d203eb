"""Modifiers and outpatient payment on the official files: RVU25D, OPPS 2025, NCCI 2024Q3; amounts worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from codegraph.billing.modifiers.facts import ANESTHESIA, SURGERY, VISITS, within
from codegraph.billing.modifiers.rules import RULES, rule
from codegraph.billing.outpatient_status import STATUSES

pytestmark = pytest.mark.full_release


@pytest.mark.parametrize(
    ("code", "modifiers", "answer"),
    [
        ("44310", "50 LT RT 66 26 TC 25 73", "no"),
        ("44310", "62 51 80 82 AS 54 55 58 78 79 59 XS 22 53", "yes"),
        ("44388", "53 73 74 78 59", "yes"),
        ("44388", "62 80 54 50", "no"),
        ("27447", "50 LT RT", "yes"),
        ("71045", "26 TC", "yes"),
        ("93010", "26 TC", "no"),
        ("85060", "26", "no"),
        ("84165", "26", "yes"),
        ("84165", "TC", "no"),
        ("44955", "51", "no"),
        ("99213", "24 25 57", "yes"),
        ("00840", "AA QZ", "yes"),
        ("74177", "CT 26 TC", "yes"),
        ("80053", "90 91", "yes"),
    ],
)
def test_codes_that_people_ask_for(full, code, modifiers, answer):
    found = [rule(full, code, m) for m in modifiers.split()]
    assert [(r.modifier, r.answer) for r in found] == [(m, answer) for m in modifiers.split()]


def test_the_row_of_the_component_decides(full):
    whole, professional = (rule(full, full._line(c), "50", None) for c in ("76519", "76519-26"))
    assert (whole.answer, professional.answer) == ("no", "yes")
    assert dict(professional.evidence[0].values)["modifier"] == "26"


def test_44310_splits_its_fee_as_published(full):
    assert [rule(full, "44310", m).rate for m in ("54", "55", "78")] == ["0.90", "0.10", "0.81"]
    assert "documentation" in (rule(full, "44310", "62").condition or "")


def test_the_published_rows_with_53(full):
    assert [use.code for use in full.codes_with_modifier("53")] == ["44388", "45378", "G0105", "G0121"]


@pytest.mark.parametrize(
    ("modifier", "cell"),
    [
        (
            "50",
            "bilateral IN ('1', '3') AND modifier = (SELECT min(modifier) FROM pfs AS f WHERE f.code = pfs.code)",
        ),
        ("62", "cosurgeon IN ('1', '2')"),
        ("66", "team IN ('1', '2')"),
        (
            "80",
            "assistant IN ('0', '2') AND modifier = (SELECT min(modifier) FROM pfs AS f WHERE f.code = pfs.code)",
        ),
        ("TC", "pctc = '1'"),
        ("54", "global_period IN ('010', '090') AND preoperative || intraoperative <> '0.000.00'"),
    ],
)
def test_the_codes_of_a_modifier_are_those_of_its_cell(full, modifier, cell):
    sql = f"SELECT DISTINCT code FROM pfs WHERE {cell} ORDER BY code"
    wanted = [code for (code,) in full.tables.rows(sql) if not within(code, VISITS)]
    assert [use.code for use in full.codes_with_modifier(modifier)] == wanted
    assert len(wanted) > 100


def test_kinds_of_service_by_range_agree_with_the_schedule(full):
    rows = full.tables.rows("SELECT code, status, global_period FROM pfs WHERE modifier = ''")
    assert {code for code, status, _ in rows if status == "J"} == {
        code for code, _, _ in rows if within(code, ANESTHESIA)
    }
    assert {period for code, _, period in rows if within(code, VISITS)} <= {"XXX", "ZZZ"}
    operations = [code for code, _, period in rows if within(code, SURGERY) and period == "090"]
    assert len(operations) > 3000


def test_every_rule_answers_for_codes_of_every_kind(full):
    codes = [code for (code,) in full.tables.rows("SELECT DISTINCT code FROM pfs ORDER BY code")][::400]
    found = [rule(full, code, m) for code in codes for m in RULES if m not in ("59", "XE", "XP", "XS", "XU")]
    assert [str(r) for r in found if not r.loaded or not r.reason] == []


def test_all_indicators_of_addendum_d1_have_their_meaning(full):
    listed = [status for (status,) in full.tables.rows("SELECT status FROM opps_status ORDER BY status")]
    assert len(listed) == 28
    assert listed == sorted(STATUSES)
    for status in listed:
        (code,) = full.tables.rows("SELECT code FROM opps WHERE status = ? LIMIT 1", (status,))[0]
        found = full.outpatient(code)
        assert found.published is not None
        assert found.label != status
        assert found.meaning.endswith(".")


def test_how_a_status_pays_is_how_addendum_b_states_rates(full):
    rows = full.tables.rows("SELECT code, status FROM opps WHERE payment_rate IS NOT NULL")
    paid = {"separate", "comprehensive", "conditional"}
    # The published file has this one: a rate for an inpatient-only code.
    assert [code for code, status in rows if STATUSES[status].pays not in paid] == ["50600"]
    assert "its status does not pay" in " ".join(full.outpatient("50600").notes)
    for status in ("J1", "S", "T", "V", "J2", "Q3"):
        missing = full.tables.row(
            "SELECT count(*) FROM opps WHERE status = ? AND payment_rate IS NULL", (status,)
        )
        assert missing == (0,), status


def test_the_inpatient_only_list_is_status_c(full):
    listed = full.tables.rows("SELECT code FROM inpatient_only ORDER BY code")
    assert listed == full.tables.rows("SELECT code FROM opps WHERE status = 'C' ORDER BY code")
    found = full.outpatient("44310", on="2025-07-01")
    assert (found.status, found.inpatient_only, found.payment_rate) == ("C", True, None)


@pytest.mark.parametrize(
    ("lines", "amounts"),
    [
        # 911.71, then 911.71 / 2 = 455.855 and 2 x 198.70 / 2
        ("44388 45378 10060x2", ["911.71", "455.86", "198.70"]),
        ("44388-73 10060", ["455.86", "99.35"]),
        ("44950 44970 99284 80053", ["6239.75", "0", "0", "0"]),
        ("93005 71045 99284", ["0", "88.05", "425.82"]),
        ("44310-CA 80053", ["13512.80", "0"]),
    ],
)
def test_claims_by_hand(full, lines, amounts):
    claim = full.outpatient_claim(lines.split(), on="2025-07-01")
    assert [str(line.amount) for line in claim.lines] == amounts
    assert claim.total == sum(map(Decimal, amounts))
