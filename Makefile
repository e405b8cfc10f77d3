# Two commands do everything: `make run` and `make test`. Both set up what they need first.

PYTHON := .venv/bin/python
export PORT_BASE ?= 8100
export RUN_DIR ?= .run
# behind a company's proxy, what is on this machine is not asked for through it
comma := ,
export NO_PROXY := $(addsuffix $(comma),$(or $(no_proxy),$(NO_PROXY)))127.0.0.1,localhost
export no_proxy := $(NO_PROXY)

.DEFAULT_GOAL := help
.PHONY: help setup run demo rows test test-fast test-nightly check format house age-table guides access interop fuzz bench bench-scale bench-feed assets screenshots rehearse-broker rehearse-upgrade rehearse-restore openapi release image sbom audit lock reset clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Python packages from the lock files into .venv (done by the others when needed)
	@sh tools/local/bootstrap.sh

run: setup ## The whole system on this machine, with test data (PORT_BASE, DATABASE_URL, BROKER=local|amqp://...)
	@exec $(PYTHON) -m tools.local.run

demo: setup ## The main job from end to end, each step shown; starts a system if none is running
	@exec $(PYTHON) -m tools.local.demo

rows: setup ## Each promise of docs/features.md walked over HTTP: W, or what is missing; starts a system if none is running
	@exec $(PYTHON) -m tools.rows

test: setup ## All tests in two processes, each with a private PostgreSQL and RabbitMQ
	@exec $(PYTHON) -m pytest -n 2

test-fast: setup ## Without the tests that start several processes
	@exec $(PYTHON) -m pytest -n 2 -m "not system"

test-nightly: setup ## What takes minutes: ten thousand changes at once, a lost broker node, a lost database
	@COPYING_CHANGES=10000 exec $(PYTHON) -m pytest -m "nightly or not nightly" services/consent-api/tests/test_copying.py tests/system/test_rehearsals.py

check: setup ## Format, lint, strict types; contracts current, by the linters, and kept; manifests (house rules are tests)
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy shared/shared shared/devkit/devkit deploy/sandbox/sandbox tools web/web services/*/*_api services/*/*_service
	$(PYTHON) -m tools.contracts openapi --check
	$(PYTHON) -m tools.contracts.linting openapi
	$(PYTHON) -m tools.contracts.breaking openapi
	$(PYTHON) -m tools.manifests deploy/kubernetes/overlays/*

format: setup ## Format and mend what can be mended
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

house: setup ## Rooms, who imports whom, and where that goes upward (tests/architecture/layers.toml)
	@$(PYTHON) -m tools.house

age-table: setup ## Who may use which tool by age, relation and consent: writes docs/age-table.md
	@$(PYTHON) -m tools.age_table | tee docs/age-table.md

guides: setup ## Pages of docs/integrators that are made from the code: error codes
	$(PYTHON) -m tools.guides docs/integrators

access: setup ## Ask every operation as every kind of caller; writes tests/access/matrix.csv, shows what changed
	@exec $(PYTHON) -m tools.access

interop: setup ## Other people's clients and generators, each used on a sandbox; writes docs/integrators/interoperability.md; five minutes
	@exec $(PYTHON) -m tools.interop

fuzz: setup ## Calls that nobody thought of, as every kind of caller, until FUZZ_CALLS=50000 or FUZZ_SECONDS=3600
	@exec $(PYTHON) -m tools.fuzz

bench: setup ## Our speed beside its floors, in one run; writes bench-results.json
	@exec $(PYTHON) -m tools.bench

bench-scale: setup ## Checking who is digitally active among SCALE=6000000 citizens against among 10,000; some minutes, 4 GB
	@exec $(PYTHON) -m tools.bench.scale

bench-feed: setup ## The feed page among FEED_ROWS=20000000 entries, and how fast pages are rebuilt; some minutes, 10 GB of disk
	@exec $(PYTHON) -m tools.bench.feed_scale

rehearse-broker: setup ## Three RabbitMQ nodes, killed one after the other while prescriptions are made; a minute
	@exec $(PYTHON) -m tools.rehearsal.broker

rehearse-upgrade: setup ## Every replica of two services replaced, from the release before, while requests come; a minute
	@exec $(PYTHON) -m tools.rehearsal.upgrade

rehearse-restore: setup ## A database lost, restored to an earlier time, and the events after it sent again; a minute
	@exec $(PYTHON) -m tools.rehearsal.restore

openapi: setup ## Contracts from the code into openapi/
	$(PYTHON) -m tools.contracts openapi

release: setup ## One version for packages and contracts, both promised from now on; changelog, commit and tag (VERSION=1.1.0)
	@$(PYTHON) -m tools.release $(VERSION)

assets: setup ## The style sheets and fonts of the front ends, from npm packages; what is made is committed
	cd web/assets && $(CURDIR)/.venv/bin/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cd web/assets && $(CURDIR)/.venv/bin/node build.mjs

screenshots: setup ## The pictures of README, taken from a system of its own; a minute
	@$(PYTHON) -m tools.local.screenshots

image: setup ## The Dockerfile's steps without Docker, in the clean folder .cache/image (SERVICE=catalog-api)
	rm -rf .cache/image
	$(PYTHON) deploy/docker/build_here.py .cache/image --service $(or $(SERVICE),catalog-api)

sbom: setup ## What ships, for scanners of vulnerabilities: sbom.json (CycloneDX)
	$(PYTHON) -m cyclonedx_py requirements requirements.lock --pyproject shared/pyproject.toml --short-PURLs --output-reproducible --output-file sbom.json

# strict: a package that the service has never heard of is not taken for a sound one
AUDIT = $(PYTHON) -m pip_audit --strict --require-hashes --disable-pip --progress-spinner off $(if $(OSV_URL),-s osv --osv-url $(OSV_URL))

# the tools first: what is known about them is told of, and ends nothing
audit: setup ## Known vulnerabilities: of the tools they are listed, in what ships they fail (OSV_URL: another service to ask)
	-cd tests/contracts/node && $(CURDIR)/.venv/bin/npm audit --package-lock-only
	-$(AUDIT) -r requirements-dev.lock
	$(AUDIT) -r requirements.lock

INTEROP = tools/interop/locks

lock: setup ## Pin the newest dependencies that fit, with hashes
	$(PYTHON) -m uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate requirements.in -o requirements.lock --upgrade
	$(PYTHON) -m uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate requirements-dev.in -o requirements-dev.lock --upgrade
	cd tests/contracts/node && $(CURDIR)/.venv/bin/npm update --package-lock-only --loglevel=error
	cd $(INTEROP) && for lock in clients quick; do $(CURDIR)/$(PYTHON) -m uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate $$lock.in -o $$lock.lock --upgrade; done
	cd $(INTEROP)/clients && $(CURDIR)/.venv/bin/npm update --package-lock-only --loglevel=error

reset: setup ## Back to the first day: the running system, or the data it left
	@exec $(PYTHON) -m tools.local.first_day

clean: reset ## The same, and the installed packages
	rm -rf .venv .cache/interop tests/contracts/node/node_modules
