"""The documents name everything that is public, and nothing that is not there."""

from __future__ import annotations

import dataclasses
import inspect
import re
import tomllib
from pathlib import Path

import click
import pytest

from codegraph import CodeGraph, __version__, cli, errors
from codegraph.answers.model import Answer, Ground, Sentence
from codegraph.billing.addons import AddOns
from codegraph.billing.edits_model import Conflicts, OtherSetting, PairEdits
from codegraph.billing.evidence import Evidence
from codegraph.billing.limits import UnitLimit
from codegraph.billing.lines import Line
from codegraph.billing.modifiers.model import ModifierRule, ModifierUse
from codegraph.billing.outpatient import OutpatientStatus
from codegraph.billing.outpatient_claim import OutpatientClaim, OutpatientLine
from codegraph.billing.pairs import Episode
from codegraph.billing.price.model import Input, Place, Price, SessionLine, SessionPrice, Step
from codegraph.billing.price.spread import PriceSpread, SpreadRow
from codegraph.billing_questions import BillingQuestions
from codegraph.changes.dated import DatedGraph, InForce
from codegraph.changes.events import Event
from codegraph.changes.history import History
from codegraph.changes.model import KINDS as CHANGES
from codegraph.changes.model import Change, EditionPair
from codegraph.changes.result import ReleaseDiff
from codegraph.changes.summary import Adjustment
from codegraph.changes.validity import Validity
from codegraph.claims.model import CheckedLine, Claim, ClaimCheck, Finding
from codegraph.claims.model import NotChecked as RuleNotChecked
from codegraph.claims.parts import Unread
from codegraph.comparison.model import Comparison, Peer, Standing
from codegraph.connection import Path as Path_
from codegraph.connection import PathStep
from codegraph.contradictions.model import KINDS, Contradiction, Contradictions, NotChecked
from codegraph.crosswalk.differences import Common, Differences
from codegraph.describe import Description
from codegraph.fetch.table import load
from codegraph.mapping import Crosswalk, Mapping
from codegraph.model import FacetComparison
from codegraph.page.model import Cell, Drawing, Page, Section, Shape, SourceRef, Table
from codegraph.page.model import Line as PageLine
from codegraph.procedure import Procedure
from codegraph.query_params import TYPES
from codegraph.related import Related
from codegraph.result import Result
from codegraph.search.model import Hit, Match, ReadWord, SearchResult
from codegraph.suggest.model import (
    Candidate,
    DiagnosisFound,
    FacetFit,
    FoundSpan,
    LeftOpen,
    Option,
    Suggestion,
)
from codegraph.suggest.redact import Masked
from codegraph.terminology import Problem as FhirProblem
from codegraph.terminology import Terminology
from codegraph.text_questions import TextQuestions
from codegraph.validation import Report, ValidationResult
from codegraph.views import Code
from codegraph.worklog.benchmark import Placement
from codegraph.worklog.entry import Entry
from codegraph.worklog.model import Report as Report_
from codegraph.worklog.model import ReportLine, Sum
from codegraph.worklog.store import WorkLog

