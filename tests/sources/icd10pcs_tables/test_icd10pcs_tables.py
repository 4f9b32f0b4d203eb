# ruff: noqa: E501 - fixtures read best on one line
"""The ICD-10-PCS tables: rows held against their counts, codes, facets and groups as triples; bad files."""

import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph.errors import SourceError, UnknownCode
from codegraph.pcs import Grammar, Table
from codegraph.pcs_facets import SITELESS
from codegraph.sources import icd10pcs_tables as tables
from codegraph.sources.base import Reject
from codegraph.sources.files import Member

READER = tables.READERS[0]
CONCEPT = "https://w3id.org/codegraph/concept/"
CG = "https://w3id.org/codegraph/ontology#"


def axis(position: int, title: str, *values: str, stated: int | None = None) -> str:
    labels = "".join(f'<label code="{v[0]}">{v[2:]}</label>' for v in values)
    return f'<axis pos="{position}" values="{stated or len(values)}"><title>{title}</title>{labels}</axis>\n'


def head(*three: tuple[str, str]) -> str:
    return "".join(axis(n, title, value) for n, (title, value) in enumerate(three, 1))


BYPASS = head(
    ("Section", "0 Medical and Surgical"),
    ("Body System", "D Gastrointestinal System"),
    ("Operation", "1 Bypass"),
)
MENTAL = head(("Section", "G Mental Health"), ("Body System", "Z None"), ("Type", "2 Crisis Intervention"))


def row(codes: object, *axes: str) -> str:
    return f'<pcsRow codes="{codes}">\n{"".join(axes)}</pcsRow>\n'


def surgical(part: str, approach: str, device: str, qualifier: str) -> tuple[str, ...]:
    titles = ("Body Part", "Approach", "Device", "Qualifier")
    parts = (part, approach, device, qualifier)
    return tuple(axis(n, t, *v.split("; ")) for n, (t, v) in enumerate(zip(titles, parts, strict=True), 4))


ILEUM = surgical(
    "A Jejunum; B Ileum", "0 Open; 4 Percutaneous Endoscopic", "Z No Device", "4 Cutaneous; B Ileum"
)
NEEDLE = surgical("B Ileum", "3 Percutaneous", "J Synthetic Substitute", "4 Cutaneous")
GOOD = f"<pcsTable>{BYPASS}{row(8, *ILEUM)}{row(1, *NEEDLE)}</pcsTable>\n"
CRISIS = f"<pcsTable>{MENTAL}{row(1, *(axis(n, 'Qualifier', 'Z None') for n in range(4, 8)))}</pcsTable>\n"


def document(body: str, before: str = "") -> str:
    start = f'<?xml version="1.0" encoding="utf-8"?>\n{before}<ICD10PCS.tabular>\n<version>2026</version>\n'
    return f"{start}<title>2026 ICD-10-PCS Tables</title>\n{body}</ICD10PCS.tabular>\n"


@pytest.fixture
def member(tmp_path: Path):
    def make(text: str, name: str = "icd10pcs_tables_2026.xml") -> Member:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return Member(path, None)

    return make


def triples(lines):
    return {
        tuple(str(t) for t in (q.subject, q.predicate, q.object))
        for q in ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES)
    }


def test_rows_make_a_grammar(member):
    file = member(document(GOOD + CRISIS))
    found = list(READER.read(file))
    assert [type(r) for r in found] == [Table, Table, Table]
    grammar = tables.grammar(file)
    assert (len(grammar), grammar.version, grammar.complete) == (10, "2026", True)
    assert "0D1B3J4" in grammar
    assert "0D1B3Z4" not in grammar
    assert READER.sniff(file.head())
    assert READER.release(file).ident == "icd10pcs/2026"
    assert READER.release(file).effective_from.isoformat() == "2025-10-01"


def test_windows_line_ends_and_a_byte_order_mark(member):
    file = member("\ufeff" + document(GOOD).replace("\n", "\r\n"))
    assert READER.sniff(file.head())
    assert len(tables.grammar(file)) == 9


def test_code_facts(member):
    file = member(document(GOOD))
    release = READER.release(file)
    facts = [fact for r in READER.read(file) for fact in READER.codes(r, release)]
    assert len(facts) == 9
    fact = next(f for f in facts if f.notation == "0D1B0Z4")
    assert (fact.system, fact.label, fact.billable, fact.authority) == ("icd10pcs", None, True, True)
    assert fact.parent == CONCEPT + "group/icd10pcs-0D1"


