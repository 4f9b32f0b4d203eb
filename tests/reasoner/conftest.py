"""Says at the end of a run how many pairs were compared with which reasoner."""

from __future__ import annotations

import pytest
from benchmarks import reasoners

COMPARED: list[str] = []


@pytest.fixture(scope="session")
def packaged(kg):
    """Return the definitions of the packaged release and what comparing them finds."""
    return reasoners.definitions(kg.store), reasoners.ours(kg)


@pytest.fixture
def agree(record_property):
    """Return a check that a reasoner found the same pairs as we did among a number of procedures."""

    def check(what: str, found: reasoners.Found, mine: frozenset[reasoners.Pair], procedures: int) -> str:
        told = (
            f"{what}, {found.name}: {procedures:,} procedures, {procedures * (procedures - 1):,} pairs compared, "
            f"{len(mine):,} of them subsumptions"
        )
        odd = sorted(found.pairs ^ mine)
        sides = [f"{s} under {g}: {'ours' if (s, g) in mine else found.name} only" for s, g in odd[:10]]
        assert not odd, f"{told}; {len(odd)} differ: {'; '.join(sides)}"
        record_property("compared", told)
        COMPARED.append(told)
        return told

    return check


def pytest_terminal_summary(terminalreporter):
    if COMPARED:
        terminalreporter.section("pairs compared with reasoners, all equal")
        for line in COMPARED:
            terminalreporter.write_line(line)
