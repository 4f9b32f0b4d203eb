"""The claim check against all official files: the cases of the issue, and edits and limits recomputed by hand."""

from __future__ import annotations

import random
from datetime import date

import pytest

from codegraph.billing.lines import Line
from codegraph.claims.model import Claim

pytestmark = pytest.mark.full_release
DAY = "2024-08-01"
_DISTINCT = ("59", "XE", "XS", "XP", "XU", "LT", "RT", "25", "58", "78", "79", "91", "76", "51")


def findings(kg, lines, rule, **more):
    return [f for f in kg.check(lines, **{"on": DAY, **more}).findings if f.rule == rule]


def test_44187_is_denied_beside_44310_and_no_modifier_saves_it(full):
    (found,) = findings(full, ["44310", "44187"], "ptp")
    assert (found.line, found.severity, found.other) == (2, "deny", "44310")
    assert "More extensive procedure" in found.message
    assert dict(found.evidence[0].values)["indicator"] == "0"
    assert found.evidence[0].provenance.release == "ncci-ptp-practitioner/2024Q3"
    for modifier in _DISTINCT:
        for lines in (["44310", f"44187-{modifier}"], [f"44310-{modifier}", "44187"]):
            assert [f.severity for f in findings(full, lines, "ptp")] == ["deny"], lines


def test_44312_beside_44187_is_denied_unless_it_was_distinct(full):
    (found,) = findings(full, ["44187", "44312"], "ptp")
    assert (found.line, found.severity) == (2, "deny")
    assert "the file does not say" in found.message
    for modifier in ("59", "XE", "XS", "XP", "XU"):
        found = full.check(["44187", f"44312-{modifier}"], on=DAY)
        assert [f.severity for f in found.findings if f.rule == "ptp"] == ["info"]
        assert found.outcome == "pay"
    assert [f.severity for f in findings(full, ["44187", "44312-76"], "ptp")] == ["deny"]


def test_three_units_of_44310_exceed_their_limit(full):
    (found,) = findings(full, ["44310x3"], "mue", on="2026-05-01")
    assert dict(found.evidence[0].values)["units"] == "2"
    assert found.severity == "deny"
    assert findings(full, ["44310x2"], "mue", on="2026-05-01") == []
    checked = full.check(["44310x3"], on=DAY)
    assert checked.outcome == "pay"
    (note,) = [n for n in checked.not_checked if n.rule == "mue"]
    assert "ncci-mue-practitioner/2026Q2" in note.reason
    (near,) = findings(full, ["44310x3"], "mue", nearest=True)
    assert "by the nearest release ncci-mue-practitioner/2026Q2" in near.message


def test_add_on_codes(full):
    (alone,) = findings(full, ["44121"], "add-on")
    assert (alone.severity, "44120" in alone.message) == ("deny", True)
    assert full.check(["44121", "44120"], on=DAY).outcome == "pay"
    (second,) = findings(full, ["44310", "44955"], "add-on")
    assert (second.severity, "type 2" in second.message) == ("review", True)


def test_the_example_of_the_issue(full):
    found = full.check(["44310", "44187-59", "44955x1"], on=DAY, diagnoses=["K50.012"])
    assert [c.outcome for c in found.lines] == ["pay", "deny", "review"]
    assert [f.line for f in found.findings if f.rule == "indication" and "is among" in f.message] == [1, 2]
    assert {n.rule for n in found.not_checked} == {
        "code",
        "fee-schedule-status",
        "modifier",
        "mue",
        "global-period",
        "only-when-alone",
    }


def test_modifiers_by_the_fee_schedule(full):
    on = "2025-11-01"
    assert findings(full, ["44310-80"], "modifier", on=on) == []
    (no,) = findings(full, ["10060-80"], "modifier", on=on)
    assert (no.severity, no.evidence[0].provenance.release) == ("deny", "cms-pfs/2025D")
    (near,) = findings(full, ["10060-80"], "modifier", nearest=True)
    assert "by the nearest release cms-pfs/2025D" in near.message
    assert findings(full, ["10060-80"], "modifier") == []


def test_inpatient_only_procedures_of_2025(full):
    (found,) = findings(full, ["44310"], "inpatient-only", on="2025-11-01", setting="outpatient")
    assert (found.severity, found.evidence[0].provenance.release) == ("deny", "opps-addendum-e/2025")
    assert findings(full, ["45378"], "inpatient-only", on="2025-11-01", setting="outpatient") == []


