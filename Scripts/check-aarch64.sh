#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the kernels for aarch64, on whatever machine this is: warnings are errors. They are
# compiled as freestanding code, so that no headers of another machine's C library are needed;
# what needs them (choosing an instruction set, counting processors) is left out. Nothing runs.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The clang that comes with swift, else any.
swift=$(command -v swift || true)
clang=$(dirname "$(readlink -f "${swift:-/}")")/clang
if [ ! -x "$clang" ]; then clang=$(command -v clang || true); fi

if [ -z "$clang" ]; then
  echo 'Not checked: no clang here.'
elif ! "$clang" --print-targets 2>/dev/null | grep -q aarch64; then
  echo "Not checked: $clang cannot compile for aarch64."
else
  for name in neon baseline; do
    "$clang" --target=aarch64-linux-gnu -ffreestanding -std=gnu17 -O2 -ffp-contract=off \
      -Wall -Wextra -Wpass-failed -Werror -ISources/CKernels/include \
      -c "Sources/CKernels/$name.c" -o /dev/null
    echo "$name.c compiles for aarch64."
  done
fi
