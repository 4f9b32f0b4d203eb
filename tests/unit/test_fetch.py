from __future__ import annotations

import hashlib
import io
import json
import random
import re
import socket
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import Document, Loopback, Request, serving

from codegraph.errors import CodegraphError, LicenceRequired, SourceError
from codegraph.fetch import Fetched, Limits, fetch, load
from codegraph.fetch.table import HOSTS, TABLE, is_safe_name
from codegraph.sources.registry import READERS, scan

QUICK = Limits(silence=2.0, whole=20.0)


def archive(seed: int = 1, size: int = 200_000) -> bytes:
    """Return a zip of noise, so that its size on the wire is about its content's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr(
            zipfile.ZipInfo("noise.txt", (2025, 1, 1, 0, 0, 0)), random.Random(seed).randbytes(size)
        )
    return buffer.getvalue()


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving() as running:
        yield running


def text(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(text(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)


def write_table(path: Path, *sources: dict[str, Any]) -> Path:
    lines = []
    for source in sources:
        lines.append("[[source]]")
        head = {
            "kinds": ["gem"],
            "title": "A made-up source",
            "publisher": "A made-up publisher",
            "page": "https://www.cms.gov/a-page",
            "terms": "None.",
            "ama_terms": False,
            "expects": ["noise.txt"],
            **{key: value for key, value in source.items() if key != "files"},
        }
        lines += [f"{key} = {text(value)}" for key, value in head.items() if value is not None]
        for file in source.get("files", ()):
            lines.append("[[source.files]]")
            lines += [f"{key} = {text(value)}" for key, value in {"max_bytes": 1_000_000, **file}.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class Site:
    """A folder, a table of one file, and the server that the file is on."""

    def __init__(self, server: Loopback, root: Path) -> None:
        self.server = server
        self.to = root / "official"
        self.table = root / "table.toml"

    def run(self, name: str = "a.zip", **file: Any) -> Fetched:
        entry = {"name": name, "url": self.server.url(f"/{name}"), **file}
        write_table(self.table, {"files": [entry]})
        (result,) = self.fetch()
        return result

    def fetch(self, **options: Any) -> list[Fetched]:
        settings = {"accept_ama_terms": False, "table": self.table, "allow_loopback": True, "limits": QUICK}
        return fetch(self.to, **{**settings, **options})

    def names(self) -> list[str]:
        """Return what is in the folder, without the hidden lock."""
        return sorted(path.name for path in self.to.iterdir() if not path.name.startswith("."))


@pytest.fixture
def site(server: Loopback, tmp_path: Path) -> Site:
    return Site(server, tmp_path)


# Success, and not twice


def test_a_file_is_downloaded_and_recorded(site: Site) -> None:
    body = archive()
    site.server.routes["/a.zip"] = Document(body)
    result = site.run(sha256=sha256(body))
    assert (result.outcome, result.file, result.bytes, result.sha256) == (
        "fetched",
        "a.zip",
        len(body),
        sha256(body),
    )
    assert (site.to / "a.zip").read_bytes() == body
    assert site.names() == ["a.zip", "fetched.json"]
    record = (site.to / "fetched.json").read_text(encoding="utf-8")
    assert json.loads(record) == {
        "files": {
            "a.zip": {
                "bytes": len(body),
                "kinds": ["gem"],
                "sha256": sha256(body),
                "title": "A made-up source",
                "url": site.server.url("/a.zip"),
            }
        }
    }
    assert record == json.dumps(json.loads(record), indent=2, sort_keys=True) + "\n"


def test_the_request_names_codegraph_and_asks_for_plain_bytes(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive())
    site.run()
    (seen,) = site.server.seen
    assert re.fullmatch(r"codegraph/\d+\.\d+\.\d+", seen.headers["User-Agent"])
    assert seen.headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Range"} & set(seen.headers)


def test_a_proxy_for_the_outside_world_is_not_asked_for_this_machine(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    site.server.routes["/a.zip"] = Document(archive())
    assert site.run().outcome == "fetched"


def test_a_second_run_downloads_nothing_and_changes_nothing(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive())
    assert site.run().outcome == "fetched"
    record = (site.to / "fetched.json").read_bytes()
    again = site.run()
    assert again.outcome == "kept"
    assert again.sha256 == sha256(archive())
    assert len(site.server.seen) == 1
    assert (site.to / "fetched.json").read_bytes() == record


def test_a_file_that_no_longer_has_its_recorded_hash_is_fetched_again(site: Site) -> None:
    body = archive()
    site.server.routes["/a.zip"] = Document(body)
    site.run()
    (site.to / "a.zip").write_bytes(body[:-1] + b"!")
    assert site.run().outcome == "fetched"
    assert (site.to / "a.zip").read_bytes() == body


def test_a_new_address_under_the_same_name_is_fetched_again(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive(1))
    site.server.routes["/new/a.zip"] = Document(archive(2))
    site.run()
    assert site.run(url=site.server.url("/new/a.zip")).outcome == "fetched"
    assert (site.to / "a.zip").read_bytes() == archive(2)


def test_a_file_put_there_by_hand_is_left_alone(site: Site) -> None:
    site.to.mkdir()
    (site.to / "a.zip").write_bytes(b"mine")
    result = site.run()
    assert result.outcome == "present"
    assert "move it away" in result.note
    assert (site.to / "a.zip").read_bytes() == b"mine"
    assert site.server.seen == []


def test_a_file_put_there_by_hand_with_the_known_hash_is_taken_over(site: Site) -> None:
    body = archive()
    site.to.mkdir()
    (site.to / "a.zip").write_bytes(body)
    assert site.run(sha256=sha256(body)).outcome == "kept"
    assert json.loads((site.to / "fetched.json").read_text())["files"]["a.zip"]["sha256"] == sha256(body)
    assert site.server.seen == []


def test_what_was_fetched_is_read_and_what_fetch_keeps_for_itself_is_no_problem(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive())
    site.run()
    (site.to / "b.zip.part").write_bytes(archive()[:1000])
    found = {item.member.label.split(":")[0]: item.problem for item in scan([site.to])}
    assert {name.split("/")[-1].split("!")[0] for name in found} >= {"fetched.json", "b.zip.part"}
    assert [problem for problem in found.values() if problem] == []


# Resuming


def test_a_cut_download_is_kept_and_resumed(site: Site) -> None:
    body = archive()
    document = Document(body, cut_at=70_000)
    site.server.routes["/a.zip"] = document
    cut = site.run()
    assert cut.outcome == "failed"
    assert "70,000 bytes are kept as a.zip.part" in cut.note
    assert "by hand from https://www.cms.gov/a-page" in cut.note
    assert (site.to / "a.zip.part").read_bytes() == body[:70_000]
    assert not (site.to / "a.zip").exists()

    assert site.run(sha256=sha256(body)).outcome == "fetched"
    assert document.statuses == [200, 206]
    assert site.server.seen[1].headers["Range"] == "bytes=70000-"
    assert (site.to / "a.zip").read_bytes() == body
    assert site.names() == ["a.zip", "fetched.json"]


def test_a_file_that_changed_meanwhile_is_downloaded_whole(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive(1), cut_at=70_000)
    site.run()
    changed = Document(archive(2))
    site.server.routes["/a.zip"] = changed
    assert site.run().outcome == "fetched"
    assert changed.statuses == [200]
    assert (site.to / "a.zip").read_bytes() == archive(2)


def test_a_server_that_ignores_if_range_mixes_no_two_versions(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive(1), cut_at=70_000)
    site.run()
    body = archive(2)

    def careless(request: Request) -> None:
        if "Range" not in request.headers:
            request.answer(200, body, ETag='"two"')
            return
        where = f"bytes 70000-{len(body) - 1}/{len(body)}"
        request.answer(206, body[70_000:], content_range=where, ETag='"two"')

    site.server.routes["/a.zip"] = careless
    assert site.run().outcome == "fetched"
    assert (site.to / "a.zip").read_bytes() == body


def test_a_server_without_ranges_sends_it_whole_again(site: Site) -> None:
    body = archive()
    document = Document(body, cut_at=70_000, ranges=False)
    site.server.routes["/a.zip"] = document
    site.run()
    document.cut_at = None
    assert site.run().outcome == "fetched"
    assert document.statuses == [200, 200]
    assert (site.to / "a.zip").read_bytes() == body


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_resumed(site: Site, tag: str) -> None:
    document = Document(archive(), cut_at=70_000, tag=tag)
    site.server.routes["/a.zip"] = document
    assert "bytes are kept" not in site.run().note
    document.cut_at = None
    assert site.run().outcome == "fetched"
    assert "Range" not in site.server.seen[1].headers


def test_a_range_that_begins_elsewhere_is_not_appended(site: Site) -> None:
    body = archive()
    site.server.routes["/a.zip"] = Document(body, cut_at=70_000)
    site.run()
    tag = json.loads((site.to / "a.zip.part.json").read_text())["validator"]

    def shifted(request: Request) -> None:
        if "Range" in request.headers:
            where = f"bytes 60000-{len(body) - 1}/{len(body)}"
            request.answer(206, body[60_000:], content_range=where, ETag=tag)
        else:
            request.answer(200, body, ETag=tag)

    site.server.routes["/a.zip"] = shifted
    assert site.run().outcome == "fetched"
    assert (site.to / "a.zip").read_bytes() == body


def test_416_for_a_complete_part_ends_the_download(site: Site) -> None:
    body = archive()
    document = Document(body, cut_at=70_000)
    site.server.routes["/a.zip"] = document
    site.run()
    (site.to / "a.zip.part").write_bytes(body)  # as if killed between the last byte and the rename
    assert site.run(sha256=sha256(body)).outcome == "fetched"
    assert document.statuses == [200, 416]
    assert (site.to / "a.zip").read_bytes() == body


def test_416_for_a_part_that_is_too_long_begins_anew(site: Site) -> None:
    body = archive()
    document = Document(body, cut_at=70_000)
    site.server.routes["/a.zip"] = document
    site.run()
    document.cut_at = None
    (site.to / "a.zip.part").write_bytes(body + b"more")
    assert site.run().outcome == "fetched"
    assert document.statuses == [200, 416, 200]
    assert (site.to / "a.zip").read_bytes() == body


def test_a_part_of_another_address_is_not_resumed(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive(1), cut_at=70_000, tag='"same"')
    site.server.routes["/other.zip"] = Document(archive(2), tag='"same"')
    site.run()
    assert site.run(url=site.server.url("/other.zip")).outcome == "fetched"
    assert (site.to / "a.zip").read_bytes() == archive(2)


@pytest.mark.parametrize("note", ["", "[]", '{"url": 1}', "\x00"])
def test_a_broken_note_beside_a_part_means_a_fresh_download(site: Site, note: str) -> None:
    document = Document(archive(), cut_at=70_000)
    site.server.routes["/a.zip"] = document
    site.run()
    document.cut_at = None
    (site.to / "a.zip.part.json").write_text(note)
    assert site.run().outcome == "fetched"
    assert document.statuses == [200, 200]


# What is refused


def refused(site: Site, **file: Any) -> str:
    """Fetch, see that nothing is left behind, and return the note."""
    result = site.run(**file)
    assert result.outcome == "failed"
    assert site.names() == []
    return result.note


def test_a_wrong_hash_is_refused_with_both_hashes(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive())
    note = refused(site, sha256="0" * 64)
    assert f"expected sha256 {'0' * 64}, got {sha256(archive())}" in note


def test_a_wrong_file_does_not_replace_the_one_that_is_there(site: Site) -> None:
    body = archive(1)
    site.server.routes["/a.zip"] = Document(body)
    site.run()
    site.server.routes["/b/a.zip"] = Document(archive(2))
    assert site.run(url=site.server.url("/b/a.zip"), sha256="0" * 64).outcome == "failed"
    assert (site.to / "a.zip").read_bytes() == body


def test_a_truncated_body_is_told_from_a_complete_one(site: Site) -> None:
    def truncated(request: Request) -> None:
        request.answer(200, archive()[:-100], content_length=str(len(archive())))

    site.server.routes["/a.zip"] = truncated
    note = site.run().note
    assert f"{len(archive()) - 100}" in note
    assert f"{len(archive())}" in note
    assert not (site.to / "a.zip").exists()


def test_an_archive_without_its_end_is_refused_although_no_length_was_stated(site: Site) -> None:
    def unbounded(request: Request) -> None:
        request.begin(200, connection="close")
        request.wfile.write(archive()[:-100])
        request.cut()

    site.server.routes["/a.zip"] = unbounded
    result = site.run()
    assert result.outcome == "failed"
    assert "cut short" in result.note
    assert not (site.to / "a.zip").exists()


def test_a_stated_length_does_not_make_a_cut_archive_whole(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive()[:-100])
    assert "archive's end is missing although all" in refused(site)


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>Licence</body></html>",
        b"\xef\xbb\xbf \r\n<HTML><head>",
        b'<?xml version="1.0"?>\n<!-- page -->\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">',
        b"<!doctype html>" + b"x" * 5000,
    ],
)
@pytest.mark.parametrize("name", ["a.zip", "a.txt", "a.xml"])
def test_a_web_page_is_refused_whatever_its_name(site: Site, page: bytes, name: str) -> None:
    site.server.routes[f"/{name}"] = Document(page)
    assert "got a web page" in refused(site, name=name)


def test_bytes_that_are_no_archive_are_refused(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(b"just text, long enough to be looked at")
    assert "expected a zip archive, got bytes b'just tex'" in refused(site)


def test_an_empty_file_is_refused(site: Site) -> None:
    site.server.routes["/a.txt"] = Document(b"")
    assert "got bytes b''" in refused(site, name="a.txt")


def test_a_text_file_is_fetched(site: Site) -> None:
    body = b"K50.90 Crohn\n" * 100
    site.server.routes["/a.txt"] = Document(body)
    assert site.run(name="a.txt").outcome == "fetched"


def test_a_stated_length_over_the_cap_is_refused_before_the_body(site: Site) -> None:
    site.server.routes["/a.zip"] = Document(archive())
    assert "larger than the 1,000 bytes" in refused(site, max_bytes=1000)


def test_an_endless_body_is_stopped_at_the_cap(site: Site) -> None:
    sent = [0]

    def endless(request: Request) -> None:
        request.begin(200, connection="close")
        block = archive()[:60_000]
        while True:
            request.wfile.write(block)
            sent[0] += len(block)

    site.server.routes["/a.zip"] = endless
    assert "larger than the 500,000 bytes" in refused(site, max_bytes=500_000)
    assert sent[0] < 50_000_000


def test_a_resumed_body_counts_toward_the_cap(site: Site) -> None:
    document = Document(archive(), cut_at=70_000)
    site.server.routes["/a.zip"] = document
    site.run()
    assert "larger than the 100,000 bytes" in refused(site, max_bytes=100_000)
    assert document.statuses == [200, 206]


def test_a_server_that_falls_silent_is_given_up(site: Site) -> None:
    done = threading.Event()

    def silent(request: Request) -> None:
        request.begin(200, content_length="100000")
        request.wfile.write(archive()[:1000])
        request.wfile.flush()
        done.wait(10)

    site.server.routes["/a.zip"] = silent
    write_table(site.table, {"files": [{"name": "a.zip", "url": site.server.url("/a.zip")}]})
    (result,) = site.fetch(limits=Limits(silence=0.2, whole=20.0))
    done.set()
    assert result.outcome == "failed"
    assert "timed out" in result.note


def test_a_server_that_drips_is_given_up_and_can_be_resumed(site: Site) -> None:
    done = threading.Event()
    body = archive()

    def dripping(request: Request) -> None:
        request.begin(200, content_length=str(len(body)), ETag='"slow"')
        for at in range(0, len(body), 1000):
            request.wfile.write(body[at : at + 1000])
            request.wfile.flush()
            if done.wait(0.02):
                return

    site.server.routes["/a.zip"] = dripping
    write_table(site.table, {"files": [{"name": "a.zip", "url": site.server.url("/a.zip")}]})
    (result,) = site.fetch(limits=Limits(silence=2.0, whole=0.3))
    done.set()
    assert result.outcome == "failed"
    assert "not complete after" in result.note
    assert "fetch again to resume" in result.note
    part = (site.to / "a.zip.part").read_bytes()
    assert 0 < len(part) < len(body)
    assert body.startswith(part)


@pytest.mark.parametrize("status", [204, 206, 403, 404, 416, 429, 500, 503])
def test_other_answers_are_refused_once_and_not_asked_again(site: Site, status: int) -> None:
    site.server.routes["/a.zip"] = lambda request: request.answer(status)
    note = refused(site)
    assert f"the server answers {status}" in note
    assert "by hand from https://www.cms.gov/a-page" in note
    assert len(site.server.seen) == 1


def test_a_body_in_another_encoding_is_refused(site: Site) -> None:
    site.server.routes["/a.zip"] = lambda request: request.answer(200, archive(), content_encoding="gzip")
    assert "another encoding" in refused(site)


def test_a_server_that_is_not_there_is_told(site: Site) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        note = refused(site, url=f"http://127.0.0.1:{port}/a.zip")
    assert f"http://127.0.0.1:{port}/a.zip" in note


def test_one_bad_file_does_not_keep_the_others_back(site: Site) -> None:
    site.server.routes["/b.zip"] = Document(archive())
    files = [{"name": name, "url": site.server.url(f"/{name}")} for name in ("a.zip", "b.zip")]
    write_table(site.table, {"files": files})
    assert [(r.file, r.outcome) for r in site.fetch()] == [("a.zip", "failed"), ("b.zip", "fetched")]


# Redirects


def redirect(location: str, status: int = 302) -> Any:
    return lambda request: request.answer(status, b"", location=location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(site: Site, status: int) -> None:
    site.server.routes["/a.zip"] = redirect("/moved/a.zip", status)
    site.server.routes["/moved/a.zip"] = Document(archive())
    assert site.run().outcome == "fetched"
    assert [seen.path for seen in site.server.seen] == ["/a.zip", "/moved/a.zip"]


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://example.org/a.zip", "example.org"),
        ("//example.org/a.zip", "example.org"),
        ("https://www.cms.gov.example.org/a.zip", "www.cms.gov.example.org"),
        ("https://www.cms.gov@example.org/a.zip", "example.org"),
        ("https://user@www.cms.gov/a.zip", "www.cms.gov"),
        ("https://10.0.0.1/a.zip", "10.0.0.1"),
        ("https://[::1]/a.zip", "::1"),
        ("http://www.cms.gov/a.zip", "www.cms.gov by http"),
        ("https://www.cms.gov:8443/a.zip", "www.cms.gov on port 8443"),
        ("https://127.0.0.1/a.zip", "127.0.0.1"),
        ("ftp://ftp.cdc.gov/a.zip", "ftp.cdc.gov by ftp"),
        ("file:///etc/passwd", "no host"),
    ],
)
def test_a_redirect_elsewhere_is_refused_naming_the_host(
    site: Site, location: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.server.routes["/a.zip"] = redirect(location)
    connected = connections(monkeypatch)
    note = refused(site)
    assert named in note
    assert {address[:2] for address in connected} == {("127.0.0.1", site.server.port)}


def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the addresses that this process connects to."""
    made: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        made.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def test_redirects_in_a_circle_end(site: Site) -> None:
    site.server.routes["/a.zip"] = redirect("/a.zip")
    assert "more than 5 redirects" in refused(site)
    assert len(site.server.seen) == 6


