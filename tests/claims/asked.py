"""A short way to ask the check: what was found, by line."""

from __future__ import annotations

from tests.claims.claim_files import DAY


def check(kg, *lines, on=DAY, **more):
    return kg.check(lines, on=on, **more)


def said(kg, *lines, rule=None, **more):
    """Return {line number: [(rule, severity), …]}, of one rule where that is named; lines without are left out."""
    found = check(kg, *lines, **more)
    told = {
        c.line.number: [(f.rule, f.severity) for f in c.findings if rule in (None, f.rule)]
        for c in found.lines
    }
    return {number: findings for number, findings in told.items() if findings}


def one(kg, *lines, rule, **more):
    """Return the only finding of a rule."""
    (finding,) = [f for f in check(kg, *lines, **more).findings if f.rule == rule]
    return finding


def outcomes(kg, *lines, **more):
    return [c.outcome for c in check(kg, *lines, **more).lines]
