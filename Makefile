# Two commands need nothing but Python (3.11 or newer) and make:
#
#   make run     the site with demo data, its worker and its clock      PORT=8010 make run
#   make test    everything that must hold                              make test ARGS="-k agreement"
#   make check   lint, types and the tests of what changed: two minutes
#
# Everything they make lies in .venv, var, static/fonts and locale/*/LC_MESSAGES/*.mo; `make clean` removes it again.

.DEFAULT_GOAL := help
.PHONY: help run test check test-next lint fmt types bench bench-scale shots evening year listening pages lock chaos chaos-full drill explore clean prepare
.DELETE_ON_ERROR:

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
# How far the demo's year has come: applications, matching, running or closing; only for an empty database.
PHASE ?= running
ARGS ?=
# Everything here is for one's own machine; production does not use make (docs/operations.md).
export DEBUG = 1

# The first Python that is new enough and can make virtual environments. It is started, not looked up: a shim may be found and not run.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$python; break; }; done)
# Closed: a lock installs what it names and resolves nothing, whatever was released since. The check finds what it forgot.
PIP_INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes
PIP_CHECK = { $(PY) -m pip check >$(VENV)/check.txt || { cat $(VENV)/check.txt; \
	echo 'make: the packages in $(VENV) do not fit together; run `make clean` and try again'; exit 1; } >&2; }

# An environment that was copied here or whose Python went away does not count as made.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
_ := $(shell rm -f $(VENV)/run.stamp $(VENV)/dev.stamp)
endif

help:
	@sed -n '3,5s/^#  *//p' Makefile
	@echo 'also: make test-next lint fmt types bench bench-scale shots evening year listening pages chaos chaos-full drill explore lock clean'

# --- the environment

# requirements-build.txt: the product (requirements.txt), what builds its fonts and translations, and honcho.
$(VENV)/run.stamp: requirements-build.txt
	@test -n "$(PYTHON)" || { echo 'make: needs Python 3.11 or newer with venv (on Debian: apt-get install python3-venv)' >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); echo 'Making $(VENV) with $(PYTHON) ...'; $(PYTHON) -m venv $(VENV); }
	@echo 'Installing requirements-build.txt ...'
	@$(PIP_INSTALL) -r requirements-build.txt && $(PIP_CHECK)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo 'Installing requirements-dev.txt ...'
	@$(PIP_INSTALL) -r requirements-dev.txt && $(PIP_CHECK)
	@$(PY) -m testkit.pips
	@touch $@

# --- what is generated and not committed: fonts cut from their packages, compiled translations

FONTS := static/fonts/.stamp
MESSAGES := var/messages.stamp

$(FONTS): requirements-build.txt mentoring/management/commands/build_fonts.py | $(VENV)/run.stamp
	@LOG_LEVEL=WARNING $(PY) manage.py build_fonts && touch $@

$(MESSAGES): $(wildcard locale/*/LC_MESSAGES/*.po) | $(VENV)/run.stamp
	@mkdir -p var && $(PY) manage.py build_messages && touch $@

prepare: $(VENV)/run.stamp $(FONTS) $(MESSAGES)

# --- the two commands

run: export DEMO = 1
# Root starts the demo in many containers; production does not (Dockerfile).
run: export PYTHONWARNINGS = ignore:You're running the worker with superuser privileges
run: export PORT := $(PORT)
run: export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
run: prepare
	@$(PY) manage.py bootstrap --demo --phase $(PHASE)
	@$(PY) -m honcho start || test $$? -eq 130  # ended with Ctrl-C

test: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.browser
	@$(PY) -m testkit.ci $(ARGS)

# --- parts of it, and tools

check: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.ci --only lint,contracts,types,changed $(ARGS)

# The newest Django on the newest Python that is found: what the next release will deprecate or break.
NEXT := .venv-next
NEXT_PYTHON ?= $(shell for python in $$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.*/bin/python 2>/dev/null | sort -rV) \
	python3.14 python3.13 python3.12 python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1 && { echo $$python; break; }; done)

$(NEXT)/dev.stamp: VENV := $(NEXT)
$(NEXT)/dev.stamp: PY := $(NEXT)/bin/python
$(NEXT)/dev.stamp: requirements-dev.txt
	@test -n "$(NEXT_PYTHON)" || { echo 'make: the next Django needs Python 3.12 or newer, from pyenv or the system' >&2; exit 1; }
	@echo 'Making $(NEXT) with $(NEXT_PYTHON) ...' && $(NEXT_PYTHON) -m venv --clear $(NEXT)
	@$(PIP_INSTALL) -r requirements-dev.txt && $(PIP_CHECK)
	@$(PY) -m testkit.pips
	@touch $@

test-next: prepare $(NEXT)/dev.stamp
	@$(NEXT)/bin/python -m pip install --quiet --disable-pip-version-check --no-input --upgrade django && $(NEXT)/bin/python -m pip check
	@$(NEXT)/bin/python -c 'import django, sys; print("Django", django.__version__, "on Python", sys.version.split()[0])'
	@$(NEXT)/bin/python -m testkit.browser
	@$(NEXT)/bin/python -m testkit.ci --only suite,sqlite $(ARGS)

