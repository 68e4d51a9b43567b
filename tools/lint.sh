#!/usr/bin/env bash
# Checks the source. Format, lengths, modules and co_await are checked everywhere; clang-tidy and the banned words only
# in what changed: what is not committed, or else the last commit.
#
#   tools/lint.sh                 what changed
#   tools/lint.sh --since COMMIT  what changed since that commit
#   tools/lint.sh --all           clang-tidy on everything too, which takes 20 minutes on two cores
set -euo pipefail
cd "$(dirname "$0")/.."

cpp() { grep -E '^(src|tests|bench)/.*\.(cpp|hpp)$' || true; }
files=$(git ls-files --cached --others --exclude-standard --deduplicate | while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
all=$(cpp <<<"$files")

since=HEAD
[ -n "$(git status --porcelain)" ] || since=HEAD~1
[ "${1-}" != --since ] || since=$2
changed=$({ git diff --name-only --diff-filter=d "$since"; git ls-files --others --exclude-standard; } | cpp)
[ "${1-}" != --all ] || changed=$all

echo "clang-format: $(wc -w <<<"$all") files"
clang-format-19 --dry-run --Werror $all

echo "lengths: no file is too long"
node tools/check_lengths.mjs $(grep -E '\.(cpp|hpp|mjs|sh)$' <<<"$files")

echo "modules: what is included is what is declared"
node tools/check_modules.mjs

echo "migrations: none that is released was edited"
for folder in src/*/migrations; do
  (cd "$folder" && sha256sum --check --strict --quiet SHA256SUMS && comm -3 <(ls *.sql) <(cut -c67- SHA256SUMS | sort) | (! grep .)) ||
    { echo "$folder: add a migration and its line in SHA256SUMS; never edit one that is there" >&2; exit 1; }
done

echo "co_await: no aggregate is made on the way"
node tools/check_coroutines.mjs $all

echo "words: what changed since $(git rev-parse --short "$since") is written in plain English"
node tools/check_words.mjs "$since"

# The fuzzers are built by clang alone and are not in the compilation database.
units=$(grep '\.cpp$' <<<"$changed" | grep -v '^tests/fuzz/' || true)
[ -n "$units" ] || { echo "clang-tidy: nothing changed"; exit 0; }
echo "clang-tidy: $(wc -w <<<"$units") files"
# GCC's own warning options mean nothing to clang; its counts of suppressed warnings mean nothing to us.
xargs -P "$(nproc)" -n 4 clang-tidy-19 --quiet -p build/lint --extra-arg=-Wno-unknown-warning-option \
  <<<"$units" 2>/dev/null