def test_a_redirect_without_a_place_is_refused(site: Site) -> None:
    site.server.routes["/a.zip"] = lambda request: request.answer(302)
    assert "the server answers 302" in refused(site)


# Terms, kinds, by hand


def two_kinds(site: Site, *, ama: bool) -> None:
    site.server.routes["/free.zip"] = Document(archive(1))
    site.server.routes["/ama.zip"] = Document(archive(2))
    write_table(
        site.table,
        {"kinds": ["gem"], "files": [{"name": "free.zip", "url": site.server.url("/free.zip")}]},
        {
            "kinds": ["ncci-ptp", "ncci-mue"],
            "title": "Edits of a quarter",
            "ama_terms": ama,
            "files": [{"name": "ama.zip", "url": site.server.url("/ama.zip")}],
        },
    )


def test_terms_that_are_not_accepted_stop_everything(site: Site) -> None:
    two_kinds(site, ama=True)
    with pytest.raises(LicenceRequired, match=r"Edits of a quarter.*--accept-ama-terms"):
        site.fetch()
    assert site.server.seen == []
    assert not site.to.exists()


def test_terms_that_are_accepted_or_not_needed_let_it_pass(site: Site) -> None:
    two_kinds(site, ama=True)
    assert [r.file for r in site.fetch(kinds=["gem"])] == ["free.zip"]
    results = site.fetch(accept_ama_terms=True)
    assert [(r.file, r.outcome) for r in results] == [("free.zip", "kept"), ("ama.zip", "fetched")]


