#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the command as one static, stripped executable that needs nothing on the machine where it
# runs: no Swift, no C library, no /proc. Argument: the folder for it and its build (.build-package).
# There it leaves, for each processor that can be built for here,
#
#   pullback-VERSION-linux-PROCESSOR/    pullback, its man page, completions for shells, LICENSE and
#                                        SHA256SUMS of them
#   pullback-VERSION-linux-PROCESSOR.tar.gz and .tar.gz.sha256
#
# It is built with Swift's static SDK for Linux (musl) where that is installed, else, for this
# machine's own processor, with the static C library of the system.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-.build-package}

fail() {
  printf 'Failed: %s\n' "$*" >&2
  exit 1
}

if [ "$(uname -s)" != Linux ]; then
  echo 'Not made: packages are for Linux, and made on it.'
  exit 0
fi
objcopy=$(dirname "$(readlink -f "$(command -v swift)")")/llvm-objcopy
sdks=$(swift sdk list 2>/dev/null | grep static-linux || true)
# The time of what is packed, so that the same sources give the same archive.
time=$(git log -1 --format=%ct 2>/dev/null || date +%s)

# Builds for a processor; prints the flags with which it was done, or nothing if it cannot be.
flags_for() {
  if [ -n "$sdks" ]; then
    echo --swift-sdk "$1-swift-linux-musl"
  elif [ "$1" = "$(uname -m)" ]; then
    # zlib is linked where it is there: without it, compressed files cannot be read.
    local zlib=
    if echo 'int inflate(void); int main(void) { return inflate(); }' |
      "${CC:-cc}" -static -x c - -lz -o /dev/null 2>/dev/null; then
      zlib='-Xlinker -u -Xlinker deflateInit2_ -Xlinker -u -Xlinker inflateInit2_ -Xlinker -lz'
    fi
    echo --static-swift-stdlib -Xswiftc -static-executable "$zlib"
  fi
}

pack() {
  local processor=$1 flags program name package
  read -ra flags <<<"$(flags_for "$processor")"
  if [ ${#flags[@]} = 0 ]; then
    echo "Not made for $processor: no static SDK of Swift for Linux is installed (swift sdk list)."
    return
  fi
  flags+=(-c release --product pullback --scratch-path "$folder")
  swift build "${flags[@]}"
  program=$(swift build "${flags[@]}" --show-bin-path)/pullback
  if readelf --program-headers --wide "$program" | grep -q INTERP; then
    fail "$program is not static"
  fi
  # Another processor's program may not run here, but says the same of itself.
  if [ "$processor" = "$(uname -m)" ]; then runnable=$program; fi
  [ -n "${runnable:-}" ] || fail "nothing that was built runs here to print its help"
  name=pullback-$("$runnable" --version)-linux-$processor
  package=$folder/$name
  rm -rf "$package"
  mkdir -p "$package/completions"
  "$objcopy" --strip-all "$program" "$package/pullback"
  "$runnable" --experimental-dump-help | Scripts/manual.py "$("$runnable" --version)" \
    >"$package/pullback.1"
  "$runnable" --generate-completion-script bash >"$package/completions/pullback.bash"
  "$runnable" --generate-completion-script zsh >"$package/completions/_pullback"
  "$runnable" --generate-completion-script fish >"$package/completions/pullback.fish"
  cp LICENSE "$package"
  (cd "$package" && sha256sum pullback pullback.1 completions/* LICENSE >SHA256SUMS)
  tar --create --directory "$folder" --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@$time" "$name" | gzip -n9 >"$package.tar.gz"
  (cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
  printf '%s: %s bytes; packed %s bytes\n' "$package/pullback" \
    "$(stat -c %s "$package/pullback")" "$(stat -c %s "$package.tar.gz")"
}

# This machine's own processor first: the others' packages need it for their man page.
pack "$(uname -m)"
for processor in x86_64 aarch64; do
  if [ "$processor" != "$(uname -m)" ]; then pack "$processor"; fi
done
