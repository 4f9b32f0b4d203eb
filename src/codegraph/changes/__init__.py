"""Releases over time: the graph as of a day, what became of a code, and what changed from one release to another."""
