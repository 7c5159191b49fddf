# The commands of the public contract. Everything installs into .venv; nothing else is touched.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test up down clean check bench fuzz lock layers template
.DEFAULT_GOAL := help

help:
	@echo "make demo   set up, start the local stack, load sample reports, ask questions, show receipts"
	@echo "make test   set up and run the whole test suite"
	@echo "make up     start the local stack in the background; make down stops it, make clean removes its data"
	@echo "make check  format, lint, types, architecture rules, CDK synth with rule packs"
	@echo "make bench  the benchmarks: a table, and bench/results.json"
	@echo "make fuzz   coverage-guided fuzzing of every parser; TARGET=camt SECONDS=300 for one"

$(READY): requirements/lock.txt requirements/torch.txt requirements/install.sh pyproject.toml
	@requirements/install.sh $(VENV) "$(PYTHON)"
	@touch $@

demo: $(READY)
	@$(BIN)/python -m payscope_local.demo

test: $(READY)
	@$(BIN)/pytest

up: $(READY)
	@$(BIN)/payscope up

down:
	@if [ -x $(BIN)/payscope ]; then $(BIN)/payscope down; fi

clean: down
	@if [ -x $(BIN)/payscope ]; then $(BIN)/payscope clean; fi
	@rm -rf build .pytest_cache .ruff_cache .hypothesis

check: $(READY)
	@$(BIN)/python infra/template.py --check
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.check

bench: $(READY)
	@$(BIN)/python -m bench

fuzz: $(READY)
	@$(BIN)/python -m tests.fuzz $(TARGET) --seconds $(or $(SECONDS),60)

lock: $(READY)
	@$(BIN)/python requirements/compile.py

layers: $(READY)
	@$(BIN)/python infra/assets.py

template: $(READY)
	@$(BIN)/python infra/template.py
