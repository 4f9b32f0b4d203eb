"""The page of notes: marks at their places, nothing read from an address, nothing kept."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from codegraph.serve import notes
from codegraph.serve.app import create_app
from tests.page.html_tree import check_accessible, check_harmless, read

NOTE = "Patient: Jane Roe, MRN 4711222. Laparoscopic loop ileostomy. No colostomy was created. <b>Crohn</b>"


@pytest.fixture(scope="module")
def client(kg):
    with TestClient(create_app(kg.directory)) as found:
        yield found


def test_the_pieces_are_the_note(kg):
    content = notes.page(kg, {"note": notes.EXAMPLE})
    assert "".join(words for words, *_ in content["pieces"]) == notes.EXAMPLE
    marked = {words: status for words, number, status in content["pieces"] if number is not None}
    assert marked["laparoscopic"] == "present"
    assert marked["colostomy"] == "negated"
    assert marked["resection"] == "history"
    assert [c["code"] for c in content["candidates"]] == list(kg.suggest(notes.EXAMPLE).codes)


def test_what_is_open_is_told(client):
    tree = read(client.post("/suggest", data={"note": "A loop ileostomy was made."}).text)
    text = " ".join(tree.one("main").text.split())
    assert "approach not stated" in text
    assert "44310 if" in text
    assert "44187 if" in text


def test_a_note_is_shown_marked_masked_and_harmless(client):
    answer = client.post("/suggest", data={"note": NOTE, "redact": "1"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tree = read(answer.text)
    check_accessible(tree)
    check_harmless(tree)
    note = next(p for p in tree.all("p") if p.get("class") == "note")
    assert "Roe" not in note.text
    assert "4711222" not in note.text
    assert "Masked: " in tree.one("main").text
    assert {m.text for m in note.all("mark")} >= {"Laparoscopic", "loop", "ileostomy", "colostomy"}
    led = [a.get("href") or "" for row in tree.one("table").all("tr") for a in row.all("a")]
    led = {href[1:] for href in led if href.startswith("#m")}
    assert led
    assert {m.get("id") for m in note.all("mark")} == led


def test_an_address_is_not_read_for_a_note(client):
    answer = client.get("/suggest", params={"note": "Laparoscopic loop ileostomy of Jane Roe"})
    assert answer.status_code == 200
    assert "Jane Roe" not in answer.text
    assert "Candidates" not in answer.text


def test_an_empty_or_endless_note_is_told_at_the_field(client):
    for note, words in (("", "Write or paste a note"), ("x" * (notes.LONGEST + 1), "at most")):
        answer = client.post("/suggest", data={"note": note})
        assert answer.status_code == 400
        tree = read(answer.text)
        field = next(t for t in tree.all("textarea") if t.get("id") == "f-note")
        assert field.get("aria-invalid") == "true"
        assert words in next(p for p in tree.all("p") if p.get("id") == "wrong-note").text
        assert answer.headers["cache-control"] == "no-store"
