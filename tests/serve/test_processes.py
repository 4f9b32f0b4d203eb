"""Several processes behind one address: all answer alike, one that dies is replaced, all end with the parent."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from codegraph.cli import main
from codegraph.errors import CodegraphError
from codegraph.serve.limits import Limits
from codegraph.serve.processes import Served, listen
from tests.serve.conftest import DATA, serving

ADDRESS = "/code/cpt/44310"


def _until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def _below(pid):
    """Return the processes below a process, however deep."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def _answers(address, number=24):
    """Ask on connections of their own, so that the system deals them out."""
    answers = []
    for _ in range(number):
        with httpx.Client(base_url=address, timeout=20) as client:
            answers.append(client.get(ADDRESS, headers={"Accept": "text/turtle"}))
    return {(a.status_code, a.content) for a in answers}


def test_all_answer_alike_one_that_dies_is_replaced_and_all_end(packaged_cache):
    with serving("--processes", 2, "--workers", 2, cache=packaged_cache) as server:
        (answer,) = _answers(server.address)
        assert answer[0] == 200
        _until(lambda: len(_below(server.process.pid)) == 4)  # two servers, and a process for queries of each
        first, _ = server.children
        os.kill(first, signal.SIGKILL)
        _until(lambda: len(server.children) == 2 and first not in server.children)
        assert _answers(server.address) == {answer}  # also what came to the socket of the dead one
        everything = _below(server.process.pid)
        assert server.still_answers()
    assert server.process.returncode == 0
    _until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in everything))


def test_they_end_with_a_parent_that_was_killed(packaged_cache):
    with serving("--processes", 2, cache=packaged_cache) as server:
        _until(lambda: len(server.children) == 2)
        assert len(_answers(server.address, 8)) == 1
        everything = _below(server.process.pid)
        server.process.kill()
        server.process.wait(10)
        _until(lambda: not any(_runs(pid) for pid in everything))


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_address_of_another_server_is_not_shared():
    sockets = listen("127.0.0.1", 0, 3)
    port = sockets[0].getsockname()[1]
    try:
        assert {s.getsockname()[1] for s in sockets} == {port}
        with pytest.raises(CodegraphError, match="choose another --port"):
            listen("127.0.0.1", port, 2)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
    finally:
        for one in sockets:
            one.close()


def test_processes_for_queries_are_shared_out(kg):
    common = {"base_url": None, "hosts": ("localhost",), "warm": False}
    shares = [
        Served.of(kg.directory, n, limits=Limits(workers=4), **common).limits.workers for n in (2, 3, 9)
    ]
    assert shares == [2, 1, 1]


def test_files_are_served_by_one_process():
    asked = ["serve", "--port", "0", "--processes", "2", "--data", str(DATA / "graphs.nq")]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 2
    assert "--processes" in done.stderr
