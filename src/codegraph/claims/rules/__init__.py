"""The rules of the claim check: each takes what a claim says and the rows of a release, and yields findings."""
