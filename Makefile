# The two commands are `make book` and `make test`. Everything else is listed by `make help`.
PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3 python,$(if $(shell $(p) -c "" 2>/dev/null && echo ok),$(p))))
VENV_PYTHON = $(if $(wildcard .venv/Scripts),.venv/Scripts/python.exe,.venv/bin/python)

.PHONY: help book test env-book env-full check chapters lab serve-book benchmarks clean
help:
	@echo "make book        build the HTML from the stored outputs (light set-up)"
	@echo "make test        full set-up, then unit tests, every notebook, the book checks"
	@echo "make check       the fast checks only"
	@echo "make chapters    execute the chapters that changed, write receipts"
	@echo "make lab         JupyterLab on the chapters"
	@echo "make serve-book  serve the built book on http://127.0.0.1:8000"
	@echo "make benchmarks  speed, side by side in one run"
	@echo "make clean       remove what was built (not .venv)"

env-book:
	@$(PYTHON) tools/env.py book
env-full:
	@$(PYTHON) tools/env.py full

book: env-book
	@$(VENV_PYTHON) -m tools.build
test: env-full
	@$(VENV_PYTHON) -m tools.test
check: env-full
	@$(VENV_PYTHON) -m tools.check
chapters: env-full
	@$(VENV_PYTHON) -m tools.execute
lab: env-full
	@$(VENV_PYTHON) -m jupyterlab --notebook-dir chapters
serve-book: book
	@$(VENV_PYTHON) -m http.server 8000 --bind 127.0.0.1 --directory _build/html
benchmarks: env-full
	@$(VENV_PYTHON) benchmarks/diagnosis.py
clean:
	rm -rf _build dist .pytest_cache .ruff_cache
