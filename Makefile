# make run    the demonstration on http://127.0.0.1:8000 (PORT=…); Ctrl-C stops it
# make test   the whole suite, browser tests included (ARGS="tests/jobs -k lease")
# make check  formatters, linters, import contracts, templates, types, migrations
# make format code and templates into the form that the checks ask for
# make bench  what performance is claimed by
# make reset  remove the demonstration's data
# make lock   pin the libraries anew

PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: run test check format bench reset lock
.DEFAULT_GOAL := run

run:
	@$(PYTHON) scripts/run.py run

test:
	@$(PYTHON) scripts/run.py test $(ARGS)

check:
	@$(PYTHON) scripts/run.py check

format:
	@$(PYTHON) scripts/run.py format

bench:
	@$(PYTHON) scripts/run.py bench $(ARGS)

reset:
	@$(PYTHON) scripts/run.py reset

lock:
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in -o requirements-dev.txt
