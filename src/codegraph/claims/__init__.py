"""Claims: read in the forms that people keep them in, and checked line by line against the loaded rules."""
