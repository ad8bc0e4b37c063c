#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs all tests once for each instruction set that this machine has. Arguments go to `swift build`
# and `swift test`, such as `-c release` or `--filter RuntimeTests`.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Tests that expect a crash would wait for its backtrace.
export SWIFT_BACKTRACE=enable=no

# `swift build` knows no filter.
build=()
while [ $# -gt 0 ]; do
  case $1 in
    --filter | --skip) break ;;
    *) build+=("$1") && shift ;;
  esac
done
swift build --build-tests ${build[@]+"${build[@]}"}
command=$(swift build --show-bin-path ${build[@]+"${build[@]}"})/pullback

passed='' failed=''
for name in baseline avx2 avx512 neon; do
  status=0
  PULLBACK_INSTRUCTION_SET=$name "$command" bench matmul 1x1x1 --seconds 0.01 >/dev/null 2>&1 ||
    status=$?
  # 64: this machine does not have it. Anything else is for the tests to tell.
  if [ "$status" = 64 ]; then continue; fi
  printf '\n== %s\n' "$name"
  if PULLBACK_INSTRUCTION_SET=$name swift test --skip-build ${build[@]+"${build[@]}"} "$@"; then
    passed+=" $name"
  else
    failed+=" $name"
  fi
done
printf '\nPassed with:%s\n' "${passed:- none}"
if [ -n "$failed" ]; then
  printf 'Failed with:%s\n' "$failed" >&2
  exit 1
fi
[ -n "$passed" ]
