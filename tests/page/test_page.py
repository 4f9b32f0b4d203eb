"""The page of a code: which sections it has, what they say, what is not loaded, and what must never be on it."""

from __future__ import annotations

import datetime

import pytest

from codegraph.errors import InvalidValue, UnknownCode
from codegraph.page import glance, kin, meaning, money, peers, questions, rules
from codegraph.page.asked import Asked, in_dollars
from codegraph.page.model import Cell, Page, Section, row, said
from codegraph.page.page import PARTS, page_of
from codegraph.page.points import FLAGS, POINTS
from tests.build.small_files import PLANTED

ORDER = [
    "glance",
    "meaning",
    "synonyms",
    "place",
    "context",
    "indications",
    "steps",
    "aftercare",
    "facets",
    "modifiers",
    "payment",
    "comparison",
    "points",
    "settings",
    "outpatient",
    "crosswalks",
    "conflicts",
    "unit-limit",
    "add-ons",
    "disagreements",
    "related",
    "history",
    "questions",
    "sources",
]


@pytest.fixture(scope="module")
def page(kg) -> Page:
    return page_of(kg, "44310")


def texts(section: Section) -> str:
    lines = [f"{line.name} {line.text}" for line in section.lines]
    cells = [c.text for t in section.tables for r in t.rows for c in r]
    return "\n".join([*lines, *cells])


def test_every_section_is_there_in_its_order(page):
    assert [s.ident for s in page.sections] == ORDER
    assert page.undescribed == ("Notes",)


def test_every_section_but_the_questions_names_its_release_and_its_days(page):
    for section in page.sections:
        if section.ident not in ("questions", "sources"):
            assert section.sources, section.ident
    fee = next(ref for ref in page.section("payment").sources if ref.release == "cms-pfs/2025D")
    assert fee.dates == "2025-10-01 to 2025-12-31"
    assert fee.file == "cms-pfs-2025D.csv"
    named = {c[0].text for c in page.section("sources").tables[0].rows}
    assert {ref.release for s in page.sections for ref in s.sources} <= named


@pytest.mark.parametrize(
    ("ident", "words"),
    [
        ("meaning", "through the skin and sews it open"),
        ("synonyms", "loop ileostomy"),
        ("context", "Diverts the bowel contents"),
        ("indications", "Malignant neoplasm of rectum"),
        ("steps", "The place of the stoma is marked"),
        ("aftercare", "should stay pink or red"),
        ("facets", "Jejunum or Ileum"),
        ("modifiers", "another clinician takes over the aftercare"),
        ("glance", "$1,011.15 facility"),
        ("payment", "$1,011.15"),
        ("payment", "17.59 + 9.91 + 3.76 (work, practice expense, malpractice) = 31.26 RVU"),
        ("payment", "no price: not done in this setting"),
        ("comparison", "Creation of Stomas"),
        ("points", "ordinary aftercare of 90 days"),
        ("points", "9 percent before, 81 percent for and 10 percent after"),
        ("points", "Sources disagree on whether this is a separate procedure"),
        ("settings", "Inpatient Hospital"),
        ("settings", "status C: inpatients only"),
        ("place", "Operations (surgery)"),
        ("facets", "Either the jejunum or the ileum, where a code does not say which."),
        ("outpatient", "C: Inpatient Procedure"),
        ("crosswalks", "0D1B0Z4"),
        ("crosswalks", "By definition: site narrower (Jejunum or Ileum → Ileum)."),
        ("crosswalks", "device unstated in source (not stated → Synthetic Substitute)"),
        ("conflicts", "edits in force"),
        ("unit-limit", "date of service, clinical"),
        ("add-ons", "No add-on edit"),
        ("disagreements", "An undated coding article"),
        ("related", "closes what this creates"),
        ("questions", "Which modifiers can be used with 44310?"),
    ],
)
def test_what_a_section_says(page, ident, words):
    assert words in texts(page.section(ident))


def test_payment_shows_every_locality_and_draws_it(page, kg):
    section = page.section("payment")
    each = section.tables[-1]
    spread = kg.price_spread("44310")
    assert len(each.rows) == len(spread.rows) == 109
    assert {c[3].text for c in each.rows} == {in_dollars(r.amount) for r in spread.rows}
    dots = [s for s in section.drawing.shapes if s.kind == "circle"]
    assert len(dots) == 109
    assert in_dollars(spread.median) in section.drawing.description
    inside = [float(dict(s.attributes)["cx"]) for s in dots]
    assert min(inside) >= 0
    assert max(inside) <= section.drawing.width


def test_the_peers_are_drawn_with_the_code_marked(page, kg):
    drawing = page.section("comparison").drawing
    marked = [s for s in drawing.shapes if "dot marked" in dict(s.attributes)["class"]]
    assert [s.target for s in marked] == ["cpt:44310"]
    assert sum(s.kind == "circle" for s in drawing.shapes) == len(kg.compare("44310").peers)


