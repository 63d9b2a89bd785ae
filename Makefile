# What is needed: git, make, and Python 3.11, 3.12 or 3.13. Everything else goes into .venv, as uv.lock names it.
# `make PYTHON=/path/to/python3.12 setup` takes that Python.

PYTHON ?= python3 python3.13 python3.12 python3.11
BIN := .venv/bin
READY := .venv/.ready
export UV_PROJECT_ENVIRONMENT := .venv

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-examples test-all check lint types contracts format docs clean

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*##  */\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target says; do \
		printf '  make %-14s %s\n' "$$target" "$$says"; \
	done

setup: $(READY)  ## make .venv and install what uv.lock names

demo: $(READY)  ## synthesize ten classes of sound and run a real sweep on them, in demo/
	$(BIN)/sinesweep demo demo

test: $(READY)  ## the tests that take seconds
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow"

test-examples: $(READY)  ## install the example plugins in an environment of their own, and sweep with them
	$(BIN)/pytest -m slow tests/test_examples.py

test-all: $(READY)  ## all tests, those that take minutes too
	$(BIN)/pytest

check: lint types contracts  ## lint, types and contracts

lint: $(READY)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)  ## mypy
	$(BIN)/mypy

contracts: $(READY)  ## import-linter: who may import whom
	$(BIN)/lint-imports

format: $(READY)  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)  ## the documentation as a site, in build/site; what is broken in it is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/uv run --frozen --group docs mkdocs build --strict

clean:  ## remove .venv, caches and the demo
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist demo
	find search plugins runner tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml uv.lock | $(BIN)/uv
	$(BIN)/uv sync --frozen --compile-bytecode
	@touch $@

# TensorFlow publishes no wheels for Python 3.14 yet, so a newer python3 is passed over for an older one beside it.
$(BIN)/uv:
	@for python in $(PYTHON); do \
		if $$python -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
			echo "Installing into .venv with $$python (about 1 GB to download)"; \
			$$python -m venv --clear .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
			exit; \
		fi; \
	done; \
	echo "Sinesweep needs Python 3.11, 3.12 or 3.13 with its venv module, and none of these is one: $(PYTHON)." >&2; \
	echo "Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12 setup" >&2; \
	exit 1
