"""Asks whelk, in a process of its own, what follows from a file in functional syntax; prints pairs of procedures.

    python -m benchmarks.whelk_child FILE.ofn MEGABYTES

A line a pair: the special, a space, the general, as last segments of their IRIs. A native library that crashes or
swallows memory ends this process only.
"""

from __future__ import annotations

import resource
import sys
from importlib.metadata import version

NEEDED = "1.4.0"
START = "https://w3id.org/codegraph/concept/procedure/"
NOTHING = "http://www.w3.org/2002/07/owl#Nothing"


def main(path: str, megabytes: str) -> None:
    """Print every pair of two different procedures; end with an error where a class has no members."""
    if version("py-horned-owl") != NEEDED:
        sys.exit(f"py-whelk works with py-horned-owl {NEEDED} exactly, not with {version('py-horned-owl')}")
    limit = int(megabytes) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    from pyhornedowl import open_ontology
    from pywhelk import create_reasoner

    reasoner = create_reasoner(open_ontology(path, serialization="ofn"))
    for axiom in reasoner.inferred_axioms():
        special, general = str(axiom.sub), str(axiom.sup)
        if general == NOTHING:
            sys.exit(f"{special} can have no members")
        if special.startswith(START) and general.startswith(START) and special != general:
            print(special[len(START) :], general[len(START) :])


if __name__ == "__main__":
    main(*sys.argv[1:])
