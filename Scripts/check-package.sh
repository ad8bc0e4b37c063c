#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the executable that Scripts/package.sh made in an empty root: nothing there but itself, no C
# library, no /proc, /sys, /dev or /etc. It trains on its digits, saves, and goes on from there.
# Argument: the folder that package.sh was given (.build-package).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-.build-package}

fail() {
  printf 'Failed: %s\n' "$*" >&2
  exit 1
}

packages=("$folder"/pullback-*-linux-"$(uname -m)")
package=${packages[-1]}
[ -x "$package/pullback" ] || fail "no package in $folder: Scripts/package.sh makes one"
(cd "$package" && sha256sum --check --quiet SHA256SUMS)
(cd "$folder" && sha256sum --check --quiet "${package##*/}.tar.gz.sha256")

# A root of one's own: as root, or in a namespace of the user's where the system permits it.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "$package/pullback" "$root"
if chroot "$root" /pullback --version >/dev/null 2>&1; then
  enter=("$(command -v chroot)" "$root")
elif unshare --map-root-user --root="$root" /pullback --version >/dev/null 2>&1; then
  enter=("$(command -v unshare)" --map-root-user --root="$root")
elif unshare --map-root-user true 2>/dev/null || chroot / true 2>/dev/null; then
  fail "$package/pullback does not run in an empty root"
else
  echo 'Not checked: neither chroot nor namespaces of a user are permitted here.'
  exit 0
fi

# Without an environment either.
run() { env -i "${enter[@]}" /pullback "$@"; }
# What stands for all the bits of its result.
result() { run train --quiet --json "$@" | grep -o '"checksum":"[0-9a-f]*"'; }

whole=$(result --epochs 2)
result --epochs 1 --checkpoint /run.safetensors >/dev/null
[ "$(result --epochs 2 --checkpoint /run.safetensors --resume)" = "$whole" ] ||
  fail 'what was saved does not go on with the same bits'
code=0
error=$(run train --resume --checkpoint /none 2>&1 >/dev/null) || code=$?
[ "$code" = 66 ] && [ "${error%%:*}" = Error ] || fail "a missing file ends with $code: $error"
run explain >/dev/null
run train --help >/dev/null
run ladder --shape 4x5x6 >/dev/null
run bench matmul 300x300x300 --threads 2 --seconds 0.05 >/dev/null
[ "$(ls -A "$root" | sort | tr '\n' ' ')" = 'pullback run.safetensors ' ] ||
  fail "it left other files: $(ls -A "$root")"
printf '%s trains, saves and goes on in an empty root.\n' "$package/pullback"
