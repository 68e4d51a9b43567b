# The front door. `make help` lists what there is; each target installs what it needs.

.DEFAULT_GOAL := help
.PHONY: help build run subscriber publisher test lint bench docs fuzz hostile sanitize gcc clean

BUILD := build/release
JOBS := $(shell nproc)
ARGS ?=
# `make build` leaves out the tests, whose packages it does not install; the other targets configure them in.
WITH_TESTS := grep -qs BELLWETHER_TESTS:BOOL=ON $(BUILD)/CMakeCache.txt || cmake --preset release -DBELLWETHER_TESTS=ON

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build the release binary, build/release/bellwether
	@tools/install_packages.sh build
	@test -f $(BUILD)/build.ninja || cmake --preset release -DBELLWETHER_TESTS=OFF
	@cmake --build $(BUILD) --parallel $(JOBS) --target bellwether

run: build engine ## build and start the demo: a shop, a publisher and a subscriber on loopback (options: ARGS="--data DIR")
	@exec $(BUILD)/bellwether demo $(ARGS)

subscriber: build ## build and start the subscriber on loopback, data in ./data (options: ARGS="--listen …")
	@exec $(BUILD)/bellwether subscriber $(ARGS)

publisher: build engine ## build and start the publisher on loopback, data in ./publisher-data
	@exec $(BUILD)/bellwether publisher $(ARGS)

test: judges engine site ## build everything and run all tests (one: ctest --test-dir build/release -R NAME)
	@tools/install_packages.sh build develop test
	@$(WITH_TESTS)
	@cmake --build $(BUILD) --parallel $(JOBS)
	@ctest --test-dir $(BUILD) --parallel $(JOBS) --output-on-failure --no-tests=error

lint: ## clang-format and clang-tidy on what changed (everything: ARGS=--all)
	@tools/install_packages.sh build develop lint
	@cmake --preset lint >/dev/null
	@tools/lint.sh $(ARGS)

bench: engine ## measure each ratio of docs/performance.md
	@tools/install_packages.sh build develop bench
	@$(WITH_TESTS)
	@cmake --build $(BUILD) --parallel $(JOBS)
	@node bench/run.mjs $(ARGS)

docs: site ## build the documentation as a static site, build/docs
	@NODE_ENV=production node docs/site/build.mjs

fuzz: ## run each fuzzer for a minute, built by clang (longer, or by GCC: ARGS="600 gcc")
	@tools/install_packages.sh build develop
	@preset=fuzz$(patsubst %,-%,$(word 2,$(ARGS))); \
	  { test -f build/$$preset/build.ninja || cmake --preset $$preset; } && \
	  cmake --build build/$$preset --parallel $(JOBS) && \
	  tests/fuzz/run.sh $(ARGS)

hostile: build engine ## attack both services for minutes (one topic: ARGS="framing --seconds 600 --seed 7")
	@tools/install_packages.sh test
	@BELLWETHER=$(BUILD)/bellwether node tests/hostile/hostile.mjs $(ARGS)
	@tools/install_packages.sh develop
	@$(WITH_TESTS)
	@cmake --build $(BUILD) --parallel $(JOBS) --target unit_mirror
	@BELLWETHER_EVERY_WRITE=1 $(BUILD)/tests/unit/unit_mirror --gtest_filter='*DiskFull*'

sanitize: judges engine ## the tests under ASan+UBSan, and the threaded ones under TSan
	@tools/install_packages.sh build develop test
	@for preset in asan-ubsan tsan; do \
	  test -f build/$$preset/build.ninja || cmake --preset $$preset || exit 1; \
	  cmake --build build/$$preset --parallel $(JOBS) || exit 1; \
	  ctest --test-dir build/$$preset --parallel $(JOBS) --output-on-failure --no-tests=error -LE "slow|engine" || exit 1; \
	done

gcc: judges engine ## build everything with GCC, and run the unit tests and those of the wire
	@tools/install_packages.sh build develop test
	@test -f build/gcc/build.ninja || cmake --preset gcc
	@cmake --build build/gcc --parallel $(JOBS)
	@ctest --test-dir build/gcc --parallel $(JOBS) --output-on-failure --no-tests=error \
	  -R '^(unit|sanitized)\.|^system\.(intake|tls|mirror|hardening)$$'

clean: ## remove what was built
	@rm -rf build tests/node_modules engine/node_modules docs/site/node_modules

# npm packages, installed when their lock file changed: the contract's judges for the tests, the embedded event engine
# (half a gigabyte), and what builds the documentation.
.PHONY: judges engine site
judges: FOLDER := tests
engine: FOLDER := engine
site: FOLDER := docs/site
judges engine site:
	@tools/install_packages.sh npm
	@[ $(FOLDER)/node_modules/.package-lock.json -nt $(FOLDER)/package-lock.json ] || { \
	  echo "Installing npm packages in $(FOLDER)/"; \
	  (cd $(FOLDER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json) || \
	  { echo "make: npm ci failed: is the npm registry reachable?" >&2; exit 1; }; }
