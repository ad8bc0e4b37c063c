#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that must hold before a change is merged; CI runs this and nothing else.
#
# Builds go to a folder of their own: the flags below would otherwise make the next plain
# `swift build` start over.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
scratch=.build-check
# Nobody debugs these builds, but backtraces name lines; and tests are found in the index of this
# package's own files: without the rest of both a build takes a fifth less.
both=(-debug-info-format none -Xswiftc -gline-tables-only -Xswiftc -index-ignore-system-modules
  -Xswiftc -index-ignore-clang-modules)
# An expression that the type checker tries more than this many combinations for is an error. The worst
# takes some 9,000: twice as many leave room, and those that grow out of hand take hundreds of thousands.
# A count, for a time would be the machine's as well.
debug=(--scratch-path "$scratch/debug" "${both[@]}"
  -Xswiftc -Xfrontend -Xswiftc -solver-scope-threshold=20000)
release=(-c release --scratch-path "$scratch/release" "${both[@]}")
# Tests that expect a crash would wait for its backtrace.
export SWIFT_BACKTRACE=enable=no

step() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFailed: %s\n' "$*" >&2
  exit 1
}

# Prints what a build's log warns of about the files or the manifest of this repository.
warnings_of() {
  local package=${root##*/}
  grep -F 'warning: ' "$1" | grep -F -e "$root/" -e "warning: '${package,,}'" |
    grep -vF "$root/$scratch/" | sort -u || true
}

# Runs a command and fails if the build in it warns. What is already built is not compiled again
# and warns no more: so files with a warning are touched, and the next run warns too. (A fresh
# clone builds, and so checks, everything.)
without_warnings() {
  local log warnings
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  warnings=$(warnings_of "$log")
  rm -f "$log"
  if [ -z "$warnings" ]; then return; fi
  while IFS=: read -r file _; do
    if [ -f "$file" ]; then touch "$file"; fi
  done <<<"$warnings"
  printf '\n%s\n' "$warnings" >&2
  fail "the build warns"
}

step "Format"
sources=()
for path in Package.swift Sources Tests Snippets Robustness Examples; do
  if [ -e "$path" ]; then sources+=("$path"); fi
done
swift format lint --strict --recursive --parallel "${sources[@]}"

# A build leaves a processor idle now and then, so what need not wait for another goes beside it; tests of
# time and threads run alone. `begin NAME COMMAND`, and `finish LINES`, which shows so many of what each has printed.
beside=()
begin() {
  local name=$1
  shift
  # In a group of its own, so that all of it ends when this script does.
  set -m
  ("$@" >"$scratch/$name.log" 2>&1) &
  set +m
  beside+=("$name:$!")
}
finish() {
  local job
  for job in "${beside[@]}"; do
    wait "${job#*:}" || { cat "$scratch/${job%:*}.log"; fail "${job%:*}: see above"; }
    tail -n "$1" "$scratch/${job%:*}.log"
  done
  beside=()
}
end_beside() {
  local job
  for job in ${beside[@]+"${beside[@]}"}; do kill -- "-${job#*:}" 2>/dev/null || true; done
}
trap end_beside EXIT

step "Build without warnings"
mkdir -p "$scratch"
without_warnings swift build --build-tests "${debug[@]}"

step "Test, as README says: swift test"
grep -qx 'swift test' README.md || fail "README.md does not say how to test"
swift test "${debug[@]}"

step "Build for release without warnings; kernels for aarch64, and a client of the library alone, as README says"
begin aarch64 Scripts/check-aarch64.sh
begin client Scripts/check-client.sh "$scratch/client"
without_warnings swift build --build-tests "${release[@]}"
finish 3

step "Test in release"
# No test needs @testable, so the library is built as for its users.
swift test --skip-build --disable-testable-imports "${release[@]}"

step "The command stands behind its trait"
if git grep -L '^#if Command$' -- 'Sources/PullbackCommand/*.swift'; then
  fail "the files above would not build without the trait Command"
fi

step "No paths of one machine"
if git grep -nE '(^|[^A-Za-z0-9._/-])/(work|root|home|Users)/'; then
  fail "the lines above name a folder that exists on one machine only"
fi

printf '\nAll checks passed in %d min %d s.\n' $((SECONDS / 60)) $((SECONDS % 60))