def test_the_life_cycle_is_drawn_both_ways(page):
    drawing = page.section("related").drawing
    places = {
        s.target: float(dict(s.attributes)["x"]) for s in drawing.shapes if s.kind == "rect" and s.target
    }
    assert places["cpt:44155"] < drawing.width / 2 < places["cpt:44620"]


def test_conflicts_are_counted_like_the_call(page, kg):
    found = kg.conflicts("44310")
    assert f"{len(found)} edits in force" in texts(page.section("conflicts"))
    shown = page.section("conflicts").tables[0]
    other = kg.conflicts("44310", setting="outpatient")
    pairs = {(held.column(e), held.partner(e)) for held in (found, other) for e in held}
    assert len(shown.rows) == 12
    assert shown.more.text.startswith(f"12 of {len(pairs)} are shown")


def test_modifiers_are_those_of_the_call(page, kg):
    *told, refused = page.section("modifiers").tables
    shown = {name for t in told for cells in t.rows for name in cells[0].text.split(", ")}
    rules = kg.modifiers("44310")
    assert shown == {r.modifier for r in rules if r.applies is not False}
    assert {cells[0].text for cells in refused.rows} < {r.modifier for r in rules if r.applies is False}


def test_what_is_not_loaded_is_a_line_that_names_the_file(small):
    page = page_of(small, "44310")
    outpatient = page.section("outpatient")
    assert not outpatient.lines
    assert "Addendum B" in outpatient.missing[0]
    assert "MUE" in " ".join(page.section("unit-limit").missing)
    assert any("GPCI" in text for text in page.section("payment").missing)


def test_a_day_that_no_release_covers_is_told_and_nothing_raised(kg):
    page = page_of(kg, "44310", on="2020-01-01")
    assert page.on == "2020-01-01"
    for ident in ("payment", "comparison", "outpatient"):
        assert "2020-01-01" in " ".join(page.section(ident).missing)
        assert not page.section(ident).tables
    assert page_of(kg, "44310", on=datetime.date(2025, 11, 1)).section("payment").tables
    with pytest.raises(InvalidValue):
        page_of(kg, "44310", on="soon")


def test_codes_of_every_system_have_a_page(kg):
    for code in ("icd10pcs:0D1B0Z4", "icd10cm:K50", "modifier:50", "44383", "cpt:44388"):
        page = page_of(kg, code)
        assert page.code.endswith(code.partition(":")[2] or code)
        assert page.sections[-1].ident == "sources"
    assert page_of(kg, "44383").status == "retired"
    assert "payment" not in {s.ident for s in page_of(kg, "icd10cm:K50").sections}
    with pytest.raises(UnknownCode):
        page_of(kg, "44999")


def test_licensed_text_is_there_only_when_asked_for(small):
    plain, asked = page_of(small, "44310"), page_of(small, "44310", include_licensed=True)
    assert PLANTED not in repr(plain)
    assert asked.descriptors == (("cms-pfs/2025D", PLANTED),)
    assert asked.sections == plain.sections


def test_each_part_by_itself(kg):
    asked = Asked(kg, kg["44187"], None)
    made = {part.make for part in PARTS}
    for make in (meaning.steps, money.payment, peers.comparison, rules.add_ons, kin.history, glance.glance):
        assert make in made
        assert make(asked).title
    asking = questions.questions(asked, {"payment"})
    assert [line.text for line in asking.lines][1] == "How much does Medicare pay for 44187?"
    assert not Section("x", "X")
    assert row(None, 1)[0].text == ""
    assert said("a", "b", name="n").text == "a, b"
    assert row(Cell("c", target="cpt:44310"))[0].target == "cpt:44310"
    with pytest.raises(KeyError):
        page_of(kg, "44310").section("nothing")


def test_every_indicator_of_the_schedule_has_words_or_a_reason(kg):
    """Values that Medicare's record layout has; 9 is `the concept does not apply` and says nothing."""
    assert set(POINTS["global_period"][1]) == {"000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"}
    assert set(POINTS["bilateral"][1]) == set("0123")
    assert set(POINTS["assistant"][1]) == set("012")
    assert set(POINTS["cosurgeon"][1]) == set(POINTS["team"][1]) == set("012")
    assert set(POINTS["multiple_procedure"][1]) == set("0234567")
    assert set(POINTS["status"][1]) == set("ABCEIJMNPRTX")
    assert set(POINTS["pctc"][1]) == set("012345678")
    assert all(words.endswith(".") for _, said_ in POINTS.values() for words in said_.values())
    assert all(value for _, value in FLAGS)
