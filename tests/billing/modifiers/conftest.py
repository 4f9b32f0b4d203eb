"""One small release of fee schedule indicators and outpatient addenda for the tests of this folder."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from codegraph import cli
from codegraph.build.pipeline import build
from codegraph.graph import CodeGraph
from tests.billing.modifiers.hospital_files import write_all


@pytest.fixture(scope="session")
def hospital(tmp_path_factory):
    """Return the CodeGraph of a release of those files."""
    folder = tmp_path_factory.mktemp("hospital")
    build([write_all(folder / "files")], folder / "release")
    return CodeGraph(folder / "release")


@pytest.fixture
def run(hospital):
    """Return a function that runs a command on that release and gives what it prints."""

    def call(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli.main, ["--release", str(hospital.directory), *arguments])
        assert result.exit_code == code, result.output
        return result.output

    return call