def test_a_row_that_does_not_expand_to_its_count_is_rejected_with_its_line(member):
    text = document(GOOD.replace('codes="8"', 'codes="240"'))
    reject, kept = READER.read(member(text))
    assert isinstance(reject, Reject)
    assert "states 240 codes but expands to 8" in reject.reason
    assert text.splitlines()[reject.line - 1].startswith('<pcsRow codes="240"')
    assert isinstance(kept, Table)
    assert tables.grammar(member(text)).complete is False


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('<label code="J">', '<label code="O">', "digit or letter"),
        ('<label code="J">Synthetic Substitute</label>', '<label code="J"/>', "without a label"),
        ('pos="7" values="1"', 'pos="7" values="3"', "states 3 values but has 1"),
        ("<title>Device</title><label code=\"J\"", "<title>Gadget</title><label code=\"J\"", "'Gadget', which no facet"),
        ('pos="6" values="1"><title>Device</title><label code="J"', 'pos="9" values="1"><title>Device</title><label code="J"', "position"),
        ('codes="1"', 'codes="many"', "states its number of codes"),
    ],
)  # fmt: skip
def test_a_malformed_row_is_rejected_and_the_others_stay(member, old, new, reason):
    assert old in GOOD
    at = GOOD.rindex(old)
    found = list(READER.read(member(document(GOOD[:at] + new + GOOD[at + len(old) :]))))
    rejects = [r for r in found if isinstance(r, Reject)]
    assert len(rejects) == 1
    assert reason in rejects[0].reason
    assert rejects[0].line
    assert sum(len(t) for t in found if isinstance(t, Table)) == 8


def test_a_table_with_a_wrong_head_is_rejected_whole(member):
    found = list(READER.read(member(document(GOOD + CRISIS.replace('<label code="G">', '<label code="I">')))))
    assert [type(r) for r in found] == [Table, Table, Reject]
    assert "table of 1 rows" in found[2].reason


