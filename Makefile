# The course's commands. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
EDITION ?= en
INSTALLED := $(VENV)/installed
NO_NEWS := $(VENV)/etc/jupyter/labconfig/page_config.json

NO_PYTHON = $(PYTHON) cannot make the environment: that needs Python 3.11 or newer, with venv (Debian \
	and Ubuntu: apt install python3-venv). Name another one so: make $(MAKECMDGOALS)$(if $(filter-out en,$(EDITION)), EDITION=$(EDITION)) PYTHON=python3.12
NO_EDITION = EDITION is en or ko; it is $(EDITION).
NO_PIP = pip could not install everything, for the reason above. See to the network and to space on \
	the disk, and give the same command again: it goes on from what is there.

.DEFAULT_GOAL := help
.PHONY: help run test elsewhere lab refresh links clean forget-copies

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: $(INSTALLED)  ## execute all lessons in order on the bundled model and reviews
	$(VENV)/bin/python -m tools.lessons run

test: $(INSTALLED)  ## check code, helpers and every lesson with its stored outputs
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/ruff format --check --quiet .
	OMP_NUM_THREADS=1 $(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		--nbval --nbval-sanitize-with tests/course/nbval_sanitize.cfg

elsewhere: $(INSTALLED)  ## check the lessons as other machines would compute them
	$(VENV)/bin/python -m tools.elsewhere test

lab: $(NO_NEWS)  ## open JupyterLab at lesson 1; EDITION=ko: in Korean, OPTIONS=…: for JupyterLab
	@test -d notebooks/$(EDITION)/solutions || { echo "$(NO_EDITION)" >&2; exit 1; }
	$(VENV)/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/$(EDITION)/01_nlp_models.ipynb $(OPTIONS)

refresh: $(INSTALLED)  ## execute lessons and solutions in place and store their outputs, in both editions
	$(VENV)/bin/python -m tools.lessons refresh
	$(VENV)/bin/python -m tools.editions carry
	$(VENV)/bin/python -m tools.first_page

links: $(INSTALLED)  ## write the address of the repository into everything: make links REPO=owner/name
	$(VENV)/bin/python -m tools.links $(REPO)

# The bundled corpus may have changed since a lesson copied it into its own folder.
run test elsewhere refresh: forget-copies
forget-copies:
	@find notebooks -type d -name mini_reviews -prune -exec rm -rf {} +

clean:  ## remove the environment and what running the lessons has written
	rm -rf $(VENV) .pytest_cache .ruff_cache notebooks/executed benchmarks/.ratsnlp benchmarks/.accelerate
	find . -type d \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
	find notebooks -type d \( -name Korpora -o -name checkpoints \) -prune -exec rm -rf {} +

# tomllib came with Python 3.11; Debian keeps ensurepip, which venv needs, in a package of its own.
$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c "import ensurepip, tomllib" 2> /dev/null || { echo "$(NO_PYTHON)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV), which takes some minutes."
	@$(VENV)/bin/pip install --quiet --requirement requirements.txt || { echo "$(NO_PIP)" >&2; exit 1; }
	@$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# JupyterLab would ask at its first start whether one wants Jupyter's news.
$(NO_NEWS): $(INSTALLED)
	@$(VENV)/bin/jupyter labextension disable "@jupyterlab/apputils-extension:announcements" 2> /dev/null
	@touch $@
