# Everything a person needs: `make demo` runs the platform, `make test` tests it. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

BASE_PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMPS := .stamps
SCALE ?= small
PORT ?= 8000
export PORT
# What the front-end build reads: styles, scripts, and templates for the icons they name.
FRONT_END := $(shell find zhijia -path '*/static/ui/dist' -prune -o \
	\( -name '*.html' -o -name '*.css' -o -name '*.js' -o -path '*/foundation/ui/build.py' -o -name scenario.py \) -print)

.PHONY: help demo demo-reset $(STAMPS)/port test check bench install static docs format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

demo: $(STAMPS)/port $(STAMPS)/run-packages $(STAMPS)/python $(STAMPS)/static ## Build the demonstration province once and serve it
	@$(BIN)/zhijia demo

demo-reset: $(STAMPS)/port $(STAMPS)/run-packages $(STAMPS)/python $(STAMPS)/static ## Throw the demonstration's data away and build it anew
	@$(BIN)/zhijia demo --reset

test: install ## Run the whole suite: SQLite, PostgreSQL, browser
	@$(BIN)/python -m tests.run

check: install ## Lint, format, types, imports, migrations, documents
	@$(BIN)/python -m tests.check

bench: install $(STAMPS)/bench-packages ## Measure against limits of the same run; SCALE=province for the full size
	@$(BIN)/python -m benchmarks.run --scale $(SCALE)

install: $(STAMPS)/test-packages $(STAMPS)/test-python $(STAMPS)/static ## Install all that the other targets need

static: $(STAMPS)/static ## Build the front end

docs: $(STAMPS)/test-python ## Write docs/reference from the code's declarations
	@$(BIN)/python -m tests.documents

format: $(STAMPS)/test-python ## Format Python
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

lock: $(STAMPS)/python ## Pin the newest allowed versions of all dependencies
	@for part in requirements-test requirements; do \
		$(BIN)/uv pip compile $$part.in --output-file $$part.lock --universal --python-version 3.11 \
			--generate-hashes --no-emit-index-url --no-header --no-config --quiet \
			$$([ $$part = requirements ] && echo --constraints requirements-test.lock || echo --upgrade); \
	done

clean: ## Remove what make made, except the data in var/
	rm -rf .venv node_modules $(STAMPS) zhijia/foundation/ui/static/ui/dist .pytest_cache .mypy_cache .ruff_cache

# Before anything is installed or built: a port in use would be told minutes later. Without Python the next rule tells.
$(STAMPS)/port:
	@if command -v "$(BASE_PYTHON)" >/dev/null; then $(BASE_PYTHON) tools/port-is-free $(PORT); fi

$(STAMPS)/run-packages: tools/system-packages
	@mkdir -p $(STAMPS)
	@tools/system-packages run
	@touch $@

$(STAMPS)/test-packages: tools/system-packages
	@mkdir -p $(STAMPS)
	@tools/system-packages run test
	@touch $@ $(STAMPS)/run-packages

$(STAMPS)/bench-packages: tools/system-packages
	@tools/system-packages bench
	@touch $@

$(STAMPS)/python: requirements.lock pyproject.toml tools/python-packages | $(STAMPS)/run-packages
	@mkdir -p $(STAMPS)
	@$(BASE_PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	@echo "Installing Python packages"
	@tools/python-packages $(BASE_PYTHON) requirements.lock
	@touch $@

$(STAMPS)/test-python: requirements-test.lock $(STAMPS)/python
	@echo "Installing Python packages of the tests"
	@tools/python-packages $(BASE_PYTHON) requirements-test.lock
	@touch $@

$(STAMPS)/node: package.json package-lock.json $(STAMPS)/python
	@echo "Installing front-end packages"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/static: $(STAMPS)/python $(STAMPS)/node $(FRONT_END)
	@$(BIN)/python -m zhijia.foundation.ui.build
	@touch $@
