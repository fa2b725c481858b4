.PHONY: dashboard demo test test-browser lint clean

PYTHON ?= python3
BIN := .venv/bin

# `make dashboard` and `make test` need nothing but Python >= 3.11: what is missing is installed first.
dashboard: .venv/installed
	$(BIN)/python -m streamlit run dashboard/app.py $(if $(ADDRESS),--server.address $(ADDRESS))

# The two shipped bundles, whole: people are rendered, cropped, shown to both shipped networks (or to weights made by
# train.py: CHECKPOINT of the one trained with skips cut at random, PLAIN of the one trained with all), and every study of
# the pages is computed. Needs no photograph.
demo: .venv/installed
	$(BIN)/python scripts/make_people.py --out data/rendered --people 1000 --seed 2026
	$(BIN)/python scripts/prepare_coco.py --coco data/rendered --out data/rendered-crops --test-size 0 --name "rendered people"
	$(BIN)/python scripts/extract_latents.py $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT),--bundle artifacts/demo) \
	  --data data/rendered-crops --out artifacts/demo --annotations --pictures 600
	$(BIN)/python scripts/extract_latents.py $(if $(PLAIN),--checkpoint $(PLAIN),--bundle artifacts/plain) \
	  --data data/rendered-crops --out artifacts/plain --annotations --pictures-in artifacts/demo
	for bundle in artifacts/demo artifacts/plain; do \
	  $(BIN)/python scripts/project.py --bundle $$bundle && \
	  $(BIN)/python scripts/skip_study.py --bundle $$bundle --data data/rendered-crops --limit 400 && \
	  $(BIN)/python scripts/component_study.py --bundle $$bundle --data data/rendered-crops && \
	  $(BIN)/python scripts/cluster_sweep.py --bundle $$bundle && \
	  $(BIN)/python scripts/belonging_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/probe_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/control_study.py --bundle $$bundle || exit 1; \
	done
	$(BIN)/python scripts/cause_study.py --bundle artifacts/demo
	$(BIN)/python scripts/compare.py --bundle artifacts/demo --with artifacts/plain --data data/rendered-crops
	$(BIN)/python scripts/compare.py --bundle artifacts/plain --with artifacts/demo --data data/rendered-crops
	$(BIN)/python -m posecore.bundle verify artifacts/demo
	$(BIN)/python -m posecore.bundle verify artifacts/plain

test: .venv/installed-dev lint
	$(BIN)/python -m pytest

# Needs Debian's chromium (apt-get install chromium), or the path of another Chromium in CHROMIUM.
test-browser: .venv/installed-dev
	$(BIN)/python -m pytest tests/browser -s

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/bin/python:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed; name one with make PYTHON=...')"
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache
