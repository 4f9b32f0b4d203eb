"""Where two sources disagree: rows with both sides, each with who says it; `report` gathers them."""
