# make serve | test | check | fix | bench | messages | audit    everything lives in .venv, nothing else is touched
# TORCH=cpu or TORCH=cuda chooses the torch; else it is by whether there is an NVIDIA card.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP_ARGS ?=
TORCH ?= auto
INSTALL = options=$$($(BIN)/python scripts/torch_index.py $(TORCH)) && \
  $(BIN)/python -m pip install --disable-pip-version-check --no-compile $(PIP_ARGS) $$options \
  -c requirements.lock
SERVE_ARGS ?=
TEST_ARGS ?=
# A process a core, one thread in each: threads that wait for each other only take time from the
# other processes. worksteal: files stay together, and a process that is done takes from the other.
# The tests start some thirty processes: each would compile every module anew where the environment
# says to write no bytecode.
BYTECODE = PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$(CURDIR)/$(VENV)/bytecode"
PYTEST = $(BYTECODE) OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal
# `make test BROWSER=skip` neither installs nor asks for a browser.
BROWSER ?= chromium

.PHONY: serve test check lint fix bench messages audit lock browser postgresql clean
.DEFAULT_GOAL := serve

serve: $(VENV)/.runtime
	$(BIN)/leopard-reid serve --demo $(SERVE_ARGS)

test: $(VENV)/.dev browser postgresql
	$(PYTEST) $(TEST_ARGS)

check: lint
	$(PYTEST) -m "not slow and not browser and not real_data" $(TEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	@failed=; for script in $$(grep -l '^if __name__' benchmarks/*.py); do echo "== $$script"; \
	$(BIN)/python $$script || failed="$$failed $$script"; done; \
	test -z "$$failed" || { echo "not as promised:$$failed"; exit 1; }

# Texts of the pages into the catalogues of the languages; says what is to be translated.
messages: $(VENV)/.dev
	$(BIN)/python scripts/messages.py

# Known vulnerabilities of the packages that are locked, as PyPI lists them. --strict: one that PyPI
# could not be asked about is an error; without it nothing asked counts as nothing found.
audit: $(VENV)/audit/bin/pip-audit
	$< --strict --no-deps --disable-pip --progress-spinner off -r requirements.lock

$(VENV)/audit/bin/pip-audit: | $(BIN)/pip
	@$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install -q --disable-pip-version-check pip-audit

lock: $(VENV)/.dev
	$(BIN)/python -m pip install -q uv
	{ head -2 requirements.lock; UV_NO_CONFIG=1 $(BIN)/uv pip compile --universal pyproject.toml \
	  --all-extras --upgrade --no-header --no-annotate -q; } > requirements.new
	mv requirements.new requirements.lock

$(VENV)/.runtime: pyproject.toml requirements.lock | $(BIN)/pip
	$(INSTALL) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements.lock | $(BIN)/pip
	$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.runtime

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: none of python3, \
	python3.11 ... python3.14 is"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }

browser:
ifeq ($(BROWSER),chromium)
	@if command -v chromium || command -v chromium-browser; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "No Chromium found: install it, or the browser tests are skipped."; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else \
	  echo "No Chromium found: sudo apt-get install chromium, or the browser tests are skipped."; \
	  exit 0; fi; \
	$$root apt-get update && \
	$$root apt-get install -y --no-install-recommends chromium fonts-liberation || { \
	echo "Chromium cannot be installed; make test BROWSER=skip goes without it."; exit 1; }
endif

postgresql:
	@if command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "No PostgreSQL server found: install it, or its tests are skipped."; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; elif sudo -n true 2>/dev/null; then root="sudo -n"; else \
	  echo "No PostgreSQL server found: sudo apt-get install postgresql, or its tests are skipped."; \
	  exit 0; fi; \
	$$root apt-get update && $$root apt-get install -y --no-install-recommends postgresql || \
	echo "PostgreSQL cannot be installed; its tests are skipped."

clean:
	rm -rf $(VENV) build dist *.egg-info