lint: $(VENV)/dev.stamp
	$(PY) -m testkit.ci --only lint

pages: $(VENV)/dev.stamp prepare
	$(PY) -m testkit.services $(PY) -m pytest -q -n 2 mentoring/tests/test_every_page_in_browser.py $(ARGS)

types: $(VENV)/dev.stamp
	$(PY) -m testkit.ci --only types

fmt: $(VENV)/dev.stamp
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: prepare
	$(PY) -m bench $(ARGS)

# Pages, sweeps and an import at 1,000 and 10,000 pairs on PostgreSQL; writes its section of docs/benchmarks.md.
# Measure again without filling again: make bench-scale ARGS="--keep var/bench-scale"
bench-scale: $(VENV)/dev.stamp prepare
	$(PY) -m bench.scale --update docs/benchmarks.md $(ARGS)

shots: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.browser
	$(PY) -m testkit.screenshots $(ARGS)

# The pictures of chapter 1 of docs/committee-guide.md, taken while the first evening is lived through.
evening: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.browser
	mkdir -p shots/first-evening
	FIRST_EVENING_PICTURES=shots/first-evening $(PY) -m pytest -q mentoring/tests/test_first_evening_in_browser.py

# The pictures of the chapter about a pair's year in docs/committee-guide.md.
year: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.browser
	mkdir -p shots/pairs-year
	PAIRS_YEAR_PICTURES=shots/pairs-year $(PY) -m pytest -q mentoring/tests/test_pairs_year_in_browser.py

# The pictures of the chapter "Listening" of docs/committee-guide.md and of e-mail in docs/operations.md.
listening: $(VENV)/dev.stamp prepare
	@$(PY) -m testkit.browser
	mkdir -p shots/listening
	LISTENING_PICTURES=shots/listening SHOTS=shots/listening $(PY) -m pytest -q \
		mentoring/tests/test_listening_in_browser.py dashboard/tests/test_mail_in_browser.py

# The loss of the machine, rehearsed with the commands of docs/operations.md on both databases.
drill: $(VENV)/dev.stamp prepare
	$(PY) -m testkit.services $(PY) -m testkit.drill
	$(PY) -m testkit.drill

chaos: $(VENV)/dev.stamp prepare
	$(PY) -m testkit.services $(PY) -m testkit.chaos $(ARGS)
	$(PY) -m testkit.chaos $(ARGS)

# Every fault of the surroundings: 10,000 e-mails and 200 kills on each database; writes docs/reliability.md.
# Some minutes: make chaos-full ARGS="--due 300 --kills 8 --rounds 1"
chaos-full: $(VENV)/dev.stamp prepare
	$(PY) -m testkit.chaos_full --update docs/reliability.md $(ARGS)
	$(PY) -m testkit.chaos_full --sqlite --update docs/reliability.md $(ARGS)

# New examples instead of the fixed ones of `make test`, to find what those miss: make explore TIMES=50
# 500 pairs live for 14 months, 200 pairs get exactly the promised e-mails for 13, every page is opened in every state, 1,000 races run on each database.
TIMES ?= 10
explore: $(VENV)/dev.stamp prepare
	@for run in $$(seq $(TIMES)); do ENGINE_SEED=new $(PY) -m pytest -q -n 2 matching/tests/engine $(ARGS) || exit 1; done
	EVERY_STATE=1 $(PY) -m pytest -q mentoring/tests/test_every_state_in_browser.py
	RACES=1000 $(PY) -m testkit.services $(PY) -m pytest -q -n 2 mentoring/tests/test_races_of_pairs.py
	RACES=1000 $(PY) -m pytest -q -n 2 mentoring/tests/test_races_of_pairs.py
	LIVES_PAIRS=500 LIVES_SEED=new $(PY) -m pytest -q -n 2 mentoring/tests/test_lives_of_pairs.py
	YEAR_PAIRS=200 YEAR_RUNS=2 YEAR_SEED=new $(PY) -m pytest -q mentoring/tests/test_year_of_a_cohort.py
	HYPOTHESIS_EXAMPLES=2000 $(PY) -m pytest -q -n 2 -m hypothesis $(ARGS)

lock: $(VENV)/dev.stamp
	@test -x var/uv/bin/uv || { mkdir -p var && $(PYTHON) -m venv var/uv && var/uv/bin/python -m pip install --quiet uv==0.13.9; }
	for name in requirements requirements-build requirements-dev; do var/uv/bin/uv pip compile --quiet --universal --fork-strategy fewest \
		--generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' $(ARGS) $$name.in --output-file $$name.txt; done

clean:
	rm -rf $(VENV) $(NEXT) var shots static/fonts .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} + ; find locale -name '*.mo' -delete 2>/dev/null || true
