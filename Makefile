# Set-up, tests and figures of codegraph; `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REASONER := $(VENV)/.reasoner

.PHONY: help demo test test-full test-reasoner lint bench clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "codegraph needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(REASONER): $(READY) requirements-reasoner.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-reasoner.lock
	@touch $(REASONER)

demo: $(READY) ## build and validate the packaged knowledge and walk through it; Turtle goes to out/
	$(BIN)/python examples/tour.py out

test: $(READY) ## run the test suite (official files: where CODEGRAPH_DATA or ../shared/data has them)
	$(BIN)/python -m pytest -n 2 -m "not full_release and not full_reasoner"

test-full: $(READY) ## build a release from all official files (CODEGRAPH_DATA, else ../shared/data) and test it
	$(BIN)/python -m pytest -m full_release

test-reasoner: $(REASONER) ## hold all comparisons against HermiT (Java) and whelk, on the official tables too
	$(BIN)/python -m pytest tests/reasoner

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy

DATA ?= ../shared/data
bench: $(READY) ## measure a full build (DATA=folder) or a release (RELEASE=folder), beside rdflib and others; out/bench.json
	$(BIN)/python -m benchmarks.bench $(if $(RELEASE),--release "$(RELEASE)",--data "$(DATA)") --out out/bench.json

clean: ## remove what the targets made, except the environment
	rm -rf out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
