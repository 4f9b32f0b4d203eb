"""ICD-10-PCS in a release: where its sites stand and on which side, and the words of its index."""

from __future__ import annotations

import pytest

from codegraph import validation
from codegraph.build.pcs_index import Leads, lead_in_lines
from codegraph.build.pcs_sites import site_lines
from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from codegraph.knowledge import Packaged
from codegraph.pcs import Grammar
from codegraph.sources import icd10pcs_index, icd10pcs_tables
from codegraph.sources.base import Release
from codegraph.sources.files import Member
from codegraph.sources.icd10pcs_index import IndexEntry

TABLES = """<?xml version="1.0" encoding="utf-8"?>
<ICD10PCS.tabular><version>2026</version><title>2026 ICD-10-PCS Tables</title>{tables}</ICD10PCS.tabular>
"""
TABLE = """<pcsTable>
<axis pos="1" values="1"><title>Section</title><label code="0">Medical and Surgical</label></axis>
<axis pos="2" values="1"><title>Body System</title><label code="{b}">{system}</label></axis>
<axis pos="3" values="1"><title>Operation</title><label code="{o}">{operation}</label></axis>
<pcsRow codes="2">
<axis pos="4" values="2"><title>Body Part</title><label code="0">{part}, Right</label>
<label code="1">{part}, Left</label></axis>
<axis pos="5" values="1"><title>Approach</title><label code="0">Open</label></axis>
<axis pos="6" values="1"><title>Device</title><label code="Z">No Device</label></axis>
<axis pos="7" values="1"><title>Qualifier</title><label code="Z">No Qualifier</label></axis>
</pcsRow></pcsTable>"""
INDEX = """<ICD10PCS.index><version>2025</version><title>2025 ICD-10-PCS Index</title><letter><title>A</title>
<mainTerm><title>Enucleation of invention</title><see>Excision, Kidney<codes>0TB</codes></see>
<term level="1"><title>Left</title><code>0TB10ZZ</code></term></mainTerm>
<mainTerm><title>Shelling</title><see>Excision with qualifier Diagnostic</see></mainTerm>
<mainTerm><title>Gone</title><code>0TB20ZZ</code><tab>0TT</tab></mainTerm>
</letter></ICD10PCS.index>
"""


def table(body_system: str, system: str, operation: str, name: str, part: str) -> str:
    return TABLE.format(b=body_system, system=system, o=operation, operation=name, part=part)


@pytest.fixture(scope="module")
def pcs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pcs")
    tables = table("T", "Urinary System", "B", "Excision", "Kidney")
    tables += table("P", "Upper Bones", "B", "Excision", "Finger Phalanx")
    (folder / "tables.xml").write_text(TABLES.format(tables=tables), encoding="utf-8")
    (folder / "index.xml").write_text(INDEX, encoding="utf-8")
    build([folder / "tables.xml", folder / "index.xml"], folder / "release")
    return CodeGraph(folder / "release")


def objects(graph, subject: str, predicate: str) -> set[str]:
    rows = graph.query(f"SELECT ?x WHERE {{ {subject} {predicate} ?x }}")
    return {row["x"].rpartition("/")[2] for row in rows}


def test_a_sided_value_stands_below_its_site_and_below_its_side_of_the_whole(pcs):
    assert objects(pcs, "site:kidney-left", "skos:broader") == {"kidney"}
    assert objects(pcs, "site:finger-phalanx-right", "cg:isPartOf") == {"finger-right"}
    assert objects(pcs, "site:finger-right", "cg:isPartOf") == {"hand-right"}
    assert {"hand-right", "upper-bone", "whole-body"} <= objects(
        pcs, "site:finger-phalanx-right", "(skos:broader|cg:isPartOf)+"
    )
    assert objects(pcs, "site:kidney-left", "cg:isOnSide") == {"left"}
    assert objects(pcs, "site:kidney", "cg:isOnSide") == set()


