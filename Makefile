# Every target that needs the environment makes it first, so each of them works in a fresh clone.
PYTHON ?= python3
SHELL := bash
export PYTHON
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup lock real check format test fuzz crash grafana bench demo clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

setup: ## install everything into .venv
	@scripts/setup

lock: setup ## resolve the requirements anew and write the three lock files
	@scripts/lock

real: ## install the real servers that the tests meet (Mosquitto, Chromium, InfluxDB)
	@scripts/install-real-parts

check: setup ## format, lint, types, import contracts
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports

format: setup ## write the format that `make check` wants
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

test: setup ## all tests, with coverage
ifeq ($(HAMLET_REQUIRE_REAL),1)
	scripts/install-real-parts
endif
	$(PY) -m pytest -n auto --maxprocesses=4 --dist worksteal --cov --cov-report=term

fuzz: setup ## broken input of every sort, for FUZZ_SECONDS (600)
	FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(PY) -m pytest -v tests/fuzz

crash: setup ## cut the power a hundred times for each receiver, under load; CRASH_SEED repeats a plan
	HAMLET_FULL=1 $(PY) -m pytest -q -x -s tests/system/test_crash.py

grafana: setup ## write the Grafana dashboard anew from the device kinds
	$(PY) -m dashboards.grafana.of_kinds

bench: setup ## measure the whole pipeline beside its yardstick
	.venv/bin/hamlet bench

demo: setup ## a whole hamlet with simulated devices, and its page
	@scripts/install-mosquitto
	.venv/bin/hamlet demo

clean: ## remove what was made here, except the built tools and the demo-site
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache .coverage htmlcov
