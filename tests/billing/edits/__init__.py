"""Edits, unit limits and add-on codes."""
