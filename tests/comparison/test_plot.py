"""The plot of a comparison: what it marks, that it is the same each time, and what it refuses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from codegraph.cli import compare as command
from codegraph.comparison.plot import _CODE, plot
from codegraph.errors import InvalidValue, NotLoaded


def words(path):
    """Return the texts of an SVG: matplotlib leaves each beside its outlines."""
    return re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))


def test_few_peers_are_lines_and_the_code_is_marked(valued, tmp_path):
    out = tmp_path / "family.svg"
    valued.compare("44310").plot(out)
    assert ET.parse(out).getroot().tag.endswith("svg")
    said = words(out)
    joined = " ".join(said)
    assert "17.59 work RVU: rank 1 of 5, percentile 90.00" in joined
    assert "median 17, quartiles 12 and 17" in joined.replace(".00", "")
    assert "Work RVU" in said
    assert "Source: Physician Fee Schedule relative values" in joined
    assert "cms-pfs/2025D" in joined
    assert "n = 5: status A, no modifier rows, work RVU above 0" in joined
    for value in ("17.59", "12.00", "10.00"):
        assert value in said
    text = out.read_text(encoding="utf-8").lower()
    assert text.count(f"stroke: {_CODE.lower()}; stroke-width: 3.2") == 1  # one line is the code's
    assert text.count("stroke: #0072b2; stroke-width: 1.4") == 4  # and four the others'
    assert "<dc:date>" not in text


def test_the_same_comparison_gives_the_same_bytes(valued, tmp_path):
    for ending in ("svg", "png"):
        one, two = (tmp_path / f"{n}.{ending}" for n in "ab")
        for out in (one, two):
            plot(valued.compare("44310"), out, measure="facility")
        assert one.read_bytes() == two.read_bytes()
        plot(valued.compare("44187"), two, measure="facility")
        assert one.read_bytes() != two.read_bytes()
    assert one.read_bytes().startswith(b"\x89PNG\r\n")


def test_a_code_outside_of_its_group_is_a_line_through_it(valued, tmp_path):
    out = tmp_path / "x.svg"
    valued.compare("G0105", among=["44310", "44187"]).plot(out, measure="work")
    joined = " ".join(words(out))
    assert "outside of the group, would be rank 3 beside 2" in joined
    assert "G0105: 3.26" in words(out)


@pytest.mark.full_release
def test_many_peers_are_a_histogram(full, tmp_path):
    out = tmp_path / "surgery.svg"
    full.compare("44310", among="surgery").plot(out)
    said = words(out)
    assert "Codes" in said
    assert "44310: 17.59" in said
    assert not any("44187" in text for text in said)


@pytest.mark.parametrize(
    ("name", "measure", "says"),
    [
        ("a.pdf", "work", r"\.svg or \.png"),
        ("a.svg", "price", "work, facility"),
        ("a", "work", r"\.svg or \.png"),
    ],
)
def test_other_files_and_measures_are_refused(valued, tmp_path, name, measure, says):
    with pytest.raises(InvalidValue, match=says):
        plot(valued.compare("44310"), tmp_path / name, measure=measure)
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_draw_is_said(valued, tmp_path):
    with pytest.raises(InvalidValue, match="nothing to draw"):
        valued.compare("44310", among=["44320"]).plot(tmp_path / "a.svg")


def test_without_matplotlib_the_extra_is_named(valued, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(NotLoaded, match=r"pip install 'codegraph\[plots\]'"):
        valued.compare("44310").plot(tmp_path / "a.svg")


def test_the_command_writes_it_without_a_display(valued, tmp_path):
    out = tmp_path / "a.png"
    result = CliRunner().invoke(
        command.command, ["44310", "--plot", str(out), "--measure", "work"], obj=valued.directory
    )
    assert result.exit_code == 0, result.output
    assert f"written: {out}" in result.output
    other = tmp_path / "b.png"
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    subprocess.run(
        [
            *(
                sys.executable,
                "-c",
                "from codegraph.cli import main; main()",
                "--release",
                str(valued.directory),
            ),
            *("compare", "44310", "--measure", "work", "--plot", str(other)),
        ],
        env={**environment, "MPLBACKEND": "TkAgg"},
        check=True,
        capture_output=True,
    )
    assert out.read_bytes() == other.read_bytes()


def test_a_folder_that_is_missing_is_said(valued, tmp_path):
    with pytest.raises(InvalidValue, match="cannot be written"):
        valued.compare("44310").plot(tmp_path / "no" / "a.svg")
