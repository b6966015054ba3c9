# `make run` and `make test` set everything up by themselves; only Python 3.11+ with venv and pip is needed.
# Where uv is installed it is used instead of pip.

PYTHON ?= python3
VENV   ?= .venv
JOBS   ?= 2
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready-$(shell cksum pyproject.toml | cut -d' ' -f1)

.PHONY: help run test check lint bench format clean

help:
	@echo "make run     the Belarus scenario, from the article to outcome distributions"
	@echo "make test    the whole test suite, on two processes; JOBS=4 on four, JOBS=0 on one"
	@echo "make check   what CI runs: the tests, style, types, layers"
	@echo "make bench   speed and memory, as ratios in one run"

run: $(READY)
	@$(BIN)/engine run scenarios/belarus.yaml

test: $(READY)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: test lint

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The virtual environment is made again when the dependencies change.
$(READY):
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python -e '.[test,check]'; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,check]'; \
	fi
	@rm -f $(VENV)/.ready-* && touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
