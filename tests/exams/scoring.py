"""Scores of blind examinations: questions, searches and notes as people write them, judged by data alone.

`python -m tests.exams.scoring --release DIR` prints the marks of each topic and what failed. Without a release the
packaged knowledge is examined, and cases whose facts only official files have are left out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegraph import CodeGraph

HERE = Path(__file__).parent
MARKS = ("right", "don't-know", "unanswered", "misread", "wrong")
"""From best to worst: as expected; an honest way out that the case accepts; nothing where an answer was to be had;
another question answered, or an expected part missing; a statement that is false."""

Case = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Marked:
    """One case with its mark, and what was said."""

    case: Case
    mark: str
    reason: str
    said: str


def cases(kind: str, exam: int, *, full: bool) -> list[Case]:
    """Return the cases of an examination (`kind` is questions, searches or notes); with `full` all of them."""
    lines = (HERE / f"{kind}_{exam}.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [case for case in found if full or not case["full"]]


def _has(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def _missing(patterns: list[str], text: str) -> list[str]:
    return [pattern for pattern in patterns if not _has(pattern, text)]


def outcome(answer: Any) -> str:
    """Return what kind of reply it is: answer, readings, not loaded, unknown, or not understood."""
    if answer.sentences:
        return "answer"
    if answer.readings:
        return "readings"
    note = answer.note or ""
    if note.startswith("not loaded"):
        return "not loaded"
    return "unknown" if "not in this release" in note else "not understood"


def mark_question(kg: CodeGraph, case: Case) -> Marked:
    """Ask, and judge the reply by the patterns of the case."""
    answer = kg.ask(case["question"], on=case.get("on"))
    said, got = "\n".join(s.text for s in answer.sentences), outcome(answer)
    accepted = {case["expect"], *case.get("accept", ())}
    shown = answer.text
    if got != "answer":
        if got == case["expect"]:
            return Marked(case, "right", "", shown)
        polite = got in accepted or case["expect"] != "answer"
        return Marked(case, "don't-know" if polite else "unanswered", f"{got}, not {case['expect']}", shown)
    if false := [p for p in case["never"] if _has(p, said)]:
        return Marked(case, "wrong", f"says {false}", shown)
    if "answer" not in accepted:
        return Marked(case, "misread", f"an answer, not {case['expect']}", shown)
    missing = _missing(case["must"], said)
    return Marked(case, "misread" if missing else "right", f"lacks {missing}" if missing else "", shown)


def mark_search(kg: CodeGraph, case: Case) -> Marked:
    """Search, and judge by the place of the expected code."""
    result = kg.search(case["text"], system=case.get("system"), limit=20)
    codes = list(result.codes)
    shown = f"{codes[:5]} {result.note or ''}"
    if codes and codes[0] in case["never_first"]:
        return Marked(case, "wrong", f"{codes[0]} comes first", shown)
    if not case["expect"]:
        return Marked(case, "misread" if codes else "right", "finds something" if codes else "", shown)
    places = [codes.index(code) + 1 for code in case["expect"] if code in codes]
    if not places:
        return Marked(case, "misread" if codes else "unanswered", f"none of {case['expect']}", shown)
    late = min(places) > case["k"]
    return Marked(case, "misread" if late else "right", f"only place {min(places)}" if late else "", shown)


def _note_faults(case: Case, found: Any) -> Iterator[tuple[str, str]]:
    codes = list(found.codes)
    if codes and codes[0] in case["never_first"]:
        yield "wrong", f"{codes[0]} comes first"
    if bad := [code for code in case["never"] if code in codes]:
        yield "wrong", f"offers {bad}"
    if case["none"] and codes:
        yield "misread", "offers codes where nothing was done"
    if case["first"] and codes[:1] and codes[0] not in case["first"]:
        yield "misread", f"{codes[0]} first, not {case['first']}"
    if late := [code for code in case["within"] if code not in codes[: case["k"]]]:
        yield "misread", f"{late} not within {case['k']}"
    if case["first"] and not codes:
        yield "unanswered", "no candidate"
    told = {question.facet for question in found.left_open}
    if closed := [facet for facet in case["open"] if facet not in told]:
        yield "misread", f"{closed} not told as open, but {sorted(told)}"
    present = {d.code for d in found.diagnoses if d.status == "present"}
    if lost := [code for code in case["diagnoses"] if code not in present]:
        yield "misread", f"diagnoses {lost} not found"
    if left := [text for text in case["masked"] if text in found.text]:
        yield "wrong", f"not masked: {left}"
    if gone := [text for text in case["kept"] if text not in found.text]:
        yield "misread", f"masked though harmless: {gone}"


def mark_note(kg: CodeGraph, case: Case) -> Marked:
    """Read a note, and judge candidates, open facets, diagnoses and masks."""
    found = kg.suggest(case["text"], redact=case["redact"])
    shown = f"{list(found.codes)[:5]} open: {[str(q) for q in found.left_open][:3]}"
    faults = sorted(_note_faults(case, found), key=lambda fault: -MARKS.index(fault[0]))
    if faults:
        return Marked(case, faults[0][0], "; ".join(reason for _, reason in faults), shown)
    return Marked(case, "right", "", shown)


MARKERS = {"questions": mark_question, "searches": mark_search, "notes": mark_note}


def examine(kg: CodeGraph, kind: str, exam: int, *, full: bool) -> list[Marked]:
    """Mark all cases of one kind."""
    return [MARKERS[kind](kg, case) for case in cases(kind, exam, full=full)]


def share(marked: list[Marked]) -> float:
    """Return the share of right ones."""
    return sum(m.mark == "right" for m in marked) / len(marked)


def table(marked: list[Marked]) -> str:
    """Return the marks by topic, in lines."""
    topics: dict[str, Counter[str]] = defaultdict(Counter)
    for one in marked:
        topics[one.case["topic"]][one.mark] += 1
        topics["all"][one.mark] += 1
    rows: list[tuple[str, ...]] = [("topic", "cases", *MARKS)]
    order = sorted(topics, key=lambda topic: (topic == "all", topic))
    rows += [(t, str(topics[t].total()), *(str(topics[t][mark]) for mark in MARKS)) for t in order]
    return "\n".join("".join(cell.ljust(14 if i == 0 else 12) for i, cell in enumerate(row)) for row in rows)


def main() -> None:
    """Print the marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--release", help="a release of the official files; without it the packaged knowledge"
    )
    parser.add_argument("--exam", type=int, default=1)
    parser.add_argument("--kind", choices=tuple(MARKERS), action="append")
    parser.add_argument("--all", action="store_true", help="print every reply, also the right ones")
    given = parser.parse_args()
    kg = CodeGraph.open(given.release)
    for kind in given.kind or MARKERS:
        marked = examine(kg, kind, given.exam, full=given.release is not None)
        print(f"{kind}, examination {given.exam}\n{table(marked)}\n")
        for one in marked:
            if given.all or one.mark != "right":
                asked = one.case.get("question", one.case.get("text"))
                print(f"{one.mark:10} {one.case['id']}  {asked}\n    {one.reason}\n    {one.said}\n")


if __name__ == "__main__":
    main()
