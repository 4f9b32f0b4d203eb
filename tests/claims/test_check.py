"""The claim check as a whole: what goes in, what comes out, order, dates, what is not checked, long claims."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codegraph.billing.editions import TITLES
from codegraph.billing.lines import Line, parse_line
from codegraph.claims import check as checks
from codegraph.claims.model import CheckedLine, Claim, ClaimCheck, Finding
from codegraph.claims.rules import (
    addons,
    advice,
    codes,
    global_days,
    ground,
    modifiers,
    pairs,
    session,
    units,
)
from codegraph.claims.rules.table import BY_NAME, RULES
from codegraph.claims.shown import as_json, as_text
from codegraph.errors import InvalidCode, InvalidValue
from tests.claims.asked import check, outcomes, said
from tests.claims.claim_files import CODES, DAY

EVERY = ["44310", "44187-59", "44312", "44121", "10060x4", "99213", "99000", "44799", "44311", "70450-26-TC"]


def test_lines_are_numbered_and_keep_their_order(claimed):
    found = check(claimed, "44310", "44187-59x2", claimed["cpt:10060"], parse_line("44955x1"))
    assert [(c.line.number, str(c.line)) for c in found.lines] == [
        (1, "44310"),
        (2, "44187-59 x2"),
        (3, "10060"),
        (4, "44955"),
    ]
    assert found.claim.on == date(2025, 11, 20)


def test_the_outcome_is_the_worst_finding():
    def of(*severities):
        return CheckedLine(Line("44310"), tuple(Finding(1, "mue", s, "") for s in severities)).outcome

    assert [of(), of("info"), of("info", "review"), of("review", "deny", "info")] == [
        "pay",
        "pay",
        "review",
        "deny",
    ]


def test_every_rule_is_in_the_table_and_findings_name_no_other(claimed):
    found = check(claimed, *EVERY, prior=["44310@2025-11-01"], diagnoses=["K50"])
    assert {f.rule for f in found.findings} <= set(BY_NAME)
    assert len(BY_NAME) == len(RULES) == 14
    assert all(rule.title.endswith(("?", ".")) for rule in RULES)
    assert {s for r in RULES for s in (*(r.practitioner or ()), *(r.outpatient or ()))} <= set(TITLES)
    together = [
        modifiers.counted_twice,
        pairs.pair_edits,
        units.unit_limits,
        global_days.global_periods,
        checks.only_when_alone,
        advice.separate_procedures,
        addons.add_ons,
    ]
    assert list(checks._TOGETHER) == together, "add-on codes last: a denied primary carries none"
    assert checks._ALONE[0] is codes.valid_code


def test_every_finding_that_denies_names_the_row_that_decided(claimed):
    found = check(claimed, *EVERY, prior=["44310@2025-11-01"])
    denied = [f for f in found.findings if f.severity == "deny"]
    assert len({f.rule for f in denied}) >= 6
    without = {f.message for f in denied if not f.evidence}
    assert all("exclude each other" in message for message in without)
    rows = [row for f in found.findings for row in f.evidence]
    assert all(row.provenance.release for row in rows)
    assert all(row.provenance.file for row in rows if row.table != "graph")
    assert all(f.resolution for f in denied if f.rule != "fee-schedule-status")


def test_a_claim_object_is_checked_as_it_is(claimed):
    claim = Claim((parse_line("44310"), parse_line("44187")), date(2025, 11, 20), "outpatient", ident="A1")
    found = claimed.check(claim)
    assert found.claim is not None
    assert (found.claim.setting, found.claim.ident) == ("outpatient", "A1")
    assert [c.outcome for c in found.lines] == ["deny", "deny"]
    more = claimed.check(replace(claim, on=None), on=DAY, diagnoses=["K50.00"], prior=["10060@2025-11-19"])
    assert (more.claim.on, more.claim.diagnoses) == (date(2025, 11, 20), ("K50.00",))
    assert more.claim.prior[0].day == date(2025, 11, 19)


@pytest.mark.parametrize(
    ("lines", "more", "error", "says"),
    [
        ([], {}, InvalidValue, "no lines"),
        (["44310"], {"setting": "dme"}, InvalidValue, "no setting"),
        (["44310"], {"on": "20.11.2025"}, InvalidValue, "YYYY-MM-DD"),
        (["44310@2025-13-01"], {}, InvalidValue, "calendar"),
        (["44310-599"], {}, InvalidValue, "no modifier"),
        (["44310x0"], {}, InvalidValue, "from 1"),
        (["44310x-1"], {}, InvalidValue, "from 1"),
        (["443"], {}, InvalidCode, "no line"),
        (["44310"], {"prior": ["44310@yesterday"]}, InvalidValue, "YYYY-MM-DD"),
    ],
)
def test_bad_input_says_what_was_expected(claimed, lines, more, error, says):
    with pytest.raises(error, match=says) as raised:
        claimed.check(lines, **{"on": DAY, **more})
    if says == "no setting":
        assert raised.value.candidates == ("practitioner", "outpatient")


def test_a_text_alone_is_one_line(claimed):
    assert len(claimed.check("44310", on=DAY, prior="10060@2025-11-01", diagnoses="K50.00").lines) == 1


def test_lines_may_have_days_of_their_own(claimed):
    assert outcomes(claimed, "44310", "44187") == ["pay", "deny"]
    assert outcomes(claimed, "44310@2025-11-20", "44187-79@2025-11-21", on=None) == ["pay", "pay"]
    assert outcomes(claimed, "44187@2025-11-20", "44310") == ["deny", "pay"]


def test_without_a_date_the_newest_releases_answer(claimed):
    found = check(claimed, "44310", "44187", "10060x4", on=None)
    assert [c.outcome for c in found.lines] == ["pay", "deny", "deny"]
    assert found.not_checked == ()


def test_what_no_release_covers_is_listed_once_with_the_nearest(claimed):
    found = check(claimed, "44310x3", "44187", on="2026-02-01")
    assert Counter(n.rule for n in found.not_checked) == Counter(
        [
            "code",
            "fee-schedule-status",
            "modifier",
            "ptp",
            "mue",
            "global-period",
            "only-when-alone",
            "add-on",
        ]
    )
    assert all("the nearest is" in n.reason for n in found.not_checked)
    assert found.outcome == "pay"
    several = check(claimed, "44310@2026-02-01", "44310@2026-02-02", "44310", on="2026-02-01")
    assert len(several.not_checked) == 2 * len(found.not_checked)


def test_by_the_nearest_release_rules_apply_and_say_so(claimed):
    found = check(claimed, "44310x3", "44187-80", "44121", "99000", on="2026-02-01", nearest=True)
    assert found.not_checked == ()
    assert [c.outcome for c in found.lines] == ["deny"] * 4
    told = [f for f in found.findings if f.rule != "separate-procedure"]
    assert len(told) >= 5
    assert all("nearest" in f.message for f in told)
    by_table = {row.table for f in told for row in f.evidence}
    assert by_table >= {"mue", "ptp", "addon", "pfs"}


def test_the_packaged_release_checks_its_own_codes(kg):
    found = kg.check(["44310", "44187", "44121"], on="2024-08-01", diagnoses=["K50.012"])
    assert [c.outcome for c in found.lines] == ["pay", "deny", "deny"]
    assert all("packaged" in n.reason for n in found.not_checked)
    (foreign,) = [f for f in kg.check(["96547"], on="2024-08-01").findings if f.rule == "add-on"]
    assert (foreign.severity, "may lack its other primaries" in foreign.message) == ("review", True)
    outside = kg.check(["99213", "12345"], on="2025-11-20")
    assert outside.outcome == "pay", "an excerpt does not say that a code is unknown"
    assert "code" in {n.rule for n in outside.not_checked}


def test_a_claim_of_a_thousand_lines(claimed):
    lines = [*["44310"] * 400, *["44187"] * 300, *["44312-59"] * 200, *["99213"] * 100]
    found = check(claimed, *lines)
    assert len(found.lines) == 1000
    assert {c.outcome for c in found.lines[:400]} == {"deny"}, "over the limit"
    assert [f.rule for f in found.lines[700].findings] == ["ptp"]
    different = check(claimed, *(f"{n}" for n in range(10000, 11000)))
    assert sum(c.outcome == "pay" for c in different.lines) == 1


def test_many_claims_come_out_as_one_by_one_and_in_order(claimed):
    claims = [
        Claim((parse_line(a), parse_line(b)), date(2025, 11, 20), ident=f"{a}+{b}")
        for a in EVERY
        for b in EVERY
    ]
    found = list(claimed.check_many(iter(claims)))
    assert found == [claimed.check(claim) for claim in claims]
    assert [f.claim.ident for f in found] == [c.ident for c in claims]
    assert claimed._checker._dated(date(2025, 11, 20), "practitioner", False).ground is not None


def test_days_that_the_same_releases_answer_for_share_what_was_read(claimed):
    dated = claimed._checker.dated
    one, other = (dated(date(2025, 11, d), "practitioner", False) for d in (20, 21))
    assert one.ground is other.ground
    assert isinstance(one.ground, ground.Ground)
    assert dated(date(2024, 11, 20), "practitioner", False).ground is not one.ground
    assert session.named(parse_line("44310")) == "44310"


def test_what_is_kept_for_one_day_names_no_other(claimed):
    lines = ["10060-80", "44310-50", "99000", "G0105-TC", "44121"]
    for day in ("2026-02-01", "2026-02-02"):
        found = check(claimed, *lines, on=day, nearest=True)
        assert len(found.findings) > 4
        assert [f.message for f in found.findings if "2026-02" in f.message] == []


LINES = st.lists(
    st.builds(
        lambda code, modifiers, units: Line(code, tuple(sorted(modifiers)), units),
        st.sampled_from(CODES),
        st.sets(st.sampled_from(["59", "LT", "RT", "50", "25", "57", "79", "80", "26"]), max_size=2),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
)
_QUIET = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def verdicts(found):
    """Return what was said of each line, without what its place in the claim adds."""
    return [
        (c.line.key, c.line.units, c.outcome, sorted((f.rule, f.severity) for f in c.findings))
        for c in found.lines
    ]


@given(lines=LINES, data=st.data())
@_QUIET
def test_the_order_of_lines_changes_no_verdict(claimed, lines, data):
    order = data.draw(st.permutations(range(len(lines))))
    straight = verdicts(check(claimed, *lines, prior=["11042@2025-11-20"]))
    turned = verdicts(check(claimed, *(lines[n] for n in order), prior=["11042@2025-11-20"]))
    assert turned == [straight[n] for n in order]


@given(lines=LINES, more=st.sampled_from(["70450", "59400", "J1100", "1000F", "80053"]))
@_QUIET
def test_an_unrelated_line_turns_no_denial_into_payment(claimed, lines, more):
    before = outcomes(claimed, *lines)
    after = outcomes(claimed, *lines, more)
    assert [(b, a) for b, a in zip(before, after, strict=False) if b == "deny" and a == "pay"] == []


@given(lines=LINES)
@_QUIET
def test_a_check_repeats_itself(claimed, lines):
    assert check(claimed, *lines) == check(claimed, *lines)


def test_the_result_as_json_has_every_field(claimed):
    found = check(claimed, *EVERY, prior=["44310@2025-11-01"], diagnoses=["K50"])
    shown = json.loads(json.dumps(as_json(found)))
    assert shown["outcome"] == "deny"
    assert shown["prior"][0]["day"] == "2025-11-01"
    assert set(shown) == {*Claim.__slots__, *ClaimCheck.__slots__, "outcome"} - {"claim"}
    assert [f["rule"] for f in shown["general"]] == ["diagnosis"]
    (edit,) = [f for f in shown["lines"][1]["findings"] if f["rule"] == "ptp"]
    assert set(edit) == {"source", *Finding.__slots__}
    assert edit["evidence"][0]["values"]["column2"] == "44187"
    assert edit["evidence"][0]["provenance"]["file"] == "ccipra-v313r0-f1.txt"
    assert edit["evidence"][0]["effective"] == "2000-01-01"
    assert set(shown["lines"][0]["line"]) == set(Line.__slots__)


def test_the_result_as_text_shows_rows_and_ways_out(claimed):
    text = as_text(check(claimed, "44310", "44187@2026-02-01", diagnoses=["K50"]))
    assert text.startswith("REVIEW practitioner, on 2025-11-20\n")
    assert "what would resolve it: " in text
    assert "2  pay    44187 on 2026-02-01" in text
    assert text.count("not checked: ") == 4, "one reason often stops several rules"
    assert said(claimed, "44310", "44187@2026-02-01") == {}
