"""Merging what several releases say of a code: who speaks, what older ones add, status, placing, licensed words."""

from __future__ import annotations

from datetime import date

import pytest

from codegraph.build.code_triples import (
    NOTHING,
    OwnWords,
    code_row,
    definitional,
    descriptive,
    licensed_triples,
)
from codegraph.build.codes import CodeCollector, merge, release_order
from codegraph.sources.base import CodeFact, Release

OLD = Release("hcpcs", "2019", "HCPCS 2019")
NEW = Release("hcpcs", "2025-10", "HCPCS October 2025")
USER = Release("ncci-mue-dme", "2024Q3", "MUE")


class NoTables:
    def has(self, notation):
        return False

    def label(self, notation):
        return None


class Tables(NoTables):
    def has(self, notation):
        return notation == "0D1B0Z4"

    def label(self, notation):
        return "Composed label"


def merged(*said, key=("hcpcs", "A4206"), pcs=None):
    collector = CodeCollector.empty()
    for release, fact in said:
        collector.add(release, fact)
    newest = collector.newest_lists()
    return merge(key, collector.take(key), newest, pcs or NoTables())


def fact(label=None, **more):
    return CodeFact("hcpcs", "A4206", label, authority=True, **more)


@pytest.mark.parametrize(
    ("version", "day"),
    [
        ("2026Q2", date(2026, 4, 1)),
        ("2026Q3r1", date(2026, 7, 1)),
        ("2025D", date(2025, 10, 1)),
        ("2025-10", date(2025, 10, 1)),
        ("2023.1", date(2023, 1, 1)),
        ("2019", date(2019, 1, 1)),
        ("undated", date.min),
    ],
)
def test_releases_are_ordered_by_the_day_that_their_version_tells(version, day):
    assert release_order(Release("x", version, ""))[0] == day


def test_a_stated_day_goes_before_the_version():
    assert release_order(Release("icd10pcs", "2026", "", effective_from=date(2025, 10, 1)))[0] == date(
        2025, 10, 1
    )


def test_the_newest_list_speaks_and_an_older_label_stays_as_a_prior_one():
    code = merged((OLD, fact("Old words")), (NEW, fact("New words")))
    assert (code.label, code.label_release) == ("New words", NEW)
    assert code.prior_labels == ((OLD, "Old words"),)
    assert code.status == "active"
    assert code.lists == (OLD, NEW)


def test_a_file_that_only_uses_a_code_does_not_name_it_even_if_newer():
    later = Release("ccsr", "2030.1", "later")
    code = merged((NEW, fact("Official")), (later, CodeFact("hcpcs", "A4206", "Shortened")))
    assert (code.label, code.newest) == ("Official", NEW)


def many(release, count):
    return [(release, CodeFact("hcpcs", f"A{n:04d}", authority=True)) for n in range(count)]


def test_a_code_that_the_newest_list_drops_is_retired():
    assert merged(*many(NEW, 50), *many(OLD, 50), (OLD, fact())).status == "retired"


def test_an_excerpt_of_a_newer_list_retires_nothing():
    excerpt = Release("hcpcs", "2026-10", "excerpt")
    assert merged(*many(excerpt, 8), *many(NEW, 50), (NEW, fact())).status == "active"


def test_status_by_dates_and_for_codes_of_no_list():
    assert merged((NEW, fact(terminated=date(2020, 12, 31)))).status == "retired"
    assert merged((NEW, fact(terminated=date(2099, 12, 31)))).status == "active"
    assert merged((USER, CodeFact("hcpcs", "A4206"))).status == "unknown"
    assert (
        merged(*many(OLD, 3), (USER, CodeFact("hcpcs", "A4206"))).status == "active"
    )  # newer than the newest list


def test_licensed_words_never_become_labels():
    code = merged((NEW, CodeFact("cpt", "44310", "Words of another", licensed=True)), key=("cpt", "44310"))
    assert code.label is None
    said = [t for _, t in descriptive(code, {})] + list(definitional(code, {}))
    assert not any("Words of another" in t.object for t in said)
    ((release, triples),) = licensed_triples(code)
    assert release == NEW
    assert '"Words of another"@en' in {t.object for t in triples}
    assert any(t.object == '"American Medical Association"' for t in triples)


def test_what_packaged_knowledge_states_is_not_said_again():
    code = merged((NEW, fact("Official title", billable=True)))
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    described = {"https://w3id.org/codegraph/code/hcpcs/A4206": {label}}
    predicates = {t.predicate.rpartition("#")[2] for _, t in descriptive(code, described)}
    assert "prefLabel>" not in predicates
    assert {"altLabel>", "isBillable>"} <= predicates
    same = {t.predicate.rpartition("#")[2] for _, t in descriptive(code, described, "Official title")}
    assert predicates - same == {"altLabel>"}  # the same words are no synonym
    assert code_row(code, OwnWords(label="Ours", billable=False))[3:6] == ("Ours", "active", 0)
    assert code_row(code, NOTHING)[3:6] == ("Official title", "active", 1)


def test_a_pcs_code_denotes_its_procedure_only_where_tables_have_it():
    key = ("icd10pcs", "0D1B0Z4")
    with_tables = merged((NEW, CodeFact(*key, billable=True)), key=key, pcs=Tables())
    assert with_tables.label == "Composed label"
    assert any("procedure/pcs-0d1b0z4" in t.object for t in definitional(with_tables, {}))
    without = merged((NEW, CodeFact(*key, billable=True)), key=key)
    assert not any("procedure" in t.object for t in definitional(without, {}))
    assert code_row(without, NOTHING)[7] is None
