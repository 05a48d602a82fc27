# The only door: developers, hosted CI and `.ci/run` call these targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# More for the command of a target, such as: make test ARGS="-k resume", make demo ARGS="--language en".
ARGS ?=
WORKERS ?= 2

export PYTHONPATH := .:protos/gen

.DEFAULT_GOAL := help
.PHONY: help run demo backup restore fuzz fuzz-quick edge gateway-filter chaos chaos-quick soak page-test clients-test prompt-preview check test fault-matrix bad-answers bench bench-llm eval check-links lint format proto contract-baseline lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Run everything on this machine until Ctrl-C
	@$(BIN)/python -m tools.local_run

demo: $(READY) ## Take the three documented steps against a running stack
	@$(BIN)/python -m tools.demo $(ARGS)

backup: $(READY) ## Write all that is stored into FILE, by default one in backups/, while everything works
	@$(BIN)/python -m tools.backup $(if $(FILE),"$(FILE)") $(ARGS)

restore: $(READY) ## Put the backup FILE in the place of what is stored; stop the stack first
	@test -n "$(FILE)" || { echo "Name a backup: make restore FILE=backups/..." >&2; exit 2; }
	@$(BIN)/python -m tools.restore "$(FILE)" $(ARGS)

fuzz: $(READY) ## Send 20,000 made-up requests to the gateway and hold every answer against the reference
	$(BIN)/python -m tests.fuzz $(ARGS)

fuzz-quick: $(READY) ## The same for half a minute
	$(BIN)/python -m tests.fuzz --seconds 35 --seed 1 $(ARGS)

edge: $(READY) ## Meet the gateway with the worst clients at full size (three minutes)
	@$(BIN)/python -m tests.edge

gateway-filter: $(READY) ## Assemble the gateway's limit of connections
	@$(BIN)/python -m tools.gateway_filter

chaos: $(READY) ## Break and overload whole stacks at full size and write docs/reliability.md (half an hour)
	$(BIN)/pytest tests/chaos --full $(ARGS)

chaos-quick: $(READY) ## The same in its short form (five minutes)
	$(BIN)/pytest tests/chaos $(ARGS)

soak: $(READY) ## Ten minutes of everything at once, with random faults, and one page about it (ARGS="--minutes 60")
	@$(BIN)/python -m tests.soak $(ARGS)

page-test: $(READY) ## Use the page in a real browser (CHROMIUM=/path/to/it, /usr/bin/chromium by default)
	$(BIN)/pytest tests/page $(ARGS)

clients-test: $(READY) ## Run the documented RPCs and the Python and TypeScript clients as their users would (needs Node)
	$(BIN)/pytest tests/clients $(ARGS)

prompt-preview: $(READY) ## Show what a vendor would be sent about a resume (RESUME=file, ARGS="--service learning")
	@test -n "$(RESUME)" || { echo "Name a resume: make prompt-preview RESUME=examples/resume-backend-36m.json" >&2; exit 2; }
	@$(BIN)/python -m tools.prompt_preview $(RESUME) $(ARGS)

check: lint test ## Everything that hosted CI checks

test: $(READY) ## Run all tests, in as many processes as WORKERS says
	$(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

fault-matrix: $(READY) ## Meet every fault of every vendor with default settings and write docs/fault-matrix.md
	$(BIN)/python -m tests.faults

bad-answers: $(READY) ## Have fake vendors break every check, alone and in pairs, and see good answers come of it
	$(BIN)/python -m tests.bad_answers

eval: $(READY) ## Count which checks the answers pass (ARGS="--provider local --sets 20" writes docs/eval, "--fakes" needs no key)
	$(BIN)/python -m tools.eval $(ARGS)

check-links: $(READY) ## Try every address of the learning catalogue (needs a network)
	$(BIN)/python -m tools.check_links $(ARGS)

bench: $(READY) ## Measure the whole stack beside a FastAPI service and write docs/benchmarks (ARGS="--quick", "--only NAME", "--flames")
	@$(BIN)/python -m tests.benchmarks.stack $(ARGS)

bench-llm: $(READY) ## Compare the provider library with its peers and write docs/benchmarks (ARGS="--quick" is short)
	$(BIN)/python -m tests.benchmarks $(ARGS)

lint: $(READY) ## Check style, types, contracts, gateway and compose file
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/unit/test_architecture.py
	$(BIN)/python -m tools.lint_contracts
	$(BIN)/python -m tools.lint_gateway
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml

format: $(READY) ## Format the code and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

proto: $(READY) ## Write the stubs, descriptors and reference pages from the contracts
	$(BIN)/python -m tools.protos
	$(BIN)/python -m tools.openapi

contract-baseline: $(READY) ## Take the contracts as released: later ones must not break them
	$(BIN)/python -m tools.lint_contracts --release

lock: $(READY) ## Pin the newest allowed packages in both lock files
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT && $(BIN)/python -m venv "$$scratch" && \
	"$$scratch/bin/pip" install --quiet --disable-pip-version-check uv && \
	pin="$$scratch/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11" && \
	$$pin --extra services --extra dev pyproject.toml -o requirements.lock && \
	$$pin --extra services pyproject.toml -o services/requirements.lock --constraint requirements.lock

clean: ## Remove the environment and all caches; stored data stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed, and $(PYTHON) is not: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV) ..."
	@# The lock file is complete; pip would ask for a hash of every extra that a package names.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@
