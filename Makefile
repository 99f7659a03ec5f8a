# The front door. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)

# Tools are built from source at exactly these versions; the lint version is
# repeated in .ci/run.
LINT_VERSION := v2.12.2
LINT := $(shell command -v golangci-lint || echo $(shell go env GOPATH)/bin/golangci-lint)

# The race detector needs cgo and a C compiler. Where they are missing the tests
# run without it and say so.
RACE := $(shell [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null && echo -race)

# Two packages at a time keep the race detector within the memory of a small
# machine; the limit is per package.
TEST := go test $(RACE) -p 2 -timeout 15m

# Tests start the PostgreSQL that they share by themselves; other tools are told
# of it by this.
WITH_DATABASE = url="$${SOUK_TEST_DATABASE_URL:-$$(go run ./internal/testkit/testserver start)}"; export SOUK_TEST_DATABASE_URL="$$url";

# Test data that is not part of the repository; tests skip what is absent.
export SOUK_TEST_DATA ?= $(abspath ../shared/data)
SOUK_DATA_DIR ?= $(CURDIR)/.souk
export SOUK_DATA_DIR

##@ Run

.PHONY: run dev worker build
run: postgres build ## Start a whole shop: database, sample data, API, worker (ARGS=--tls)
	./bin/souk dev $(ARGS)

dev: run ## The same as run

worker: build ## Start a worker alone, against DATABASE_URL
	./bin/souk worker

build: ## Build ./bin/souk
	@mkdir -p bin
	@echo "Building ./bin/souk (the first time takes a few minutes)."
	@CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/souk ./cmd/souk

##@ Test

.PHONY: test test-cov test-race race prove defects bench bench-stock bench-search relevance postgres race-note
test: postgres race-note ## Run all tests
	$(TEST) ./...

test-cov: postgres ## Run all tests with coverage, into bin/coverage.out
	@mkdir -p bin
	$(TEST) -coverprofile=bin/coverage.out ./...
	go tool cover -func=bin/coverage.out | tail -n 1

test-race: postgres ## Run all tests afresh with the race detector, which must be there
	@[ -n "$(RACE)" ] || { echo "The race detector needs CGO_ENABLED=1 and a C compiler." >&2; exit 1; }
	$(TEST) -count=1 ./...

# RACE_URL names a shop that is running; without it the test starts two server
# processes on a database of its own.
race: postgres build ## Many buyers, few pieces, at once, over HTTP (RACE_URL=http://127.0.0.1:8080 BUYERS=1000 UNITS=100 CONNECTIONS=200 ROUNDS=20)
	go run ./bench/race $(if $(RACE_URL),-url $(RACE_URL),-processes 2 -souk ./bin/souk) \
		-buyers $(or $(BUYERS),1000) -units $(or $(UNITS),100) -connections $(or $(CONNECTIONS),200) -rounds $(or $(ROUNDS),20)

defects: postgres ## Plant defects in a copy of the code, one at a time: the tests must find each
	$(WITH_DATABASE) go run ./internal/tools/defects

prove: postgres race ## Run the long proofs in full, as long as they take
	SOUK_PROVE=1 go test $(RACE) -p 2 -count=1 -timeout 3h ./...
	$(MAKE) defects

bench: postgres build ## Measure hot reads, and purchases from cart to order, against floors (BENCH="reads purchase" PRODUCTS=5000 SECONDS_EACH=5)
	$(WITH_DATABASE) ./bench/run.sh

bench-stock: postgres build ## Measure how fast stock is promised, plain and combined, against floors (SECONDS_EACH=3 BUYERS=1,64,256)
	go run ./bench/stock -souk ./bin/souk -seconds "$${SECONDS_EACH:-3}" -buyers "$${BUYERS:-1,64,256}"

bench-search: ## Measure search, facets, autocomplete and index builds, for the engines there are (MEILI_URL=http://127.0.0.1:7700)
	go run ./bench/search

# The engine that is built in must not do worse than the baseline.
relevance: ## Rate what searches find, clean and damaged, against real ratings (MEILI_URL=http://127.0.0.1:7700 for both engines)
	go run ./bench/relevance -check

race-note:
	@[ -n "$(RACE)" ] || echo "No race detector: cgo is off or there is no C compiler."

# Tests start a private PostgreSQL from the programs on the machine. Where none
# are and we may install them, we do; else the launcher says what to do.
postgres:
	@if [ -z "$${SOUK_TEST_DATABASE_URL:-}" ] && [ -z "$${SOUK_PG_BIN:-}" ] && ! command -v postgres >/dev/null && \
		! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "No PostgreSQL here: installing it."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; \
	fi

##@ Keep in order

.PHONY: check lint vet format format-check generate generate-check migration migrations-check
check: format-check vet lint test ## Everything that must be green before a commit

# The linter's cache holds findings by path: shared between two checkouts it
# shows one the findings of the other, and exclusions no longer match.
lint: $(LINT) ## Lint with the rules of .golangci.yml
	GOLANGCI_LINT_CACHE=$(CURDIR)/bin/lint-cache $(LINT) run ./...

$(LINT):
	go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

vet:
	go vet ./...

# Go files of ours: neither generated nor ignored.
GO_FILES = $(shell git ls-files --cached --others --exclude-standard '*.go' | xargs grep -L '^// Code generated .* DO NOT EDIT\.$$')

format: ## Format all Go files
	gofmt -w $(GO_FILES)

format-check:
	@unformatted="$$(gofmt -l $(GO_FILES))"; [ -z "$$unformatted" ] || { echo "Not formatted (make format):"; echo "$$unformatted"; exit 1; }

generate: ## Write all generated code anew
	go run ./internal/tools/entgen
	$(foreach config,$(wildcard gqlgen*.yml),go tool gqlgen generate --config $(config) &&) true
	go generate ./...
	{ cat docs/CONFIGURATION.head.md; go run ./cmd/souk config docs; } > docs/CONFIGURATION.md

generate-check: generate ## Fail if generated code is stale
	@git diff --stat --exit-code && [ -z "$$(git ls-files --others --exclude-standard)" ] || \
		{ echo "Generated code is stale: run make generate and commit."; git status --short; exit 1; }

migration: postgres ## Write a migration from the difference of schema and migrations: make migration name=add_wishlist
	@[ -n "$(name)" ] || { echo "Name it: make migration name=add_wishlist" >&2; exit 2; }
	$(WITH_DATABASE) go run ./internal/tools/migration -name $(name)

migrations-check: postgres ## Fail if schema and migrations differ
	$(WITH_DATABASE) go run ./internal/tools/migration -check

##@ Database

.PHONY: db-init db-seed db-reset
db-init: build ## Bring the database to this version's schema
	./bin/souk migrate up

db-seed: build ## Load the sample shop
	./bin/souk seed

db-reset: ## Throw the private database of this directory away
	@[ -z "$${DATABASE_URL:-}" ] || { echo "DATABASE_URL names a database of yours: drop it yourself." >&2; exit 1; }
	@pid="$$(head -n 1 '$(SOUK_DATA_DIR)/postgres/postmaster.pid' 2>/dev/null || true)"; \
		[ -z "$$pid" ] || ! kill -0 "$$pid" 2>/dev/null || { echo "The database is running: stop souk dev first." >&2; exit 1; }
	rm -rf '$(SOUK_DATA_DIR)/postgres'

##@ Containers

.PHONY: docker-up docker-down
docker-up: ## Build and start everything in containers; needs an .env (see .env.example)
	VERSION=$(VERSION) docker compose up --build --detach --wait

docker-down: ## Stop the containers; data stays in its volumes
	docker compose down

##@ Help

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
