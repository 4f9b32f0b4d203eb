"""US medical procedure codes, their meaning and their rules as one RDF/OWL graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codegraph.graph import CodeGraph

__version__ = "0.1.0"
__all__ = ["CodeGraph", "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import the facade when it is asked for: the import of every module passes here, and needs it not."""
    if name == "CodeGraph":
        from codegraph.graph import CodeGraph

        return CodeGraph
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
