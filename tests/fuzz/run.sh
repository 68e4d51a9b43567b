#!/usr/bin/env bash
# Runs each fuzzer from its seeds for a while (seconds, default 60), as clang or as GCC built it: run.sh SECONDS [gcc].
# What it finds stays in its folder found/.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
build=build/fuzz${2:+-$2}
for fuzzer in cohort_page alert json_text events profile_updates cohort_definition report_definition alert_definition http; do
  echo "== $fuzzer, $seconds s"
  work=$build/corpus/$fuzzer
  mkdir -p "$work" "$build/found"
  seeds=("tests/fuzz/corpus/$fuzzer")
  case $fuzzer in cohort_page | alert) seeds+=(tests/contract/messages/*) ;; esac
  log=$build/$fuzzer.log
  if ! "$build/tests/fuzz/fuzz_$fuzzer" -max_total_time="$seconds" -max_len=8192 -timeout=25 -rss_limit_mb=4096 \
    -artifact_prefix="$build/found/" -print_final_stats=1 "$work" "${seeds[@]}" >"$log" 2>&1; then
    tail -n 40 "$log"
    echo "$fuzzer found something: see $build/found" >&2
    exit 1
  fi
  grep -E 'DONE|number_of_executed_units' "$log"
done
