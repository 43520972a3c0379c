# One task per verb. `make setup` is all the set-up there is; every other target runs it first when it is due.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ORGANISATIONS ?= 40
TEST_PROCESSES ?= 4
# Further arguments for pytest: make test ARGS="tests/runtime -k ports"
ARGS ?=
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

# A workflow's sandbox imports the modules again for each workflow: without their bytecode it would compile them each time.
unexport PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.PHONY: help setup demo up test test-long check lint types format bench bench-quick bench-night bench-pages screenshots lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(VENV)/.complete ## install everything into .venv (only when the lock file changed)

$(VENV)/.complete: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Clientsync needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python cannot make virtual environments yet: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## add a demo practice's clients, end to end, and check the totals (ORGANISATIONS=40)
	@$(BIN)/clientsync demo --organisations $(ORGANISATIONS)

up: setup ## run everything here until Ctrl-C, and go on where it was
	@$(BIN)/clientsync up

check: lint types test ## all that must be right before a change is shared

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy, strict
	$(BIN)/mypy

test: setup ## all tests, on real servers; some wait for time-outs, so a few run side by side
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(ARGS)

test-long: setup ## the tests that are everyday ones at full size
	$(BIN)/python -m pytest -m long $(ARGS)

format: setup ## let ruff put things right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## everything side by side at 100, 1,000 and 5,000 organisations, into docs/benchmarks.md: half an hour and more
	$(BIN)/python -m bench.full --write

bench-quick: setup ## about a minute: our run beside a bare script
	$(BIN)/python -m bench.quick

bench-night: setup ## the nightly check of 10,000 connections under 100 logins: calls and seconds
	$(BIN)/python -m bench.night

bench-pages: setup ## two minutes: choosing among 1,000 organisations and 1,000 clients, as measured in the page
	$(BIN)/python -m bench.pages

screenshots: setup ## pictures of every page, light, dark and narrow, into build/screenshots (ARGS="--only clients team": some; ARGS=--readme: those of the README)
	$(BIN)/python -m tests.web.screenshots $(ARGS)

lock: setup ## newest versions that pyproject.toml allows, with hashes
	$(PIP) install uv
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what can be made again (never .clientsync, where the data is)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
