# Everything a newcomer needs: `make demo` shows the product, `make test` checks it.
.DEFAULT_GOAL := help
.PHONY: help demo test format lock browser install clean

VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
UV := uv==0.13.8
CHECKED := .
INSTALLED := $(VENV)/installed

help:
	@echo "make demo          start the local world, play a week, stay up (RESET=1: begin anew)"
	@echo "make test          format, lint, types, contracts, tests, journeys"
	@echo "make format        write the code in its one form"
	@echo "make lock          write the lock files from requirements*.in"

demo: install
	$(BIN)/hub demo $(if $(RESET),--reset)

test: install browser
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

format: install
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

browser: install
	$(BIN)/python -m tests.support.browser

install: $(INSTALLED)

# pip alone, no other tool; the second time make sees that nothing changed.
$(INSTALLED): requirements-dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python -m venv $(VENV); \
	  fi; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (on Debian: apt-get install python3-venv)." >&2; exit 1

lock: | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(UV)'
	$(BIN)/uv pip compile $(COMPILE) requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(COMPILE) requirements-dev.in -o requirements-dev.txt

COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock"

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache
