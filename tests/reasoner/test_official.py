"""On the packaged procedures together with the official ICD-10-PCS tables reasoners agree too; `make test-reasoner`."""

from __future__ import annotations

import pytest
from benchmarks import reasoners

from codegraph import CodeGraph
from codegraph.build.pipeline import build
from tests.reasoner.marks import needs_java, needs_whelk

pytestmark = [pytest.mark.full_data, pytest.mark.full_reasoner, pytest.mark.slow]
CODES = 79_115
CASES = [
    pytest.param(reasoners.hermit, "view.nt", ("0D",), 4_000, 4_000, marks=needs_java, id="HermiT-0D"),
    pytest.param(reasoners.whelk, "view.ofn", ("0D",), 4_000, 4_000, marks=needs_whelk, id="whelk-0D"),
    pytest.param(
        reasoners.whelk,
        "view.ofn",
        reasoners.GASTROINTESTINAL,
        5_000,
        10_000,
        marks=needs_whelk,
        id="whelk-gastrointestinal",
    ),
    pytest.param(reasoners.whelk, "view.ofn", None, 12_000, CODES, marks=needs_whelk, id="whelk-all-tables"),
]


@pytest.fixture(scope="session")
def official(data_dir, tmp_path_factory) -> CodeGraph:
    """Return a release of the packaged knowledge and the official tables of 2026."""
    folder = tmp_path_factory.mktemp("official") / "release"
    build([data_dir / "icd10pcs" / "icd10pcs_tables_2026.xml"], folder)
    return CodeGraph(folder)


@pytest.mark.parametrize(("ask", "name", "pcs", "pairs", "procedures"), CASES)
def test_a_reasoner_finds_the_same_pairs(official, tmp_path, agree, ask, name, pcs, pairs, procedures):
    defined = reasoners.definitions(official.store, pcs)
    mine = reasoners.compared(reasoners.hierarchy(official.store), defined)
    official.export(tmp_path / name, format="owl", pcs=pcs)
    assert len(defined) > procedures
    assert len(mine) >= pairs
    agree(f"with tables {', '.join(pcs or ('all',))}", ask(tmp_path / name), mine, len(defined))


@pytest.mark.parametrize("_", [pytest.param(0, marks=needs_whelk, id="whelk")])
def test_a_planted_difference_is_found(official, tmp_path, _):
    defined = reasoners.definitions(official.store, ("0D",))
    mine = reasoners.compared(reasoners.hierarchy(official.store), defined)
    view = tmp_path / "view.ofn"
    official.export(view, format="owl", pcs=("0D",))
    axioms = view.read_text(encoding="utf-8").splitlines()
    at = next(
        n
        for n, a in enumerate(axioms)
        if a.startswith("EquivalentClasses(") and "procedure/pcs-0dtn0zz>" in a
    )
    axioms[at] = axioms[at].replace("approach/open", "approach/external")
    view.write_text("\n".join(axioms), encoding="utf-8")
    odd = reasoners.whelk(view).pairs ^ mine
    assert odd
    assert all("pcs-0dtn0zz" in pair for pair in odd)