def test_kinds_choose_the_sources(site: Site) -> None:
    two_kinds(site, ama=False)
    (result,) = site.fetch(kinds=["ncci-mue"])
    assert (result.file, result.kind) == ("ama.zip", "ncci-ptp, ncci-mue")
    with pytest.raises(SourceError, match=r"no source of the kind nonsense.*gem, ncci-mue, ncci-ptp"):
        site.fetch(kinds=["gem", "nonsense"])


def test_a_source_without_an_address_is_reported_not_guessed(site: Site) -> None:
    write_table(site.table, {"title": "By hand only", "expects": ["AOC*.txt"], "ama_terms": True})
    (result,) = site.fetch()
    assert (result.outcome, result.file, result.page) == ("by hand", None, "https://www.cms.gov/a-page")
    assert result.note == "get AOC*.txt by hand from https://www.cms.gov/a-page"
    assert site.server.seen == []


class Steps:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def step(self, text: str) -> None:
        self.texts.append(text)

    def count(self, done: int) -> None:
        raise AssertionError("bytes are no rows")


def test_progress_names_the_file_and_how_much_of_it_is_here(site: Site) -> None:
    body = archive(size=2_500_000)
    site.server.routes["/a.zip"] = Document(body)
    write_table(
        site.table,
        {"files": [{"name": "a.zip", "url": site.server.url("/a.zip"), "max_bytes": 5_000_000}]},
    )
    steps = Steps()
    site.fetch(progress=steps)
    assert steps.texts[0] == "a.zip"
    assert len(steps.texts) == 3
    assert all(re.fullmatch(r"a\.zip: [12]\.\d of 2\.5 MB", step) for step in steps.texts[1:])


