"""Connections over the number that is allowed: refused with a problem and closed, while those before them go on."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import pytest

from codegraph.serve import run
from codegraph.serve.app import create_app
from tests.serve.conftest import DATA

MOST = 3
ASK = "/sparql?query=ASK{}"


@pytest.fixture
def address(monkeypatch):
    monkeypatch.setattr(run, "_CONNECTIONS", MOST)
    server = run.server(create_app(data=[DATA / "graphs.nq"]))
    listening = run.bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def test_over_the_number_a_connection_is_refused_and_the_others_go_on(address):
    clients = [httpx.Client(base_url=address, timeout=20) for _ in range(MOST)]
    for client in clients:
        assert client.get(ASK).json()["boolean"] is True
    for _ in range(2):
        with httpx.Client(base_url=address, timeout=20) as late:
            refused = late.get(ASK)
        assert (refused.status_code, refused.headers["connection"]) == (503, "close")
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
        assert str(MOST) in refused.json()["detail"]
    for client in clients:
        assert client.get(ASK).status_code == 200
    clients.pop().close()
    end = time.monotonic() + 10
    while httpx.get(address + ASK).status_code != 200:  # as soon as the server knows of the place
        assert time.monotonic() < end
    for client in clients:
        client.close()


def test_connections_that_say_nothing_do_not_stop_those_that_were_there(address):
    with httpx.Client(base_url=address, timeout=20) as client:
        assert client.get(ASK).status_code == 200
        silent = [
            socket.create_connection(client.base_url.netloc.decode().split(":"), timeout=5)
            for _ in range(MOST + 2)
        ]
        time.sleep(0.2)
        assert client.get(ASK).status_code == 200
        for one in silent:
            one.close()
