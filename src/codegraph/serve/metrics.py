"""Counters of the JSON API in the text format of Prometheus."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph
    from codegraph.serve.kept import Room

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATM: Final = Path("/proc/self/statm")
Sample = tuple[dict[str, str], float]
_ROOMS: Final[tuple[tuple[str, str, str, Callable[[Room[Any]], float]], ...]] = (
    ("answers", "gauge", "Answers that are kept.", len),
    ("bytes", "gauge", "Memory of the answers that are kept.", lambda room: room.held),
    ("given_total", "counter", "Requests that were answered from what is kept.", lambda room: room.found),
)
_LANES: Final = (
    ("waiting", "Questions that wait for a thread, by lane."),
    ("late", "Questions that passed their time and still run, by lane."),
)
_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Metrics:
    """Counts requests by operation and status, and the seconds that they took; any thread may add."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()
        self._begun = time.monotonic()

    def add(self, operation: str, status: int, seconds: float) -> None:
        """Count a request."""
        with self._lock:
            self._requests[operation, status] += 1
            # Counter's values are typed as int, and hold what is added.
            self._seconds[operation] += seconds  # type: ignore[assignment]

    def text(
        self,
        kg: CodeGraph,
        rooms: Mapping[str, Room[Any]] = MappingProxyType({}),
        lanes: Mapping[str, Mapping[str, int]] = MappingProxyType({}),
    ) -> str:
        """Return all counters, sorted, each with its help and type.

        `rooms` have what is kept of answers, `lanes` the questions that wait and that are late.
        """
        with self._lock:
            requests, seconds = dict(self._requests), dict(self._seconds)
        counts: Counter[str] = Counter()
        for (operation, _), n in requests.items():
            counts[operation] += n
        families: tuple[tuple[str, str, str, list[Sample]], ...] = (
            (
                "codegraph_requests_total",
                "counter",
                "Requests of the JSON API by operation and status.",
                [({"operation": o, "status": str(s)}, n) for (o, s), n in sorted(requests.items())],
            ),
            (
                "codegraph_request_seconds_sum",
                "counter",
                "Seconds that requests took, by operation.",
                [({"operation": o}, s) for o, s in sorted(seconds.items())],
            ),
            (
                "codegraph_request_seconds_count",
                "counter",
                "Requests whose seconds were added, by operation.",
                [({"operation": o}, n) for o, n in sorted(counts.items())],
            ),
            (
                "codegraph_codes",
                "gauge",
                "Codes of the opened release by system.",
                [({"system": s}, n) for s, n in sorted(kg.manifest.codes.items())],
            ),
            ("codegraph_triples", "gauge", "Triples of the opened release.", [({}, kg.manifest.triples)]),
            (
                "codegraph_uptime_seconds",
                "gauge",
                "Seconds since the server was made.",
                [({}, time.monotonic() - self._begun)],
            ),
            *(
                (
                    f"codegraph_kept_{name}",
                    kind,
                    text,
                    [({"of": of}, float(value(room))) for of, room in rooms.items()],
                )
                for name, kind, text, value in _ROOMS
            ),
            *(
                (
                    f"codegraph_questions_{name}",
                    "gauge",
                    text,
                    [({"lane": at}, float(n[name])) for at, n in lanes.items()],
                )
                for name, text in _LANES
            ),
            ("process_resident_memory_bytes", "gauge", "Memory in use.", _memory()),
        )
        return "".join(_family(*family) for family in families if family[3])


def _memory() -> list[Sample]:
    try:
        import resource

        pages = int(_STATM.read_text().split()[1])
        return [({}, pages * resource.getpagesize())]
    except (OSError, ImportError):  # only Linux tells
        return []


def _family(name: str, kind: str, text: str, samples: list[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        inside = ",".join(f'{k}="{v.translate(_ESCAPED)}"' for k, v in labels.items())
        lines.append(f"{name}{'{' + inside + '}' if inside else ''} {value:.10g}")
    return "\n".join(lines) + "\n"
