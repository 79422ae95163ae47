# Every command of the project. Needs make and a Python 3.11 to 3.13; the rest is set up in .venv/.
#   make run PORT=8001        another port
#   make run PYTHON=python3.12  another Python for a new .venv/
#   make test ARGS="blog -k slug"  pytest's own arguments

SHELL := /bin/sh
# .python-version is Heroku's: pyenv keeps to the Python that its owner chose.
ifndef PYENV_VERSION
export PYENV_VERSION := $(shell pyenv global 2>/dev/null | paste -sd: -)
endif
.DEFAULT_GOAL := help
START := $(if $(PYTHON),$(PYTHON),python3) tools/bootstrap.py
ARGS ?=

.PHONY: help run test test-sqlite test-postgres check check-web check-api bench bench-soak bench-archive bench-search bench-timeline two-hosts roads behaviours messages format \
	requirements screenshots shell types clean

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: ## Set up what is missing and serve the site on http://localhost:8000
	@$(START) tools.run

test: ## Run the whole suite on SQLite and again on PostgreSQL
	@$(START) --dev tools.test $(ARGS)

test-sqlite: ## Run the suite on SQLite alone
	@$(START) --dev tools.test --engine sqlite $(ARGS)

test-postgres: ## Run the suite on PostgreSQL alone
	@$(START) --dev tools.test --engine postgres $(ARGS)

check: ## Lint, formats, migrations, catalogues and the guards, in less than a minute
	@$(START) --dev tools.check

check-web: ## HTML, accessibility, Lighthouse and size budgets of every named page
	@$(START) --dev tools.check_web $(ARGS)

check-api: ## Lint the API's description, make clients of it, and try every operation (minutes)
	@$(START) --dev tools.check_api $(ARGS)

bench: ## Time the pages against a bare Django application, on both databases (minutes)
	@$(START) --dev tools.bench $(ARGS)

bench-soak: ## Keep a site busy for ten minutes and see whether anything breaks or grows
	@$(START) --dev tools.bench_soak $(ARGS)

bench-archive: ## Write the archive of a large blog and say how much memory it took (15 GB of disk)
	@$(START) --dev tools.bench_archive $(ARGS)

bench-search: ## Time search at 100,000 and a million posts on both databases (an hour, 20 GB of disk)
	@$(START) --dev tools.bench_search $(ARGS)

bench-timeline: ## Time the timeline at up to a million posts on PostgreSQL (minutes, 2 GB of disk)
	@$(START) --dev tools.bench_timeline $(ARGS)

two-hosts: ## Serve one site from two hosts and kill its parts under load (root, nginx; 20 minutes)
	@$(START) --dev tools.two_hosts $(ARGS)

roads: ## Follow the roads of deploy/ in clean systems, ARGS="vm supervisor small" (root, mmdebstrap)
	@$(START) --dev tools.roads $(ARGS)

behaviours: ## List the numbered behaviours that no test names yet
	@$(START) --dev tools.behaviours

messages: ## Read new texts into the catalogues of all languages (needs gettext)
	@$(START) --dev tools.catalogues update

format: ## Rewrite Python files in the house format
	@$(START) --dev ruff check --quiet --fix-only .
	@$(START) --dev ruff format .

types: ## Check types of the domain modules
	@$(START) --dev mypy $(or $(ARGS),config accounts social blog search)

screenshots: ## Photograph the named pages at three widths in both themes into var/screenshots
	@$(START) --dev tools.screenshots $(ARGS)

shell: ## Open Django's shell
	@$(START) django shell --settings config.settings.dev

requirements: ## Compile the locked requirements anew (ARGS=--upgrade for newer versions)
	@$(START) --dev tools.requirements $(ARGS)

clean: ## Remove the environment and everything the tools made, but never your data in var/
	rm -rf .venv .venv-api .pytest_cache .mypy_cache .ruff_cache .hypothesis tools/web/node_modules tools/api/node_modules tools/api/made
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
