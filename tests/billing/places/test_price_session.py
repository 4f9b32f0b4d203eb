"""Procedures of one session: ranks, families, components, therapy, each figure worked out beside the test."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from codegraph.billing.lines import make_line, parse_line
from codegraph.billing.price.reductions import COMPONENTS, RANKED
from codegraph.billing.price.session import price_session
from codegraph.errors import InvalidCode, InvalidValue, NotLoaded, UnknownCode


@pytest.fixture(scope="module")
def ask(placed):
    def ask(*lines, **how):
        return price_session(placed, [parse_line(line) for line in lines], **how)

    return ask


def amounts(session):
    return {str(line.line): None if line.amount is None else str(line.amount) for line in session.lines}


def ranks(session):
    return {line.line.code: line.rank for line in session.lines}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["44310"], ["300.00"], id="alone"),
        pytest.param(["44140", "44310"], ["145.00", "300.00"], id="two operations"),
        pytest.param(["44388", "44394"], ["0.00", "100.00"], id="a base with its endoscopy"),
        # 100 in full, 70 - 50 of the base, the base itself nothing
        pytest.param(["44388", "44389", "44394"], ["0.00", "20.00", "100.00"], id="a family"),
        pytest.param(["44389", "44394"], ["20.00", "100.00"], id="a family, base not reported"),
        # 40 is less than the base of 50, so it adds nothing
        pytest.param(["44397", "44389"], ["0.00", "70.00"], id="less than the base"),
        # The family, 120, ranks behind 300: half of 100 and of 20
        pytest.param(
            ["44389", "44394", "44310"], ["10.00", "50.00", "300.00"], id="a family and an operation"
        ),
        # 44388: 100 + 20 = 120; 45378: 90 + 80 - 60 = 110, so half of 90 and of 20
        pytest.param(
            ["45380", "44389", "45385", "44394"], ["10.00", "20.00", "45.00", "100.00"], id="two families"
        ),
        # Alone 90 would rank behind 100; with the family's second endoscopy, 110, it ranks before
        pytest.param(
            ["45380", "45385", "44394"], ["20.00", "90.00", "50.00"], id="a family ranks by its sum"
        ),
        pytest.param(["44389", "45380"], ["35.00", "80.00"], id="two unrelated endoscopies"),
        pytest.param(["45378", "44394"], ["30.00", "100.00"], id="a base without its family ranks"),
        pytest.param(["44388-53", "44394"], ["0.00", "100.00"], id="a base that was stopped"),
        pytest.param(["44388-53", "44310"], ["12.50", "300.00"], id="the row of 53"),
        pytest.param(["44121", "44120"], ["40.00", "300.00"], id="an add-on code is not reduced"),
        pytest.param(["99213", "44310"], ["9.00", "300.00"], id="the concept does not apply"),
        pytest.param(["44310-51", "44140-51"], ["300.00", "145.00"], id="51 changes nothing of its own"),
        # Each unit is a procedure: 200 + 100 + 100
        pytest.param(["44005x3"], ["400.00"], id="units"),
        # 44310 first; 200 x 150 % = 300 comes behind 44120 by its code
        pytest.param(["44120", "44005-50"], ["150.00", "300.00"], id="both sides at 150 %, ties by code"),
        # The assistant's 16 % ranks by itself: 48 and 24
        pytest.param(["44310", "44120-80", "44310-80"], ["300.00", "48.00", "24.00"], id="an assistant"),
    ],
)
def test_surgery(ask, lines, expected):
    found = ask(*lines)
    assert [str(line.amount) for line in found.lines] == expected
    assert found.total == sum(map(Decimal, expected))


def test_ranks_and_percents(ask):
    found = ask("44389", "44394", "44310", "44388", "44121")
    assert ranks(found) == {"44389": 2, "44394": 2, "44310": 1, "44388": None, "44121": None}
    # 10 of 70 is 14.29 %
    assert [str(line.percent) for line in found.lines] == ["14.29", "50", "100", "0", "100"]


def test_ties_rank_by_code(ask):
    assert ranks(ask("44310", "44120")) == {"44120": 1, "44310": 2}


def test_the_sixth_is_by_report(ask):
    found = ask("44310", "44120", "44140", "44005", "45378", "44388")
    assert amounts(found) == {
        "44310": "150.00",
        "44120": "300.00",
        "44140": "145.00",
        "44005": "100.00",
        "45378": "30.00",
        "44388": None,
    }
    assert found.total == Decimal("725.00")
    sixth = found.lines[-1]
    assert (sixth.rank, sixth.exact) == (6, None)
    assert "by report" in sixth.rule
    assert "not in the total, for the reasons given: 44388" in found.notes
    assert len(RANKED) == 5


def test_units_beyond_the_fifth(ask):
    found = ask("44005x6").lines[0]
    assert found.amount is None
    assert "by report" in found.rule


def test_a_base_that_the_contractor_prices(ask):
    found = ask("45399", "45398")
    assert amounts(found) == {"45399": None, "45398": "35.00"}
    assert "no amount of that to subtract" in found.lines[0].rule


def test_lines_without_price(ask):
    found = ask("44799", "20000", "44310")
    assert amounts(found) == {"44799": None, "20000": None, "44310": "300.00"}
    assert found.total == 300
    assert "no price: status C" in found.lines[0].rule
    assert any("the contractor prices may rank" in note for note in found.notes)


def test_another_day_and_provider_rank_apart(placed):
    def lines(**second):
        return [make_line("44310", day=date(2025, 11, 3)), make_line("44140", **second)]

    def both(**second):
        return [str(x.amount) for x in price_session(placed, lines(**second), on=date(2025, 11, 3)).lines]

    assert both() == ["300.00", "145.00"]
    assert both(day=date(2025, 11, 4)) == ["300.00", "290.00"]
    assert both(provider="another") == ["300.00", "290.00"]


def test_both_sides_of_a_family(placed, ask):
    # 50 is not valid for these (bilateral indicator 0 pays one side): the amounts are those of one
    assert [str(x.amount) for x in ask("44389-50", "44394-50").lines] == ["20.00", "100.00"]


def test_without_participation(ask):
    # 95 % of all: of 100, of 70 and of the base's 50
    found = ask("44389", "44394", participating=False)
    assert amounts(found) == {"44389": "19.00", "44394": "95.00"}


def test_imaging(ask):
    # Technical: 80 in full, 60 x 50 %; professional: 40 in full, 20 x 95 %
    found = ask("72141", "72148", setting="nonfacility")
    assert amounts(found) == {"72141": "99.00", "72148": "70.00"}
    assert ranks(found) == {"72141": 1, "72148": 2}
    assert amounts(ask("72141-26", "72148-26")) == {"72141-26": "19.00", "72148-26": "40.00"}
    assert amounts(ask("72141-TC", "72148", setting="nonfacility")) == {"72141-TC": "80.00", "72148": "70.00"}
    assert amounts(ask("72148", "44140", setting="nonfacility")) == {"72148": "100.00", "44140": "290.00"}


def test_units_of_imaging(ask):
    # Twice the same: 60 + 40, then 30 + 38
    assert amounts(ask("72148x2", setting="nonfacility")) == {"72148 x2": "168.00"}


def test_the_cap_holds_after_the_reduction(ask):
    # Alabama: work x 1.05. 72141 technical 80, capped at 50; 72148 technical 60 x 50 % = 30, capped at 25.
    found = ask("72141", "72148", setting="nonfacility", locality="AL")
    assert amounts(found) == {"72141": "69.95", "72148": "67.00"}  # 50 + 21 x 0.95; 25 + 42
    # 72148-TC alone and first: at its cap; beside it 80 x 50 % = 40 stays below the cap of 50
    found = ask("72148-TC", "72141-TC", "72141-TC", setting="nonfacility", locality="AL")
    assert [str(line.amount) for line in found.lines] == ["25.00", "50.00", "40.00"]


def test_the_cap_of_a_locality_under_the_other_carrier(ask):
    found = ask("72148-TC", "72141-TC", setting="nonfacility", locality="01182-18")
    assert amounts(found) == {"72148-TC": "11.11", "72141-TC": "80.00"}


def test_hearts_and_eyes(ask):
    # 200 in full, 100 x 75 %, professional parts whole; 50 in full, 40 x 80 %
    assert amounts(ask("93306", "93307", setting="nonfacility")) == {"93306": "250.00", "93307": "145.00"}
    assert amounts(ask("92133", "92250", setting="nonfacility")) == {"92133": "60.00", "92250": "47.00"}
    assert amounts(ask("93306", "92133", setting="nonfacility")) == {"93306": "250.00", "92133": "60.00"}
    # A code that is all technical: 10 x 75 %
    assert amounts(ask("93306-TC", "93005", setting="nonfacility"))["93005"] == "7.50"
    assert amounts(ask("93306-26", "93307-26")) == {"93306-26": "50.00", "93307-26": "70.00"}


def test_a_global_test_is_not_divided(ask):
    assert amounts(ask("93000", setting="nonfacility")) == {"93000": "20.00"}
    found = ask("93000", "93306", setting="nonfacility")
    assert amounts(found) == {"93000": None, "93306": "250.00"}
    assert "does not divide" in found.lines[0].rule


def test_therapy(ask):
    # 97140: 62 with 40 of practice expense in full; 97110: 51 - 20 x 50 % for each unit
    found = ask("97110x2", "97140", setting="nonfacility")
    assert amounts(found) == {"97110 x2": "82.00", "97140": "62.00"}
    assert ranks(found) == {"97110": 2, "97140": 1}
    assert amounts(ask("97110", setting="nonfacility")) == {"97110": "51.00"}
    assert amounts(ask("97110x2", setting="nonfacility")) == {"97110 x2": "92.00"}


def test_lines_are_rounded_and_then_added(ask):
    # 0.01 x 1.05 x 10 = 0.105 each: half up 0.11, together 0.22 and not 0.21
    found = ask("10001", "10002", locality="AL")
    assert [line.exact for line in found.lines] == [Decimal("0.105")] * 2
    assert found.total == Decimal("0.22")


def test_explain_shows_rank_percent_and_arithmetic(ask):
    text = ask("44389", "44394", "44310").explain()
    assert "44389: $10.00 (14.29 %, rank 2: procedures ranked by fee schedule amount" in text
    assert "$70 − $50 of the base 44388 = $20" in text
    assert "the family, $120 together, ranks 2 of 2 by fee schedule amount: $20 × 0.5 = $10" in text
    assert "Pub. 100-04, chapter 12, section 40.6" in text
    assert "total: $360.00" in text
    assert "note: each line is rounded half up to the cent" in text


def test_the_table_of_components():
    assert {k: (str(r.technical), str(r.professional)) for k, r in COMPONENTS.items()} == {
        "4": ("0.5", "0.95"),
        "6": ("0.75", "1"),
        "7": ("0.8", "1"),
    }


def test_bad_input(placed, ask):
    with pytest.raises(InvalidValue, match="no lines"):
        price_session(placed, [])
    with pytest.raises(InvalidValue, match="no setting"):
        ask("44310", setting="office")
    with pytest.raises(UnknownCode):
        ask("44311")
    with pytest.raises(InvalidCode):
        ask("banana")
    with pytest.raises(InvalidValue, match="-1"):
        ask("44310x-1")
    with pytest.raises(InvalidValue, match="1000 of a line at most"):
        ask("44310x1001")
    with pytest.raises(NotLoaded, match="the nearest is cms-pfs/2025D"):
        ask("44310", on=date(2026, 7, 1))


def test_many_units_of_what_is_not_ranked(ask):
    assert amounts(ask("10001x500000", "44310")) == {"10001 x500000": "50000.00", "44310": "300.00"}
    assert "indicator 0" in ask("10001x2").lines[0].rule


def test_a_thousand_lines(ask):
    found = ask(*["44310"] * 5, *["10001"] * 995)
    assert found.total == 300 + 4 * 150 + Decimal("0.10") * 995


def test_the_nearest_release_is_named(ask):
    found = ask("44310", on=date(2026, 7, 1), nearest=True)
    assert found.notes[0].startswith(
        "no loaded release covers 2026-07-01; these are the figures of cms-pfs/2025D"
    )


def test_the_order_of_lines_means_nothing(ask):
    codes = [
        "44388",
        "44389",
        "44394",
        "45380",
        "45385",
        "44310",
        "44140",
        "44121",
        "72148-26",
        "72141-26",
        "44799",
    ]
    chance = random.Random(4)
    for _ in range(30):
        picked = chance.sample(codes, chance.randint(1, len(codes)))
        first, again = ask(*picked), ask(*chance.sample(picked, len(picked)))
        assert amounts(first) == amounts(again)
        for line in first.lines:
            if line.amount is not None:
                assert 0 <= line.exact <= line.price.exact
        assert first.total == sum(line.amount for line in first.lines if line.amount is not None)
