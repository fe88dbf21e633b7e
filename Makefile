# Everything runs in .venv, made on first use; a clean clone and a Python 3.10 or later suffice.
#   make demo    programs as users write them, plain and decorated, against a local LLM server
#   make test    the test suite                  make bench   times against the ideal, costs
#   make fuzz    many generated programs         make soak    the demo's programs for minutes on end
#   make faults  each step of the runtime fails  make lint    ruff and mypy --strict
#   make clean   removes what was made           make knowledge   the facts about libraries, against the newest of each
#   make consumers   the lint's output, read by flake8, pre-commit, readers of junit and sarif
#   make suites NAMES='packaging click'   other projects' test suites, plain and with every function decorated

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := XCS_STRICT=1 $(BIN)/python
PYTEST_ARGS ?=
KNOWN := .venvs/knowledge
READING := .venvs/consumers
SEEDS ?= 0:2000
MINUTES ?= 5
NAMES ?= packaging click jinja2

unexport PYTHONDONTWRITEBYTECODE  # the tests start many processes: what they import is compiled once

.PHONY: demo test bench fuzz faults soak lint knowledge consumers suites clean

demo: $(VENV)/.demo
	$(BIN)/python -m benchmarks.demo

test: $(VENV)/.demo
	$(RUN) -m tests $(PYTEST_ARGS)

bench: $(VENV)/.demo
	$(BIN)/python -m benchmarks.ideal
	$(BIN)/python -m benchmarks.costs

fuzz: $(VENV)/.demo
	$(RUN) -m tests.generate --seeds $(SEEDS)

faults: $(VENV)/.demo
	$(RUN) -m tests.faults

soak: $(VENV)/.demo
	$(RUN) -m benchmarks.soak --minutes $(MINUTES)

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/mypy --strict -p xcs
	$(BIN)/mypy --strict tests/typed.py
	$(BIN)/mypy --strict --follow-imports=silent benchmarks --exclude '(programs|cases)/'

# The newest of each, whatever others of them ask for: together they are not to be had.
knowledge:
	test -d $(KNOWN) || $(PYTHON) -m venv $(KNOWN)
	$(KNOWN)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	$(KNOWN)/bin/python -m xcs.knowledge distributions > $(KNOWN)/distributions
	xargs -n 1 $(KNOWN)/bin/python -m pip install --quiet --disable-pip-version-check < $(KNOWN)/distributions
	$(KNOWN)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --no-deps -r $(KNOWN)/distributions
	$(KNOWN)/bin/python -m xcs.knowledge check

consumers:
	test -d $(READING) || $(PYTHON) -m venv $(READING)
	$(READING)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test,consumers]'
	XCS_STRICT=1 $(READING)/bin/python -m pytest -q -p no:cacheprovider tests/test_lint_consumers.py

suites: $(VENV)/.demo
	$(BIN)/python -m benchmarks.suites $(NAMES)

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -e '.[demo,test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -e '.[demo,test,lint]'
	@touch $@

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) .venvs build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find xcs tests benchmarks fixtures -name __pycache__ -type d -prune -exec rm -rf {} +
