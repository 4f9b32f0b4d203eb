"""Claims as RDF: the triples, and SHACL's findings beside a release equal to those of the check."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from codegraph import resources
from codegraph.billing.lines import Line, parse_line
from codegraph.claims.as_rdf import (
    RULES_OF_SHAPES,
    SHAPES,
    claim_iri,
    claim_triples,
    claim_turtle,
    validate_claim,
)
from codegraph.claims.check import as_claim
from codegraph.claims.model import Claim
from codegraph.claims.reading import read_claims
from codegraph.errors import InvalidValue
from codegraph.namespaces import SHAPES as CGSH
from codegraph.namespaces import expand
from codegraph.validation import load_shapes, read_shapes, validate_files, validate_store

DAY = date(2025, 11, 20)
FILES = Path(__file__).parent / "files"
PATHS = [resources.folder("shapes") / f"{name}.ttl" for name in SHAPES]
# What SHACL says of add-on codes holds for type 1, whose primaries are all listed.
TYPE_1 = "44121"
CODES = (
    "44310",
    "44187",
    "44312",
    "44140",
    "44120",
    "44121",
    "44955",
    "10060",
    "11042",
    "30140",
    "70450",
    "99213",
)
PAIRS = (("44310", "44187"), ("44187", "44312"), ("44140", "44120"), ("10060", "11042"), ("11042", "30140"))
MODIFIERS = ("59", "XS", "LT", "RT", "50", "26", "TC", "80", "81", "51", "58", "78", "25", "52")


def random_claim(rng: random.Random) -> Claim:
    """Return a claim of lines that often conflict: few codes, few providers, two days."""
    codes = [*rng.choice((*PAIRS, ())), *rng.sample(CODES, rng.randint(1, 3))]
    lines = []
    for _ in range(rng.randint(1, 6)):
        modifiers = rng.sample(MODIFIERS, rng.choice((0, 0, 0, 1, 1, 2)))
        lines.append(
            Line(
                rng.choice(codes),
                tuple(sorted(modifiers)),
                rng.choice((1, 1, 1, 2, 4)),
                rng.choice((None, None, None, date(2025, 11, 21))),
                provider=rng.choice((None, None, "A", "B")),
            )
        )
    return Claim(tuple(lines), DAY, rng.choice(("practitioner", "practitioner", "outpatient")))


def denied_by_check(kg, claim: Claim) -> set[tuple[int, str]]:
    rules = set(RULES_OF_SHAPES.values())
    codes = dict(enumerate((line.code for line in claim.lines), 1))
    return {
        (f.line, f.rule)
        for f in kg.check(claim).findings
        if f.severity == "deny" and f.rule in rules and (f.rule != "add-on" or codes[f.line] == TYPE_1)
    }


def denied_by_shacl(kg, claim: Claim, engine: str = "compiled") -> set[tuple[int, str]]:
    report = validate_claim(kg, claim, engine=engine)
    return {
        (int(r.focus.rsplit(":", 1)[1]), RULES_OF_SHAPES[r.shape.removeprefix(CGSH)]) for r in report.results
    }


def test_shacl_finds_what_the_check_denies(claimed):
    rng = random.Random(4)
    counted: Counter[str] = Counter()
    for _ in range(400):
        claim = random_claim(rng)
        found = denied_by_shacl(claimed, claim)
        assert found == denied_by_check(claimed, claim), claim
        counted.update(rule for _, rule in found)
        counted["none"] += not found
    assert min(counted[rule] for rule in {*RULES_OF_SHAPES.values(), "none"}) >= 20, counted


def test_both_engines_find_the_same(claimed):
    rng = random.Random(5)
    for _ in range(30):
        claim = random_claim(rng)
        reports = [validate_claim(claimed, claim, engine=engine) for engine in ("compiled", "pyshacl")]
        assert reports[0].results == reports[1].results


@pytest.mark.parametrize(
    ("lines", "shapes"),
    [
        (["44310", "44187-59"], ["ClaimLine-bundlesAlways"]),
        (["44187", "44312"], ["ClaimLine-bundlesUnlessDistinct"]),
        (["44187-59", "44312"], []),
        (["44187", "44312-XS"], []),
        (["44310x3"], ["ClaimLine-unitsOnDay"]),
        (["44310x2", "44310-76"], ["ClaimLine-unitsOnDay", "ClaimLine-unitsOnDay"]),
        (["10060x4"], ["ClaimLine-reportedUnits"]),
        (["10060x3", "10060-76x3"], []),
        (["44121"], ["AddOnLine-besidePrimary"]),
        (["44120", "44121"], []),
        (["70450-26-TC"], ["ClaimLine-excludesModifier"] * 2),
        (["44310-50"], ["ClaimLine-refusesModifier"]),
        (["30140-50"], []),
        (["44120", "44310"], []),
    ],
)
def test_each_rule_by_itself(claimed, lines, shapes):
    report = validate_claim(claimed, as_claim(lines, on=DAY))
    assert [r.shape.removeprefix(CGSH) for r in report.results] == shapes
    assert report.conforms is (not shapes)
    assert report.shapes == sum(1 + len(s.properties) for s in own_shapes())


def own_shapes():
    return read_shapes(load_shapes(PATHS))


def test_an_edit_counts_from_its_day_on(claimed):
    """44120 takes in 44310 from 2026: a line of another day of the claim is not measured by it."""
    two = [
        parse_line(code, day=day)
        for day in (date(2025, 11, 20), date(2025, 11, 21))
        for code in ("44310", "44187")
    ]
    found = denied_by_shacl(claimed, Claim(tuple(two), DAY))
    assert found == {(2, "ptp"), (4, "ptp")}


def test_lines_of_other_providers_and_days_stand_apart(claimed):
    apart = (parse_line("44310", provider="A"), parse_line("44187", provider="B"))
    assert denied_by_shacl(claimed, Claim(apart, DAY)) == set()
    unnamed = (*apart, parse_line("44187"))
    assert denied_by_shacl(claimed, Claim(unnamed, DAY)) == {(3, "ptp")}
    days = (parse_line("44310"), parse_line("44187", day=date(2025, 11, 21)))
    assert denied_by_shacl(claimed, Claim(days, DAY)) == set()


def test_a_date_that_nothing_covers_is_not_measured_unless_the_nearest_is_wanted(claimed):
    claim = as_claim(["44310x3"], on=date(2023, 1, 1))
    assert validate_claim(claimed, claim).conforms
    assert not validate_claim(claimed, claim, nearest=True).conforms


def test_a_claim_without_a_date_is_no_whole_claim(claimed):
    [result] = validate_claim(claimed, as_claim(["44310"])).results
    assert result.shape == f"{CGSH}ClaimLine-serviceDate"


def test_a_claim_of_a_thousand_lines(claimed):
    claim = as_claim(["44310", "44187"] * 500, on=DAY)
    assert denied_by_shacl(claimed, claim) == denied_by_check(claimed, claim)


def test_the_triples_of_a_claim():
    claim = Claim(
        (parse_line("44187-59-LTx2", place="22", provider="A"), parse_line("G0105", day=date(2024, 8, 2))),
        date(2024, 8, 1),
        "outpatient",
        (parse_line("44310", day=date(2024, 7, 20)),),
        ("K50.012",),
        "A 1/2",
    )
    store = ox.Store()
    store.extend(ox.parse(claim_turtle([claim]).encode(), format=ox.RdfFormat.TURTLE))
    root = claim_iri(claim)
    assert root == "urn:codegraph:claim:A%201%2F2"

    def values(node: str, name: str) -> list[str]:
        found = store.quads_for_pattern(ox.NamedNode(node), ox.NamedNode(expand(name)), None)
        return sorted(q.object.value for q in found)

    assert values(root, "cg:hasLine") == [f"{root}:line:1", f"{root}:line:2"]
    assert values(root, "cg:claimSetting") == [expand("setting:outpatient-hospital")]
    assert values(root, "cg:claimDiagnosis") == [expand("icd10cm:K50.012")]
    line = f"{root}:line:1"
    assert values(line, "cg:reportsCode") == [expand("cpt:44187")]
    assert values(line, "cg:lineModifier") == [expand("modifier:59"), expand("modifier:LT")]
    assert values(line, "cg:reportsUndistinguished") == []
    assert values(line, "cg:reportedUnits") == values(line, "cg:unitsOnDay") == ["2"]
    assert values(line, "cg:atPlaceOfService") == [expand("pos:22")]
    assert values(f"{root}:line:2", "cg:serviceDate") == ["2024-08-02"]
    assert values(f"{root}:line:2", "cg:reportsCode") == [expand("hcpcs:G0105")]
    assert len(values(line, "cg:inOutpatientSession")) == 1
    assert values(f"{root}:prior:1", "cg:serviceDate") == ["2024-07-20"]
    assert values(f"{root}:prior:1", "cg:lineNumber") == []
    assert len(store) == len(set(claim_triples(claim)))


def test_claims_of_a_file_as_turtle_conform_and_stay_apart(tmp_path):
    claims = [c for c in read_claims(FILES / "professional.837") if isinstance(c, Claim)]
    path = tmp_path / "claims.ttl"
    path.write_text(claim_turtle([*claims, replace(claims[0], ident="")]), encoding="utf-8")
    assert claim_turtle(claims) == claim_turtle(claims)
    assert validate_files([path], PATHS).results == ()
    text = path.read_text(encoding="utf-8")
    assert "urn:codegraph:claim:3:line:1" in text
    assert "TESTPATIENT" not in text
    assert "1888888882" not in text


def test_a_number_that_comes_again_is_another_claim():
    text = claim_turtle([as_claim(["44310"], on=DAY), as_claim(["44187"], on=DAY)])
    same = replace(as_claim(["44310"], on=DAY), ident="A")
    twice = claim_turtle([same, replace(same, lines=(parse_line("44187"),))])
    assert text.count("a cg:Claim ;") == twice.count("a cg:Claim ;") == 2
    assert "urn:codegraph:claim:A%232:line:1" in twice


def test_what_a_caller_made_up_becomes_legal_rdf_or_an_error():
    odd = Claim((replace(parse_line("44310"), place='2"> <x'),), DAY, diagnoses=("k50012", 'no "code> .'))
    found = [t.object for t in claim_triples(odd) if t.predicate.endswith("claimDiagnosis>")]
    assert found[0] == f"<{expand('icd10cm:K50.012')}>"
    assert list(ox.parse(claim_turtle([odd]).encode(), format=ox.RdfFormat.TURTLE))
    with pytest.raises(InvalidValue, match="no setting"):
        claim_triples(replace(odd, setting="inpatient"))


def test_claims_beside_each_other_in_one_graph_do_not_mix(claimed):
    """A column one code on another claim, or an edit of the other setting, is none of a line's business."""
    one, two = as_claim(["44310"], on=DAY), as_claim(["44187"], on=DAY)
    hospital = replace(as_claim(["44310", "44187"], on=DAY), setting="outpatient", ident="H")
    edges = f"<{expand('cpt:44310')}> <{expand('cg:bundlesAlways')}> <{expand('cpt:44187')}> .\n"
    store = ox.Store()
    text = claim_turtle([one, two, hospital]) + edges
    store.extend(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    for engine in ("compiled", "pyshacl"):
        assert validate_store(store, shapes=PATHS, checks=False, engine=engine).conforms
    both = claim_turtle([as_claim(["44310", "44187"], on=DAY)])
    store.extend(ox.parse(both.replace("claim:1", "claim:B").encode(), format=ox.RdfFormat.TURTLE))
    for engine in ("compiled", "pyshacl"):
        [result] = validate_store(store, shapes=PATHS, checks=False, engine=engine).results
        assert result.focus == "urn:codegraph:claim:B:line:2"


def test_findings_name_the_lines_by_the_numbers_of_the_claims_file(claimed):
    """Of an institutional claim the lines without a code are left out; those that are read keep their numbers."""
    lines = (replace(parse_line("44310"), number=2), replace(parse_line("44187"), number=5))
    claim = Claim(lines, DAY)
    assert denied_by_check(claimed, replace(claim, lines=(lines[0],))) == set()
    assert {f.line for f in claimed.check(claim).findings if f.rule == "ptp"} == {5}
    assert [c.line.number for c in claimed.check(claim).lines] == [2, 5]
    assert denied_by_shacl(claimed, claim) == {(5, "ptp")}
    twice = Claim((lines[0], replace(lines[1], number=2)), DAY)
    assert [c.line.number for c in claimed.check(twice).lines] == [1, 2]