# The folder


def test_two_fetches_do_not_write_into_one_folder(site: Site) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> None:
        entered.set()
        go_on.wait(10)
        request.answer(200, archive())

    site.server.routes["/a.zip"] = slow
    first: list[Fetched] = []
    thread = threading.Thread(target=lambda: first.append(site.run()))
    thread.start()
    assert entered.wait(10)
    with pytest.raises(SourceError, match="another fetch is writing"):
        site.fetch()
    go_on.set()
    thread.join()
    assert first[0].outcome == "fetched"


def test_a_folder_that_is_a_file_is_refused(site: Site) -> None:
    site.to.write_bytes(b"")
    write_table(site.table, {})
    with pytest.raises(SourceError, match="files cannot be put here"):
        site.fetch()


def test_a_broken_record_is_told_and_not_overwritten(site: Site) -> None:
    write_table(site.table, {})
    site.to.mkdir()
    for content in ("{", "[]", '{"files": {"a.zip": 1}}'):
        (site.to / "fetched.json").write_text(content)
        with pytest.raises(SourceError, match=r"fetched\.json .*remove it"):
            site.fetch()
        assert (site.to / "fetched.json").read_text() == content


@pytest.mark.parametrize("link", ["a.zip.part", "a.zip.part.json"])
def test_a_planted_link_is_not_written_through(site: Site, tmp_path: Path, link: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    site.to.mkdir()
    (site.to / link).symlink_to(victim)
    site.server.routes["/a.zip"] = Document(archive())
    result = site.run()
    assert result.outcome == "failed"
    assert "is a link" in result.note
    assert victim.read_text() == "untouched"


# The table


@pytest.mark.parametrize(
    "name",
    [
        "../a.zip",
        "..\\a.zip",
        "/tmp/a.zip",
        "sub/a.zip",
        "C:a.zip",
        "a..zip",
        ".a.zip",
        "a\x00.zip",
        "a.zip\n",
        "fetched.json",
        "a.zip.part",
        "a.py",
        "a",
        "",
        "x" * 200 + ".zip",
    ],
)
def test_a_name_that_could_lead_out_of_the_folder_is_refused(site: Site, name: str) -> None:
    assert not is_safe_name(name)
    write_table(site.table, {"files": [{"name": name, "url": site.server.url("/a.zip")}]})
    with pytest.raises(SourceError, match=r"table\.toml, source 1"):
        site.fetch()
    assert not site.to.exists()
    assert site.server.seen == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://example.org/a.zip", r"example\.org, which is not among"),
        ("http://www.cms.gov/a.zip", "by http; only https"),
        ("https://www.cms.gov:444/a.zip", "on port 444"),
        ("https://www.cms.gov@example.org/a.zip", "user name"),
        ("https://[bad/a.zip", "is none"),
        ("a.zip", "no host"),
    ],
)
def test_a_table_cannot_point_anywhere_else(tmp_path: Path, url: str, reason: str) -> None:
    table = write_table(tmp_path / "table.toml", {"files": [{"name": "a.zip", "url": url}]})
    with pytest.raises(SourceError, match=reason):
        load(table)