REPO = Path(__file__).resolve().parents[2]
DOCS = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])
API = (REPO / "docs" / "api.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading of the API page."""
    return API.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(title: str) -> set[str]:
    prose = re.sub(r"^```.*?^```", "", section(title), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`]+)`", prose))))


def public(cls: type) -> set[str]:
    own = {name for name in vars(cls) if not name.startswith("_")}
    fields = {f.name for f in dataclasses.fields(cls)} if dataclasses.is_dataclass(cls) else set()
    return own | fields


@pytest.mark.parametrize(
    ("title", "classes"),
    [
        ("CodeGraph", [CodeGraph]),
        ("Code", [Code, Procedure]),
        ("Crosswalk and Mapping", [Crosswalk, Mapping, FacetComparison, Differences, Common]),
        ("Contradictions", [Contradictions, Contradiction, NotChecked]),
        ("Description, Related", [Description, Related, Path_, PathStep]),
        (
            "Payment, edits and claims",
            [
                *(Line, Evidence, PairEdits, OtherSetting, Episode, Conflicts, UnitLimit, AddOns),
                *(ClaimCheck, CheckedLine, Claim, Finding, RuleNotChecked),
                *(Comparison, Standing, Peer),
                *(ModifierRule, ModifierUse, OutpatientStatus, OutpatientClaim, OutpatientLine),
                *(Price, Place, Input, Step, SessionPrice, SessionLine, PriceSpread, SpreadRow),
            ],
        ),
        (
            "Search and questions",
            [*(Suggestion, FoundSpan, Candidate, FacetFit, LeftOpen, Option, DiagnosisFound), Masked],
        ),
        ("Claims from files", [Unread]),
        ("Work log", [WorkLog, Entry, Report_, ReportLine, Sum, Placement]),
        (
            "Releases over time",
            [DatedGraph, InForce, Validity, History, Event, ReleaseDiff, Change, EditionPair, Adjustment],
        ),
        ("Pages", [Page, Section, SourceRef, PageLine, Cell, Table, Drawing, Shape]),
        ("Search and questions", [Answer, Sentence, Ground, SearchResult, Hit, Match, ReadWord]),
        ("FHIR terminology", [Terminology, FhirProblem]),
        ("Result", [Result]),
        ("Report", [Report, ValidationResult]),
    ],
)
def test_every_public_name_is_documented(title, classes):
    absent = (
        {name for cls in classes for name in public(cls)} - named(title) - {"of", "from_engine", "sort_key"}
    )
    assert absent == set()


HALVES = (
    ("CodeGraph", CodeGraph, 24),
    ("Payment, edits and claims", BillingQuestions, 20),
    ("Search and questions", TextQuestions, 10),
)


@pytest.mark.parametrize(("title", "half", "most"), HALVES)
def test_the_signatures_of_the_facade_are_as_documented(title, half, most):
    shown = dict(re.findall(r"^\| `(?:CodeGraph\.)?(\w+)\(([^`]*)\)` \|", section(title), re.MULTILINE))
    methods = {
        n for n, m in vars(half).items() if not n.startswith("_") and callable(getattr(m, "__func__", m))
    }
    assert shown.keys() == methods - {"get", "store"}
    for name, text in shown.items():
        parameters = list(inspect.signature(getattr(half, name)).parameters)
        documented = [
            p.split("=")[0].strip().lstrip("*") for p in text.split(",") if p.strip() not in ("*", "")
        ]
        assert documented == [p for p in parameters if p != "self"], name


@pytest.mark.parametrize(("title", "half", "most"), HALVES)
def test_the_facade_stays_small(title, half, most):
    assert len(public(half)) <= most  # docs/decisions/0016, 0018
    for name in public(half):
        method = getattr(half, name)
        if inspect.isfunction(method):
            lines = inspect.getsource(method).splitlines()
            assert len(lines) - len((inspect.getdoc(method) or "").splitlines()) <= 30, name


def test_every_kind_of_contradiction_is_documented():
    assert re.findall(r"^\| `([\w-]+)` \|", section("Contradictions"), re.MULTILINE) == list(KINDS)


def test_every_kind_of_change_is_documented():
    assert re.findall(r"^\| `([\w-]+)` \|", section("Releases over time"), re.MULTILINE) == list(CHANGES)


def test_every_error_is_documented():
    found = {n for n, e in vars(errors).items() if isinstance(e, type) and issubclass(e, Exception)}
    assert found - named("Errors") == set()


def rows() -> dict[str, str]:
    lines = section("Command line").splitlines()
    return {m[1]: line for line in lines if (m := re.match(r"\| `(\w+)[^`]*` \|", line))}


def parameters_of(command: click.Command):
    """Yield the parameters of a command and of its subcommands."""
    yield from command.params
    for part in getattr(command, "commands", {}).values():
        yield from parameters_of(part)


def test_every_command_is_documented():
    assert rows().keys() == cli.main.commands.keys()


@pytest.mark.parametrize("name", cli.main.commands)
def test_every_option_is_documented(name):
    row = rows()[name].replace("\\|", "|")
    command = cli.main.commands[name]
    assert "\\" not in str(command.help), "a mark that click does not know"
    parameters = list(parameters_of(command))
    options = {o for p in parameters if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}
    assert set(re.findall(r"--[a-z-]+", row)) == {o for o in options if o.startswith("--")}
    for parameter in parameters:
        assert isinstance(parameter, click.Argument) or parameter.help, f"{name} {parameter.name}: no help"
        if isinstance(parameter.type, click.Choice):
            assert "|".join(parameter.type.choices) in row, f"{name} {parameter.name}: other choices"


@pytest.mark.parametrize("option", [o for p in cli.main.params for o in p.opts])
def test_every_global_option_is_documented(option):
    assert option in section("Command line")


def test_the_types_of_parameters_are_documented():
    assert set(TYPES) <= named("Stored queries")


@pytest.mark.parametrize("document", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(document):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_decisions_are_numbered_listed_and_whole():
    folder = REPO / "docs" / "decisions"
    pages = sorted(folder.glob("0*.md"))
    assert [p.name[:4] for p in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert page.name in index
        assert text.startswith(f"# {page.name[:4]}: ")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]


def test_the_version_is_one():
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = dict(
        re.findall(r"^([\w-]+): *(.+)$", (REPO / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert project["version"] == citation["version"] == __version__
    assert citation["license"] == project["license"]
    assert citation.keys() >= {"cff-version", "message", "title"}
    assert f"## [{__version__}]" in (REPO / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licences_are_whole():
    texts = {n: (REPO / n).read_text(encoding="utf-8") for n in ("LICENSE", "LICENSE-ONTOLOGY", "NOTICE")}
    assert "Apache License" in texts["LICENSE"]
    assert "END OF TERMS AND CONDITIONS" in texts["LICENSE"]
    assert texts["LICENSE-ONTOLOGY"].startswith("Attribution 4.0 International")
    assert "Section 8 -- Interpretation." in texts["LICENSE-ONTOLOGY"]
    for owner in (
        "American Medical Association",
        "American Dental Association",
        "National Uniform Claim Committee",
    ):
        assert owner in texts["NOTICE"]


def test_what_the_licence_page_says_of_fetch_is_so():
    with_terms = [s for s in load() if s.ama_terms]
    assert with_terms
    assert "--accept-ama-terms" in (REPO / "docs" / "licences.md").read_text(encoding="utf-8")
