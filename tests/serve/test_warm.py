"""What is made in the background: nobody waits for it for long, and what came before it answers afterwards."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from starlette.testclient import TestClient

from codegraph.search import cached
from codegraph.serve import warm
from codegraph.serve.app import create_app
from codegraph.serve.limits import Limits
from codegraph.serve.void import kept_at
from tests.serve.conftest import serving

STEPS = {"index", "pages", "search", "notes", "counts"}


@pytest.fixture(scope="module")
def fresh(kg, tmp_path_factory):
    """Return a release that nobody has searched, and an empty cache."""
    folder = tmp_path_factory.mktemp("fresh")
    shutil.copytree(kg.directory, folder / "release")
    return folder / "release", folder / "cache"


def prepared(server):
    return server.get("/api/v1/health").json()["prepared"]


def test_a_fresh_server_answers_while_it_prepares_itself(fresh):
    release, cache = fresh
    with serving("--warm", cache=cache, release=release) as server:
        assert prepared(server).keys() == STEPS
        statuses = {
            "/code/cpt/44310": set(),
            "/?q=loop+ileostomy": set(),
            "/api/v1/search?text=colostomy": set(),
        }
        end = time.monotonic() + 90
        while set(prepared(server).values()) & {"waiting", "working"}:
            assert time.monotonic() < end, prepared(server)
            for path, seen in statuses.items():
                answer = server.get(path)
                seen.add(answer.status_code)
                if answer.status_code == 503:
                    assert int(answer.headers["retry-after"]) >= 1
                    assert "being built" in answer.text
        assert set(prepared(server).values()) == {"ready"}
        assert statuses.pop("/code/cpt/44310") == {200}
        for path, seen in statuses.items():
            assert seen <= {200, 503}, path
            assert server.get(path).status_code == 200
        counted = server.get("/.well-known/void").text
    assert len(list(cache.glob("search-*/meta.json"))) == 1
    (kept,) = cache.glob("counts-*.json")
    with serving(cache=cache, release=release) as again:
        found = again.get("/.well-known/void")
        assert (found.status_code, found.text.replace(again.address, "")) == (
            200,
            counted.replace(server.address, ""),
        )
        assert json.loads(kept.read_text())["triples"] > 1_000


@pytest.fixture
def unbuilt(kg, tmp_path, monkeypatch):
    """Return a release without an index, whose cache is empty."""
    monkeypatch.setenv("CODEGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(warm, "_PATIENCE", 0.1)
    shutil.copytree(kg.directory, tmp_path / "release")
    return tmp_path / "release"


def test_who_needs_the_index_is_told_to_come_again(unbuilt):
    app = create_app(unbuilt)
    directory = app.state.kg.directory
    cached.built_elsewhere.add(directory)
    try:
        with TestClient(app) as client:
            for path in ("/?q=ileostomy", "/api/v1/search?text=ileostomy", "/results?q=ileostomy"):
                answer = client.get(path)
                assert answer.status_code == 503, path
                assert int(answer.headers["retry-after"]) >= 1
                assert "being built" in answer.json()["detail"]
            assert client.get("/code/cpt/44310", headers={"Accept": "text/html"}).status_code == 200
            assert client.get("/api/v1/price/44310").status_code == 200
            cached.built_elsewhere.discard(directory)
            assert "/code/cpt/44187" in client.get("/?q=laparoscopic+ileostomy").text
    finally:
        cached.built_elsewhere.discard(directory)


def test_where_the_index_cannot_be_built_in_advance_the_first_search_builds_it(unbuilt, monkeypatch):
    monkeypatch.setattr(warm.sys, "executable", shutil.which("false"))
    app = create_app(unbuilt, warm=True)
    with TestClient(app) as client:
        end = time.monotonic() + 60
        while client.get("/api/v1/health").json()["prepared"]["index"] != "failed":
            assert time.monotonic() < end
            time.sleep(0.05)
        assert client.get("/?q=ileostomy").status_code == 200
    assert cached.is_built(unbuilt)


def test_counts_that_take_too_long_are_refused_and_there_later(unbuilt):
    app = create_app(unbuilt, limits=Limits(call_seconds=0.01))
    with TestClient(app) as client:
        answer = client.get("/.well-known/void")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) >= 1
        end = time.monotonic() + 60
        while client.get("/.well-known/void").status_code != 200:
            assert time.monotonic() < end


@pytest.mark.parametrize("content", ["", "{", "[]", '{"triples": 1}', '{"triples": 1, "more": 2}'])
def test_counts_in_the_cache_that_are_damaged_are_made_again(unbuilt, content):
    kept = kept_at(unbuilt)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(content)
    with TestClient(create_app(unbuilt)) as client:
        assert client.get("/.well-known/void").status_code == 200
    assert json.loads(kept.read_text()).keys() == {
        *("triples", "subjects", "objects", "classes", "properties", "graphs")
    }


def test_files_are_served_warm_too(tmp_path):
    data = tmp_path / "one.ttl"
    data.write_text("<http://e/s> <http://e/p> <http://e/o> .")
    app = create_app(data=[data], warm=True)
    with TestClient(app) as client:
        end = time.monotonic() + 30
        while app.state.warm.state != {"counts": "ready"}:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert client.get("/sparql?query=ASK{}").status_code == 200
