#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Kills a program (kill -9) at random moments while it saves a model of 100 MB over an old one, and
# checks each time that the file is one whole model, the old one or the new one. Argument: how many
# kills (200). Takes some seconds per ten kills and 300 MB in the folder for temporary files, and
# leaves nothing there.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kills=${1:-200}
bytes=100000000

flags=(-c release --package-path Robustness --scratch-path .build-robustness)
swift build "${flags[@]}" --product Trial
program=$(swift build "${flags[@]}" --show-bin-path)/Trial

folder=$(mktemp -d)
saver=
cleanup() {
  if [ -n "$saver" ]; then kill -9 "$saver" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
model=$folder/model.safetensors

# How long one model takes, so that kills fall all over it.
began=$(date +%s%N)
"$program" save "$model" 0 "$bytes"
length=$((($(date +%s%N) - began) / 1000000))

number=0 partial=0 replaced=0
for ((kill = 1; kill <= kills; kill++)); do
  "$program" loop "$model" $((number + 1)) "$bytes" &
  saver=$!
  sleep "$(printf '0.%03d' $((RANDOM % (length * 3 / 2 > 999 ? 999 : length * 3 / 2))))"
  kill -9 "$saver"
  wait "$saver" 2>/dev/null || true
  saver=
  found=$("$program" check "$model") || {
    echo "Failed: kill $kill left no whole model" >&2
    exit 1
  }
  if [ "$found" -lt "$number" ]; then
    echo "Failed: kill $kill brought back an older model" >&2
    exit 1
  fi
  if [ "$found" -gt "$number" ]; then replaced=$((replaced + 1)); fi
  number=$found
  for file in "$folder"/*; do
    case $file in
      "$model") ;;
      "$model".partial-*) partial=$((partial + 1)) && rm "$file" ;;
      *) echo "Failed: kill $kill left $file" >&2 && exit 1 ;;
    esac
  done
done
printf '%d kills, saving takes %d ms: always a whole model. ' "$kills" "$length"
printf '%d kills fell into the writing of a temporary file, %d came after a new model was in place.\n' \
  "$partial" "$replaced"
