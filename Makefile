# Two commands matter: `make demo` and `make test`. Everything they need is set up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := .ci/requirements.lock
AZ := .venv-az
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit az bench soak mutants lock clean

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/.ready: $(LOCK) pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/.ready ## plan, apply, plan again and status, on the embedded emulator
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh deploy/demo.sh

test: lint unit ## every check: ruff, mypy, import contracts, pytest

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.ready
	$(BIN)/pytest -n $(JOBS)

$(AZ)/.ready: .ci/az.lock
	$(PYTHON) -m venv $(AZ)
	$(AZ)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/az.lock
	@touch $@

az: $(AZ)/.ready ## the az command line in an environment of its own, for the tests that run it (730 MB)

bench: $(VENV)/.ready ## measure the numbers we promise; writes bench.json (ROWS="apply delete": only these)
	$(BIN)/python -m tests.benchmarks.bench bench.json $(ROWS)

soak: $(VENV)/.ready ## the random tests, killed applies and long passes at length (about an hour)
	SOAK_FACTOR=100 $(BIN)/pytest -n $(JOBS) --timeout 7200 tests/properties tests/unit/manifest/test_manifest_properties.py \
	  tests/emulator/test_edge.py tests/emulator/test_paths.py tests/emulator/test_killed.py tests/soak

mutants: $(VENV)/.ready ## change the planner in thousands of ways; every change should fail a test (hours)
	$(BIN)/mutmut run
	$(BIN)/mutmut results

lock: ## renew the lock files (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml -o deploy/requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev pyproject.toml -o $(LOCK)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  .ci/az.in -o .ci/az.lock

clean: ## remove the environment and the emulator's state
	rm -rf $(VENV) $(AZ) .reconciler
