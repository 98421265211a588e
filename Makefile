# `make demo` and `make test` need Python 3.11 or newer, git and make; nothing else.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Most tests wait for a real broker, browser or clock: two at a time halve the time, also on two cores.
TESTERS ?= 2

.PHONY: help setup demo pictures test check security scanners sbom format lock model clean

help:
	@echo "make demo     watch an invented live stream become figures (ARGS=\"--seconds 60 --headless\")"
	@echo "make pictures take the README's pictures of the console again (needs chromium)"
	@echo "make test     run the test suite (ARGS=\"-k name\")"
	@echo "make check    style, types, layers"
	@echo "make security bandit, ruff's security rules, detect-secrets, and checkov on the rendered manifests"
	@echo "make sbom     the bill of materials of what is installed here, as CycloneDX: sbom.json"
	@echo "make setup    install only; afterwards $(BIN)/resonanz is there"
	@echo "make lock     pin the dependencies anew"
	@echo "make model    train the sentiment model again (an hour and a half; see docs/sentiment.md)"

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found on PATH (or set PYTHON=…)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python -m venv failed; on Debian: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

demo: setup
	$(BIN)/resonanz demo $(ARGS)

pictures: setup
	$(BIN)/python -m tests.console.pictures $(ARGS)

test: setup
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# checkov pins half of PyPI: it gets an environment of its own.
SCAN := .venv-security
scanners: setup
	@test -x $(SCAN)/bin/checkov || { $(PYTHON) -m venv $(SCAN) && $(SCAN)/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9 \
		&& $(SCAN)/bin/uv pip install --quiet --python $(SCAN)/bin/python checkov==3.3.2; }

security: scanners
	$(BIN)/python -m pytest -q tests/deploy/test_security.py

BILL := .venv-sbom
sbom: setup
	@test -x $(BILL)/bin/cyclonedx-py || { $(PYTHON) -m venv $(BILL) && $(BILL)/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0; }
	PATH="$(BILL)/bin:$$PATH" deploy/sbom.sh sbom.json $(BIN)/python

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --extra dev --output-file constraints.txt pyproject.toml

# glibc returns large blocks to the system at once and asks for them again: keeping them trains a quarter faster
model:
	@test -x .venv-model/bin/python || $(PYTHON) -m venv .venv-model
	.venv-model/bin/python -m pip install --quiet --disable-pip-version-check -r models/requirements.txt
	MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 .venv-model/bin/python -m models $(ARGS)

clean:
	rm -rf $(VENV) $(SCAN) $(BILL) sbom.json .resonanz build dist *.egg-info
