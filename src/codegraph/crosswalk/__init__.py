"""Crosswalks: what a code maps to, how the two stand to each other, why, and who says so."""
