"""Which locality a text means: keys, states, names and counties of the published list, and what is not guessed."""

from __future__ import annotations

import csv
import re

import pytest

from codegraph.billing.counties import STATES, County, Remainder, read_counties, split_names, state_of
from codegraph.billing.figures import LocalityCounties
from codegraph.billing.localities import gazetteer, locate, resolve
from codegraph.errors import InvalidValue

GPCI, LOCCO = "cms-gpci/2025", "cms-locality/2025"


@pytest.fixture(scope="module")
def find(placed):
    def find(text, counties=LOCCO):
        found = locate(placed._figures, GPCI, text, counties)
        return f"{found.indices.carrier}-{found.indices.locality}", found.how

    return find


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("01112-05", "01112-05"),
        ("1112-5", "01112-05"),
        (" 1112 / 05 ", "01112-05"),
        ("locality:01112-05", "01112-05"),
        ("01112-18", "01182-18"),
        ("AL", "10112-00"),
        ("Alabama", "10112-00"),
        ("al statewide", "10112-00"),
        ("CA 05", "01112-05"),
        ("ca, 5", "01112-05"),
        ("18 California", "01182-18"),
        ("CA San Francisco", "01112-05"),
        ("Oakland, CA", "01112-05"),
        ("OAKLAND", "01112-05"),
        ("Alameda County", "01112-05"),
        ("County of nothing, CA", None),
        ("Orange County, CA", "01182-18"),
        ("los angeles", "01182-18"),
        ("rest of CA", "01112-75"),
        ("CA rest of state", "01112-75"),
        ("Rest of California", "01112-75"),
        ("Fresno County, California", "01112-75"),
        ("California: Fresno County", "01112-75"),
        ("Jefferson County, AL", "10112-00"),
        ("MO", "05302-99"),
        ("Fresno, CA", None),
        ("Alameida County, CA", None),
        ("San Francisco Bay County, CA", None),
        ("De Kalb County", None),
        ("Kansas", None),
        ("", None),
        ("-", None),
        ("99999-00", None),
        ("10112-05", None),
    ],
)
def test_what_a_text_means(find, text, key):
    if key is not None:
        assert find(text)[0] == key
        return
    with pytest.raises(InvalidValue, match="no locality"):
        find(text)


def test_how_the_answer_came_about(find):
    assert find("Alameda County")[1] == (
        "ALAMEDA is named among the counties of this locality in CA, the only state where the county list "
        "cms-locality/2025 names such a county"
    )
    assert find("Fresno County, CA")[1] == (
        "the county list cms-locality/2025 does not name FRESNO; it gives this locality ALL OTHER COUNTIES"
    )
    assert find("01112-18")[1] == "01112-18 is number 18 in CA, under carrier 01182 in this release"


def test_several_localities_are_listed(find):
    with pytest.raises(InvalidValue, match="matches 3 localities") as caught:
        find("California")
    assert caught.value.candidates[0] == ("01112-05 CA SAN FRANCISCO-OAKLAND (SAN FRANCISCO/ALAMEDA CNTY)")
    assert "01182-18 CA LOS ANGELES (LOS ANGELES/ORANGE CNTY)" in str(caught.value)
    with pytest.raises(InvalidValue, match="matches 2 localities"):
        find("rest")


def test_what_is_near_is_named(find):
    with pytest.raises(InvalidValue) as caught:
        find("Los Angelos")
    assert caught.value.candidates == ("01182-18 CA LOS ANGELES (LOS ANGELES/ORANGE CNTY)",)
    with pytest.raises(InvalidValue, match="names ALAMEDA, and not ALAMEIDA") as caught:
        find("Alameida County, CA")
    assert [c[:8] for c in caught.value.candidates] == ["01112-05", "01112-75"]


def test_without_a_county_list_no_county_is_placed(find):
    assert find("Orange County, CA", None)[0] == "01182-18"  # its name says so
    with pytest.raises(InvalidValue):
        find("Fresno County, CA", None)


def test_a_text_is_looked_up_once(placed):
    figures = placed._figures
    before = gazetteer(figures, GPCI, LOCCO).locate.cache_info().hits
    assert resolve(figures, GPCI, "CA 75", LOCCO) is resolve(figures, GPCI, "CA 75", LOCCO)
    assert gazetteer(figures, GPCI, LOCCO).locate.cache_info().hits == before + 1


