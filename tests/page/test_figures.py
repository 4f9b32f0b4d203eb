"""Every figure and row of a page is what the library answers when it is asked for that alone."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from codegraph.page import conditions, crosswalks, definition, glance, listed, peers, place, sets
from codegraph.page.asked import Asked, in_dollars, place_name
from codegraph.page.drawings import bars
from codegraph.page.model import Section, Table
from codegraph.page.page import page_of

CODES = ("44310", "44388", "44139", "44187")
SETTINGS = {"facility": "facility", "non-facility": "nonfacility"}


@pytest.fixture(scope="module", params=CODES)
def page(kg, request):
    return page_of(kg, request.param)


def one(section: Section, start: str) -> Table:
    (found,) = [t for t in section.tables if t.caption.startswith(start)]
    return found


def records(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.heads, (c.text for c in cells), strict=True)) for cells in table.rows]


def test_each_amount_of_the_locality_table_is_that_of_the_price(page, kg):
    table = one(page.section("payment"), f"Payment for {page.notation} in each of 109")
    rows = records(table)
    assert len(rows) == 109
    settings = [h.removeprefix("amount, ") for h in table.heads if h.startswith("amount")]
    assert settings
    for shown in rows[:: 7 if page.notation == "44310" else 20]:
        for setting in settings:
            price = kg.price(page.notation, locality=shown["number"], setting=SETTINGS[setting])
            assert shown[f"amount, {setting}"] == in_dollars(price.total), shown
            assert shown["state"] == price.place.state
            assert shown["locality"] == place_name(price.place.name)


def test_national_payments_and_relative_values_are_those_of_the_price(page, kg):
    section = page.section("payment")
    values = {r["modifier"]: r for r in records(one(section, "Relative value"))}
    paid = records(one(section, "National payment"))
    assert [r["modifier"] for r in paid] == list(values)
    for shown in paid:
        modifiers = () if shown["modifier"] == "none" else (shown["modifier"],)
        for name, setting in SETTINGS.items():
            price = kg.price(page.notation, modifiers, setting=setting)
            text = in_dollars(price.total) if price.total is not None else f"no price: {price.reason}"
            assert text.startswith(shown[name]), (shown, text)
            named = {i.name: i.value for i in price.inputs}
            if price.total is not None:
                row = values[shown["modifier"]]
                assert Decimal(row["work"]) == named["work RVU"]
                assert Decimal(row["malpractice"]) == named["malpractice RVU"]
                assert Decimal(row["conversion factor"]) == named["conversion factor"]


def test_the_spread_is_that_of_the_call(page, kg):
    tables = [t for t in page.section("payment").tables if t.caption.startswith("Payment over")]
    assert tables
    for table in tables:
        setting = SETTINGS[table.caption.rpartition(", ")[2]]
        spread = kg.price_spread(page.notation, setting=setting)
        shown = {r[""]: r["amount"] for r in records(table)}
        expected = (
            spread.minimum,
            spread.first_quartile,
            spread.median,
            spread.third_quartile,
            spread.maximum,
        )
        assert list(shown.values()) == [*map(in_dollars, (*expected, spread.average, spread.national))]


def test_the_standing_and_the_peers_are_those_of_the_call(page, kg):
    found = kg.compare(page.notation)
    section = page.section("comparison")
    shown = {r["measure"]: r for r in records(one(section, "Its standing"))}
    for standing in found:
        if standing.rank is None:
            assert standing.title not in shown
            continue
        row = shown[standing.title]
        assert (Decimal(row["value"]), Decimal(row["percentile"])) == (standing.value, standing.percentile)
        assert row["rank, 1 is the highest"].startswith(f"{standing.rank} of {standing.n}")
        assert Decimal(row["median"]) == standing.median
        assert Decimal(row["times the median"]) == standing.ratio.quantize(Decimal("0.01"), ROUND_HALF_UP)
        ends = tuple(map(Decimal, row["lowest to highest"].split(" to ")))
        assert ends == (standing.minimum, standing.maximum)
    by_code = {p.code: p for p in found.peers}
    table = one(section, "Its") if len(section.tables) == 1 else section.tables[1]
    for cells in table.rows:
        peer = by_code[cells[0].target]
        assert [c.text for c in cells[2:]] == [
            "NA" if v is None else str(v) for v in (peer.work, peer.facility, peer.nonfacility)
        ][: len(cells) - 2]


@pytest.mark.parametrize("code", ["44310", "44125", "icd10pcs:0D1A0Z4", "icd10pcs:0DTN0ZZ"])
def test_each_row_of_the_crosswalks_is_a_mapping_of_the_call_and_none_is_left_out(kg, code):
    found = kg.crosswalk(code)
    held = [m for m in (*found, *found.aside, *found.overlapping) if m.target.system != "group"]
    expected = {(str(m.target), m.target.label or "", m.relation) for m in held}
    section = page_of(kg, code).section("crosswalks")
    shown = {
        (cells[0].target, r.get("title", ""), r["the target is"])
        for table in section.tables
        for cells, r in zip(table.rows, records(table), strict=True)
    }
    assert shown == expected
    facets = {f"{f.name} {f.relation}" for m in held for f in m.facets if f.relation != "equal"}
    told = " ".join(r["reason"] for t in section.tables for r in records(t))
    assert all(words in told for words in facets)
    together = [line for line in section.lines if line.name.startswith("only together")]
    assert len(together) == min(3, len(found.combinations))


def test_each_conflict_is_an_edit_in_force(page, kg):
    section = page.section("conflicts")
    for shown in records(section.tables[0]):
        other, paid = shown["other code"], shown["which is paid"]
        for head, setting in (("practitioner", "practitioner"), ("outpatient hospital", "outpatient")):
            edit = kg.edits(page.notation, other, setting=setting)
            assert shown[head] == (edit.indicator or "no edit"), shown
            if edit.in_force is not None:
                assert edit.column_one == paid
                assert edit.rationale in shown["reason that CMS gives"]


def test_unit_limits_add_ons_and_outpatient_status_are_those_of_the_calls(page, kg):
    limits = {r["setting"]: r for r in records(page.section("unit-limit").tables[0])}
    for words, setting in (("practitioner", "practitioner"), ("outpatient hospital", "outpatient")):
        limit = kg.unit_limit(page.notation, setting=setting)
        row = limits[words]
        assert (row["units"], row["MAI"]) == (str(limit.units), limit.adjudication)
        assert limit.meaning in row.values()
    found = kg.add_ons(page.notation)
    tables = page.section("add-ons").tables
    assert [c[0].text for t in tables for c in t.rows] == [*found.primaries[:60], *found.add_ons[:60]]
    status = kg.outpatient(page.notation)
    said = {line.name: line.text for line in page.section("outpatient").lines}
    assert said["status"] == f"{status.status}: {status.label}"
    assert said.get("national rate", "") == in_dollars(status.payment_rate)


def test_the_glance_says_what_the_sections_say(page, kg):
    said = {line.name: line.text for line in page.section("glance").lines}
    for name, setting in SETTINGS.items():
        total = kg.price(page.notation, setting=setting).total
        assert (f"{in_dollars(total)} {name}" in said["Medicare, national"]) is (total is not None)
    limit = kg.unit_limit(page.notation)
    assert f"{limit.units} practitioner (MAI {limit.adjudication})" in said["units at most"]


def test_related_codes_and_history_are_those_of_the_calls(page, kg):
    shown = {(c[0].target, c[2].text) for c in page.section("related").tables[0].rows}
    related = [r for r in kg.related(page.code) if "bundle" not in r.relation][:60]
    assert {target for target, _ in shown if target} <= {r.code for r in related}
    assert {relation for _, relation in shown} == {r.relation for r in related}
    events = list(kg.history(page.code))
    rows = records(page.section("history").tables[0])
    assert len(rows) == min(60, len(events))
    assert [r["day"] for r in rows] == [str(e.on or "undated") for e in reversed(events)][: len(rows)]


def test_indicators_are_those_of_the_schedule(page, kg):
    release = kg.compare(page.notation).release
    fee = kg._figures.fees(release, page.notation)[""]
    shown = {r["indicator"]: r["value"] for r in records(page.section("points").tables[0])}
    assert shown["status"] == fee.status
    assert shown["global period"] == fee.global_period
    assert shown.get("both sides", "9") == fee.bilateral
    assert shown.get("endoscopic base", "") == fee.endoscopic_base


def test_procedures_of_a_diagnosis_are_those_that_codes_finds(kg):
    for diagnosis in ("K50.90", "K50", "C18.7"):
        page = page_of(kg, f"icd10cm:{diagnosis}")
        shown = {c[0].target for c in page.section("indications").tables[0].rows if c[0].target}
        found = {str(c) for c in kg.codes(condition=diagnosis) if str(c).startswith(("cpt:", "hcpcs:"))}
        assert shown <= found
        assert len(page.section("indications").tables[0].rows) == 80 or shown == found


def test_a_diagnosis_shows_its_path_its_notes_and_what_stands_below(kg):
    made = place.place(Asked(kg, kg["icd10cm:K50"], None))
    assert next(c.text for line in made.lines for c in line.values) == "Diseases of the digestive system"
    assert [c[0].text for c in made.tables[0].rows] == ["K50.0", "K50.1", "K50.8", "K50.9"]
    assert made.drawing.ident == "place-graph"
    assert "icd10cm-chapter" not in made.drawing.description
    leaf = place.place(Asked(kg, kg["icd10cm:K50.90"], None))
    assert [c[0].text for c in leaf.tables[0].rows] == ["K50.91"]
    assert conditions.indications(Asked(kg, kg["icd10cm:K50.90"], None)).tables[0].rows[0][2].text == "K50"


def test_a_code_of_icd10pcs_is_told_character_by_character(kg):
    made = definition.definition(Asked(kg, kg["icd10pcs:0D1A0Z4"], None))
    shown = [(r["character"], r["value"]) for r in records(made.tables[0])]
    assert [c for c, _ in shown] == ["1: 0", "2: D", "3: 1", "4: A", "5: 0", "6: Z", "7: 4", ""]
    assert dict(shown)["4: A"] == "Jejunum"
    assert dict(shown)["2: D"] == "Gastrointestinal System"
    none = definition.definition(Asked(kg, kg["icd10pcs:0DTN0ZZ"], None))
    assert {r["character"]: r["value"] for r in records(none.tables[0])}["7: Z"] == "No Qualifier"


def test_a_modifier_says_what_it_lifts_and_what_it_excludes(kg):
    made = sets.sets(Asked(kg, kg["modifier:59"], None))
    assert made.lines[0].text == "Lifts an NCCI edit with indicator 1."
    assert [c[0].text for c in made.tables[0].rows] == ["XE", "XP", "XS", "XU"]
    assert not listed.listed(Asked(kg, kg["modifier:59"], None))
    assert not glance.glance(Asked(kg, kg["modifier:59"], None))
    assert crosswalks.crosswalks(Asked(kg, kg["modifier:59"], None)).title == "Crosswalks"


def test_many_peers_become_bars_that_count_them_all(kg):
    values = [Decimal(n) / 7 for n in range(1, 400)]
    drawing = bars("b", "t", "d", values, [("median", Decimal(28))])
    piles = [s for s in drawing.shapes if s.kind == "rect"]
    assert sum(int(s.text.split()[0]) for s in piles) == len(values)
    assert not drawing.leads
    edges = [(float(dict(s.attributes)["x"]), float(dict(s.attributes)["width"])) for s in piles]
    assert min(x for x, _ in edges) >= 0
    assert max(x + w for x, w in edges) <= drawing.width
    assert peers.comparison(Asked(kg, kg["44310"], None)).drawing.leads
