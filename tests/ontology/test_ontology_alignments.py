"""Alignments: the code systems as the Python table has them, sites as UBERON and FMA have them."""

from __future__ import annotations

import re
from functools import cache

import pytest
from ontology_graph import ONTOLOGY, load, packaged, rows

from codegraph.codes import SYSTEMS
from codegraph.namespaces import CODE, PREFIXES

SITE = PREFIXES["site"]
UBERON = PREFIXES["obo"] + "UBERON_"
UPWARD = re.compile(r"^(?:is_a|relationship: part_of):? UBERON:(\d+)", re.MULTILINE)


def test_code_systems_are_those_of_the_python_table():
    store = packaged("ontology")
    found = rows(
        store,
        """SELECT ?system ?title ?fhir ?oid ?start WHERE { ?system a cg:CodeSystem ; skos:prefLabel ?title
            OPTIONAL { ?system cg:fhirSystem ?fhir } OPTIONAL { ?system cg:oid ?oid }
            OPTIONAL { ?system <http://rdfs.org/ns/void#uriSpace> ?start } }""",
    )
    table = sorted(
        (CODE + key, s.title, s.fhir or "", s.oid or "", s.bioportal or "") for key, s in SYSTEMS.items()
    )
    assert found == table


def test_fhir_systems_are_typed_as_uris():
    found = rows(
        packaged("ontology"), "SELECT ?type WHERE { ?s cg:fhirSystem ?u BIND(DATATYPE(?u) AS ?type) }"
    )
    assert {kind for (kind,) in found} == {PREFIXES["xsd"] + "anyURI"}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("uberon", re.escape(UBERON) + r"\d{7}"),
        ("fma", re.escape(PREFIXES["fma"]) + r"\d+"),
        ("snomed", re.escape(PREFIXES["sct"]) + r"\d{6,18}"),
    ],
)
def test_a_site_alignment_says_matches_of_known_sites_and_nothing_else(name, target):
    store = load([ONTOLOGY / "alignments" / f"{name}.ttl"])
    found = rows(store, "SELECT ?s ?p ?o WHERE { VALUES ?p { skos:exactMatch skos:closeMatch } ?s ?p ?o }")
    sites = {site for (site,) in rows(packaged("ontology"), "SELECT ?s WHERE { ?s a cg:AnatomicalSite }")}
    assert len(found) > 15
    assert {site for site, _, _ in found} <= sites
    assert all(re.fullmatch(target, iri) for _, _, iri in found)
    assert len({iri for _, _, iri in found}) == len(found)
    assert len({site for site, _, _ in found}) == len(found)
    others = rows(
        store, "SELECT ?s ?p WHERE { ?s ?p ?o FILTER(?p NOT IN (skos:exactMatch, skos:closeMatch)) }"
    )
    assert {s for s, _ in others} == {f"https://w3id.org/codegraph/ontology/alignments/{name}"}


def verhoeff(digits: str) -> bool:
    """Tell whether a SNOMED CT identifier has the right check digit (release file specification)."""
    dihedral = [[0] * 10 for _ in range(10)]
    for a in range(10):
        for b in range(10):
            low = (a + b) % 5 if a < 5 else (a - b) % 5
            flipped = (a < 5) != (b < 5)
            dihedral[a][b] = low + 5 if flipped else low
    step = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check, permutation = 0, list(range(10))
    for digit in reversed(digits):
        check = dihedral[check][permutation[int(digit)]]
        permutation = [step[p] for p in permutation]
    return check == 0


def test_identifiers_of_snomed_ct_have_right_check_digits():
    found = rows(load([ONTOLOGY / "alignments" / "snomed.ttl"]), "SELECT ?o WHERE { ?s skos:closeMatch ?o }")
    ids = [iri.removeprefix(PREFIXES["sct"]) for (iri,) in found]
    assert [i for i in ids if not verhoeff(i)] == []
    assert not verhoeff("34516011")


