#!/usr/bin/env bash
# Every source is as clang-format-16 writes it (`make format` mends).
set -euo pipefail
cd "$(dirname "$0")/../.."
find . -path ./build -prune -o \( -name '*.cc' -o -name '*.h' \) -print0 | xargs -0 clang-format-16 --dry-run -Werror