def test_loopback_is_only_for_those_who_ask_for_it(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "localhost"):
        table = write_table(
            tmp_path / "table.toml", {"files": [{"name": "a.zip", "url": f"http://{host}:1/a.zip"}]}
        )
        with pytest.raises(SourceError, match="not among the hosts"):
            load(table)
        assert load(table, allow_loopback=True)[0].files[0].url == f"http://{host}:1/a.zip"


GOOD = {"name": "a.zip", "url": "https://www.cms.gov/a.zip"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ({"title": None}, "title missing"),
        ({"colour": "blue"}, "unknown key 'colour'"),
        ({"ama_terms": "no"}, "ama_terms shall be a bool"),
        ({"kinds": []}, "kinds shall be a list"),
        ({"page": "http://www.cms.gov"}, "shall be an https address"),
        ({"files": [{**GOOD, "max_bytes": 0}]}, "max_bytes"),
        ({"files": [{**GOOD, "max_bytes": 1 << 40}]}, "max_bytes"),
        ({"files": [{**GOOD, "max_bytes": True}]}, "max_bytes shall be a int"),
        ({"files": [{**GOOD, "sha256": "AB"}]}, "sha256"),
        ({"files": [GOOD, {**GOOD, "name": "A.ZIP"}]}, "named twice"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, source: dict[str, Any], reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        load(write_table(tmp_path / "table.toml", source))


@pytest.mark.parametrize("content", ["", "source = 1", "[[source]", "[[source]]\n[other]\n", "\x00"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: str) -> None:
    table = tmp_path / "table.toml"
    table.write_text(content)
    with pytest.raises(SourceError, match=r"table\.toml"):
        load(table)
    with pytest.raises(CodegraphError, match="cannot be read"):
        load(tmp_path / "missing.toml")


# The packaged table

# Kinds that no publisher offers as such a file: derived lists, and mapping sets of anybody.
DERIVED = {
    "ccsr-dx-categories",
    "ccsr-pr-categories",
    "hcpcs-descriptions",
    "icd10pcs-body-part-key",
    "icd10pcs-device-aggregation",
    "icd10pcs-device-key",
    "sssom",
}


def test_the_packaged_table_covers_every_official_kind() -> None:
    kinds = {kind for source in load() for kind in source.kinds}
    assert kinds == {reader.kind for reader in READERS if reader.licensor is None} - DERIVED


def test_the_packaged_table_keeps_its_own_rules() -> None:
    sources = load()
    assert TABLE.name == "fetch_sources.toml"
    assert len(sources) == len(tomllib.loads(TABLE.read_text(encoding="utf-8"))["source"])
    for source in sources:
        for file in source.files:
            assert file.url.startswith("https://")
            assert file.url.split("/")[2] in HOSTS
            assert file.url.split("?")[0].rsplit("/", 1)[1] == file.name
            # Terms are agreed to in an address only where they were accepted on the command line.
            assert "agree" not in file.url or source.ama_terms
    cpt = {"pfs-relative-values", "ncci-ptp", "ncci-mue", "ncci-addon", "opps-addendum-b", "rbcs"}
    assert all(source.ama_terms for source in sources if cpt.intersection(source.kinds))


def test_the_packaged_table_asks_for_terms_before_it_asks_any_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = connections(monkeypatch)
    with pytest.raises(LicenceRequired):
        fetch(tmp_path / "official", accept_ama_terms=False)
    results = fetch(tmp_path / "official", accept_ama_terms=False, kinds=["ncci-addon", "uberon"])
    assert {result.outcome for result in results} == {"by hand"}
    assert connected == []


# Nothing else uses the network

LISTEN = """
import importlib, pkgutil, sys

opened = []
sys.addaudithook(
    lambda event, args: opened.append((event, args))
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
    else None
)
import codegraph

names = [m.name for m in pkgutil.walk_packages(codegraph.__path__, "codegraph.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)

from codegraph import fetch
from codegraph.sources.registry import READERS

fetch.load()
assert READERS and len(names) > 40, names
assert not opened, opened
print("httpx" in sys.modules)
"""


def test_importing_codegraph_opens_no_connection_and_loads_no_http_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LISTEN], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
