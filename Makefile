# Colonnade. `make run` needs Python 3.11 or newer, Node 18 or newer and make; all else is installed into this folder.

HOST ?= 127.0.0.1
PORT ?= 8000
NAME ?=
ARGS ?=

# The first interpreter that is new enough; override with `make run PYTHON=/path/to/python3.12`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

SETUP = $(if $(PYTHON),$(PYTHON) scripts/setup.py,$(error Colonnade needs Python 3.11 or newer. Install it, or name one: make PYTHON=/path/to/python3.12))

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench clean

help:
	@echo "make run [PORT=8000]   start the whole portal with an embedded AWS and demo data; Ctrl-C stops it"
	@echo "make test              run every test this machine can run (REQUIRE=postgres,redis,browser: skips become failures)"
	@echo "make lint              ruff, mypy, import-linter, djlint, migrations"
	@echo "make bench [NAME=...]  measure the portal against its limits"
	@echo "make setup             install what the other commands need"
	@echo "make clean             remove what was installed or generated; the data folder stays"

setup:
	@$(SETUP) dev

run:
	@exec $(SETUP) run -- -m scripts.launch --host $(HOST) --port $(PORT)

test:
	@exec $(SETUP) dev -- -m scripts.test $(ARGS)

lint:
	@exec $(SETUP) dev -- -m scripts.lint

bench:
	@exec $(SETUP) run -- manage.py bench $(NAME) $(ARGS)

clean:
	rm -rf .venv node_modules portal/static/vendor staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