@cache
def obo(path: str) -> tuple[dict[str, str], dict[str, set[str]], dict[str, str]]:
    """Return labels, direct wholes and kinds, and FMA to UBERON, by UBERON number, from an OBO file."""
    labels, above, bridged = {}, {}, {}
    with open(path, encoding="utf-8") as lines:  # noqa: PTH123
        stanzas = lines.read().split("\n\n")
    for stanza in stanzas:
        ident = re.search(r"^id: (?:UBERON|FMA):(\d+)", stanza, re.MULTILINE)
        name = re.search(r"^name: (.*)$", stanza, re.MULTILINE)
        if ident and name:
            labels[ident[1]] = name[1]
            above[ident[1]] = set(UPWARD.findall(stanza))
        other = re.search(r"^intersection_of: UBERON:(\d+) ! (.*)$", stanza, re.MULTILINE)
        if ident and other:
            bridged[ident[1]] = other[1]
            labels[other[1]] = other[2]
    return labels, above, bridged


@pytest.mark.full_data
def test_labels_of_uberon_are_those_of_the_official_file(data_dir):
    labels = {**obo(str(data_dir / "anatomy/uberon-bridge-to-fma.obo"))[0]}
    labels |= obo(str(data_dir / "anatomy/uberon-digestive-minimal.obo"))[0]
    text = (ONTOLOGY / "alignments/uberon.ttl").read_text(encoding="utf-8")
    said = re.findall(r"^# (.+)\nsite:\S+\n    skos:\w+ obo:UBERON_(\d+) \.$", text, re.MULTILINE)
    assert len(said) == len(re.findall("obo:UBERON_", text))
    assert [(label, number) for label, number in said if labels.get(number) != label] == []


@pytest.mark.full_data
def test_fma_follows_from_uberon_by_the_official_bridge(data_dir):
    bridged = obo(str(data_dir / "anatomy/uberon-bridge-to-fma.obo"))[2]
    store = packaged("ontology")
    found = rows(
        store,
        f"""SELECT ?fma ?uberon WHERE {{ ?s skos:exactMatch|skos:closeMatch ?fma , ?uberon
            FILTER(STRSTARTS(STR(?fma), "{PREFIXES["fma"]}") && STRSTARTS(STR(?uberon), "{UBERON}")) }}""",
    )
    pairs = [(fma.removeprefix(PREFIXES["fma"]), uberon.removeprefix(UBERON)) for fma, uberon in found]
    assert len(pairs) > 30
    assert [(fma, uberon) for fma, uberon in pairs if bridged.get(fma) != uberon] == []


# Where the UBERON subset does not say that the first is part of the second, and why we do.
NOT_IN_UBERON = {
    ("rectosigmoid-junction", "large-intestine"): "it joins two parts of the large intestine",
}


@pytest.mark.full_data
def test_parthood_agrees_with_uberon(data_dir):
    _, above, _ = obo(str(data_dir / "anatomy/uberon-digestive-minimal.obo"))
    matched = rows(
        packaged("ontology"),
        f'SELECT ?u ?s WHERE {{ ?s skos:exactMatch ?u FILTER(STRSTARTS(STR(?u), "{UBERON}")) }}',
    )
    number = {site: iri.removeprefix(UBERON) for iri, site in matched if iri.removeprefix(UBERON) in above}
    ours = rows(packaged("ontology"), "SELECT ?a ?b WHERE { ?a cg:isPartOf+ ?b }")

    def reaches(start: str, goal: str) -> bool:
        seen, new = set(), {start}
        while new:
            seen |= new
            new = {up for n in new for up in above.get(n, ())} - seen
        return goal in seen

    both = [(a, b) for a, b in ours if a in number and b in number]
    assert len(both) > 20
    assert [(a, b) for a, b in both if reaches(number[b], number[a])] == []
    missing = [
        (a.removeprefix(SITE), b.removeprefix(SITE)) for a, b in both if not reaches(number[a], number[b])
    ]
    assert missing == sorted(NOT_IN_UBERON)
