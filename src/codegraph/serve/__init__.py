"""The server: SPARQL, linked data and what other parts add, read-only, under limits of time, memory and size."""
