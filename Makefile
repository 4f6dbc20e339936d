# The commands of README, for people with make. `make VENV=/some/where test` uses another environment.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test check benchmark clean

demo: $(VENV)/.installed
	$(BIN)/zoo run digits_cnn

test: $(VENV)/.installed
	$(BIN)/pytest -n auto

check: $(VENV)/.installed
	PATH="$(abspath $(BIN)):$$PATH" scripts/check

benchmark: $(VENV)/.installed
	$(BIN)/python benchmarks

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
