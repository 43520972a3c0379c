# One task per verb. `make setup` is all the set-up there is; every other target runs it first when it is due.
# PYTHON names another Python, CHROMIUM another Chromium: make test PYTHON=python3.13 CHROMIUM=/opt/chrome/chrome
export PYTHON CHROMIUM
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ORGANISATIONS ?= 40
TEST_PROCESSES ?= 3
SEED ?= 1
MINUTES ?= 2
ROOMS := activities cli contracts emulators models providers rules runtime starter web worker workflows
# Further arguments for pytest, and then no ruff before it: make test ARGS="tests/runtime -k ports"
ARGS ?=
# In front of what opens pages: finds a browser, or installs it.
WITH_BROWSER = browser="$$(sh setup/browser.sh)" && eval "$$browser" &&
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

# A workflow's sandbox imports the modules again for each workflow: without their bytecode it would compile them each time.
unexport PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.PHONY: help setup demo up browser test test-thorough test-long test-schema coverage check lint types format bench bench-quick bench-night bench-due bench-killed bench-listing bench-long-list bench-memory capacity bench-outage bench-pages torture torture-planted screenshots bare lock clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(VENV)/.complete ## install everything into .venv (only when the lock file changed)

$(VENV)/.complete: requirements-dev.lock pyproject.toml
	@python=$$(sh setup/preflight.sh) && $$python -m venv $(VENV)
	@sh setup/reach.sh $(BIN)/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## add a demo practice's clients, end to end, and check the totals (ORGANISATIONS=40 PROVIDER=sage)
	@$(BIN)/clientsync demo --organisations $(ORGANISATIONS) $(if $(PROVIDER),--provider $(PROVIDER))

up: setup ## run everything here until Ctrl-C, and go on where it was
	@$(BIN)/clientsync up

browser: setup
	@sh setup/browser.sh >/dev/null

check: types test ## all that a change has to pass: mypy, ruff and the everyday tests, and which of these were slow

lint: setup ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy, strict, of tests too
	$(BIN)/mypy

test: setup browser $(if $(ARGS),,lint) ## lint and the everyday tests, on real servers; some wait for time-outs, so a few run side by side
	@$(WITH_BROWSER) $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup --durations=10 --durations-min=5 $(ARGS)

test-thorough: setup browser ## variations and trouble: workers that die, servers that are away, whatever a provider answers, any values
	@$(WITH_BROWSER) $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadgroup -m "(thorough or properties) and not long" \
	  --hypothesis-profile=exploring $(ARGS)

test-long: setup ## what everyday tests have no time for: the same at full size, and two minutes of torture
	@$(WITH_BROWSER) $(BIN)/python -m pytest -m long $(ARGS)

test-schema: setup ## every call of the API with thousands of invented requests, against its own description
	$(BIN)/python -m pytest -m long tests/web/api/test_schema.py $(ARGS)

coverage: setup browser ## all tests with their branches measured, in what they start too: a table by room, and a floor
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(WITH_BROWSER) $(BIN)/coverage run -m pytest -n $(TEST_PROCESSES) --dist loadgroup $(ARGS)
	@$(BIN)/coverage combine --quiet
	@for room in $(ROOMS); do printf '%-12s %5s %%\n' $$room \
	  "$$($(BIN)/coverage report --include="$$room/*,$$room.py" --format=total --precision=1 --fail-under=0)"; done
	@printf '%-12s %5s %%\n' "all of it" "$$($(BIN)/coverage report --format=total --precision=1 --fail-under=0)"
	@$(BIN)/coverage report --format=total >/dev/null || { echo "less than fail_under in pyproject.toml"; exit 1; }

format: setup ## let ruff put things right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## everything side by side at 100, 1,000 and 5,000 organisations, into docs/benchmarks.md: half an hour and more
	$(BIN)/python -m bench.full --write

bench-quick: setup ## about a minute (at QuickBooks up to seven): our run beside a bare script (PROVIDER=sage: on another stand-in)
	$(if $(PROVIDER),BENCH_PROVIDER=$(PROVIDER) )$(BIN)/python -m bench.quick

bench-night: setup ## the nightly check of 10,000 connections under 100 logins: calls and seconds
	$(BIN)/python -m bench.night

bench-due: setup ## nights in which the lists of 1,000 clients are due, beside their first pull: seconds and calls (PROVIDER=sage)
	$(if $(PROVIDER),BENCH_PROVIDER=$(PROVIDER) )$(BIN)/python -m bench.due_nights $(ARGS)

bench-killed: setup ## kill -9 of the only worker in the middle of 1,000 organisations, beside a run that nobody disturbs
	$(BIN)/python -m bench.killed $(ARGS)

bench-listing: setup ## two minutes: from the browser's return to the page with 1,000 organisations, beside a bare script
	$(BIN)/python -m bench.listing $(ARGS)

bench-long-list: setup ## four minutes: 150,000 contacts of one organisation, through a minute's limits and a killed worker
	$(BIN)/python -m bench.long_list $(ARGS)

bench-memory: setup ## what a worker's memory grows to beside clients with 100, 2,000 and 20,000 contacts each (ARGS="--contacts 2000")
	$(BIN)/python -m bench.memory $(ARGS)

capacity: setup ## what a thousand practices need, from measured costs, and their nights simulated (ARGS=--write: into docs/capacity.md)
	@$(BIN)/python -m bench.capacity $(ARGS)

bench-outage: setup ## four minutes: PostgreSQL gone in the middle of adding 120 clients, for 25 and for 60 seconds
	$(BIN)/python -m bench.outage

bench-pages: setup ## four minutes: what the server takes for every page at 2,000 clients, and long lists in a browser (ARGS="--only server")
	@$(WITH_BROWSER) $(BIN)/python -m bench.pages $(ARGS)

torture: setup ## everything goes wrong by a seeded plan while people work, and a judge looks (SEED=1 MINUTES=2; several seeds: SEED="1 2")
	@$(BIN)/python -m torture --seed $(SEED) --minutes $(MINUTES) $(ARGS)

torture-planted: setup ## a quarter of an hour: five planted mistakes, each of which the judge has to catch
	@$(BIN)/python -m torture.planted $(ARGS)

screenshots: setup ## pictures of every page, light, dark and narrow, into build/screenshots (ARGS="--only clients team": some; ARGS=--readme: those of the README)
	@$(WITH_BROWSER) $(BIN)/python -m tests.web.screenshots $(ARGS)

bare: ## README's commands on bare Debians that debootstrap makes, as root and not; as root, two hours (ARGS="trixie plain": one of them)
	bash tests/bare/run.sh $(ARGS)

lock: setup ## newest versions that pyproject.toml allows, with hashes
	$(PIP) install uv
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove what can be made again (never .clientsync, where the data is)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
