# What people run. Each target sets up what it needs first; nothing but Python 3.11+ and make has to be installed.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: warehouse test lint ui lock audit sbom docs dictionary findings pages charts benchmark fuzz clean

warehouse: $(READY)  ## build the warehouse from raw/ and say what was built
	$(BIN)/edumig refresh

test: lint  ## lint, types and all tests, a file of them at a time on each core
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 1 --nofail --quiet edumig_pipeline/marts edumig_pipeline/report/sql
	$(BIN)/sqlfluff lint --processes 1 --nofail --quiet --templater placeholder edumig_pipeline/answers

ui: $(READY)  ## Dagster's web page on http://127.0.0.1:3000
	DAGSTER_HOME="$(CURDIR)/.dagster" $(BIN)/edumig ui

# The requirements are locked with their hashes, so that every machine installs the same bytes. No package index is named:
# uv, three times as fast, uses the default one; where that cannot be reached, pip installs from wherever it is told to.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version)'
	$(PYTHON) -m venv .venv
	@awk '/^uv==/ {take = 1} take {print} take && !/\\$$/ {exit}' requirements.lock > .venv/uv.lock
	$(PIP) --require-hashes --requirement .venv/uv.lock
	$(BIN)/uv pip install --python .venv --system-certs --quiet --compile-bytecode --require-hashes --requirement requirements.lock \
		|| $(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

lock: $(READY)  ## renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --system-certs --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-strip-extras \
		--extra dev --quiet --output-file requirements.lock pyproject.toml

audit: $(READY)  ## look every locked library up among the known vulnerabilities
	$(BIN)/python .ci/audit.py

sbom: $(READY)  ## write sbom.cdx.json, the bill of materials of what runs (CycloneDX)
	$(BIN)/python .ci/sbom.py sbom.cdx.json

docs: dictionary findings pages  ## renew everything in docs/ (and README.md) that says what came out of something

dictionary: $(READY)  ## renew docs/data-dictionary.md from edumig_pipeline/model/
	$(BIN)/python -m edumig_pipeline.model.dictionary docs/data-dictionary.md

findings: $(READY)  ## renew docs/findings.md from raw/
	$(BIN)/edumig refresh --raw raw --warehouse .findings
	cp -L .findings/findings.md docs/findings.md
	rm -rf .findings

charts: $(READY)  ## renew what the report draws with: its Altair specs and the library that draws them
	$(BIN)/python -m edumig_pipeline.report.charts edumig_pipeline/report/assets

pages: $(READY)  ## renew what the commands and questions on the pages print and answer, from raw/
	$(BIN)/python -m tests.pages.running README.md docs/tutorial.md docs/using-the-data.md docs/adding-a-source.md docs/operations.md

benchmark: $(READY)  ## measure everything docs/performance.md says, some 12 minutes and 8 GB, and renew its table
	$(BIN)/python -m benchmarks.run

ROUNDS ?= 100
fuzz: $(READY)  ## spoil files of every layout ROUNDS times, some 20 minutes, and print what came of it
	$(BIN)/python -m tests.hostile.fuzz $(ROUNDS) 100

clean:
	rm -rf .venv .dagster .hypothesis .mypy_cache .pytest_cache .ruff_cache
