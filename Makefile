# Every target sets up what it needs; only Python (3.11 or newer) and the package registry are asked for.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-warn-script-location -c requirements.lock

.PHONY: run test check faults bench bench-places places clean

$(BIN)/.base: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(BIN)/.dev: $(BIN)/.base
	$(PIP) -e ".[dev]"
	@touch $@

run: $(BIN)/.base   ## install without torch, train the starter bundle once, route an example, serve
	@$(BIN)/pintu starter >/dev/null
	@$(BIN)/pintu route "Lampu jalan di Jl. Simorejo padam sejak minggu lalu, malam gelap sekali" --regency "Kota Surabaya"
	@$(BIN)/pintu serve --host 127.0.0.1 --port 8000

test: $(BIN)/.dev   ## all tests, in two processes
	$(BIN)/python -m pytest -n 2 --dist loadfile

faults: $(BIN)/.dev   ## kill -9, database away, disk full, slow clients, fuzzing …: every round, some 15 minutes
	FAULTS=full $(BIN)/python -m pytest tests/faults

check: $(BIN)/.dev   ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BIN)/.dev   ## accuracy and decisions on later cases of the shared data, written test texts, speed, load
	$(BIN)/python -m benchmarks.accuracy
	$(BIN)/python -m benchmarks.decisions
	$(BIN)/pintu starter >/dev/null
	$(BIN)/python -m benchmarks.urgency
	$(BIN)/python -m benchmarks.matters
	$(BIN)/python -m benchmarks.masking
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.load

places: $(BIN)/.base   ## import every district and village from the npm package idn-area-data
	rm -rf build/places && mkdir -p build/places
	cd build/places && npm install --silent --no-audit --no-fund --no-save --ignore-scripts idn-area-data
	$(BIN)/pintu places import build/places/node_modules/idn-area-data/data/districts.csv build/places/node_modules/idn-area-data/data/villages.csv

clean:
	rm -rf $(VENV) build
