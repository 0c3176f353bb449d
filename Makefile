# Everything a working copy needs: `make run` for the assistant, `make test` for every check.
.DEFAULT_GOAL := help
.PHONY: help run setup test test-bot lint bench accept-documents accept-retrieval accept-bands accept-answers accept-everyday accept-nlu accept-groups accept-closed audit accept-backup accept-faults accept-inbox accept-kills accept-recommender bundle clean lock browser manual

SHELL := /bin/bash
BIN := .venv/bin
BOT_BIN := bot/.venv/bin
PACKAGES := $(wildcard core channels casework insight knowledge_base recommender staff actions apps scripts tests bench)
# A pyenv shim may stand for a Python that is not installed: take the first that really runs.
ifndef PYTHON
PYTHON := $(shell for p in python3 /usr/bin/python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 9))' >/dev/null 2>&1 && echo $$p && break; done; true)
endif

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Install, load the example city, start everything (Ctrl-C stops it)
	@$(BIN)/weizheng init --demo
	@exec $(BIN)/weizheng up

setup: ## Install both environments from their lock files
	@if [ -z "$(PYTHON)" ]; then echo "setup: no Python 3.9 or later found. 未找到 Python。" >&2; exit 1; fi
	@$(PYTHON) -m scripts.setup

lint: setup ## Style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	cd bot && .venv/bin/mypy .
	$(BIN)/lint-imports --no-cache

test: setup browser ## Lint, then every test of both environments
	@$(MAKE) --no-print-directory -j 2 --output-sync=target lint test-bot
	$(BIN)/python -m pytest tests/assistant
	$(BIN)/python -m pytest --ignore tests/assistant -n 2 --dist loadfile

# Beside lint: most of it is training on one core.
test-bot: setup
	cd bot && PYTHONPATH=$(CURDIR) .venv/bin/python -m pytest -p scripts.strict_skips

browser: ## Install Chromium and a Chinese font where this runs as root
	@scripts/browser.sh

bench: setup ## Measure turns, search, import and memory beside alternatives (ARGS="--home FOLDER")
	$(BIN)/python -m bench $(ARGS)

accept-retrieval: setup ## Import and evaluate the policy corpus of WEIZHENG_DATA (about ten minutes)
	$(BIN)/python -m bench.retrieval $(ARGS)

accept-bands: setup ## Ask the assistant of an installation with that corpus (ARGS="--home FOLDER", about ten minutes)
	$(BIN)/python -m bench.bands $(ARGS)

accept-answers: setup ## Ask everyday questions of the example city through the interface (ARGS="--home FOLDER")
	$(BIN)/python -m bench.answers $(ARGS)

manual: setup browser ## Take the pictures of the clerk's manual again (ARGS="--home FOLDER")
	$(BIN)/python -m bench.manual $(ARGS)

accept-documents: setup browser ## Upload the policy corpus of WEIZHENG_DATA as text, Word and PDF (about 20 minutes)
	$(BIN)/python -m bench.documents $(ARGS)

accept-everyday: setup ## Find the service items of WEIZHENG_DATA by everyday names
	$(BIN)/python -m bench.everyday $(ARGS)

accept-groups: setup ## Group 2,000 questions of WEIZHENG_DATA and the example city, and time 100,000
	$(BIN)/python -m bench.groups $(ARGS)

accept-nlu: setup ## Measure the dialogue model (UNSEEN=FILE.jsonl: also on unseen utterances)
	cd bot && .venv/bin/python evaluate_nlu.py $(abspath $(UNSEEN))

accept-closed: setup ## Try what strangers can do (ARGS="--home FOLDER", best as root; half an hour of it is chat)
	$(BIN)/python -m bench.closed $(ARGS)

audit: setup ## Look every locked version up among the known vulnerabilities (needs the network)
	@$(PYTHON) -m scripts.audit
accept-backup: setup ## Back up an installation in use, restore it elsewhere, compare answers (ARGS="--home FOLDER")
	$(BIN)/python -m bench.backup $(ARGS)

accept-faults: setup ## Kill, freeze, lock, fill, jump, import, restore under load (ARGS="--home FOLDER", best as root)
	$(BIN)/python -m bench.faults $(ARGS)

accept-inbox: setup ## Hold 2,000 streams of notices open, tell them all, break 1,000 connections
	$(BIN)/python -m bench.inbox $(ARGS)

accept-kills: setup ## Kill worker and Redis 20 times during imports and notices, compare every row
	$(BIN)/python -m bench.kills $(ARGS)

accept-recommender: setup ## Measure the recommender on public data and in a made-up city (about 40 minutes)
	$(BIN)/python -m bench.recommender $(ARGS)
	$(BIN)/python -m bench.recommender_city

bundle: setup ## Sources and all wheels in one tar, for a machine without package registries
	@$(PYTHON) -m scripts.bundle

clean: ## Remove environments and caches; the assistant's state in var/ stays
	rm -rf .tools .venv bot/.venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf bot/.mypy_cache bot/.pytest_cache bot/.rasa .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: ## Resolve both lock files again (ARGS="--upgrade" takes newer versions)
	@$(PYTHON) -m scripts.lock $(ARGS)
