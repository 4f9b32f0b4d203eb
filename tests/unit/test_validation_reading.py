"""Reading a user's RDF files: nothing is fetched, nothing hangs, every refusal names the file."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codegraph import resources
from codegraph.errors import SourceError
from codegraph.validation import load_shapes, validate_files
from codegraph.validation.reading import FORMATS, MAX_DEPTH, read_file, read_files

NODE = "https://w3id.org/codegraph/entry/step/one"
STEP = {
    ".ttl": f"<{NODE}> a <https://w3id.org/codegraph/ontology#Step> .",
    ".nt": f"<{NODE}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/codegraph/ontology#Step> .\n",
    ".jsonld": f'{{"@id": "{NODE}", "@type": "https://w3id.org/codegraph/ontology#Step"}}',
    ".rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cg="https://w3id.org/codegraph/ontology#">'
    f'<cg:Step rdf:about="{NODE}"/></rdf:RDF>',
}
STEP |= {
    ".nq": STEP[".nt"],
    ".trig": STEP[".ttl"],
    ".json": STEP[".jsonld"],
    ".xml": STEP[".rdf"],
    ".owl": STEP[".rdf"],
}
ENTITIES = """<?xml version="1.0"?>
<!DOCTYPE lolz [ <!ENTITY a "aaaaaaaaaa"> <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="https://example.org/">
<e:A rdf:about="https://example.org/a"><e:p>&b;</e:p></e:A></rdf:RDF>"""


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port on loopback that counts who calls."""
    calls: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.05)
    stop = threading.Event()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            calls.append(connection)
            connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield server.getsockname()[1], calls
    finally:
        stop.set()
        thread.join()
        server.close()


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_each_format_is_read_and_validated(tmp_path: Path, suffix: str) -> None:
    report = validate_files([write(tmp_path, f"step{suffix}", STEP[suffix])], [STEP_SHAPE])
    assert not report.conforms
    assert {result.focus for result in report.results} == {NODE}
    assert {result.shape.split("#")[1] for result in report.results} == {"Step-stepNumber", "Step-stepText"}


def test_imports_are_triples_and_are_never_fetched(tmp_path: Path) -> None:
    with listener() as (port, calls):
        imports = f"<http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:{port}/ontology.ttl>"
        text = f"<https://example.org/o> a <http://www.w3.org/2002/07/owl#Ontology> ; {imports} .\n{STEP['.ttl']}"
        data = write(tmp_path, "data.ttl", text)
        shapes = write(tmp_path, "shapes.ttl", f"<https://example.org/o> {imports} .")
        assert not validate_files([data], [STEP_SHAPE]).conforms
        assert validate_files([data], [shapes]).conforms
    assert calls == []


def test_a_remote_context_is_refused_and_never_fetched(tmp_path: Path) -> None:
    with listener() as (port, calls):
        path = write(
            tmp_path,
            "a.jsonld",
            f'{{"@context": "http://127.0.0.1:{port}/c.jsonld", "@id": "{NODE}", "a": "b"}}',
        )
        with pytest.raises(SourceError, match=r"a\.jsonld: names a remote JSON-LD context"):
            validate_files([path], [STEP_SHAPE])
    assert calls == []


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/a.ttl", "file:///etc/hostname.ttl", "absent.ttl"])
def test_only_local_files_are_read(name: str) -> None:
    with pytest.raises(SourceError, match="no such file"):
        validate_files([name], [STEP_SHAPE])
    with pytest.raises(SourceError, match="no such file"):
        load_shapes([name])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_at_once(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "bomb.rdf", ENTITIES.encode(encoding))
    started = time.perf_counter()
    with pytest.raises(SourceError, match=r"bomb\.rdf: (has a DOCTYPE|not well-formed)"):
        read_file(path)
    assert time.perf_counter() - started < 1


