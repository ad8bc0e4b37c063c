#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the package that README shows to those who want the library alone, runs README's first
# example in it, and checks that nothing was fetched for it. Argument: a folder for it and its build.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
folder=${1:-.build-client}

fail() {
  printf 'Failed: %s\n' "$*" >&2
  exit 1
}

client=$folder/Example
mkdir -p "$client/Sources/Example"
# What an earlier run may have fetched, but not what it built.
rm -rf "$client/Package.resolved" "$client/.build/checkouts" "$client/.build/workspace-state.json"
# README's path leads from the client to a folder of this name beside it.
ln -sfn "$root" "$folder/Pullback"
cp Snippets/ForwardAndBackward.swift "$client/Sources/Example/main.swift"
{
  printf '// swift-tools-version: 6.2\nimport PackageDescription\n\n'
  printf 'let package = Package(\n  name: "Example", platforms: [.macOS(.v15)],\n'
  grep -E '^(dependencies|targets): \[' README.md | sed 's/^/  /'
  printf ')\n'
} >"$client/Package.swift"

# What it prints does not depend on how it is compiled, so that takes the least time there is.
printed=$(swift run --disable-index-store -debug-info-format none -Xswiftc -Onone -Xcc -O0 \
  --package-path "$client" Example)
said=$(awk '/^```/ { block += $0 == "```text"; inside = $0 == "```text"; next } inside && block == 1' README.md)
[ "$printed" = "$said" ] || fail "the client prints $printed, and README says $said"
if [ -e "$client/Package.resolved" ] || [ -n "$(ls -A "$client/.build/checkouts" 2>/dev/null)" ]; then
  fail "a client of the library alone fetches other packages"
fi
