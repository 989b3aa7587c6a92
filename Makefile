# make demo: everything in a few minutes. make test, make check: what CI runs. make bench: the verifier's speed;
# make bench-training: that of sampling and training, beside the stock tools.
# Set-up happens once, in .venv, and again when pyproject.toml or constraints.txt changes.
# Another interpreter: make demo PYTHON=python3.12. Options for pip: make demo PIP_ARGS="--index-url ...".

PYTHON ?= python3
PIP_ARGS ?=
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) --constraint constraints.txt --editable

.PHONY: demo test test-slow check format bench bench-training docs clean
.DELETE_ON_ERROR:

# Two test processes share two cores; more threads in each would only wait for each other. What needs the wheel stays
# in one process, which then builds it once.
test test-slow: export OMP_NUM_THREADS := 1
test test-slow: export TOKENIZERS_PARALLELISM := false

demo: .venv/installed
	$(BIN)/trainer demo

test: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup -q

test-slow: .venv/installed-dev
	$(BIN)/python -m pytest -m slow -q

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed
	$(BIN)/python -m trace_trainer.engine.commands.bench

bench-training: .venv/installed-dev
	$(BIN)/python -m trace_trainer.engine.commands.bench_training

docs: export NO_MKDOCS_2_WARNING := 1
docs: .venv/installed-docs
	$(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html; with its search: $(BIN)/python -m http.server --directory build/site"

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv; the first time takes a few minutes (PyTorch is large)."
	$(INSTALL) '.[train]'
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv; the first time takes a few minutes (PyTorch is large)."
	$(INSTALL) '.[dev]'
	@touch .venv/installed $@

.venv/installed-docs: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing into .venv; the first time takes a few minutes (PyTorch is large)."
	$(INSTALL) '.[docs]'
	@touch .venv/installed $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed, as in: make $(MAKECMDGOALS) PYTHON=python3.12. Found: $$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
