"""Search: codes by text, synonyms and the facets that a text names."""
