"""Unit limits by setting, with the adjudication indicator in CMS's terms."""

from __future__ import annotations

import pytest

from codegraph.billing.limits import ADJUDICATION
from codegraph.errors import InvalidValue, NotLoaded


@pytest.mark.parametrize(
    ("code", "units", "adjudication", "term"),
    [
        ("44955", 1, "1", "claim line"),
        ("44121", 4, "2", "date of service, policy"),
        ("44310", 2, "3", "date of service, clinical"),
    ],
)
def test_a_limit(edited, code, units, adjudication, term):
    found = edited.unit_limit(code, on="2024-08-01")
    assert (found.units, found.adjudication, found.term) == (units, adjudication, term)
    assert found.meaning == f"{term}: {ADJUDICATION[adjudication][1]}"
    assert found.edition.release == "ncci-mue-practitioner/2024Q3"
    assert dict(found.evidence.values)["units"] == str(units)
    assert found.note is None


def test_settings_have_limits_of_their_own(edited):
    found = edited.unit_limit("44310", on="2024-08-01", setting="outpatient")
    assert (found.units, found.rationale, found.setting) == (1, "Anatomic Consideration", "outpatient")


def test_none_published(edited):
    found = edited.unit_limit("44320", on="2024-08-01")
    assert (found.units, found.adjudication, found.term, found.meaning, found.evidence) == (None,) * 5
    assert found.note == (
        "no limit is published for 44320 (practitioner) in ncci-mue-practitioner/2024Q3; CMS keeps some limits "
        "confidential, so that none is published does not mean that there is none"
    )


def test_days_and_settings_that_are_not_there(edited):
    with pytest.raises(InvalidValue) as caught:
        edited.unit_limit("44310", setting="hospital")
    assert caught.value.candidates == ("practitioner", "outpatient", "dme")
    with pytest.raises(NotLoaded, match="durable medical equipment"):
        edited.unit_limit("44310", setting="dme")
    with pytest.raises(NotLoaded, match="the nearest is ncci-mue-practitioner/2024Q3"):
        edited.unit_limit("44310", on="2026-01-01")
    found = edited.unit_limit("44310", on="2026-01-01", nearest=True)
    assert found.units == 2
    assert found.note.startswith(
        "no loaded release covers 2026-01-01; answered by the nearest, ncci-mue-practitioner"
    )
