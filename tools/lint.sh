#!/usr/bin/env bash
# clang-format on everything, clang-tidy on what changed: what is not committed, or else the last commit's files.
# With --all clang-tidy reads everything too, which takes 20 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."

sources() { grep -E '^(src|tests|bench)/.*\.(cpp|hpp)$' || true; }
all=$(git ls-files --cached --others --exclude-standard | sources)
changed=$({ git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard; } | sources)
[ -n "$changed" ] || changed=$(git diff --name-only --diff-filter=d HEAD~1 2>/dev/null | sources)
[ "${1-}" != --all ] || changed=$all

echo "clang-format: $(wc -w <<<"$all") files"
clang-format-19 --dry-run --Werror $all

echo "co_await: no aggregate is made on the way"
node tools/check_coroutines.mjs $all

# The fuzzers are built by clang alone and are not in the compilation database.
units=$(grep '\.cpp$' <<<"$changed" | grep -v '^tests/fuzz/' || true)
[ -n "$units" ] || { echo "clang-tidy: nothing changed"; exit 0; }
echo "clang-tidy: $(wc -w <<<"$units") files"
# GCC's own warning options mean nothing to clang; its counts of suppressed warnings mean nothing to us.
xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option \
  <<<"$units" 2>/dev/null
