# setup: a virtual environment with everything; app: Refract at http://127.0.0.1:8501
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPONENT := $(shell find assets/linked_maps -type f -not -path '*/node_modules/*' -not -path '*/build/*')

# Files with a failure run again, alone; what fails twice fails. The first failure stays in the output.
TWICE := $(BIN)/python -m tests.support.twice

.PHONY: setup lock app demo test test-ecosystem test-fast lint docs screenshots bench bench-batch bench-check bench-labels bench-load bench-maps bench-names bench-place bench-reencode bench-scale chaos evaluate fuzz soak

setup: $(VENV)/ready

# Every file is compared with its SHA-256 in requirements.lock; the second line adds torch, whose build
# depends on the machine.
$(VENV)/ready: requirements.lock requirements.txt requirements-dev.txt requirements-batch.txt requirements-team.txt requirements-agents.txt requirements-docs.txt $(COMPONENT)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --upgrade-strategy only-if-needed -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps ./assets/linked_maps
	touch $@

app: setup demo
	$(BIN)/streamlit run app.py

demo: $(VENV)/demo

# Once, in about a minute. Where it fails, the app builds the demo when its first page is shown.
$(VENV)/demo: $(VENV)/ready assets/demo/feedback.csv
	-$(BIN)/python -m core demo && touch $@

test: setup
	$(BIN)/python -m tests.support.browser || $(BIN)/playwright install chromium
	$(TWICE) -m browser; browser=$$?; \
	$(TWICE) -m "not browser" -n 2 --dist worksteal && exit $$browser

# Without browser and models: under 2 minutes, to run often.
test-fast: setup
	$(BIN)/python -m pytest -m "not browser and not model" -n 2

# After a change of requirements*.txt
lock:
	$(BIN)/python -m tests.support.lock

# What other tools read of Refract's files; installs these tools first. Label Studio (1 GB) needs an older
# numpy, so it has an environment of its own; LibreOffice is tried where it is installed.
LABEL_STUDIO := $(VENV)/label-studio

test-ecosystem: setup
	$(BIN)/python -m pip install --quiet --upgrade-strategy only-if-needed -r requirements-ecosystem.txt
	test -x $(LABEL_STUDIO)/bin/label-studio || ($(PYTHON) -m venv $(LABEL_STUDIO) && \
		$(LABEL_STUDIO)/bin/python -m pip install --quiet label-studio==1.23.2)
	REFRACT_LABEL_STUDIO=$(abspath $(LABEL_STUDIO))/bin/label-studio $(BIN)/python -m pytest tests/core/export

lint: setup
	$(BIN)/python -m tests.support.audit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Into docs/_build/html; every warning is an error
docs: setup
	$(BIN)/python -m sphinx -W --keep-going -n -q -d docs/_build/doctrees docs docs/_build/html

# The pictures of docs/, from the app itself
screenshots: setup
	REFRACT_SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser/test_tutorial.py
	$(BIN)/python -m benchmarks.morph

# At most 15 minutes; ends with a table of figures and budgets
bench: setup
	$(BIN)/python -u -m benchmarks

bench-batch: setup
	$(BIN)/python -m benchmarks.batch

# DATA: a folder, as for bench-labels; the demo corpus comes first, always
bench-check: setup
	$(BIN)/python -m benchmarks.check_sample $(if $(DATA),"$(DATA)")

# DATA: CSV files with a column `text` and columns of labels, or folders of them: DATA="folder file.csv"; the
# demo corpus when not given
bench-labels: setup
	$(BIN)/python -m benchmarks.few_shot $(DATA)

# Kills, faults, and ten minutes of fuzzing; about 25 minutes
chaos: setup
	$(BIN)/python -u -m benchmarks.chaos

bench-load: setup
	$(BIN)/python -m benchmarks.load

bench-maps: setup
	$(BIN)/python -m benchmarks.maps

# DATA: a folder, as for bench-labels
bench-names: setup
	$(BIN)/python -m benchmarks.names $(if $(DATA),"$(DATA)")

bench-place: setup
	$(BIN)/python -m benchmarks.place

bench-reencode: setup
	$(BIN)/python -m benchmarks.reencode

# SIZES: numbers of texts; up to a million when not given, which takes about an hour
bench-scale: setup
	$(BIN)/python -m benchmarks.scale $(if $(SIZES),--sizes $(SIZES))

fuzz: setup
	$(BIN)/python -u -m benchmarks.fuzz

# An hour of use: does memory grow?
soak: setup
	$(BIN)/python -u -m benchmarks.soak

# TABLE: a file with a column of texts and columns of labels; the demo corpus when not given
evaluate: setup
	$(BIN)/python -m core evaluate $(if $(TABLE),"$(TABLE)",assets/demo/feedback.csv)
