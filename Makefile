# `make help` lists what there is. Every target installs first what it is missing (tools/packages.txt).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build demo quick test full check format golden bench fuzz try-readme clean

JOBS ?= $(shell nproc)
ARGS ?=
SECONDS ?= 60
GOLDEN ?= tests/data/golden
export JOBS
# A second clone finds what the first one compiled: paths are hashed relative to the clone.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup:  ## install the Debian packages that are missing: to build, run the demo, test
	@tools/setup.sh build demo test

build:  ## build/ballast and what its demo runs
	@tools/setup.sh build
	@tools/build.sh dev ballast examples/all

demo:  ## the demo; ARGS="--headless" for a machine without a screen
	@tools/setup.sh build demo
	@tools/build.sh dev ballast examples/all
	@build/ballast demo $(ARGS)

quick:  ## the pure suites alone: under 90 s when warm
	@tools/setup.sh build test
	@tools/test.sh quick

test:  ## what every change has to pass: all suites, sanitizers where they pay, clang, lints
	@tools/setup.sh build test
	@tools/test.sh test

full:  ## test with sanitizers everywhere, 100,000 random worlds, fuzzing, clang-tidy on all
	@tools/setup.sh build test
	@tools/test.sh full

check:  ## the lints alone: format, layers, coroutines, clocks, limits, names, headers, clang-tidy on what changed
	@tools/setup.sh build test
	@tools/check.sh

format:  ## clang-format on all sources
	@tools/setup.sh test
	@git ls-files '*.cc' '*.h' | xargs clang-format-16 -i

golden:  ## compare with the vectors of Kubernetes, Knative and cron in GOLDEN=DIR (default tests/data/golden)
	@tools/setup.sh build test
	@tools/golden.sh "$(GOLDEN)"

bench:  ## release build and its benchmarks; figures in build/release/bench
	@tools/setup.sh build bench
	@tools/bench.sh $(ARGS)

fuzz:  ## every fuzz target for SECONDS=60 from its corpus
	@tools/setup.sh build test
	@tools/fuzz.sh $(SECONDS)

try-readme:  ## README's commands on a clean Debian 12 in a folder (root; ARGS="test" runs make test there too)
	@tools/setup.sh readme
	@tools/try_readme.sh $(ARGS)

clean:  ## remove build/
	@rm -rf build
