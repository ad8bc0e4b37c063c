#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Reads files of safetensors, NumPy and JSON that are hard to read in little memory, each in a
# process of its own: it may take four times the file and 64 MiB. Arguments: kinds of files (all).
# Takes some minutes and 100 MB of disk in a temporary folder.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
flags=(-c release --package-path Robustness --scratch-path .build-robustness)
swift build "${flags[@]}" --product Trial
program=$(swift build "${flags[@]}" --show-bin-path)/Trial
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

kinds=("$@")
if [ ${#kinds[@]} = 0 ]; then mapfile -t kinds < <("$program" hard-arrays); fi
for kind in "${kinds[@]}"; do
  "$program" hard-array "$kind" "$folder/$kind"
  "$program" bounds "$folder/$kind"
  rm "$folder/$kind"
done
printf '\nAll %d within bounds.\n' ${#kinds[@]}