def test_global_periods_of_late_2025(full):
    more = {"on": "2025-11-20", "prior": ["44310@2025-10-07"]}
    assert [f.severity for f in findings(full, ["99213"], "global-period", **more)] == ["deny"]
    assert [f.severity for f in findings(full, ["99213-24"], "global-period", **more)] == ["info"]
    assert [f.severity for f in findings(full, ["44312-78"], "global-period", **more)] == ["info"]
    assert [f.severity for f in findings(full, ["44312"], "global-period", **more)] == ["deny"]


def test_codes_of_the_date(full):
    def codes(line, **more):
        return [f.severity for f in findings(full, [line], "code", **{"on": "2025-11-01", **more})]

    assert codes("99201") == ["deny"], "retired"
    assert codes("44311") == ["deny"], "never was"
    assert codes("44310") == codes("0001U") == codes("G0105") == codes("J1100") == []
    assert codes("44311", on="2026-05-01") == ["review"], "no list of the day is loaded"
    assert codes("A4466") == ["deny"], "ended on 2016-12-31"
    assert codes("A4466", on="2016-12-31") == []
    assert codes("C1841") == ["review"], "retired, and no loaded list says since when"


def test_no_current_code_is_called_invalid_and_retired_ones_are(full):
    rows = full.tables.rows(
        "SELECT notation, status FROM code WHERE system IN ('cpt', 'hcpcs') ORDER BY notation"
    )
    judged = {"active": set(), "retired": set(), "unknown": set()}
    for code, status in rows:
        judged[status] |= {tuple(f.severity for f in findings(full, [code], "code", on="2025-11-01"))}
    assert judged["active"] == {()}
    assert ("deny",) in judged["retired"]


def test_modifiers_of_the_date(full):
    def of(line, on):
        return [(f.severity, f.message) for f in findings(full, [line], "modifier", on=on)]

    assert of("44310-ZY", "2025-11-01") == [("review", "ZY is in no list of modifiers that is loaded")]
    assert of("44310-JG", "2025-11-01") == [("deny", "JG ended on 2024-12-31")]
    assert of("44310-JG", "2024-12-31") == of("44310-99", "2025-11-01") == []


def _pairs_by_hand(full, codes, day):
    """Return the (column one, column two, indicator) in force among codes, from the view of the edits alone."""
    marks = ",".join("?" * len(codes))
    rows = full._edits_file.rows(
        "SELECT column1, column2, indicator, deleted FROM ptp WHERE setting = 'practitioner' "
        f"AND release = 'ncci-ptp-practitioner/2024Q3' AND column1 IN ({marks}) AND column2 IN ({marks})",
        (*codes, *codes),
    )
    return {(a, b, i) for a, b, i, deleted in rows if i != "9" and (not deleted or deleted >= day)}


def test_edits_and_limits_of_random_claims_agree_with_the_tables(full):
    rng = random.Random(20240801)
    codes = [
        r[0]
        for r in full.tables.rows("SELECT code FROM pfs WHERE status = 'A' AND modifier = '' ORDER BY code")
    ]
    codes = [c for c in codes if "44005" <= c <= "45399"]
    limits = {
        (code): (units, adjudication)
        for code, units, adjudication in full.tables.rows(
            "SELECT notation, units, adjudication FROM mue WHERE setting = 'practitioner'"
        )
    }
    claims = []
    for _ in range(300):
        lines = [
            Line(rng.choice(codes), ("59",) if rng.random() < 0.3 else (), rng.randint(1, 3))
            for _ in range(5)
        ]
        claims.append(Claim(tuple(lines), date(2024, 8, 1)))
    denied = 0
    for claim, found in zip(claims, full.check_many(claims, nearest=True), strict=True):
        distinct = sorted({line.code for line in claim.lines})
        edits = _pairs_by_hand(full, distinct, DAY) if len(distinct) > 1 else set()
        for number, line in enumerate(claim.lines, 1):
            bare = {
                one
                for one, two, indicator in edits
                if two == line.code
                and (
                    indicator == "0"
                    or (
                        "59" not in line.modifiers
                        and any(o.code == one and "59" not in o.modifiers for o in claim.lines)
                    )
                )
            }
            told = {
                str(f.other).partition(" ")[0].partition("-")[0]
                for f in found.lines[number - 1].findings
                if f.rule == "ptp" and f.severity == "deny"
            }
            assert told == bare
            units, adjudication = limits.get(line.code, (10**9, "1"))
            counted = (
                line.units
                if adjudication == "1"
                else sum(o.units for o in claim.lines if o.code == line.code)
            )
            over = any(f.rule == "mue" for f in found.lines[number - 1].findings)
            assert over == (counted > units)
            denied += bool(bare) + over
    assert denied > 500
