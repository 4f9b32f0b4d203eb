"""What a code pays, which modifiers and edits bear on it: from the tables of an opened release, row by row."""
