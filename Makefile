# The two commands of the README are `demo` and `test`; `check` and `bench` are for those who change the code.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench
.DEFAULT_GOAL := demo

demo: .venv/installed
	@$(BIN)/recap write --sample --at 2025-02-26T00:05Z
	@printf '\n%s\n%s\n%s\n' \
	  'Another day:  $(BIN)/recap write --sample --at 2025-03-03      (any day from 2025-02-01 to 2025-03-15)' \
	  'Why this one: $(BIN)/recap why --sample --at 2025-02-26T00:05Z' \
	  'Talk to it:   $(BIN)/recap chat --sample                       (the bot itself, no token needed)'

test: check
	$(BIN)/pytest -n auto

check: .venv/developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/developing
	$(BIN)/python tests/bench/run.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo 'Installing into .venv (once) …' >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/developing: .venv/installed
	@echo 'Installing what the tests need (once) …' >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
