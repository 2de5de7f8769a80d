# make        set up .venv, run the whole pipeline on the embedded corpus, print the results
# make test   the same set-up, then the tests
# make check  style, types, dvc.yaml true to the code, no leak in the graph
# make pages  pages of the documentation that come from the project and its last run
# make docs   reference of the code: docs/api/index.html
# make coverage, make mutation   what the tests reach, and what they notice
# make audit  known vulnerabilities of what requirements.lock pins (asks pypi.org)
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: all repro test check pages docs coverage mutation audit lock clean

all: repro

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info[:2] <= (3, 13) else "Reprise needs Python 3.10 to 3.13; this is " + sys.version.split()[0] + " (make PYTHON=python3.11)")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

repro: .venv/installed
	python -m reprise.datasets.scan
	python -m reprise.edited
	reprise run --jobs 0

test: .venv/installed
	pytest -n 2 --dist loadgroup --max-worker-restart=0

check: .venv/installed
	ruff check .
	ruff check --preview --select DOC102 src stages # no docstring names a parameter that is not there
	ruff format --check .
	mypy src stages tests benchmarks
	python -m reprise.wiring
	python -m reprise.taint
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

pages: .venv/installed
	python -m reprise.pages --write

docs: .venv/installed
	python -m reprise.pages.reference docs/api

# TESTS=tests/models measures one folder; what was measured before is kept until `rm .coverage`
TESTS ?= tests
coverage: .venv/installed
	coverage run -m pytest -n 2 --dist loadgroup $(TESTS)
	coverage combine --append
	coverage report --sort=cover

mutation: .venv/installed
	python benchmarks/mutation.py

audit: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip --no-deps --strict

# hashes of everything that requirements.txt brings in, for every supported Python and system
lock: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	grep -v '^-e' requirements.txt | $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header - -o requirements.lock

clean:
	rm -rf .venv .work docs/api .coverage*