def test_what_stands_above_is_described_and_a_kind_of_something_is_no_top(pcs):
    assert objects(pcs, "site:urinary-tract", "skos:prefLabel") == {"Urinary Tract"}
    assert objects(pcs, "site:urinary-tract", "skos:topConceptOf") == {"site"}
    assert objects(pcs, "site:kidney-left", "skos:topConceptOf") == set()
    assert objects(pcs, "site:lens", "?p") == set()  # no loaded table comes near it


def test_acting_on_a_side_is_acting_on_the_site(pcs):
    found = pcs.run(
        "codes_at_site", site="site:urinary-tract", system="https://w3id.org/codegraph/code/icd10pcs"
    )
    assert {row["notation"] for row in found} == {"0TB00ZZ", "0TB10ZZ"}


def test_the_words_of_the_index_lead_to_code_table_and_method(pcs):
    found = pcs.run("lead_ins_of_code", pcs_code="0TB10ZZ")
    assert [(row["term"], row["leads_to"].rpartition("/")[2]) for row in found] == [
        ("Enucleation of invention, Left", "0TB10ZZ"),
        ("Enucleation of invention", "icd10pcs-0TB"),
        ("Gone", "icd10pcs-0TB"),
        ("Shelling", "excision"),
    ]
    graphs = pcs.query("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s cg:leadInTerm ?t } }")
    assert [row["g"].rpartition("release/")[2] for row in graphs] == ["icd10pcs-index/2025"]


def test_a_code_of_no_loaded_edition_leads_to_its_table_and_an_unknown_table_nowhere(pcs):
    found = pcs.query("SELECT ?s WHERE { ?s cg:leadInTerm ?t FILTER(STR(?t) = 'Gone') }")
    assert [row["s"].rpartition("/")[2] for row in found] == ["icd10pcs-0TB"]


def test_the_release_passes_its_shapes_and_checks(pcs):
    found = validation.validate_store(pcs.store.raw).results
    assert [r for r in found if "/concept/site/" in r.focus or "0TB" in r.focus] == []


@pytest.fixture
def grammar(tmp_path):
    rows = [("0TB", "Urinary System", "Excision"), ("0PB", "Upper Bones", "Excision")]
    rows += [("0PT", "Upper Bones", "Resection"), ("3E0", "Physiological Systems", "Introduction")]
    text = 'version = "2026"\ncomplete = false\n'
    for prefix, system, operation in rows:
        text += f'[[table]]\nprefix = "{prefix}"\nlabels = ["A Section", "{system}", "{operation}"]\n'
        text += (
            '[[table.row]]\ncodes = 1\naxes = [["0 = Part"], ["0 = Open"], ["Z = No Device"], ["Z = None"]]\n'
        )
    (tmp_path / "grammar.toml").write_text(text, encoding="utf-8")
    return Grammar.from_toml(tmp_path / "grammar.toml")


@pytest.mark.parametrize(
    ("see", "leads"),
    [
        ("Excision", {"excision"}),
        ("Excision with qualifier Diagnostic", {"excision"}),
        ("Excision of a part, which no term has", {"excision"}),
        ("Excision, Bone", {"icd10pcs-0PB"}),  # a term below the main term of the operation
        ("Introduction of substance in or on", {"icd10pcs-3E0"}),  # of one table: nearer than its method
        ("Excision of parts", {"excision"}),  # of two tables and called by the operation
        ("Coring", {"icd10pcs-0PB", "icd10pcs-0TB"}),  # of two tables, in other words
        ("coring", {"icd10pcs-0PB", "icd10pcs-0TB"}),
        ("Paring", {"icd10pcs-0PB", "icd10pcs-0TB"}),  # sees a term that leads on
        ("Ostectomy", set()),  # of two methods
        ("Circle", set()),
        ("A term that is not there", set()),
    ],
)
def test_a_see_is_followed_where_it_leads_to_one_method(grammar, see, leads):
    def entry(path: str, target: str = "", text: str = "") -> IndexEntry:
        return IndexEntry(tuple(path.split("; ")), "codes" if target else "see", text, target)

    entries = [entry("Excision; Bone", "0PB0"), entry("Excision; Kidney", "0TB0")]
    entries += [entry("Excision of parts", "0PB"), entry("Excision of parts; Other", "0TB")]
    entries += [entry("Coring; Bone", "0PB"), entry("Coring; Kidney", "0TB"), entry("Paring", text="Coring")]
    entries += [entry("Ostectomy", "0PB"), entry("Ostectomy", "0PT"), entry("Circle", text="Ring")]
    entries += [entry("Ring", text="Circle"), entry("Introduction of substance in or on; Vein", "3E03")]
    found = Leads(entries, [grammar]).of(entry("New", text=see))
    assert {iri.rpartition("/")[2] for iri in found} == leads