def test_a_doctype_is_refused_before_parsing(member):
    bomb = (
        '<!DOCTYPE ICD10PCS.tabular [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    )
    file = member(document(GOOD, bomb))
    assert READER.sniff(file.head())
    start = time.perf_counter()
    with pytest.raises(SourceError, match="DOCTYPE"):
        list(READER.read(file))
    assert time.perf_counter() - start < 1


def test_a_file_cut_short_names_itself(member):
    with pytest.raises(SourceError, match=r"icd10pcs_tables_2026\.xml is cut short"):
        list(READER.read(member(document(GOOD)[:-300])))


@pytest.mark.parametrize(
    "text",
    [
        document("").replace("ICD10PCS.tabular", "ICD10PCS.index"),
        "<html><body>Not found</body></html>",
        "0D1B0Z4 Bypass",
        "",
    ],
)
def test_other_files_are_not_recognised(member, text):
    assert not READER.sniff(member(text).head())
    with pytest.raises(SourceError):
        list(READER.read(member(text)))


def test_tables_without_a_row_are_an_error(member):
    with pytest.raises(SourceError, match="no ICD-10-PCS table"):
        list(READER.read(member(document(""))))


def test_rows_that_share_a_code_are_an_error(member):
    with pytest.raises(SourceError, match="share a code"):
        tables.grammar(member(document(GOOD + GOOD)))


def test_procedures_carry_the_facets_of_their_code(member):
    grammar = tables.grammar(member(document(GOOD + CRISIS)))
    found = triples(tables.code_triples(grammar, "0D1B3J4"))
    subject = f"<{CONCEPT}procedure/pcs-0d1b3j4>"
    expected = {
        f.property.replace("cg:", CG): f"<{CONCEPT}{f.value.replace(':', '/')}>"
        for f in grammar.facets("0D1B3J4")
    }
    assert {(subject, f"<{p}>", o) for p, o in expected.items()} <= found
    assert (
        subject,
        "<http://www.w3.org/2004/02/skos/core#prefLabel>",
        '"Bypass Ileum to Cutaneous with Synthetic Substitute, Percutaneous Approach"@en',
    ) in found
    assert len(found) == len(expected) + 2
    assert f"<{CG}actsOn> <{CONCEPT}site/no-site>" in "\n".join(tables.code_triples(grammar, "GZ2ZZZZ"))
    with pytest.raises(UnknownCode):
        tables.code_triples(grammar, "0D1B0ZZ")


def test_lines_of_one_code_are_the_lines_of_all(member):
    grammar = tables.grammar(member(document(GOOD + CRISIS)))
    everything = list(tables.procedure_lines(grammar))
    one_by_one = [line for code in grammar.codes() for line in tables.code_triples(grammar, code)]
    assert sorted(everything) == sorted(one_by_one)
    rest = list(tables.procedure_lines(grammar, known={"0D1B0Z4"}))
    assert set(everything) - set(rest) == set(tables.code_triples(grammar, "0D1B0Z4"))


def test_every_facet_value_is_described(member):
    grammar = tables.grammar(member(document(GOOD + CRISIS)))
    used = {o for _, p, o in triples(tables.procedure_lines(grammar)) if o.startswith(f"<{CONCEPT}")}
    described = {
        s
        for s, p, _ in triples(tables.concept_lines(grammar))
        if p.endswith("prefLabel>") and "/scheme/" not in s
    }
    assert described == used
    ileum = {
        (p.rsplit("#")[-1].rsplit("/")[-1], o)
        for s, p, o in triples(tables.concept_lines(grammar))
        if s == f"<{CONCEPT}site/ileum>"
    }
    assert ("type>", f"<{CG}AnatomicalSite>") in ileum
    assert ("inScheme>", f"<{CONCEPT}scheme/site>") in ileum
    assert ("topConceptOf>", f"<{CONCEPT}scheme/site>") in ileum


def test_known_and_narrower_values(member):
    grammar = tables.grammar(member(document(GOOD)))
    ileum, device = f"{CONCEPT}site/ileum", f"{CONCEPT}device/synthetic-substitute"
    lines = "\n".join(tables.concept_lines(grammar, known={ileum}, narrower={device}))
    assert f"<{ileum}> " not in lines
    assert f"<{device}> <http://www.w3.org/2004/02/skos/core#inScheme>" in lines
    assert f"<{device}> <http://www.w3.org/2004/02/skos/core#topConceptOf>" not in lines


def test_groups_stand_under_each_other(member):
    grammar = tables.grammar(member(document(GOOD + CRISIS)))
    found = {
        (s[len(CONCEPT) + 1 : -1], o)
        for s, p, o in triples(tables.group_lines(grammar))
        if p.endswith(("broader>", "prefLabel>"))
    }
    assert ("group/icd10pcs-0D1", f"<{CONCEPT}group/icd10pcs-0D>") in found
    assert ("group/icd10pcs-0D", f"<{CONCEPT}group/icd10pcs-0>") in found
    assert ("group/icd10pcs-0D1", '"Gastrointestinal System, Bypass"@en') in found
    assert ("group/icd10pcs-GZ2", '"Crisis Intervention"@en') in found
    assert "icd10pcs-0D1" not in "\n".join(
        tables.group_lines(grammar, known={f"{CONCEPT}group/icd10pcs-0D1"})
    )


@pytest.mark.full_data
@pytest.mark.parametrize(("year", "count"), [(2025, 78_948), (2026, 79_115)])
def test_official_tables(data_dir: Path, year: int, count: int):
    file = Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None)
    found = list(READER.read(file))
    assert not [r for r in found if isinstance(r, Reject)]
    grammar = Grammar.of(str(year), found)
    assert len(grammar) == len(set(grammar.codes())) == count
    assert READER.release(file).ident == f"icd10pcs/{year}"
    lines = list(tables.procedure_lines(grammar))
    assert len(lines) == len(set(lines))
    assert sum(1 for line in lines if line.endswith("#Procedure> .")) == count
    siteless = {code[0] for code in grammar.codes() if any(f.slug == "no-site" for f in grammar.facets(code))}
    assert siteless == set(SITELESS) - ({"X"} if year == 2025 else set())
    methods = {line.split(" ", 1)[0] for line in lines if f"<{CG}hasMethod>" in line}
    assert len(methods) == count
    labels = [grammar.label(code) for code in grammar.codes()]
    assert len(set(labels)) == count


@pytest.mark.full_data
def test_official_values_have_one_label_each(data_dir: Path):
    labels: dict[str, set[str]] = {}
    for year in (2025, 2026):
        grammar = tables.grammar(Member(data_dir / f"icd10pcs/icd10pcs_tables_{year}.xml", None))
        for value, label in tables.facet_values(grammar).items():
            labels.setdefault(value, set()).add(label)
    assert {v: texts for v, texts in labels.items() if len(texts) > 1} == {}


@pytest.mark.full_data
def test_official_figures_of_the_stoma_family(data_dir: Path):
    grammar = tables.grammar(Member(data_dir / "icd10pcs/icd10pcs_tables_2026.xml", None))
    assert "0D1B3J4" in grammar
    assert "0D1B3Z4" not in grammar
    assert grammar.label("0D1B0Z4") == "Bypass Ileum to Cutaneous, Open Approach"
    assert {"0016070", "3E03305"} <= set(grammar.codes())
