"""The text index: where it stands, that it is built once, what is in it and what never is, how words are read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegraph.build import pipeline
from codegraph.build.progress import Silent
from codegraph.errors import NotLoaded
from codegraph.graph import CodeGraph
from codegraph.search import cached, index
from codegraph.search.cached import key, open_index
from codegraph.search.fused import FacetFusion
from codegraph.search.index import TextIndex, build
from codegraph.search.model import Match
from codegraph.search.pool import Pool
from codegraph.search.spelling import MOST as MOST_WORDS
from codegraph.search.spelling import Spelling, cut
from codegraph.search.texts import code_texts, lead_ins
from codegraph.search.written import codes_written
from tests.build.small_files import PLANTED
from tests.build.test_build_pcs import INDEX, TABLES, table


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("CODEGRAPH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def opened(kg) -> TextIndex:
    return open_index(kg)


def indexes(folder) -> list[str]:
    return sorted(p.name for p in folder.glob("search-*") if p.is_dir())


def test_the_index_of_a_packaged_release_stands_beside_it(kg, opened):
    assert f"search-{key(kg.directory)}" in indexes(kg.directory.parent)


def test_it_is_built_once_and_reopened(small, cache, monkeypatch):
    assert CodeGraph(small.directory).search("ileostomy").codes
    (name,) = indexes(cache)
    assert name == f"search-{key(small.directory)}"
    assert [p.name for p in cache.iterdir() if p.name.startswith(".")] == []
    monkeypatch.setattr(cached, "build", None)
    assert CodeGraph(small.directory).search("ileostomy").codes


def test_another_release_has_another_index(small, kg, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for name in ("manifest.json", "tables.sqlite"):
        (other / name).write_bytes((small.directory / name).read_bytes())
    os.utime(other / "tables.sqlite", ns=(1, 1))
    assert len({key(kg.directory), key(small.directory), key(other)}) == 3


def test_only_the_last_used_indexes_stay(small, cache):
    cache.mkdir()
    for age in range(6):
        (cache / f"search-{age}").mkdir()
        os.utime(cache / f"search-{age}", (1000 - age, 1000 - age))
    CodeGraph(small.directory).search("ileostomy")
    assert indexes(cache) == sorted(["search-0", "search-1", "search-2", f"search-{key(small.directory)}"])


def test_a_cache_that_cannot_be_written_is_no_hindrance(small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("CODEGRAPH_CACHE", str(tmp_path / "file"))
    assert "cpt:44310" in CodeGraph(small.directory).search("ileostomy").codes


def test_a_damaged_index_is_made_anew(small, cache):
    CodeGraph(small.directory).search("ileostomy")
    (name,) = indexes(cache)
    (cache / name / "meta.json").write_text("{", encoding="utf-8")
    assert CodeGraph(small.directory).search("ileostomy").codes
    assert indexes(cache) == []
    assert CodeGraph(small.directory).search("ileostomy").codes
    assert indexes(cache) == [name]


def test_processes_that_need_it_at_once_get_one(small, cache):
    program = (
        "import sys; from codegraph import CodeGraph\n"
        "print(CodeGraph.open(sys.argv[1]).search('laparoscopic ileostomy').codes[0])"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(small.directory)], stdout=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(3)
    ]
    assert {p.communicate(timeout=120)[0].strip() for p in running} == {"cpt:44187"}
    assert len(indexes(cache)) == 1


def test_threads_agree(kg):
    texts = ["laparoscopic ileostomy", "crohn fistula", "ilestomy", "0D1B"] * 8
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda t: kg.search(t).codes, texts)) == [kg.search(t).codes for t in texts]


def test_without_tantivy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tantivy", None)
    with pytest.raises(NotLoaded, match=r"pip install codegraph\[search\]"):
        index.version()


def test_licensed_words_are_not_searched(small, tmp_path):
    assert PLANTED in str(small["44310"].official_descriptors)
    said = [text for found in code_texts(small) for _, text in found.texts]
    assert not [text for text in said if "PLANTED" in text]
    folder = tmp_path / "index"
    folder.mkdir()
    found = TextIndex(build(small, folder, Silent()))
    assert found.frequency("planted") == 0
    assert not [p for p in folder.iterdir() if PLANTED.encode() in p.read_bytes()]


def test_every_kind_of_text_is_there(kg):
    whys = {why for found in code_texts(kg) for why, _ in found.texts}
    assert whys >= {"words", "synonym", "description"}
    (ileostomy,) = [found for found in code_texts(kg) if found.code == "cpt:44310"]
    assert ("synonym", "loop ileostomy") in ileostomy.texts
    assert {"site:jejunum-or-ileum", "on/site:small-intestine", "approach:open"} <= ileostomy.facets
    assert "at/site:jejunum-or-ileum" in ileostomy.facets


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Return a release of two tables of ICD-10-PCS with an index that leads to one."""
    folder = tmp_path_factory.mktemp("indexed")
    tables = table("T", "Urinary System", "B", "Excision", "Kidney")
    (folder / "tables.xml").write_text(TABLES.format(tables=tables), encoding="utf-8")
    (folder / "index.xml").write_text(INDEX, encoding="utf-8")
    pipeline.build([folder / "tables.xml", folder / "index.xml"], folder / "release")
    return CodeGraph(folder / "release")


