"""The page of a code: everything about it in one model, written as HTML or Markdown."""
