.PHONY: dashboard dashboard-lan phone demo test test-browser lint clean

PYTHON ?= python3
BIN := .venv/bin

# `make dashboard` and `make test` need nothing but Python >= 3.11: what is missing is installed first. Without what the
# phone's page needs the dashboard runs all the same, and says so.
dashboard: .venv/installed
	@$(MAKE) --no-print-directory phone || echo "The page for phones is left out; all others are there. Try again: make phone"
	$(BIN)/python -m streamlit run dashboard/serve.py $(if $(ADDRESS),--server.address $(ADDRESS))

# For phones in the same network: browsers give the camera over HTTPS only, so with a certificate of its own.
LAN ?= $(shell $(BIN)/python -c "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9)); print(s.getsockname()[0])")
dashboard-lan: .venv/installed phone
	@umask 077 && mkdir -p .venv/lan && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj "/CN=Pose explainability" \
	  -addext "subjectAltName=IP:$(LAN)" -keyout .venv/lan/key.pem -out .venv/lan/certificate.pem 2>/dev/null \
	  || { echo "no certificate for address '$(LAN)': openssl is needed, and an address of this machine: make dashboard-lan LAN=192.168.…"; exit 2; }
	@echo "https://$(LAN):8501/app/static/phone/ - everybody in this network can open it. Its certificate, good for 30 days:"
	@openssl x509 -in .venv/lan/certificate.pem -noout -fingerprint -sha256
	$(BIN)/python -m streamlit run dashboard/serve.py --server.address $(LAN) \
	  --server.sslCertFile .venv/lan/certificate.pem --server.sslKeyFile .venv/lan/key.pem

# What the page in the phone's browser needs: the runtime, by the Node that comes as a Python package, and the networks of
# the shipped bundles with some of their people.
MADE := dashboard/static/phone/made
RUNTIME := $(MADE)/onnxruntime-web-1.30.0
phone: $(RUNTIME)/done $(MADE)/done

$(RUNTIME)/done: .venv/installed-phone dashboard/phone/package-lock.json
	rm -rf .venv/runtime && mkdir -p .venv/runtime $(RUNTIME)
	cp dashboard/phone/package.json dashboard/phone/package-lock.json dashboard/phone/.npmrc .venv/runtime
	cd .venv/runtime && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cd .venv/runtime/node_modules/onnxruntime-web/dist && cp ort.wasm.min.mjs ort-wasm-simd-threaded.mjs \
	  ort-wasm-simd-threaded.wasm ort.webgpu.min.mjs ort-wasm-simd-threaded.asyncify.mjs \
	  ort-wasm-simd-threaded.asyncify.wasm "$(CURDIR)/$(RUNTIME)"
	touch $@

$(MADE)/done: .venv/installed-phone scripts/export_onnx.py $(wildcard posecore/export/*.py) \
  artifacts/demo/model.safetensors artifacts/plain/model.safetensors artifacts/compressed/model.safetensors
	$(BIN)/python scripts/export_onnx.py --bundle artifacts/demo --out $(MADE) --int8 --limit 200 --people 12
	$(BIN)/python scripts/export_onnx.py --bundle artifacts/compressed --out $(MADE)
	$(BIN)/python scripts/export_onnx.py --bundle artifacts/plain --out $(MADE)
	touch $@

# The shipped bundles, whole: people are rendered, cropped, shown to the shipped networks (or to weights made by train.py:
# CHECKPOINT of the one trained with skips cut at random, PLAIN of the one trained with all, COMPRESSED of the smaller one),
# and every study of the pages is computed, but for those of networks trained in other ways (docs/networks.md; the claims on
# an autoencoder with AUTOENCODER and WITHOUT, two such networks) and of compression (docs/compression.md). Needs no photograph.
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
	  $(BIN)/python scripts/learned_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/belonging_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/probe_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/control_study.py --bundle $$bundle && \
	  $(BIN)/python scripts/claims_study.py --bundle $$bundle \
	    $(if $(AUTOENCODER),--autoencoder $(AUTOENCODER) --without $(WITHOUT)) || exit 1; \
	done
	$(BIN)/python scripts/extract_latents.py $(if $(COMPRESSED),--checkpoint $(COMPRESSED),--bundle artifacts/compressed) \
	  --data data/rendered-crops --out artifacts/compressed --annotations --pictures-in artifacts/demo --samples 200
	$(BIN)/python scripts/project.py --bundle artifacts/compressed
	for study in skip_study probe_study; do $(BIN)/python scripts/$$study.py --bundle artifacts/compressed --data data/rendered-crops || exit 1; done
	$(BIN)/python scripts/claims_study.py --bundle artifacts/compressed
	$(BIN)/python scripts/cause_study.py --bundle artifacts/demo
	$(BIN)/python scripts/saliency_study.py --bundle artifacts/demo
	$(BIN)/python scripts/compare.py --bundle artifacts/demo --with artifacts/plain --data data/rendered-crops
	$(BIN)/python scripts/compare.py --bundle artifacts/plain --with artifacts/demo --data data/rendered-crops
	$(BIN)/python scripts/compare.py --bundle artifacts/demo --with artifacts/compressed --data data/rendered-crops
	for bundle in demo plain compressed; do $(BIN)/python -m posecore.bundle verify artifacts/$$bundle || exit 1; done

# Two at a time, with a thread each, as more would wait for one another; a file's tests in one process, so that what they
# share is made once. A test that hangs is ended with its process, as what it waits for may go on where it is only
# interrupted; without a limit its file would be begun again and again.
# UMAP's threads would be PyTorch's, too, from then on: two processes of two threads each on two cores.
test: .venv/installed-dev lint
	OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --timeout-method thread \
	  --max-worker-restart 0

# Needs Debian's chromium (apt-get install chromium), or the path of another Chromium in CHROMIUM.
test-browser: .venv/installed-dev phone
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

.venv/installed-phone: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[phone]"
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

clean:
	rm -rf $(MADE) .venv .pytest_cache .ruff_cache .mypy_cache
