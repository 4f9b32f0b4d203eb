"""US medical procedure codes, their meaning and their rules as one RDF/OWL graph."""

__version__ = "0.1.0"
