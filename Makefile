# make        set up .venv, run the whole pipeline on the embedded corpus, print the results
# make test   the same set-up, then the tests
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: all repro test check clean

all: repro

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info[:2] <= (3, 13) else "Reprise needs Python 3.10 to 3.13; this is " + sys.version.split()[0] + " (make PYTHON=python3.11)")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

repro: .venv/installed
	python -m reprise.datasets.scan
	dvc repro
	python -m reprise.summary

test: .venv/installed
	pytest -n 2 --dist loadgroup --max-worker-restart=0

check: .venv/installed
	ruff check .
	ruff format --check .
	mypy src stages tests benchmarks
	python -m reprise.wiring
	python -m reprise.taint
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

clean:
	rm -rf .venv .work
