"""The OMOP vocabulary tables, loaded into SQLite with the keys and widths of the common data model, version 5.4."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.codes import SYSTEMS
from codegraph.errors import CodegraphError
from codegraph.export.as_omop import COLUMNS
from codegraph.export.omop_facts import Code, Facts, matches
from codegraph.export.omop_ids import DRAWN, FIRST, LAST, drawn, ids, placed
from codegraph.export.omop_names import CATEGORIES, NAME_IDS, REVERSE, VOCABULARIES
from codegraph.export.omop_rows import Rows, capped, levels, short
from codegraph.namespaces import code_iri

C = "INTEGER NOT NULL REFERENCES CONCEPT"
DAY = "TEXT NOT NULL CHECK ({0} GLOB '[12][0-9][0-9][0-9][01][0-9][0-3][0-9]')"
TEXT = "TEXT NOT NULL CHECK (length({0}) BETWEEN 1 AND {1})"
# Types, widths and keys after OMOPCDM_postgresql_5.4_ddl.sql and _constraints.sql.
SCHEMA = {
    "CONCEPT": {
        "concept_id": "INTEGER PRIMARY KEY CHECK (concept_id BETWEEN 2000000001 AND 2147483647)",
        "concept_name": TEXT.format("concept_name", 255),
        "domain_id": "TEXT NOT NULL REFERENCES DOMAIN",
        "vocabulary_id": "TEXT NOT NULL REFERENCES VOCABULARY",
        "concept_class_id": "TEXT NOT NULL REFERENCES CONCEPT_CLASS",
        "standard_concept": "TEXT CHECK (standard_concept IN ('S', 'C'))",
        "concept_code": TEXT.format("concept_code", 50),
        "valid_start_date": DAY.format("valid_start_date"),
        "valid_end_date": DAY.format("valid_end_date") + " CHECK (valid_start_date <= valid_end_date)",
        "invalid_reason": "TEXT CHECK (invalid_reason IN ('D', 'U'))",
        "UNIQUE": "(vocabulary_id, concept_code)",
        "CHECK": "(invalid_reason IS NULL OR valid_end_date < '20991231' AND standard_concept IS NULL)",
    },
    "CONCEPT_RELATIONSHIP": {
        "concept_id_1": C,
        "concept_id_2": C,
        "relationship_id": "TEXT NOT NULL REFERENCES RELATIONSHIP",
        "valid_start_date": DAY.format("valid_start_date"),
        "valid_end_date": DAY.format("valid_end_date"),
        "invalid_reason": "TEXT CHECK (invalid_reason IN ('D', 'U'))",
        "PRIMARY KEY": "(concept_id_1, concept_id_2, relationship_id)",
    },
    "CONCEPT_ANCESTOR": {
        "ancestor_concept_id": C,
        "descendant_concept_id": C,
        "min_levels_of_separation": "INTEGER NOT NULL",
        "max_levels_of_separation": "INTEGER NOT NULL",
        "PRIMARY KEY": "(ancestor_concept_id, descendant_concept_id)",
        "CHECK": "(min_levels_of_separation <= max_levels_of_separation)",
    },
    "CONCEPT_SYNONYM": {
        "concept_id": C,
        "concept_synonym_name": TEXT.format("concept_synonym_name", 1000),
        "language_concept_id": "INTEGER NOT NULL CHECK (language_concept_id = 4180186)",
        "UNIQUE": "(concept_id, concept_synonym_name, language_concept_id)",
    },
    "VOCABULARY": {
        "vocabulary_id": "TEXT PRIMARY KEY CHECK (length(vocabulary_id) <= 20)",
        "vocabulary_name": TEXT.format("vocabulary_name", 255),
        "vocabulary_reference": TEXT.format("vocabulary_reference", 255),
        "vocabulary_version": TEXT.format("vocabulary_version", 255),
        "vocabulary_concept_id": C,
    },
    "DOMAIN": {
        "domain_id": "TEXT PRIMARY KEY CHECK (length(domain_id) <= 20)",
        "domain_name": TEXT.format("domain_name", 255),
        "domain_concept_id": C,
    },
    "CONCEPT_CLASS": {
        "concept_class_id": "TEXT PRIMARY KEY CHECK (length(concept_class_id) <= 20)",
        "concept_class_name": TEXT.format("concept_class_name", 255),
        "concept_class_concept_id": C,
    },
    "RELATIONSHIP": {
        "relationship_id": "TEXT PRIMARY KEY CHECK (length(relationship_id) <= 20)",
        "relationship_name": TEXT.format("relationship_name", 255),
        "is_hierarchical": "INTEGER NOT NULL CHECK (is_hierarchical IN (0, 1))",
        "defines_ancestry": "INTEGER NOT NULL CHECK (defines_ancestry IN (0, 1))",
        "reverse_relationship_id": "TEXT NOT NULL REFERENCES RELATIONSHIP",
        "relationship_concept_id": C,
    },
    "SOURCE_TO_CONCEPT_MAP": {
        "source_code": TEXT.format("source_code", 50),
        "source_concept_id": C,
        "source_vocabulary_id": "TEXT NOT NULL REFERENCES VOCABULARY",
        "source_code_description": "TEXT CHECK (length(source_code_description) <= 255)",
        "target_concept_id": C,
        "target_vocabulary_id": "TEXT NOT NULL REFERENCES VOCABULARY",
        "valid_start_date": DAY.format("valid_start_date"),
        "valid_end_date": DAY.format("valid_end_date"),
        "invalid_reason": "TEXT CHECK (invalid_reason IN ('D', 'U'))",
        "PRIMARY KEY": "(source_vocabulary_id, target_concept_id, source_code, valid_end_date)",
    },
}


def load(folder: Path) -> sqlite3.Connection:
    """Load a folder as a database would: every row must meet widths and keys."""
    db = sqlite3.connect(":memory:")
    for table, columns in SCHEMA.items():
        db.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert header == list(COLUMNS[table]) == [c for c in columns if c.islower()]
        marks = ", ".join("?" * len(header))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", ([v or None for v in row] for row in rows))
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return db


@pytest.fixture(scope="module")
def folder(mapped, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("omop") / "vocabulary"
    summary = mapped.export(out, format="omop")
    lines = [path.read_bytes().count(b"\n") - 1 for path in out.iterdir()]
    assert (summary.triples, len(lines)) == (sum(lines), 9)
    return out


@pytest.fixture(scope="module")
def db(folder) -> sqlite3.Connection:
    return load(folder)


def one(db: sqlite3.Connection, system: str, notation: str):
    sql = "SELECT * FROM CONCEPT WHERE vocabulary_id = ? AND concept_code = ?"
    return db.execute(sql, (VOCABULARIES[system].name, notation)).fetchone()


def related(db: sqlite3.Connection, name: str) -> set[tuple[str, str]]:
    sql = (
        "SELECT a.concept_code, b.concept_code FROM CONCEPT_RELATIONSHIP JOIN CONCEPT AS a ON a.concept_id = "
        "concept_id_1 JOIN CONCEPT AS b ON b.concept_id = concept_id_2 WHERE relationship_id = ?"
    )
    return set(db.execute(sql, (name,)))


@pytest.mark.parametrize("name", ["kg", "small"])
def test_other_releases_meet_widths_and_keys_too(name, request, tmp_path):
    graph = request.getfixturevalue(name)
    graph.export(tmp_path / "out", format="omop")
    found = load(tmp_path / "out")
    sql = (
        "SELECT count(*) FROM CONCEPT WHERE vocabulary_id != 'codegraph' AND concept_class_id != 'Code group'"
    )
    assert found.execute(sql).fetchone()[0] == len(graph)


def test_every_code_is_a_concept_with_its_code_as_text(mapped, db):
    named = {v.name: system for system, v in VOCABULARIES.items()}
    sql = "SELECT vocabulary_id, concept_code FROM CONCEPT WHERE concept_class_id != 'Code group'"
    found = {f"{named[v]}:{code}" for v, code in db.execute(sql) if v in named}
    assert found == set(mapped)


def test_a_concept_says_what_the_code_is(db):
    number, name, domain, _, kind, standard, code, start, end, reason = one(db, "cpt", "44310")
    assert number == placed(code_iri("cpt", "44310")) == 2000067466
    assert name == "Open creation of an ileostomy or jejunostomy, without a tube"
    assert (domain, kind, standard, code, end, reason) == (
        "Procedure",
        "CPT4",
        "S",
        "44310",
        "20991231",
        None,
    )
    assert start in ("19700101", "19840101")
    assert one(db, "icd10cm", "K50.012")[5] is None


def test_both_directions_are_there(db):
    for name, reverse in REVERSE.items():
        assert related(db, name) == {(b, a) for a, b in related(db, reverse)}
    assert related(db, "Is a")


def test_only_exact_mappings_are_maps_to(mapped, db):
    exact = {(a, b) for a, b, relation in matches(mapped.tables) if relation == "exact"}
    sql = (
        "SELECT a.standard_concept, b.standard_concept, a.concept_code, b.concept_code FROM CONCEPT_RELATIONSHIP "
        "JOIN CONCEPT AS a ON a.concept_id = concept_id_1 JOIN CONCEPT AS b ON b.concept_id = concept_id_2 "
        "WHERE relationship_id = 'Maps to' AND concept_id_1 != concept_id_2"
    )
    codes = {(a.rpartition("/")[2], b.rpartition("/")[2]) for a, b in exact}
    for source, target, first, second in db.execute(sql):
        assert (source, target) == (None, "S")
        assert (first, second) in codes
    assert ("K50.00", "555.0") in related(db, "CG exact match")
    assert ("44310", "0D1B0Z4") in related(db, "CG narrow match")
    assert ("K50.012", "560.9") in related(db, "CG related match")
    itself = {a for a, b in related(db, "Maps to") if a == b}
    assert itself == {
        c for (c,) in db.execute("SELECT concept_code FROM CONCEPT WHERE standard_concept = 'S'")
    }


LOADED = ("kg", "mapped", "valued")


@pytest.fixture(scope="module", params=LOADED)
def loaded(request, tmp_path_factory) -> sqlite3.Connection:
    out = tmp_path_factory.mktemp("omop") / "out"
    request.getfixturevalue(request.param).export(out, format="omop")
    return load(out)


def test_ancestors_are_the_closure_by_networkx_with_the_shortest_and_longest_way(loaded):
    sql = (
        "SELECT concept_id_1, concept_id_2 FROM CONCEPT_RELATIONSHIP NATURAL JOIN RELATIONSHIP "
        "WHERE is_hierarchical = 1 AND defines_ancestry = 1"
    )
    down = nx.DiGraph(loaded.execute(sql).fetchall())
    down.add_nodes_from(
        n for (n,) in loaded.execute("SELECT concept_id FROM CONCEPT WHERE domain_id != 'Metadata'")
    )
    assert nx.is_directed_acyclic_graph(down)
    longest: dict[int, dict[int, int]] = {n: {n: 0} for n in down}
    for node in nx.topological_sort(down):
        for below in down[node]:
            for top, steps in longest[node].items():
                longest[below][top] = max(longest[below].get(top, 0), steps + 1)
    shortest = dict(nx.all_pairs_shortest_path_length(down))
    expected = {(t, low, shortest[t][low], most) for low, tops in longest.items() for t, most in tops.items()}
    assert set(loaded.execute("SELECT * FROM CONCEPT_ANCESTOR")) == expected
    assert max(row[3] for row in expected) >= 2


# Rules of the vocabulary that keys and widths do not say: each query gives the rows that break one.
JOINED = (
    "CONCEPT_RELATIONSHIP AS r JOIN CONCEPT AS a ON a.concept_id = r.concept_id_1 "
    "JOIN CONCEPT AS b ON b.concept_id = r.concept_id_2"
)
RULES = {
    "a standard concept maps to itself": (
        "SELECT concept_id FROM CONCEPT WHERE standard_concept = 'S' AND concept_id NOT IN (SELECT concept_id_1 "
        "FROM CONCEPT_RELATIONSHIP WHERE relationship_id = 'Maps to' AND concept_id_2 = concept_id_1)"
    ),
    "what is mapped to is standard and valid": (
        f"SELECT r.* FROM {JOINED} WHERE relationship_id = 'Maps to' "
        "AND (b.standard_concept IS NOT 'S' OR b.invalid_reason IS NOT NULL)"
    ),
    "what maps elsewhere is not standard": (
        f"SELECT r.* FROM {JOINED} WHERE relationship_id = 'Maps to' AND a.concept_id != b.concept_id "
        "AND a.standard_concept IS NOT NULL"
    ),
    "each relationship has its reverse": (
        "SELECT r.* FROM CONCEPT_RELATIONSHIP AS r NATURAL JOIN RELATIONSHIP AS n WHERE NOT EXISTS (SELECT 1 FROM "
        "CONCEPT_RELATIONSHIP AS o WHERE o.concept_id_1 = r.concept_id_2 AND o.concept_id_2 = r.concept_id_1 "
        "AND o.relationship_id = n.reverse_relationship_id)"
    ),
    "reverse relationships name each other": (
        "SELECT a.* FROM RELATIONSHIP AS a JOIN RELATIONSHIP AS b ON b.relationship_id = a.reverse_relationship_id "
        "WHERE b.reverse_relationship_id != a.relationship_id OR a.is_hierarchical != b.is_hierarchical"
    ),
    "one way of a hierarchy defines ancestry": (
        "SELECT a.* FROM RELATIONSHIP AS a JOIN RELATIONSHIP AS b ON b.relationship_id = a.reverse_relationship_id "
        "WHERE a.is_hierarchical != a.defines_ancestry + b.defines_ancestry"
    ),
    "a replaced concept says by which, and is not standard": (
        "SELECT * FROM CONCEPT WHERE invalid_reason = 'U' AND concept_id NOT IN (SELECT concept_id_1 FROM "
        "CONCEPT_RELATIONSHIP WHERE relationship_id = 'Concept replaced by')"
    ),
    "groups and categories classify, codes do not": (
        "SELECT * FROM CONCEPT WHERE (concept_class_id IN ('Code group', 'Code category')) "
        "!= (standard_concept IS 'C')"
    ),
    "names are concepts of their kind": (
        "SELECT concept_id FROM CONCEPT WHERE concept_class_id IN ('Domain', 'Vocabulary', 'Concept Class', "
        "'Relationship') EXCEPT SELECT domain_concept_id FROM DOMAIN EXCEPT SELECT vocabulary_concept_id FROM "
        "VOCABULARY EXCEPT SELECT concept_class_concept_id FROM CONCEPT_CLASS EXCEPT SELECT relationship_concept_id "
        "FROM RELATIONSHIP"
    ),
    "no text has blanks around it": (
        "SELECT concept_name FROM CONCEPT WHERE concept_name != trim(concept_name) UNION ALL SELECT "
        "concept_synonym_name FROM CONCEPT_SYNONYM WHERE concept_synonym_name != trim(concept_synonym_name)"
    ),
    "a synonym is another word": (
        "SELECT * FROM CONCEPT_SYNONYM NATURAL JOIN CONCEPT WHERE concept_synonym_name = concept_name"
    ),
    "days are days": (
        "WITH d (day) AS (SELECT valid_start_date FROM CONCEPT UNION SELECT valid_end_date FROM CONCEPT) SELECT day "
        "FROM d WHERE strftime('%Y%m%d', julianday(substr(day, 1, 4) || '-' || substr(day, 5, 2) || '-' || "
        "substr(day, 7))) IS NOT day"
    ),
    "every concept is its own ancestor": (
        "SELECT concept_id FROM CONCEPT WHERE domain_id != 'Metadata' AND concept_id NOT IN (SELECT "
        "ancestor_concept_id FROM CONCEPT_ANCESTOR WHERE ancestor_concept_id = descendant_concept_id)"
    ),
    "the source map is what maps to": (
        "SELECT source_concept_id, target_concept_id FROM SOURCE_TO_CONCEPT_MAP EXCEPT SELECT concept_id_1, "
        "concept_id_2 FROM CONCEPT_RELATIONSHIP WHERE relationship_id = 'Maps to'"
    ),
    "and all of it": (
        "SELECT concept_id_1, concept_id_2 FROM CONCEPT_RELATIONSHIP WHERE relationship_id = 'Maps to' "
        "EXCEPT SELECT source_concept_id, target_concept_id FROM SOURCE_TO_CONCEPT_MAP"
    ),
    "its vocabularies are those of its concepts": (
        "SELECT m.* FROM SOURCE_TO_CONCEPT_MAP AS m JOIN CONCEPT AS a ON a.concept_id = source_concept_id JOIN CONCEPT "
        "AS b ON b.concept_id = target_concept_id WHERE a.vocabulary_id != source_vocabulary_id OR b.vocabulary_id != "
        "target_vocabulary_id OR replace(a.concept_code, '.', '') != replace(source_code, '.', '')"
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rules_of_the_vocabulary_hold(loaded, rule):
    assert loaded.execute(RULES[rule]).fetchmany(3) == []


SPOILED = {
    "a standard concept maps to itself": "DELETE FROM CONCEPT_RELATIONSHIP WHERE relationship_id = 'Maps to'",
    "each relationship has its reverse": "DELETE FROM CONCEPT_RELATIONSHIP WHERE relationship_id = 'Subsumes'",
    "what is mapped to is standard and valid": "UPDATE CONCEPT SET standard_concept = NULL",
    "groups and categories classify, codes do not": "UPDATE CONCEPT SET standard_concept = NULL",
    "every concept is its own ancestor": "DELETE FROM CONCEPT_ANCESTOR WHERE min_levels_of_separation = 0",
    "and all of it": "DELETE FROM SOURCE_TO_CONCEPT_MAP",
    "days are days": "UPDATE CONCEPT SET valid_start_date = '20010231'",
}


@pytest.mark.parametrize("rule", SPOILED)
def test_a_rule_finds_what_breaks_it(db, rule):
    db.execute("SAVEPOINT spoil")
    db.execute(SPOILED[rule])
    assert db.execute(RULES[rule]).fetchone()
    db.execute("ROLLBACK TO spoil")


def test_categories_are_concepts_that_their_codes_lie_under(valued, loaded, request):
    sql = (
        "SELECT c.vocabulary_id, c.concept_code, d.concept_code FROM CONCEPT_ANCESTOR JOIN CONCEPT AS c ON "
        "c.concept_id = ancestor_concept_id JOIN CONCEPT AS d ON d.concept_id = descendant_concept_id WHERE "
        "c.concept_class_id = 'Code category' AND d.concept_class_id != 'Code category'"
    )
    found = set(loaded.execute(sql))
    graph = request.getfixturevalue(request.node.callspec.params["loaded"])
    said = (
        graph.tables.rows("SELECT scheme, category, notation FROM grouping")
        if graph.tables.has("grouping")
        else []
    )
    assert {(CATEGORIES[s][0], short(c), n) for s, c, n in said} <= found
    assert bool(said) == bool(found)
    assert valued.tables.has("grouping")


def test_a_vocabulary_says_whose_it_is_and_which_editions(loaded):
    said = {row[0]: row[1:4] for row in loaded.execute("SELECT * FROM VOCABULARY")}
    assert set(said) == {
        "codegraph",
        *(v.name for v in VOCABULARIES.values()),
        *(c[0] for c in CATEGORIES.values()),
    }
    assert "American Medical Association" in said["codegraph CPT"][1]
    assert not any(
        "American Medical" in r[1]
        for n, r in said.items()
        if n not in ("codegraph CPT", "codegraph Modifier")
    )
    assert all(version.startswith("codegraph ") for _, _, version in said.values())


def test_long_names_of_categories_stay_apart():
    assert short("x" * 50) == "x" * 50
    assert len({short("x" * 60), short("x" * 61), short("x" * 51)}) == 3


def made_facts() -> Facts:
    codes = {
        "A": ("cpt", "44383", "one", "retired"),
        "B": ("cpt", "44384", "two", "active"),
        "C": ("cpt", "44380", "three", "retired"),
        "D": ("cpt", "44381", "four", "unknown"),
        "E": ("icd9cm", "560.9", "five", "retired"),
        "F": ("cpt", "44379", "six", "retired"),
    }
    iris = {key: code_iri(*row[:2]) for key, row in codes.items()}
    ccsr = "https://w3id.org/codegraph/concept/ccsr/"
    return Facts(
        codes={iris[key]: Code(*row) for key, row in codes.items()},
        groups={ccsr + "DIG": "digestive", ccsr + "DIG001": "gut", ccsr + "XXX": "empty"},
        broader={ccsr + "DIG001": (ccsr + "DIG",)},
        classified={iris["A"]: (ccsr + "DIG001",), iris["B"]: (ccsr + "DIG001",), iris["E"]: (ccsr + "DIG",)},
        added={iris["C"]: "20200101"},
        ended={iris["A"]: "20141231", iris["C"]: "20191231", iris["E"]: "20150930"},
        replaced={(iris["A"], iris["F"]), (iris["F"], iris["B"])},
    )  # fmt: skip


def test_what_ended_and_what_took_its_place():
    facts = made_facts()
    numbers = ids([*facts.codes, *facts.groups])
    told = {row[6]: (row[5], *row[7:]) for row in Rows(facts, numbers).concepts()}
    assert told["44383"] == ("", "19700101", "20141231", "U")  # replaced
    assert told["44384"] == ("S", "19700101", "20991231", "")
    assert told["44380"] == ("S", "20191231", "20191231", "")  # ended, and nothing took its place
    assert told["44381"][0] == ""  # no list has it
    assert told["560.9"] == ("", "19700101", "20150930", "D")
    kinds = {row[6]: row[2] for row in Rows(facts, numbers).concepts()}
    assert (kinds["DIG001"], kinds["DIG"], kinds["XXX"]) == ("Procedure", "Procedure", "Metadata")
    one = {facts.codes[iri].notation: facts.codes[new].notation for iri, new in facts.successors().items()}
    assert one == {"44383": "44384", "44379": "44384"}


def test_of_several_successors_none_is_chosen_and_a_circle_ends():
    facts = Facts(replaced={("a", "b"), ("a", "c"), ("d", "a"), ("e", "f"), ("f", "e")})
    assert facts.successors() == {}


def test_levels_count_the_shortest_and_the_longest_way_and_a_circle_is_an_error():
    assert levels(1, {1: [2, 3], 2: [3], 3: [4]}) == {1: (0, 0), 2: (1, 1), 3: (1, 2), 4: (2, 3)}
    with pytest.raises(CodegraphError, match="circle"):
        levels(1, {1: [2], 2: [1]})


def test_words_are_synonyms_and_a_replaced_code_says_by_which(kg, tmp_path):
    kg.export(tmp_path / "out", format="omop")
    found = load(tmp_path / "out")
    number = one(found, "cpt", "44310")[0]
    sql = "SELECT concept_synonym_name FROM CONCEPT_SYNONYM WHERE concept_id = ?"
    assert "loop ileostomy" in {name for (name,) in found.execute(sql, (number,))}
    assert ("44383", "44384") in related(found, "Concept replaced by")


def test_nothing_licensed_is_in_it(mapped, folder, tmp_path):
    def text(place: Path) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in place.iterdir())

    descriptors = {row[0] for row in mapped.tables.rows("SELECT text FROM official_descriptor")}
    assert not any(t in text(folder) for t in ("99999900", "C90000", *descriptors))
    mapped.export(tmp_path / "all", format="omop", include_licensed=True)
    assert all(d[:200] in text(tmp_path / "all") for d in descriptors)
    assert "99999900" not in text(tmp_path / "all")
    load(tmp_path / "all")


def test_the_same_release_gives_the_same_bytes(mapped, folder, tmp_path):
    mapped.export(tmp_path / "again", format="omop")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


SPELLED = st.sampled_from(("cpt", "hcpcs", "modifier")).flatmap(
    lambda s: st.from_regex(SYSTEMS[s].pattern, fullmatch=True).map(lambda n: code_iri(s, n))
)


@given(SPELLED, SPELLED)
def test_each_spelling_has_a_place_of_its_own(first, second):
    one, two = placed(first), placed(second)
    assert one is not None
    assert two is not None
    assert max(NAME_IDS.values()) < min(one, two) <= max(one, two) < DRAWN
    assert (one == two) == (first == second)


def test_drawn_ids_do_not_depend_on_the_others_unless_they_meet():
    codes = [code_iri("icd10pcs", f"0D1{n:04}") for n in range(3000)]
    found = ids(codes)
    assert all(DRAWN <= n <= LAST for n in found.values())
    assert len(set(found.values())) == len(codes)
    assert all(found[c] == ids([c])[c] == drawn(c) for c in codes[::100])
    # Whose number is taken already draws again.
    first = codes[0]
    assert ids([first], {"other": drawn(first)})[first] == drawn(first, 1)
    assert FIRST > 2_000_000_000


@pytest.mark.parametrize("text", ["a\tb\r\nc", "x" * 300, "word " * 80, " ".join(["ab"] * 85) + " c", "\x00"])
def test_names_fit_their_column(text):
    name = capped(text)
    assert len(name) <= 255
    assert not set(name) & set("\t\r\n\x00")
    assert name == " ".join(text.split()).replace("\x00", "") or name.endswith("…")


def test_literals_are_read_as_they_were_meant(mapped):
    facts = Facts()
    iri = code_iri("cpt", "44310")
    facts.codes[iri] = ("cpt", "44310", "x", "active")
    line = f'<{iri}> <http://www.w3.org/2004/02/skos/core#altLabel> "a \\"b\\" \\\\n\\nc"@en .\n'
    facts._take(line.encode())
    assert facts.words == {iri: {'a "b" \\n c'}}
