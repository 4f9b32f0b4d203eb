"""Measurements of codegraph and its peers, run by `make bench`; never part of the tests' verdict."""
