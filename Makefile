# Set-up, tests and figures of codegraph; `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REASONER := $(VENV)/.reasoner
SSSOM := .venv-sssom
READERS := .venv-readers
FHIR := .venv-fhir
BROWSER := .venv-browser

.PHONY: help demo test test-full test-reasoner test-sssom test-readers test-fhir test-browser lint bench bench-browser screenshots excerpts clean
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

$(SSSOM)/.ready: requirements-sssom.lock
	$(PYTHON) -m venv $(SSSOM)
	$(SSSOM)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-sssom.lock
	@touch $(SSSOM)/.ready

$(READERS)/.ready: requirements-readers.lock
	$(PYTHON) -m venv $(READERS)
	$(READERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-readers.lock
	@touch $(READERS)/.ready

# The judges of npm come where there is npm; without them their tests are skipped, and say so.
$(FHIR)/.ready: requirements-fhir.lock tests/fhir_judges/package-lock.json
	$(PYTHON) -m venv $(FHIR)
	$(FHIR)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fhir.lock
	@mkdir -p $(FHIR)/node && cp tests/fhir_judges/package.json tests/fhir_judges/package-lock.json $(FHIR)/node
	@cd $(FHIR)/node && { npm ci --silent --ignore-scripts || { rm -rf node_modules; echo "no npm, or it found nothing: fhir-kit-client and Medplum are left out" >&2; }; }
	@touch $(FHIR)/.ready

$(BROWSER)/.ready: $(READY) requirements-browser.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(BROWSER) --upgrade -r requirements-browser.lock
	@touch $(BROWSER)/.ready

demo: $(READY) ## build and validate the packaged knowledge and walk through it; Turtle goes to out/
	$(BIN)/python examples/tour.py out

test: $(READY) ## run the test suite (official files: where CODEGRAPH_DATA or ../shared/data has them)
	$(BIN)/python -m pytest -n 2 --durations=25 -m "not full_release and not full_reasoner and not sssom and not readers and not fhir and not browser"

test-full: $(READY) ## build a release from all official files (CODEGRAPH_DATA, else ../shared/data) and test it
	$(BIN)/python -m pytest -m full_release

test-reasoner: $(REASONER) ## hold all comparisons against HermiT (Java) and whelk, on the official tables too
	$(BIN)/python -m pytest tests/reasoner $(SELECT)

test-sssom: $(READY) $(SSSOM)/.ready ## hold the mapping sets against the official tools of SSSOM (an environment of their own)
	CODEGRAPH_SSSOM="$(CURDIR)/$(SSSOM)/bin/sssom" $(BIN)/python -m pytest -m sssom tests/interchange

test-readers: $(READY) $(READERS)/.ready ## hold the exports against DuckDB and PyLD (an environment of their own)
	CODEGRAPH_READERS="$(CURDIR)/$(READERS)/bin/python" $(BIN)/python -m pytest -m readers tests/interchange

test-fhir: $(READY) $(FHIR)/.ready ## hold the FHIR service against clients and validators of others (an environment of their own)
	CODEGRAPH_FHIR="$(CURDIR)/$(FHIR)" $(BIN)/python -m pytest -m fhir tests/fhir_judges

test-browser: $(READY) $(BROWSER)/.ready ## hold every kind of page against axe-core, phones and the content policy in Chromium (if there is one)
	CODEGRAPH_AXE="$(CURDIR)/$(BROWSER)/axe_playwright_python/axe.min.js" $(BIN)/python -m pytest -m browser tests/browser

lint: $(READY) ## ruff and mypy
	$(BIN)/ruff check src tests benchmarks examples tools
	$(BIN)/ruff format --check src tests benchmarks examples tools
	$(BIN)/mypy

DATA ?= ../shared/data
bench: $(READY) ## measure a full build (DATA=folder) or a release (RELEASE=folder), beside rdflib and others; out/bench.json
	$(BIN)/python -m benchmarks.bench --data "$(DATA)" $(if $(RELEASE),--release "$(RELEASE)") --out out/bench.json

bench-browser: $(READY) ## measure the pages of a release (RELEASE=folder; else the packaged one) in Chromium
	$(BIN)/python -m benchmarks.browser_rows $(RELEASE)

screenshots: $(READY) ## take the pictures of docs/pages.md anew, in Chromium
	$(BIN)/python -m tools.screenshots docs/screenshots

excerpts: $(READY) ## write the packaged excerpts of ICD-10-PCS, ICD-10-CM and CMS's figures anew (DATA=folder of official files)
	$(BIN)/python tools/excerpts.py "$(DATA)"

clean: ## remove what the targets made, except the environment
	rm -rf out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