def test_a_value_to_use_is_no_lead_in_and_the_newest_index_speaks(grammar):
    use, see = IndexEntry(("A nerve",), "use", "Part", "0TB"), IndexEntry(("Nephrectomy",), "see", "x", "0TB")
    new, old = Release("icd10pcs-index", "2025", "new"), Release("icd10pcs-index", "2024", "old")
    former = IndexEntry(("Former word",), "see", "x", "0TB")
    found = list(lead_in_lines([(new, [use, see]), (old, [see, former])], [grammar]))
    assert [(ident, line.split('"')[1]) for ident, line in found] == [
        (new.ident, "Nephrectomy"),
        (old.ident, "Former word"),
    ]
    assert all(line.endswith(f" <https://w3id.org/codegraph/release/{ident}> .") for ident, line in found)


def test_a_site_of_packaged_knowledge_gets_only_what_is_not_stated_there():
    lines = list(site_lines(["site:ureter-left", "site:skin-right-hand"], Packaged.load()))
    start = "<https://w3id.org/codegraph/concept/site/"
    assert not [line for line in lines if line.startswith(f"{start}ureter-left>") and "isPartOf" not in line]
    assert not [line for line in lines if line.startswith(f"{start}skin>") and "isPartOf" not in line]
    assert any(line.startswith(f"{start}skin-right-hand>") and "isOnSide" in line for line in lines)
    assert not [line for line in lines if line.startswith(f"{start}skin-right-hand>") and "prefLabel" in line]
    assert any(line.startswith(f"{start}skin-hand>") and "prefLabel" in line for line in lines)
    assert len(lines) == len(set(lines))


@pytest.mark.full_data
def test_the_official_index_leads_to_loaded_codes_and_tables(data_dir):
    files = data_dir / "icd10pcs"
    grammars = [
        icd10pcs_tables.grammar(Member(files / f"icd10pcs_tables_{year}.xml", None)) for year in (2026, 2025)
    ]
    rows = icd10pcs_index.READERS[0].read(Member(files / "icd10pcs_index_2025.xml", None))
    entries = [row for row in rows if isinstance(row, IndexEntry)]
    leads = Leads(entries, grammars)
    nowhere = [e for e in entries if e.kind != "use" and not leads.of(e)]
    assert {e.text for e in nowhere if e.target} == set()
    assert len(nowhere) == 11  # "see Biopsy", "see Imaging, Diagnostic": of several methods
    ablation = next(e for e in entries if e.path == ("Ablation",) and e.text == "Destruction")
    assert leads.of(ablation) == {"https://w3id.org/codegraph/concept/method/destruction"}
    release = Release("icd10pcs-index", "2025", "index")
    lines = [line for _, line in lead_in_lines([(release, entries)], grammars)]
    assert len(lines) == len(set(lines)) == 16_499
    assert any("icd10pcs-0D1> " in line and '"Ileostomy"@en' in line for line in lines)
