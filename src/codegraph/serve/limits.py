"""What one request may cost the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; times in seconds, sizes in bytes.

    `seconds` is how long a query may take from its arrival, waiting included; `memory` what a child process may
    take on top of the opened store; `answer` the longest answer of a query, which is whole before it is sent;
    `waiting` how many queries may wait for one of the `workers`; `kept` the room for answers that are given again.
    `call_seconds` is how long other questions may take, which are answered in threads, `waiting_calls` how many of them
    may wait, and `late` how many that passed their time may run on beside the others.
    """

    seconds: float = 30.0
    workers: int = 2
    memory: int = 1 << 30
    answer: int = 32_000_000
    waiting: int = 64
    kept: int = 64_000_000
    call_seconds: float = 30.0
    waiting_calls: int = 256
    late: int = 4
    body: int = 1_000_000
    url: int = 16_384
    headers: int = 32_768
    header_count: int = 100
    receive_seconds: float = 10.0
    send_seconds: float = 30.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not getattr(self, name) > 0:
                raise ValueError(f"the limit {name!r} is over 0, not {getattr(self, name)!r}")
