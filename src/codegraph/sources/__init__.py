"""Readers of official files, one module a file kind; `registry.py` finds the reader of a file by its content."""