def test_terms_of_the_index_lead_to_codes(indexed, cache):
    assert ("Enucleation of invention", "0TB") in set(lead_ins(indexed))
    found = indexed.search("enucleation invention")
    assert found.codes[:2] == ("icd10pcs:0TB10ZZ", "icd10pcs:0TB00ZZ")
    assert Match("lead-in", "Enucleation of invention \u2192 0TB") in found[1].matched
    assert indexed.search("enucleation", site="kidney-left").codes == ("icd10pcs:0TB10ZZ",)
    assert indexed.search("enucleation", system="cpt").codes == ()


def test_words_are_cut_and_the_common_ones_left_out():
    assert cut("The code for Crohn's Disease, of the ILEUM") == ["crohn", "disease", "ileum"]
    assert cut("what is it") == ["what", "is", "it"]
    assert len(cut(" ".join(map(str, range(1000))))) == MOST_WORDS


def test_misspelt_begun_and_alike_words(opened):
    spelling = Spelling(opened)
    read = {
        word: spelling.words(f"{word} end")[0] for word in ("ilestomy", "ileostomy", "bowel", "xqxqxq", "ile")
    }
    assert read["ilestomy"].forms[0] == ("ileostomy", 0.8)
    assert read["ilestomy"].guessed
    assert read["ileostomy"].forms[0] == ("ileostomy", 1.0)
    assert not read["ileostomy"].guessed
    assert "intestine" in dict(read["bowel"].forms)
    assert read["xqxqxq"].forms == ()
    (begun,) = spelling.words("appendecto")
    assert begun.forms[0][0] == "appendectomy"
    assert spelling.words("appendecto ")[0].guessed


def test_facets_are_read_in_misspelt_words_too(kg, opened):
    fusion, spelling = FacetFusion(kg, opened), Spelling(opened)
    text = "laproscopic ilestomy"
    named = fusion.named(text, spelling.words(text))
    assert [facet.values[0] for facet in named] == ["approach:percutaneous-endoscopic", "stoma:ileostomy"]


def test_a_text_that_is_named_whole_counts_more():
    pool = Pool()
    whole = index.Row("synonym", "cpt:44310", "loop ileostomy", "label", True, 2)
    pool.add(whole, 10.0, 2)
    pool.add(whole._replace(code="cpt:44211", size=8), 10.0, 2)
    pool.add(whole._replace(code="cpt:44380", active=False), 10.0, 2)
    assert [hit.code for hit in pool.ranked(5)] == ["cpt:44310", "cpt:44380", "cpt:44211"]
    assert len(pool.ranked(1)) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("k50012", "icd10cm:K50.012"),
        ("K50.012", "icd10cm:K50.012"),
        ("icd10cm:k50012", "icd10cm:K50.012"),
        ("(44310)", "cpt:44310"),
        ("44310-59", "cpt:44310"),
        ("cpt:443", "cpt:44300"),
        ("see 0D1B0Z4.", "icd10pcs:0D1B0Z4"),
    ],
)
def test_codes_are_read_as_people_write_them(kg, text, code):
    assert codes_written(kg, text, None, 5)[0].code == code


def test_short_words_among_others_are_no_codes(kg):
    assert codes_written(kg, "K50 and T10 of 44", None, 5) == []
    assert codes_written(kg, "hcpcs:44310", None, 5) == []


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_gives_known_codes_in_order(kg, text):
    found = kg.search(text, limit=5)
    assert all(hit.code in kg for hit in found)
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)


def test_synonyms_find_their_codes(kg):
    said = [(text, found.code) for found in code_texts(kg) for why, text in found.texts if why == "synonym"]
    assert len(said) > 500
    assert [text for text, code in said[::5] if code not in kg.search(text).codes] == []


def test_the_command_line_asks_the_same(kg):
    program = "import sys; from codegraph.cli import main; main(sys.argv[1:])"

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, "--release", str(kg.directory), "search", *words],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
        return done.stdout

    told = json.loads(run("laproscopic", "ileostomy", "--limit", "2", "--format", "json"))
    assert [hit["code"] for hit in told["hits"]] == list(kg.search("laproscopic ileostomy", limit=2).codes)
    assert told["words"][0] == {"said": "laproscopic", "read": "laparoscopic", "guessed": True}
    shown = run("laproscopic", "ileostomy", "--system", "cpt")
    assert shown.startswith("read laproscopic as laparoscopic\n\ncode       label")
    assert "nothing found" in run("qqqqxx")
