"""Exports of a small release directory: what is in them, in which format, and what is never in them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from codegraph.errors import CodegraphError, LicenceRequired, NotLoaded, ReleaseError, UnknownTerm
from codegraph.export import FORMATS, export, format_name
from codegraph.rdf import boolean, english, literal, term

CG = "https://w3id.org/codegraph/"
CODES = f"<{CG}release/cpt-words/1>"
OTHER = f"<{CG}release/hcpcs/2025-10>"
PLANTED = "Planted licensed descriptor 7f3a"
OX_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}

LINES: dict[str, list[str]] = {
    "cpt-words-1": [
        f"{term('cpt:44310')} {term('rdf:type')} {term('cg:CptCode')} .",
        f"{term('cpt:44310')} {term('skos:prefLabel')} {english('Ileostomy')} {CODES} .",
        f"{term('cpt:44310')} {term('skos:altLabel')} {english('a <b> .')} {CODES} .",
        f"{term('cpt:44310')} {term('skos:altLabel')} {literal('line' + chr(10) + 'break ' + chr(92))} {CODES} .",
        f"{term('cpt:44310')} {term('cg:isBillable')} {boolean(True)} {CODES} .",
        f"{term('cpt:44310')} {term('cg:inRelease')} {CODES} .",
        f"{term('cpt:44310')} {term('cg:inRelease')} {OTHER} {CODES} .",
        f"{term('cpt:44310')} {term('dcterms:source')} {CODES} {CODES} .",
    ],
    "hcpcs-2025-10": [
        f"{term('cpt:44310')} {term('rdf:type')} {term('cg:CptCode')} {OTHER} .",
        f"{term('hcpcs:G0463')} {term('skos:prefLabel')} {english('Clinic visit')} {OTHER} .",
    ],
    "cms-pfs-2025D": [
        f"<{CG}entry/cms-pfs/2025D/44310> {term('cg:ofRelease')} <{CG}release/cms-pfs/2025D> .",
        f'<{CG}entry/cms-pfs/2025D/44310> {term("cg:workRvu")} "17.59"^^{term("xsd:decimal")} .',
        f'<{CG}entry/cms-pfs/2025D/44310> {term("cg:malpracticeRvu")} "3.50"^^{term("xsd:decimal")} .',
    ],
}
LICENSED = f"<{CG}release/licensed/cpt-words/1>"


def write_dump(folder: Path, name: str, lines: Iterable[str]) -> None:
    text = "".join(f"{line}\n" for line in sorted(lines))
    (folder / "dump").mkdir(exist_ok=True)
    (folder / "dump" / f"{name}.nq.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    for name, lines in LINES.items():
        write_dump(folder, name, lines)
    planted = f"{term('cpt:44310')} {term('cg:officialDescriptor')} {english(PLANTED)} {LICENSED} ."
    write_dump(folder, "licensed-cpt-words-1", [planted])
    return folder


def triples() -> set[str]:
    quads = ox.parse(
        "\n".join(line for lines in LINES.values() for line in lines).encode(), ox.RdfFormat.N_QUADS
    )
    return {str(quad.triple) for quad in quads}


def written(release: Path, **options: object) -> bytes:
    stream = io.BytesIO()
    export(release, stream, **options)  # type: ignore[arg-type]
    return stream.getvalue()


class TestContent:
    @pytest.mark.parametrize("name", FORMATS)
    def test_every_format_holds_the_same_triples(self, release: Path, name: str) -> None:
        read = list(ox.parse(written(release, format=name), OX_FORMATS[name]))
        assert {str(quad.triple) for quad in read} == triples()

    @pytest.mark.parametrize("name", ["turtle", "ntriples", "jsonld", "rdfxml"])
    def test_a_triple_in_two_graphs_is_written_once(self, release: Path, name: str) -> None:
        read = list(ox.parse(written(release, format=name), OX_FORMATS[name]))
        assert len(read) == len(triples())

    @pytest.mark.parametrize("name", ["nquads", "trig"])
    def test_formats_with_graphs_keep_them(self, release: Path, name: str) -> None:
        everything = "\n".join(line for lines in LINES.values() for line in lines).encode()
        read = {str(q) for q in ox.parse(written(release, format=name), OX_FORMATS[name])}
        assert read == {str(q) for q in ox.parse(everything, ox.RdfFormat.N_QUADS)}

    def test_ntriples_are_sorted(self, release: Path) -> None:
        lines = written(release, format="ntriples").splitlines()
        assert lines == sorted(set(lines))

    def test_rdflib_reads_the_turtle_back_isomorphic(self, release: Path) -> None:
        turtle = rdflib.Graph().parse(data=written(release, format="turtle"), format="turtle")
        plain = rdflib.Graph().parse(data=written(release, format="ntriples"), format="nt")
        assert len(plain) == len(triples())
        assert isomorphic(turtle, plain)

    def test_same_release_same_bytes(self, release: Path) -> None:
        for name in FORMATS:
            assert written(release, format=name) == written(release, format=name)

    def test_summary_and_progress_count_what_was_written(self, release: Path, tmp_path: Path) -> None:
        seen: list[int] = []
        summary = export(release, tmp_path / "out.ttl", progress=seen.append)
        assert summary.triples == len(triples()) == seen[-1]
        assert summary.bytes == (tmp_path / "out.ttl").stat().st_size
        assert summary.format == "turtle"


class TestChoice:
    @pytest.mark.parametrize("name", ["cms-pfs/2025D", "release:cms-pfs/2025D", f"{CG}release/cms-pfs/2025D"])
    def test_one_release_by_ident_curie_or_iri(self, release: Path, name: str) -> None:
        lines = written(release, format="nquads", graphs=[name]).decode().splitlines()
        assert lines == sorted(LINES["cms-pfs-2025D"])

    def test_unknown_release_is_named_with_the_known_ones(self, release: Path, tmp_path: Path) -> None:
        with pytest.raises(UnknownTerm, match=r"'cms-pfs/1999A'.*cms-pfs-2025D"):
            export(release, tmp_path / "out.nq", graphs=["cms-pfs/1999A"])
        assert not (tmp_path / "out.nq").exists()

    def test_a_folder_without_dumps_is_no_release(self, tmp_path: Path) -> None:
        with pytest.raises(ReleaseError, match="no dumps"):
            export(tmp_path, tmp_path / "out.nq")


class TestLicence:
    @pytest.mark.parametrize("name", FORMATS)
    def test_no_default_export_holds_licensed_text(self, release: Path, name: str) -> None:
        planted = PLANTED.encode()
        assert planted not in written(release, format=name)
        assert planted not in written(release, format=name, graphs=["cpt-words/1"])
        assert planted not in written(release, format=name, edits=True, edit_source=list)

    @pytest.mark.parametrize("name", FORMATS)
    def test_licensed_text_leaves_when_asked_for(self, release: Path, name: str) -> None:
        assert PLANTED.encode() in written(release, format=name, include_licensed=True)
        assert PLANTED.encode() in written(
            release, format=name, include_licensed=True, graphs=["cpt-words/1"]
        )
        other = written(release, format=name, include_licensed=True, graphs=["cms-pfs/2025D"])
        assert PLANTED.encode() not in other

    def test_naming_the_licensed_graph_needs_the_flag_too(self, release: Path) -> None:
        with pytest.raises(LicenceRequired, match="include-licensed"):
            written(release, format="nquads", graphs=["licensed/cpt-words/1"])
        only = written(release, format="nquads", graphs=["licensed/cpt-words/1"], include_licensed=True)
        assert only.decode().splitlines() == [
            f"{term('cpt:44310')} {term('cg:officialDescriptor')} {english(PLANTED)} {LICENSED} ."
        ]


class TestEdits:
    NODE = f'<{CG}entry/ncci-ptp/1/1-2-1> {term("cg:rationale")} "why" .\n'

    def test_only_when_asked_for(self, release: Path) -> None:
        source = [self.NODE]
        assert self.NODE.encode() not in written(release, format="nquads", edit_source=lambda: source)
        assert self.NODE.encode() in written(release, format="nquads", edits=True, edit_source=lambda: source)
        assert b'cg:rationale "why"' in written(
            release, format="turtle", edits=True, edit_source=lambda: source
        )

    def test_a_release_without_them_says_so_and_writes_nothing(self, release: Path, tmp_path: Path) -> None:
        with pytest.raises(NotLoaded, match="procedure-to-procedure"):
            export(release, tmp_path / "out.ttl", edits=True)
        assert not list(tmp_path.glob("*out*"))


class TestTarget:
    def test_replaces_a_file_and_leaves_nothing_beside(self, release: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.nt"
        out.write_text("old")
        export(release, out)
        assert b"old" not in out.read_bytes()
        assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["out.nt"]

    def test_an_error_on_the_way_keeps_the_old_file(self, release: Path, tmp_path: Path) -> None:
        out = tmp_path / "out.nt"
        out.write_text("old")

        def failing() -> Iterator[str]:
            yield TestEdits.NODE
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            export(release, out, edits=True, edit_source=failing)
        assert out.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["out.nt"]

    def test_a_folder_or_a_place_in_no_folder_is_refused(self, release: Path, tmp_path: Path) -> None:
        (tmp_path / "folder.ttl").mkdir()
        for out in (tmp_path / "folder.ttl", tmp_path / "absent" / "out.ttl"):
            with pytest.raises(CodegraphError):
                export(release, out)

    def test_dash_is_standard_output(self, release: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        export(release, "-", format="ntriples", graphs=["cms-pfs/2025D"])
        assert capfdbinary.readouterr().out.count(b"\n") == 3

    @pytest.mark.parametrize(
        ("out", "name"),
        [
            ("a.ttl", "turtle"),
            ("a.NQ", "nquads"),
            ("a.b.jsonld", "jsonld"),
            ("a.rdf", "rdfxml"),
            ("-", "turtle"),
        ],
    )
    def test_the_ending_tells_the_format(self, out: str, name: str) -> None:
        assert format_name(Path(out)) == name

    def test_unknown_endings_and_formats_name_the_known_ones(self) -> None:
        with pytest.raises(CodegraphError, match=r"\.ttl"):
            format_name(Path("a.csv"))
        with pytest.raises(CodegraphError, match="turtle, ntriples"):
            format_name(Path("a.ttl"), "n3")


class TestDamage:
    @pytest.mark.parametrize("keep", [0, 5, -9, -1])
    def test_a_cut_dump_is_an_error_not_a_short_export(
        self, release: Path, tmp_path: Path, keep: int
    ) -> None:
        dump = release / "dump" / "cpt-words-1.nq.gz"
        dump.write_bytes(dump.read_bytes()[:keep])
        with pytest.raises(ReleaseError, match="cpt-words-1"):
            export(release, tmp_path / "out.nq")
        assert not list(tmp_path.glob("*out*"))

    def test_a_changed_byte_is_an_error(self, release: Path, tmp_path: Path) -> None:
        dump = release / "dump" / "cpt-words-1.nq.gz"
        data = bytearray(dump.read_bytes())
        data[-6] ^= 0xFF
        dump.write_bytes(bytes(data))
        with pytest.raises(ReleaseError, match="damaged"):
            export(release, tmp_path / "out.nq")
