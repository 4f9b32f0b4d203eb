"""The process that builds the text index of a release for a server, at low priority: `warm_child DIRECTORY`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from codegraph.graph import CodeGraph
from codegraph.search.cached import open_index


def main() -> None:
    """Build the index into the cache."""
    os.nice(10)
    open_index(CodeGraph.open(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
