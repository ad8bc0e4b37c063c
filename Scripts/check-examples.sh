#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the examples whole, in release, and compares what they print with Examples/README.md: words must
# be the same, numbers within a tenth of what is written there (other processors add in another order).
# What Characters writes differs with the last digits: there bounds must hold that README names.
#
#   check-examples.sh [EXAMPLE...]

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$PWD/.build-examples
names=("$@")
if [ ${#names[@]} -eq 0 ]; then names=(XOR Digits CNN Regression VAE GAN Transfer Resume Server Swarm Characters); fi

swift build -c release --package-path Examples --scratch-path "$scratch"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A model of characters knows more than a table of pairs, and writes words.
check_characters() {
  local begin=$SECONDS
  "$scratch/release/Characters" "$1" | tee "$folder/$1.txt" | grep 'characters a second'
  awk -F ': ' -v name="Characters $1" '
    $1 == "words of the book" { words = $2 + 0 }
    $1 == "pairs of characters" { pairs = $2 + 0 }
    $1 == "bits per character" { split($2, bits, " -> ") }
    END {
      if (words < 80) { print name ": only " words " % of the words are words"; exit 1 }
      if (!(bits[2] > 0 && bits[2] < 2.4 && bits[2] < 0.75 * pairs)) {
        print name ": " bits[2] " bits per character, a table of pairs has " pairs; exit 1 }
    }' "$folder/$1.txt"
  printf 'Characters %s: as README says, %d s\n' "$1" $((SECONDS - begin))
}

for name in "${names[@]}"; do
  if [ "$name" = Characters ]; then
    for model in lstm gpt; do check_characters $model; done
    continue
  fi
  arguments=()
  if [ "$name" = Server ]; then arguments=(--self-test); fi
  begin=$SECONDS
  (cd "$folder" && "$scratch/release/$name" "${arguments[@]}" >"$name.txt")
  # The block of the README under the example's heading.
  awk -v heading="## $name" '
    $0 == heading { inside = 1 }
    inside && /^```$/ { exit }
    printing { print }
    inside && /^```text$/ { printing = 1 }' Examples/README.md >"$folder/$name.expected"
  awk -v name="$name" '
    function fail() { printf "%s, line %d:\n  %s\n  %s in the README\n", name, FNR, $0, old; bad = 1; exit 1 }
    { sub(/ +$/, ""); if ((getline old < expected) <= 0) fail()
      n = split($0, a, /[ ,\[\]]+/); m = split(old, b, /[ ,\[\]]+/)
      if (n != m) fail()
      for (i = 1; i <= n; i++) {
        if (a[i] == b[i]) continue
        x = a[i] + 0; y = b[i] + 0; d = x - y; if (d < 0) d = -d; s = y < 0 ? -y : y
        if (a[i] !~ /^-?[0-9.]/ || b[i] !~ /^-?[0-9.]/ || d > 0.1 * s + 0.02) fail()
      } }
    END { if (!bad && (getline old < expected) > 0) { print name ": the README has more lines"; exit 1 } }
  ' expected="$folder/$name.expected" "$folder/$name.txt"
  printf '%s: as README says, %d s\n' "$name" $((SECONDS - begin))
done
