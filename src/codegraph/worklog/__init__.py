"""A log of procedures done, in a file of its own on this machine: what they are worth, by month and by code."""
