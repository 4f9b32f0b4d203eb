"""From the wording of a note to candidate codes: what it states, what it denies, what it leaves open."""
