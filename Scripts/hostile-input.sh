#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every subcommand of the command with every option on files and values that nobody would send
# on purpose: Scripts/hostile says which, and what each run must not do. Builds the command in
# release, unless PROGRAM names one. Arguments are those of Scripts/hostile: --only train, --seed 2.
# All of it takes more than a quarter of an hour on two processors, --most 60 --mixtures 20 five minutes
# of it; 500 MB in the folder for temporary files. Needs Python 3.9 without packages.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program=${PROGRAM:-}
if [ -z "$program" ]; then
  flags=(-c release --product pullback --static-swift-stdlib --scratch-path .build-hostile)
  swift build "${flags[@]}"
  program=$(swift build "${flags[@]}" --show-bin-path)/pullback
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 Scripts/hostile "$program" "$@"
