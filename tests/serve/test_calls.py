"""Questions in threads: each in its time, short ones not behind long ones, no more that run on than is allowed."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from starlette.testclient import TestClient

from codegraph.graph import CodeGraph
from codegraph.serve import browse
from codegraph.serve.app import create_app
from codegraph.serve.calls import Calls
from codegraph.serve.limits import Limits
from codegraph.serve.problems import Problem


def in_lanes(test, **limits):
    """Run a coroutine function with the lanes of a server, and end them."""

    async def whole():
        calls = Calls(Limits(**limits))
        try:
            return await test(calls)
        finally:
            calls.close()

    return asyncio.run(whole())


def busy(seconds=0.02):
    """Use the processor."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_call_returns_and_raises():
    async def asked(calls):
        with pytest.raises(ZeroDivisionError):
            await calls.run("division", lambda: 1 / 0)
        return await calls.run("sum", lambda: 1 + 1)

    assert in_lanes(asked) == 2


def test_what_is_late_is_refused_and_others_go_on():
    gate = threading.Event()

    async def asked(calls):
        late = [asyncio.create_task(calls.run("stuck", gate.wait)) for _ in range(3)]
        refused = await asyncio.gather(*late, return_exceptions=True)
        assert calls.state()["short"]["late"] in (2, 3)  # the third began if a thread was there in time
        others = await asyncio.gather(*(calls.run("other", lambda n=n: n) for n in range(20)))
        gate.set()
        await _until(lambda: calls.state()["short"]["late"] == 0)
        assert await calls.run("other", lambda: 5) == 5
        return refused, others

    refused, others = in_lanes(asked, call_seconds=0.2)
    assert others == list(range(20))
    for problem in refused:
        assert isinstance(problem, Problem)
        assert (problem.status, int(problem.headers["Retry-After"])) == (503, 1)


def test_no_more_run_on_than_is_allowed():
    gate, running, most = threading.Event(), [], []

    def stuck():
        running.append(1)
        most.append(len(running))
        gate.wait()
        running.pop()

    async def asked(calls):
        for _ in range(4):
            tasks = [calls.run("stuck", stuck) for _ in range(4)]
            await asyncio.gather(*tasks, return_exceptions=True)
        assert max(most) == 5  # two of the lane, three in their place
        gate.set()
        await _until(lambda: calls.state()["short"] == {"waiting": 0, "late": 0})
        return await asyncio.gather(*(calls.run("stuck", lambda n=n: n) for n in range(9)))

    assert in_lanes(asked, call_seconds=0.1, late=3) == list(range(9))


def test_a_short_question_does_not_wait_behind_long_ones():
    gate = threading.Event()

    async def asked(calls):
        await calls.run("long", busy)  # from now on it is known to be one
        long = [asyncio.create_task(calls.run("long", gate.wait)) for _ in range(10)]
        await asyncio.sleep(0.05)
        answers = [await calls.run("short", lambda n=n: n) for n in range(10)]
        waiting = calls.state()["long"]["waiting"]
        gate.set()
        await asyncio.gather(*long)
        return answers, waiting

    assert in_lanes(asked) == (list(range(10)), 8)


def test_a_question_that_was_long_once_is_not_for_ever():
    async def asked(calls):
        await calls.run("warming", lambda: busy(0.2))
        for _ in range(30):
            await calls.run("warming", lambda: None)
        gate = threading.Event()
        await calls.run("long", busy)
        blocked = [asyncio.create_task(calls.run("long", gate.wait)) for _ in range(3)]
        await asyncio.sleep(0.05)
        found = await calls.run("warming", lambda: "in the other lane")
        gate.set()
        await asyncio.gather(*blocked)
        return found

    assert in_lanes(asked) == "in the other lane"


def test_too_many_that_wait_are_refused_at_once():
    gate = threading.Event()

    async def asked(calls):
        tasks = [asyncio.create_task(calls.run("stuck", gate.wait)) for _ in range(5)]
        await asyncio.sleep(0.1)
        with pytest.raises(Problem, match="too many") as refused:
            await calls.run("stuck", gate.wait)
        gate.set()
        await asyncio.gather(*tasks)
        return refused.value.status

    assert in_lanes(asked, waiting_calls=3) == 503


def test_a_request_that_is_cancelled_gives_its_place_back():
    gate = threading.Event()

    async def asked(calls):
        for _ in range(3):
            task = asyncio.create_task(calls.run("stuck", gate.wait))
            await asyncio.sleep(0.02)
            task.cancel()
        found = await calls.run("other", lambda: 1)
        gate.set()
        return found

    assert in_lanes(asked) == 1


def answered(client, path, **keywords):
    """Tell whether a path is answered; on a busy machine again and again, since the time for it is short."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if client.get(path, **keywords).status_code == 200:
            return True
    return False


async def _until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("owner", "name", "path"),
    [
        (CodeGraph, "price", "/api/v1/price/44310"),
        (CodeGraph, "price", "/price?code=44310"),
        (browse, "page_of", "/code/cpt/44310"),
    ],
    ids=["JSON", "form", "page"],
)
def test_a_server_answers_what_is_late_with_503_and_goes_on(kg, monkeypatch, owner, name, path):
    gate = threading.Event()

    def stuck(*arguments, **named):
        gate.wait()

    app = create_app(kg.directory, limits=Limits(call_seconds=0.3))
    with TestClient(app) as client:
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, stuck)
            headers = {"Accept": "text/html"}
            for _ in range(4):
                answer = client.get(path, headers=headers)
                assert answer.status_code == 503, answer.text
                assert int(answer.headers["retry-after"]) >= 1
                assert answered(client, "/concept/site/ileum")
            assert answered(client, "/api/v1/health")
        gate.set()
        assert answered(client, path, headers=headers)


def test_fhir_says_that_it_is_late_in_its_own_words(kg, monkeypatch):
    from codegraph.terminology import Terminology

    gate = threading.Event()
    monkeypatch.setattr(Terminology, "lookup", lambda self, inputs: gate.wait())
    with TestClient(create_app(kg.directory, limits=Limits(call_seconds=0.3))) as client:
        path = "/fhir/r5/CodeSystem/$lookup?system=http://www.ama-assn.org/go/cpt&code=44310"
        answer = client.get(path)
        gate.set()
    assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome")
    assert answer.json()["issue"][0]["code"] == "timeout"
    assert int(answer.headers["retry-after"]) >= 1
