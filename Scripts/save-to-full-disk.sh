#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Saves a model that is too large for the disk over one that is not: the old one must stay, whole,
# and nothing else. The disk is a tmpfs of 1 MB in a mount namespace of its own, gone when the script
# ends. Needs Linux and the right to mount; says so and ends with 0 where it cannot.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The second half, inside the namespace: the program and a folder to mount on.
if [ "${1:-}" = inside ]; then
  program=$2 folder=$3
  mount -t tmpfs -o size=1m tmpfs "$folder"
  model=$folder/model.safetensors
  "$program" save "$model" 1 400000
  for bytes in 700000 2000000 100000000; do
    status=0
    message=$("$program" save "$model" 2 "$bytes" 2>&1) || status=$?
    if [ "$status" != 74 ] || [ "$message" != "$model: No space left on device" ]; then
      echo "Failed: $bytes bytes: exit code $status, \"$message\"" >&2
      exit 1
    fi
    [ "$("$program" check "$model")" = 1 ] || { echo "Failed: the old model is gone" >&2 && exit 1; }
    [ "$(ls -A "$folder")" = model.safetensors ] || {
      echo "Failed: left behind: $(ls -A "$folder")" >&2
      exit 1
    }
    echo "$bytes bytes: $message; the old model stays"
  done
  # What fits after all replaces the old one.
  "$program" save "$model" 3 100000
  [ "$("$program" check "$model")" = 3 ]
  exit 0
fi

enter=(unshare --mount)
if [ "$(id -u)" != 0 ]; then enter=(unshare --user --map-root-user --mount); fi
folder=$(mktemp -d)
trap 'rmdir "$folder"' EXIT
if ! "${enter[@]}" mount -t tmpfs -o size=1m tmpfs "$folder" 2>/dev/null; then
  echo "Skipped: a tmpfs cannot be mounted here."
  exit 0
fi
flags=(-c release --package-path Robustness --scratch-path .build-robustness)
swift build "${flags[@]}" --product Trial
"${enter[@]}" "Scripts/save-to-full-disk.sh" inside \
  "$(swift build "${flags[@]}" --show-bin-path)/Trial" "$folder"