def test_the_texts_of_the_list():
    assert split_names("LOS ANGELES /ORAGNGE CNTY") == ["LOS ANGELES", "ORAGNGE"]
    assert split_names("BUTTS, COBB, ROCKDALE AND WALTON") == ["BUTTS", "COBB", "ROCKDALE", "WALTON"]
    virginia = "DISTRICT OF COLUMBIA; FAIRFAX, FAIRFAX CITY IN VIRGINIA; PRINCE GEORGE'S IN MARYLAND"
    row = LocalityCounties("12202", "01", "DISTRICT OF COLUMBIA", "DC + MD/VA SUBURBS", virginia)
    assert list(read_counties([row])) == [
        County("DC", "DISTRICT OF COLUMBIA", ("12202", "01")),
        County("VA", "FAIRFAX", ("12202", "01")),
        County("VA", "FAIRFAX CITY", ("12202", "01")),
        County("MD", "PRINCE GEORGE'S", ("12202", "01")),
    ]
    text = "ALL COUNTIES, EXCEPT ARLINGTON, AND FALLS CHURCH CITY"
    but = LocalityCounties("11302", "00", "VIRGINIA", "STATEWIDE", text)
    assert list(read_counties([but])) == [
        Remainder("VA", ("11302", "00"), but.counties, frozenset({"ARLINGTON", "FALLSCHURCHCITY"}))
    ]
    assert state_of(LocalityCounties("01212", "01", "HAWAII/GUAM", "STATEWIDE", "ALL COUNTIES")) == "HI"
    assert len(STATES) == 54


@pytest.mark.full_release
@pytest.mark.full_data
class TestOfficial:
    """The localities and counties that CMS published for 2025."""

    @pytest.fixture
    def find(self, full):
        def find(text):
            found = resolve(full._figures, GPCI, text, LOCCO)
            return f"{found.carrier}-{found.locality}"

        return find

    def test_each_locality_by_its_key_and_by_state_and_name(self, find, data_dir):
        with (data_dir / "pfs" / "GPCI2025.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [r for r in csv.reader(file) if re.fullmatch(r"\d{5}", r[0])]
        assert len(rows) == 109
        for carrier, state, number, name, *_ in rows:
            key = f"{carrier}-{number}"
            assert find(key) == find(f"{int(carrier)}-{int(number)}") == key
            assert find(f"{state} {name}") == find(f"{name}, {STATES[state]}") == key
            assert find(f"{state} {number}") == key

    def test_each_county_of_the_list(self, find, data_dir):
        with (data_dir / "pfs" / "25LOCCO.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [r for r in csv.reader(file) if r[0].strip().isdigit()]
        state, named, whole = "", 0, 0
        for carrier, number, in_state, _, text in rows:
            state = in_state.strip() or state
            key = f"{int(carrier):05}-{int(number):02}"
            entries = list(
                read_counties([LocalityCounties("", "", state, "", re.sub(r"\s+", " ", text.strip()))])
            )
            assert entries, text
            for entry in entries:
                if isinstance(entry, Remainder):
                    whole += 1
                    assert find(f"Nowhere County, {entry.state}") == key
                else:
                    named += 1
                    assert (
                        find(f"{entry.name} County, {entry.state}")
                        == find(f"{entry.state}, {entry.name}")
                        == key
                    )
        assert (named, whole) == (155, 53)

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("NE", "05402-00"),
            ("Washington, D.C.", "12202-01"),
            ("PR", "09202-20"),
            ("VI", "09202-50"),
            ("U.S. Virgin Islands", "09202-50"),
            ("Guam", "01212-01"),
            ("Hawaii", "01212-01"),
            ("Cook County", "06102-16"),
            ("Arlington County, VA", "12202-01"),
            ("Alexandria, VA", "12202-01"),
            ("Montgomery County, Maryland", "12202-01"),
            ("Frederick County, MD", "12302-99"),
            ("Loudoun County, VA", "11302-00"),
            ("De Kalb County, Georgia", "10212-01"),
            ("New York, NY", "13202-01"),
            ("Kansas City", "05302-02"),
            ("Saint Louis, MO", "05302-01"),
            ("Nevada County, CA", "01112-75"),
            ("Delaware", "12102-01"),
            ("Portland", "02302-01"),
        ],
    )
    def test_known_places(self, find, text, key):
        assert find(text) == key

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("CA", 29),
            ("San Jose", 2),
            ("St. Louis", 2),
            ("Washington", 2),
            ("Washington County", 2),
            ("Delaware County", 2),
            ("Montgomery County", 3),
            ("Orange", 2),
            ("York", 2),
        ],
    )
    def test_what_several_share(self, find, text, count):
        with pytest.raises(InvalidValue, match=f"matches {count} localities") as caught:
            find(text)
        assert len(caught.value.candidates) == count

    @pytest.mark.parametrize(
        "text",
        ["Portland, ME", "Kansas City, KS", "Virginia Beach", "De Soto County", "Miami-Dade County, FL"],
    )
    def test_what_the_files_do_not_say(self, find, text):
        with pytest.raises(InvalidValue, match="no locality"):
            find(text)
