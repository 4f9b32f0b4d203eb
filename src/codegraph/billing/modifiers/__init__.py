"""Modifiers: which ones a code takes and why, which exclude each other, and which codes take a modifier."""
