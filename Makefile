SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules --no-print-directory

# The tools that are not part of a module, at the versions that CI uses.
BUF_VERSION := v1.75.0
STATICCHECK_VERSION := v0.8.2
GOFUMPT_VERSION := v0.12.0
REDOCLY_VERSION := 1.34.5

# The Go modules of the repository.
MODULES := . example bench
# What buf generates, and from what. Each template is run at the root.
TEMPLATES := $(wildcard buf.gen.yaml */buf.gen.yaml internal/*/buf.gen.yaml)

# How long `make fuzz` runs each target.
FUZZTIME ?= 60s
# How many packages are tested at the same time. Each test process is parallel too.
TEST_PACKAGES ?= 2
# The packages of the generator start no goroutines, and their tests generate and compile
# a lot: they run without the race detector.
SEQUENTIAL := /(cmd|codegen|internal/consumer)(/|$$)
# More arguments for `go test`: make test-go TESTFLAGS=-v
TESTFLAGS ?=
GOTEST = -vet=off -p $(TEST_PACKAGES) -timeout 25m $(TESTFLAGS)

BUF := bin/buf
BUF_STAMP := bin/.buf@$(BUF_VERSION)
STATICCHECK_STAMP := bin/.staticcheck@$(STATICCHECK_VERSION)
GOFUMPT_STAMP := bin/.gofumpt@$(GOFUMPT_VERSION)
REDOCLY_STAMP := bin/.redocly@$(REDOCLY_VERSION)

# $(call each_module,COMMAND) runs a command in every module, and says where.
each_module = for module in $(MODULES); do echo "== $$module: $(1)"; (cd "$$module" && $(1)); done

.PHONY: help
help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(BUF_STAMP) export ## Generate the example and drive its server. DATABASE_URL=postgres://… takes that database.
	$(BUF) generate --template example/buf.gen.yaml
	cd example && go run ./cmd/demo

.PHONY: generate
generate: $(BUF_STAMP) export ## Generate the Go code that is checked in.
	for template in $(TEMPLATES); do $(BUF) generate --template "$$template"; done

.PHONY: check-generated
check-generated: $(BUF_STAMP) export ## Fail if `make generate` would change something.
	scripts/check-generated $(TEMPLATES)

.PHONY: export
export: ## Write the protos that annotated files import to third_party/proto.
	go run ./cmd/protoc-gen-go-crud export --with-deps third_party/proto >/dev/null

.PHONY: lint
lint: $(BUF_STAMP) $(STATICCHECK_STAMP) $(GOFUMPT_STAMP) export ## Check Go with mod tidy, vet, staticcheck and gofumpt, and protos with buf.
	$(call each_module,go mod tidy -diff)
	$(call each_module,go vet ./...)
	$(call each_module,$(CURDIR)/bin/staticcheck ./...)
	unformatted=$$(bin/gofumpt -l .); if [ -n "$$unformatted" ]; then echo "not formatted; run make format:"; echo "$$unformatted"; exit 1; fi
	$(BUF) lint

.PHONY: lint-openapi
lint-openapi: $(REDOCLY_STAMP) ## Check the example's OpenAPI document against the specification.
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true bin/redocly/node_modules/.bin/redocly lint --extends=spec example/openapi/openapi.yaml

.PHONY: format
format: $(BUF_STAMP) $(GOFUMPT_STAMP) export ## Format Go and the example's protos.
	bin/gofumpt -w .
	$(BUF) format -w example/proto

.PHONY: test
test: packages lint lint-openapi check-generated test-go bench-check ## Install what is missing, then check and test everything.

.PHONY: test-go
test-go: $(BUF_STAMP) ## Run the Go tests of all modules, those of the runtime with the race detector, on both engines.
	go run ./internal/cmd/withpostgres $(MAKE) test-modules

.PHONY: test-modules
test-modules:
	go test -race $(GOTEST) $$(go list ./... | grep -vE '$(SEQUENTIAL)')
	go test $(GOTEST) $$(go list ./... | grep -E '$(SEQUENTIAL)')
	cd example && go test -race $(GOTEST) ./...

.PHONY: test-many
test-many: $(BUF_STAMP) ## Take 520 tables of 21,000 columns from the database to working services.
	CONSUMER_TABLES=520 go run ./internal/cmd/withpostgres go test -timeout 60m -run TestIntrospected -v ./internal/consumer

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME, side by side.
	FUZZTIME=$(FUZZTIME) scripts/fuzz

.PHONY: soak-events
soak-events: ## Watch 10^5 changes by 8 writers, with a stream that is cut every second.
	EVENTTEST_CHANGES=100000 go run ./internal/cmd/withpostgres go test -timeout 30m -v -run '^TestNoChangeIsLost$$' ./internal/eventtest

.PHONY: bench-check
bench-check: ## Fail if the generated code allocates or sends more than it did.
	go run ./internal/cmd/withpostgres go -C bench test -vet=off -timeout 10m ./...

.PHONY: bench
bench: ## Measure the generated code beside code written by hand.
	go run ./internal/cmd/withpostgres go -C bench test -vet=off -timeout 30m -run '^$$' -bench . -benchmem ./...

.PHONY: packages
packages: ## Install the programs that tests need from the system's packages.
	scripts/install-packages

.PHONY: tools
tools: $(BUF_STAMP) $(STATICCHECK_STAMP) $(GOFUMPT_STAMP) ## Install the pinned tools into bin.

.PHONY: clean
clean: ## Remove what make made: tools, exported protos, test caches.
	rm -rf bin third_party
	go clean -testcache

# $(call install,PACKAGE) installs a tool and notes the version that its stamp names.
define install
	rm -f $(firstword $(subst @, ,$@))@*
	GOBIN=$(CURDIR)/bin GOFLAGS= go install $(1)
	touch $@
endef

$(BUF_STAMP):
	$(call install,github.com/bufbuild/buf/cmd/buf@$(BUF_VERSION))

$(STATICCHECK_STAMP):
	$(call install,honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION))

$(GOFUMPT_STAMP):
	$(call install,mvdan.cc/gofumpt@$(GOFUMPT_VERSION))

# It is a package of npm, and runs on Node.js.
$(REDOCLY_STAMP):
	rm -rf bin/redocly bin/.redocly@*
	npm install --prefix bin/redocly --ignore-scripts --no-audit --no-fund --loglevel error @redocly/cli@$(REDOCLY_VERSION)
	touch $@
