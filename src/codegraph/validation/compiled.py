"""The fast engine: Oxigraph finds suspects, Python judges them. Same results as pySHACL, at millions of triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from codegraph.validation.data import Data, Term, text
from codegraph.validation.paths import path_text
from codegraph.validation.report import ValidationResult
from codegraph.validation.shapes import Shape
from codegraph.validation.suspects import Suspects


def validate(store: ox.Store, shapes: Iterable[Shape]) -> Iterator[ValidationResult]:
    """Yield what the shapes find wrong in the union of a store's graphs.

    The order is that of the shapes; a result can come twice (`Report.of` sorts and drops doubles).
    """
    data = Data(store)
    suspects = Suspects(data)
    for shape in shapes:
        if not shape.targets:
            continue
        for part in (shape, *shape.properties):
            for focus in suspects.of(part, shape.targets):
                yield from judge(part, focus, data)


def judge(shape: Shape, focus: Term, data: Data) -> Iterator[ValidationResult]:
    """Yield the results of one shape's own constraints at one focus node."""
    values = shape.path.values(data, focus) if shape.path else {focus}
    path = path_text(shape.path) if shape.path else None
    for constraint in shape.constraints:
        for value in constraint.violations(focus, values, data):
            yield ValidationResult(
                text(focus),
                path,
                None if value is None else text(value),
                shape.iri,
                constraint.component,
                shape.severity,
                shape.message,
            )