STEP_SHAPE = resources.folder("shapes") / "step.ttl"
DEEP = 5000
NESTED = {
    "brackets.ttl": "<e:s> <e:p> " + "[ <e:p> " * DEEP + "1" + " ]" * DEEP + " .",
    "lists.ttl": "<e:s> <e:p> " + "( " * DEEP + "1" + " )" * DEEP + " .",
    "triples.ttl": "<e:s> <e:p> " + "<<( <e:s> <e:p> " * DEEP + "1" + " )>>" * DEEP + " .",
    "after-strings.ttl": "<e:s> <e:p> \"]]]\" , '''}))''' , <e:]]> ; # ]]]\n <e:p> "
    + "[ <e:p> " * 200
    + "1"
    + " ]" * 200
    + " .",
    "objects.jsonld": '{"http://e/p":' * DEEP + "1" + "}" * DEEP,
    "elements.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    + "<e:A><e:p>" * DEEP
    + "</e:p></e:A>" * DEEP
    + "</rdf:RDF>",
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_refused_before_parsing(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=f"{name}: nested more than {MAX_DEPTH} deep"):
        read_file(write(tmp_path, name, NESTED[name]))


def test_brackets_in_texts_are_not_nesting(tmp_path: Path) -> None:
    text = (
        '<e:s> <e:p> "'
        + "[(" * 300
        + "\" , '''"
        + "{<<" * 300
        + "''' , \"\\\"["
        + "[" * 300
        + '" . # '
        + "[" * 300
    )
    assert len(read_file(write(tmp_path, "a.ttl", text))) == 3
    assert len(read_file(write(tmp_path, "a.jsonld", '{"@id": "e:s", "e:p": "' + "[{" * 300 + '\\"["}'))) == 1


@pytest.mark.parametrize(
    "text", ['"\\' * 100_000, '"' * 200_000, "'''" + '"\n' * 100_000, "<" + "a<" * 100_000]
)
@pytest.mark.parametrize("suffix", [".ttl", ".jsonld"])
def test_marks_are_counted_in_linear_time(tmp_path: Path, suffix: str, text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(SourceError, match="hard"):
        read_file(write(tmp_path, f"hard{suffix}", text))
    assert time.perf_counter() - started < 5


def test_a_file_too_long_is_refused_unread(tmp_path: Path) -> None:
    path = write(tmp_path, "long.nt", STEP[".nt"] * 100)
    with pytest.raises(SourceError, match=r"long\.nt: longer than 1,000 bytes"):
        validate_files([path], max_bytes=1000)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", STEP[".ttl"], "not an RDF file by its name"),
        ("a.ttl", "<a> <b> .", "error|expected|Expected|object"),
        ("a.rdf", "<rdf:RDF", "not well-formed XML"),
        ("a.jsonld", "{", "a.jsonld"),
        ("a.nt", b"\xff\xfe", "a.nt"),
    ],
)
def test_a_file_of_the_wrong_kind_is_an_error_that_names_it(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        read_file(write(tmp_path, name, text))
    assert str(tmp_path) in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "a.ttl"
    folder.mkdir()
    with pytest.raises(SourceError, match="no such file"):
        read_file(folder)


def test_triple_terms_are_refused_by_the_reference(tmp_path: Path) -> None:
    path = write(tmp_path, "a.ttl", "<e:s> <e:p> <<( <e:a> <e:b> <e:c> )>> .")
    with pytest.raises(SourceError, match=r"RDF 1\.2"):
        validate_files([path], [STEP_SHAPE])


def test_blank_nodes_are_numbered_by_file_and_appearance(tmp_path: Path) -> None:
    first = write(tmp_path, "a.ttl", "[] <e:p> [ <e:q> 1 ] .")
    second = write(tmp_path, "b.ttl", "[] <e:p> _:x . _:x <e:q> 2 .")
    once, again = (sorted(map(str, read_files([first, second]))) for _ in range(2))
    assert once == again
    assert {word for line in once for word in line.split() if word.startswith("_:")} == {
        "_:f0b0",
        "_:f0b1",
        "_:f1b0",
        "_:f1b1",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="no links to forbidden files there")
def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    loop = tmp_path / "loop.ttl"
    loop.symlink_to(loop)
    with pytest.raises(SourceError, match=r"loop\.ttl"):
        read_file(loop)


@pytest.mark.parametrize("clause", ["SERVICE <{}> {{ ?s ?p ?o }}", "GRAPH <{}> {{ ?s ?p ?o }}", "FROM <{}>"])
def test_a_query_in_a_users_shape_is_refused_and_reaches_no_host(tmp_path: Path, clause: str) -> None:
    with listener() as (port, calls):
        clause = clause.format(f"http://127.0.0.1:{port}/")
        shapes = write(
            tmp_path,
            "shapes.ttl",
            "@prefix sh: <http://www.w3.org/ns/shacl#> . <https://example.org/S> a sh:NodeShape ; "
            f"sh:targetNode <{NODE}> ; sh:sparql [ sh:select '''SELECT $this WHERE {{ {clause} }}''' ] .",
        )
        with pytest.raises(SourceError, match=r"sh:s[a-z]+, which is no term of SHACL Core"):
            validate_files([write(tmp_path, "data.ttl", STEP[".ttl"])], [shapes])
    assert calls == []


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ('sh:pattern "[a"', "pySHACL cannot use"),
        ("sh:minCount 1 , 2", "pySHACL cannot use"),
        ('sh:minCount "x"', "pySHACL cannot use"),
        ("sh:path 5", "pySHACL cannot use"),
        ("sh:minCont 1", "sh:minCont, which is no term of SHACL Core"),
    ],
)
def test_a_malformed_shape_of_a_user_is_an_error(tmp_path: Path, constraint: str, message: str) -> None:
    shapes = write(
        tmp_path,
        "shapes.ttl",
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <e:S> a sh:NodeShape ; "
        f"sh:targetNode <{NODE}> ; sh:property <e:P> . "
        f"<e:P> a sh:PropertyShape ; sh:path <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ; {constraint} .",
    )
    with pytest.raises(SourceError, match=message):
        validate_files([write(tmp_path, "data.ttl", STEP[".ttl"])], [shapes])
