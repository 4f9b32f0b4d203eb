"""N-Quads in pieces: together they are the whole, each reads alone, and the manifest tells the truth."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from codegraph.errors import CodegraphError
from codegraph.export.as_pieces import MANIFEST_NAME, export_pieces
from codegraph.export.folder import new_folder

QUADS = 20_000


@pytest.fixture(scope="module")
def folder(kg, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("pieces") / "all"
    summary = kg.export(out, format="pieces", quads=QUADS)
    assert summary.triples == told(out)["quads"]
    assert summary.bytes == sum(path.stat().st_size for path in out.iterdir())
    return out


def told(folder: Path):
    return json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def test_the_pieces_together_are_the_whole(kg, folder, tmp_path):
    kg.export(tmp_path / "all.nq")
    whole = (tmp_path / "all.nq").read_bytes().splitlines(keepends=True)
    parts = [line for piece in told(folder)["pieces"] for line in lines(folder / piece["file"])]
    assert sorted(parts) == sorted(whole)
    assert len(told(folder)["pieces"]) > 2


def test_the_manifest_says_what_each_piece_is(folder):
    found = told(folder)
    assert {p["file"] for p in found["pieces"]} | {MANIFEST_NAME} == {p.name for p in folder.iterdir()}
    for piece in found["pieces"]:
        path = folder / piece["file"]
        data = path.read_bytes()
        assert piece["sha256"] == hashlib.sha256(data).hexdigest()
        assert (piece["bytes"], piece["quads"]) == (len(data), len(lines(path)))
    assert sum(p["quads"] for p in found["pieces"]) == found["quads"]
    assert {p["quads"] for p in found["pieces"][:-2]} == {QUADS}


def test_blank_nodes_stand_in_one_piece_and_rdflib_reads_the_same_graph(kg, folder, tmp_path):
    kg.export(tmp_path / "all.nt")
    files = [folder / p["file"] for p in told(folder)["pieces"]]
    with_blank = [f.name for f in files if any(b" _:" in line or line[:2] == b"_:" for line in lines(f))]
    assert with_blank == [files[-1].name]
    # Each file is a parse of its own, as with a bulk loader, so a blank node in two files would be two.
    last, whole = rdflib.Dataset(default_union=True), rdflib.Graph()
    last.parse(data=gzip.decompress(files[-1].read_bytes()).decode(), format="nquads")
    blank = [
        line for line in (tmp_path / "all.nt").read_text().splitlines() if "> _:" in line or line[:2] == "_:"
    ]
    whole.parse(data="\n".join(blank), format="nt")
    triples = rdflib.Graph()
    for s, p, o, _ in last.quads():
        triples.add((s, p, o))
    assert len(triples) == len(blank) > 0
    assert isomorphic(triples, whole)


def test_bulk_loaders_read_as_many_statements_as_the_manifest_says(kg, folder, small, tmp_path):
    store = ox.Store()
    for piece in told(folder)["pieces"]:
        store.bulk_load(b"".join(lines(folder / piece["file"])), ox.RdfFormat.N_QUADS)
    assert len(store) == told(folder)["quads"]
    ident = small.manifest.sources[0].release
    export_pieces(small.directory, small.manifest, tmp_path / "p", graphs=[ident], quads=50)
    counts = []
    for piece in told(tmp_path / "p")["pieces"]:
        read = rdflib.Dataset()  # one for each: a second parse takes the first one's default graph away
        read.parse(data=b"".join(lines(tmp_path / "p" / piece["file"])).decode(), format="nquads")
        counts.append(len(set(read.quads())))
    assert counts == [piece["quads"] for piece in told(tmp_path / "p")["pieces"]]
    assert len(counts) > 2


def test_the_same_release_gives_the_same_bytes(kg, folder, tmp_path):
    kg.export(tmp_path / "again", format="pieces", quads=QUADS)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()
    }


@pytest.mark.parametrize("quads", [1, 7, 10**9])
def test_any_size_will_do(small, tmp_path, quads):
    ident = small.manifest.sources[0].release
    summary = export_pieces(small.directory, small.manifest, tmp_path / "p", graphs=[ident], quads=quads)
    counts = [p["quads"] for p in told(tmp_path / "p")["pieces"]]
    assert sum(counts) == summary.triples > 0
    assert max(counts) <= quads
    assert set(counts[:-1]) <= {quads}


def test_licensed_quads_leave_only_when_asked_for(mapped, tmp_path):
    mapped.export(tmp_path / "p", format="pieces")
    mapped.export(tmp_path / "l", format="pieces", include_licensed=True)
    public, all_ = ([line for f in (tmp_path / n).glob("*.gz") for line in lines(f)] for n in "pl")
    assert not any(b"99999900" in line for line in public)
    assert any(b"99999900" in line for line in all_)


def test_a_place_that_holds_other_things_is_left_alone(kg, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CodegraphError, match=r"holds other things \(notes\.txt\)"):
        kg.export(tmp_path, format="pieces")
    with pytest.raises(CodegraphError, match="not standard output"):
        kg.export("-", format="pieces")
    with pytest.raises(CodegraphError, match="into a folder"):
        kg.export(tmp_path / "notes.txt", format="pieces")
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("format", "option", "said"),
    [
        ("pieces", {"pcs": ("0D",)}, "pcs"),
        ("pieces", {"quads": -1}, "at least one quad"),
        ("pieces", {"quads": 0}, "at least one quad"),
        ("turtle", {"quads": 5}, "quads"),
        ("owl", {"edits": True}, "edits"),
        ("sssom", {"edits": True}, "edits"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(kg, tmp_path, format, option, said):
    with pytest.raises(CodegraphError, match=said):
        kg.export(tmp_path / "out", format=format, **option)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_failed_leaves_the_old_one(tmp_path):
    with new_folder(tmp_path / "out", "x", str.isalpha) as folder:
        (folder / "old").write_text("1")

    def fail() -> None:
        with new_folder(tmp_path / "out", "x", str.isalpha) as folder:
            (folder / "new").write_text("2")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == ["out", "out/old"]
