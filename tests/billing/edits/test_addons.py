"""Add-on codes of the three types, with the rows' own dates."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.billing.addons import TYPES
from codegraph.errors import NotLoaded


def test_type_1_has_listed_primaries_only(edited):
    found = edited.add_ons("44121", on="2024-08-01")
    assert (found.types, found.primaries, found.contractor_decides) == (("1",), ("44120",), False)
    assert found.is_add_on
    assert found.meaning == f"type 1: {TYPES['1']}"
    assert [dict(e.values)["primary code"] for e in found.evidence] == ["44120"]
    assert found.evidence[0].effective == date(2000, 1, 1)


def test_type_2_is_the_contractors(edited):
    found = edited.add_ons("44955", on="2024-08-01")
    assert (found.types, found.primaries, found.contractor_decides) == (("2",), (), True)
    assert "the claims contractor decides" in found.meaning
    assert dict(found.evidence[0].values)["primary code"] == "decided by the contractor"


def test_type_3_is_both(edited):
    found = edited.add_ons("44139", on="2024-08-01")
    assert (found.types, found.primaries, found.contractor_decides) == (("3",), ("44140",), True)
    assert found.notes == ("CMS notes on 44139: ask first",)


def test_rows_are_judged_by_their_own_dates(edited):
    assert edited.add_ons("44128").primaries == ()  # 44126 ended in 2010, 44125 is gone, 44127 begins in 2030
    assert edited.add_ons("44128", on="2005-01-01", nearest=True).primaries == ("44125", "44126")
    assert edited.add_ons("44213", on="2013-03-31", nearest=True).primaries == ()
    assert edited.add_ons("44213", on="2013-04-01", nearest=True).primaries == ("44204",)


def test_the_add_on_codes_of_a_primary(edited):
    found = edited.add_ons("44120", on="2024-08-01")
    assert (found.is_add_on, found.meaning, found.add_ons) == (False, None, ("44121",))


def test_a_code_in_no_edit(edited):
    found = edited.add_ons("44310")
    assert (found.types, found.add_ons, found.rows) == ((), (), ())
    assert found.notes == ("no add-on edit in release ncci-addon/2024Q3 names 44310",)


def test_a_day_that_no_release_covers(edited):
    with pytest.raises(NotLoaded, match="the nearest is ncci-addon/2024Q3"):
        edited.add_ons("44121", on="2026-01-01")
    assert (
        edited.add_ons("44121", on="2026-01-01", nearest=True).notes[0].startswith("no loaded release covers")
    )
