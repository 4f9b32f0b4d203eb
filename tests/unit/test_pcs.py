# ruff: noqa: E501 - fixtures read best on one line
"""The grammar of ICD-10-PCS: rows, expansion, decoding, facets, labels, the hand-written form."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.errors import InvalidCode, SourceError, UnknownCode
from codegraph.pcs import ALPHABET, HEAD_TITLES, ROW_TITLES, Axis, Grammar, Row, Table, encode
from codegraph.pcs_facets import FACETS, NO_SITE, SITELESS, axis_facet, destination, facets_of

OPEN, ENDO = ("0", "Open"), ("8", "Via Natural or Artificial Opening Endoscopic")
NONE, NO_QUALIFIER = ("Z", "No Device"), ("Z", "No Qualifier")


def table(
    prefix: str,
    labels: tuple[str, str, str],
    *rows: tuple[list[tuple[str, str]], ...],
    titles=ROW_TITLES,
    head=HEAD_TITLES,
):
    axes = [Axis(n, t, ((c, w),)) for n, (t, c, w) in enumerate(zip(head, prefix, labels, strict=True), 1)]
    made = tuple(
        Row(prefix, tuple(Axis(n, t, tuple(v)) for n, (t, v) in enumerate(zip(titles, row, strict=True), 4)))
        for row in rows
    )
    return Table(*axes, made)


BYPASS = table(
    "0D1",
    ("Medical and Surgical", "Gastrointestinal System", "Bypass"),
    (
        [("B", "Ileum")],
        [OPEN, ("4", "Percutaneous Endoscopic")],
        [NONE],
        [("4", "Cutaneous"), ("B", "Ileum")],
    ),
    ([("B", "Ileum")], [("3", "Percutaneous")], [("J", "Synthetic Substitute")], [("4", "Cutaneous")]),
)
GRAMMAR = Grammar.of("2026", [BYPASS])


def decoded(*axes: tuple[str, str, str]):
    return tuple(axes)


def code_of(prefix, labels, titles, values, head=HEAD_TITLES):
    first = [(t, c, w) for t, c, w in zip(head, prefix, labels, strict=True)]
    return tuple(first + [(t, c, w) for t, (c, w) in zip(titles, values, strict=True)])


def said(axes):
    return {(f.property, f.value) for f in facets_of(axes)}


def test_a_row_is_a_product_and_a_table_is_not():
    assert list(GRAMMAR.codes()) == ["0D1B0Z4", "0D1B0ZB", "0D1B4Z4", "0D1B4ZB", "0D1B3J4"]
    assert len(GRAMMAR) == 5
    assert "0D1B3J4" in GRAMMAR
    assert "0D1B3Z4" not in GRAMMAR  # percutaneous only with the device
    assert "0D1B0J4" not in GRAMMAR


@pytest.mark.parametrize("thing", ["", "0D1", "0D1B0Z4X", "0d1b0z4", None, 7, ("0D1B0Z4",)])
def test_membership_never_raises(thing):
    assert thing not in GRAMMAR


def test_expand_takes_any_beginning():
    assert list(GRAMMAR.expand("0D1B3")) == ["0D1B3J4"]
    assert len(list(GRAMMAR.expand("0D"))) == 5
    assert list(GRAMMAR.expand("0F")) == []
    assert list(GRAMMAR.expand("0D1B3J4X")) == []


def test_all_digits_stay_text():
    grammar = Grammar.of(
        "2024",
        [
            table(
                "001",
                ("S", "B", "Bypass"),
                ([("6", "Cerebral Ventricle")], [OPEN], [("7", "Autologous")], [("0", "Nasopharynx")]),
            )
        ],
    )
    assert list(grammar.codes()) == ["0016070"]
    assert encode(grammar.decode("0016070")) == "0016070"


def test_a_wrong_count_is_refused():
    axes = BYPASS.rows[0].axes
    assert len(Row("0D1", axes, 4)) == 4
    with pytest.raises(ValueError, match="states 240 codes but expands to 4"):
        Row("0D1", axes, 240)


@pytest.mark.parametrize(
    ("position", "title", "values", "reason"),
    [
        (8, "Device", (("Z", "No Device"),), "position"),
        (6, "", (("Z", "No Device"),), "title"),
        (6, "Device", (), "at least one value"),
        (6, "Device", (("O", "Other"),), "I and O"),
        (6, "Device", (("ZZ", "Other"),), "one digit or letter"),
        (6, "Device", (("Z", "One"), ("Z", "Two")), "two labels"),
        (6, "Device", (("Z", ""),), "without a label"),
    ],
)
def test_an_axis_is_checked_where_it_is_made(position, title, values, reason):
    with pytest.raises(ValueError, match=reason):
        Axis(position, title, values)


def test_rows_of_one_table_may_not_share_a_code():
    with pytest.raises(ValueError, match="share a code"):
        Grammar.of(
            "2026",
            [
                BYPASS,
                table(
                    "0D1",
                    ("Medical and Surgical", "Gastrointestinal System", "Bypass"),
                    ([("B", "Ileum")], [OPEN], [NONE], [("4", "Cutaneous")]),
                ),
            ],
        )


def test_a_table_has_one_name():
    with pytest.raises(ValueError, match="named in two ways"):
        Grammar.of("2026", [BYPASS, table("0D1", ("Medical and Surgical", "Gut", "Bypass"))])


def test_parts_of_a_table_come_together():
    parts = [Table(*BYPASS.head, (row,)) for row in BYPASS.rows]
    assert Grammar.of("2026", parts) == GRAMMAR


def test_row_of_says_what_is_wrong():
    assert GRAMMAR.row_of("0D1B3J4") is GRAMMAR.tables["0D1"].rows[1]
    with pytest.raises(UnknownCode) as unknown:
        GRAMMAR.decode("0D1B0ZZ")
    assert unknown.value.near == ("0D1B0Z4", "0D1B0ZB")
    for text in ("0D1B0O4", "0d1b0z4", "0D1B0Z"):
        with pytest.raises(InvalidCode):
            GRAMMAR.row_of(text)


def test_facets_follow_the_axes():
    assert said(GRAMMAR.decode("0D1B0Z4")) == {
        ("cg:inSection", "section:medical-and-surgical"),
        ("cg:inBodySystem", "body-system:gastrointestinal-system"),
        ("cg:hasMethod", "method:bypass"),
        ("cg:actsOn", "site:ileum"),
        ("cg:hasApproach", "approach:open"),
        ("cg:usesDevice", "device:no-device"),
        ("cg:hasQualifier", "qualifier:cutaneous"),
        ("cg:hasDestination", "site:skin"),
    }
    assert GRAMMAR.facets("0D1B0Z4") == facets_of(GRAMMAR.decode("0D1B0Z4"))


def test_no_qualifier_is_left_out_and_no_device_is_kept():
    axes = code_of(
        "0DT",
        ("Medical and Surgical", "Gastrointestinal System", "Resection"),
        ROW_TITLES,
        [("B", "Ileum"), OPEN, NONE, NO_QUALIFIER],
    )
    properties = [p for p, _ in said(axes)]
    assert "cg:hasQualifier" not in properties
    assert "cg:hasDestination" not in properties
    assert ("cg:usesDevice", "device:no-device") in said(axes)


def test_bypass_of_the_coronary_arteries_names_its_source_not_its_destination():
    labels = ("Medical and Surgical", "Heart and Great Vessels", "Bypass")
    coronary = [("0", "Coronary Artery, One Artery"), OPEN, ("9", "Autologous Venous Tissue"), ("W", "Aorta")]
    other = [("6", "Atrium, Right"), OPEN, NONE, ("P", "Pulmonary Trunk")]
    assert "cg:hasDestination" not in dict(said(code_of("021", labels, ROW_TITLES, coronary)))
    assert ("cg:hasDestination", "site:pulmonary-trunk") in said(code_of("021", labels, ROW_TITLES, other))


def test_destinations_are_sites_or_nothing():
    assert destination("0T1", "Bypass", "Ureter, Right", "Ileocutaneous").value == "site:skin"
    assert destination("091", "Bypass", "Inner Ear, Left", "Endolymphatic") is None
    assert destination("0D1", "Bypass", "Ileum", "No Qualifier") is None
    assert destination("0D9", "Drainage", "Ileum", "Diagnostic") is None
    assert destination("X2K", "Bypass", "Radial Artery, Left", "New Technology Group 7") is None


def test_the_title_of_an_axis_decides_not_its_position():
    imaging = code_of(
        "BD1",
        ("Imaging", "Gastrointestinal System", "Fluoroscopy"),
        ("Body Part", "Contrast", "Qualifier", "Qualifier"),
        [("B", "Upper GI"), ("Z", "None"), ("Z", "None"), ("Z", "None")],
        ("Section", "Body System", "Type"),
    )
    assert ("cg:usesSubstance", "substance:no-contrast") in said(imaging)
    assert ("cg:hasMethod", "method:fluoroscopy") in said(imaging)
    assert "cg:hasApproach" not in dict(said(imaging))
    assert (
        axis_facet("5A0", 2, "Body System", "Physiological Systems", "Assistance").value
        == "body-system:physiological-systems"
    )
    assert axis_facet("5A0", 4, "Body System", "Cardiac", "Assistance").property == "cg:actsOn"
    assert (
        axis_facet("F00", 2, "Section Qualifier", "Rehabilitation", "Speech Assessment").value
        == "qualifier:rehabilitation"
    )
    with pytest.raises(KeyError):
        axis_facet("0D1", 4, "Body Thing", "Ileum", "Bypass")


def test_axes_with_two_meanings():
    title = "Device / Substance / Technology"
    assert (
        axis_facet("XW0", 6, title, "Remdesivir Anti-infective", "Introduction").value
        == "substance:remdesivir-anti-infective"
    )
    assert axis_facet("X2R", 6, title, "Zooplastic Tissue", "Replacement").property == "cg:usesDevice"
    assert axis_facet("XXE", 6, title, "Infection", "Measurement").property == "cg:hasQualifier"
    assert axis_facet("4B0", 6, "Function / Device", "Pacemaker", "Measurement").value == "device:pacemaker"
    assert axis_facet("4A0", 6, "Function / Device", "Pressure", "Measurement").value == "qualifier:pressure"


def test_a_code_without_body_part_says_so():
    axes = code_of(
        "GZ1",
        ("Mental Health", "None", "Psychological Tests"),
        ("Qualifier",) * 4,
        [("0", "Developmental"), ("Z", "None"), ("Z", "None"), ("Z", "None")],
        ("Section", "Body System", "Type"),
    )
    assert said(axes) == {
        ("cg:inSection", "section:mental-health"),
        ("cg:hasMethod", "method:psychological-tests"),
        ("cg:hasQualifier", "qualifier:developmental"),
        ("cg:actsOn", NO_SITE.value),
    }
    assert all(reason.strip() for reason in SITELESS.values())


@pytest.mark.parametrize(
    ("prefix", "labels", "values", "label"),
    [
        ("0D1", ("S", "B", "Bypass"), [("B", "Ileum"), OPEN, NONE, ("4", "Cutaneous")], "Bypass Ileum to Cutaneous, Open Approach"),
        ("0DB", ("S", "B", "Excision"), [("F", "Large Intestine, Right"), ENDO, NONE, ("X", "Diagnostic")],
         "Excision of Right Large Intestine, Via Natural or Artificial Opening Endoscopic, Diagnostic"),
        ("0DH", ("S", "B", "Insertion"), [("6", "Stomach"), OPEN, ("U", "Feeding Device"), NO_QUALIFIER], "Insertion of Feeding Device into Stomach, Open Approach"),
        ("021", ("S", "B", "Bypass"), [("0", "Coronary Artery, One Artery"), OPEN, NONE, ("W", "Aorta")],
         "Bypass Coronary Artery, One Artery from Aorta, Open Approach"),
        ("0DP", ("S", "B", "Removal"), [("6", "Stomach"), OPEN, NONE, NO_QUALIFIER], "Removal from Stomach, Open Approach"),
    ],
)  # fmt: skip
def test_labels_read_like_titles(prefix, labels, values, label):
    grammar = Grammar.of("2026", [table(prefix, labels, tuple([v] for v in values))])
    assert grammar.label(next(grammar.codes())) == label


TOML = """
version = "2026"
complete = false
[[table]]
prefix = "0D1"
labels = ["Medical and Surgical", "Gastrointestinal System", "Bypass"]
[[table.row]]
codes = 4
axes = [["B = Ileum"], ["0 = Open", "4 = Percutaneous Endoscopic"], ["Z = No Device"], ["4 = Cutaneous", "B = Ileum"]]
[[table.row]]
codes = 1
axes = [["B = Ileum"], ["3 = Percutaneous"], ["J = Synthetic Substitute"], ["4 = Cutaneous"]]
"""


def test_the_hand_written_form(tmp_path: Path):
    (tmp_path / "a.toml").write_text(TOML, encoding="utf-8")
    grammar = Grammar.from_toml(tmp_path / "a.toml")
    assert (list(grammar.codes()), grammar.version, grammar.complete) == (
        list(GRAMMAR.codes()),
        "2026",
        False,
    )
    imaging = (
        'version = "2026"\ncomplete = true\n[[table]]\nprefix = "BD1"\nlabels = ["Imaging", "Gastrointestinal System", "Fluoroscopy"]\n'
        'head = ["Section", "Body System", "Type"]\ntitles = ["Body Part", "Contrast", "Qualifier", "Qualifier"]\n[[table.row]]\n'
        'codes = 1\naxes = [["4 = Colon"], ["Z = None"], ["Z = None"], ["Z = None"]]\n'
    )
    (tmp_path / "b.toml").write_text(imaging, encoding="utf-8")
    both = Grammar.from_toml(tmp_path)
    assert set(both.tables) == {"0D1", "BD1"}
    assert both.complete is False
    assert both.decode("BD14ZZZ")[4] == ("Contrast", "Z", "None")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("codes = 4", "codes = 5", "states 5 codes"),
        ('"B = Ileum"], ["0', '"B Ileum"], ["0', "character = label"),
        ('prefix = "0D1"', 'prefix = "0D"', "table 1"),
        ('version = "2026"', "version = 2026", "version"),
        ("complete = false", "", "complete"),
        ("codes = 1\n", "", "codes"),
        ("[[table]]", "[[table", "TOML"),
    ],
)
def test_a_wrong_hand_written_file_names_itself(tmp_path: Path, old, new, reason):
    assert old in TOML
    (tmp_path / "wrong.toml").write_text(TOML.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=reason) as error:
        Grammar.from_toml(tmp_path / "wrong.toml")
    assert "wrong.toml" in str(error.value)


def test_editions_do_not_mix(tmp_path: Path):
    (tmp_path / "a.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "b.toml").write_text(TOML.replace("2026", "2025").replace("0D1", "0D9"), encoding="utf-8")
    with pytest.raises(SourceError, match="2025, 2026"):
        Grammar.from_toml(tmp_path)


CHARS = st.sampled_from(sorted(ALPHABET))


@st.composite
def rows(draw: st.DrawFn, prefix: str):
    axes = []
    for position, title in enumerate(ROW_TITLES, 4):
        chars = draw(st.lists(CHARS, min_size=1, max_size=4, unique=True))
        axes.append(Axis(position, title, tuple((c, f"{title} {c}") for c in chars)))
    return Row(prefix, tuple(axes))


@st.composite
def grammars(draw: st.DrawFn):
    prefixes = draw(st.lists(st.text(CHARS, min_size=3, max_size=3), min_size=1, max_size=3, unique=True))
    tables = []
    for prefix in prefixes:
        made: list[Row] = []
        for row in draw(st.lists(rows(prefix), min_size=1, max_size=4)):
            if not any(row.overlaps(other) for other in made):
                made.append(row)
        head = [
            Axis(n, t, ((c, f"{t} {c}"),))
            for n, (t, c) in enumerate(zip(HEAD_TITLES, prefix, strict=True), 1)
        ]
        tables.append(Table(*head, tuple(made)))
    return Grammar.of("2026", tables)


@settings(max_examples=60, deadline=None)
@given(grammars())
def test_decoding_and_encoding_are_inverse(grammar: Grammar):
    codes = list(grammar.codes())
    assert len(codes) == len(set(codes)) == len(grammar)
    for code in codes:
        assert code in grammar
        assert encode(grammar.decode(code)) == code
        assert code in grammar.row_of(code)


@settings(max_examples=60, deadline=None)
@given(grammars(), st.text(CHARS, min_size=7, max_size=7), st.data())
def test_what_is_not_expanded_is_no_member(grammar: Grammar, random: str, data: st.DataObject):
    codes = set(grammar.codes())
    near = data.draw(st.sampled_from(sorted(codes)))
    changed = near[:6] + data.draw(CHARS)
    for code in (random, changed):
        assert (code in grammar) == (code in codes)
        assert list(grammar.expand(code)) == ([code] if code in codes else [])


def test_every_title_leads_to_a_scheme():
    assert {p for p, _ in FACETS.values()} == {
        "cg:inSection", "cg:hasMethod", "cg:actsOn", "cg:hasApproach", "cg:usesDevice", "cg:usesSubstance", "cg:hasQualifier"
    }  # fmt: skip
