#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes each parser of Formats and Models with libFuzzer and AddressSanitizer, from the files of
# the tests on. Arguments: seconds per parser (60), then parsers (all). Needs a Swift toolchain for
# Linux, which brings libFuzzer along. What it builds and finds is in .build-fuzz; a finding ends it
# with the file that causes it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}
shift || true
parsers=("$@")
if [ ${#parsers[@]} = 0 ]; then parsers=(csv idx npy npz safetensors json model); fi

flags=(-c release --package-path Robustness --scratch-path .build-fuzz)
# gold, the default linker on Linux, stumbles over the instrumented files.
swift build "${flags[@]}" -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld --product Fuzz
program=$(swift build "${flags[@]}" --show-bin-path)/Fuzz

# Copies the seeds of one parser to a folder.
seeds() {
  local fixtures=Tests/FormatsTests/Fixtures models=Tests/ModelsTests/Fixtures
  case $1 in
    csv) cp "$fixtures"/pandas.* "$2" ;;
    idx) cp "$fixtures"/*.idx "$fixtures"/images.idx.gz "$models"/*-ubyte* "$2" ;;
    npy) cp "$fixtures"/*.npy "$2" ;;
    npz) cp "$fixtures"/*.npz "$2" ;;
    safetensors | model) cp "$fixtures"/*.safetensors "$models"/*.safetensors "$2" ;;
    json)
      for file in "$models"/*.safetensors; do
        # The header, which is JSON, without the length before it.
        head -c 4096 "$file" | tail -c +9 | sed 's/}}.*/}}/;q' >"$2/$(basename "$file").json"
      done
      printf '[1,-2.5e3,"\\u00e9\\n",true,null,{"a":{}}]' >"$2/values.json"
      ;;
    *) echo "no parser $1" >&2 && exit 64 ;;
  esac
}

for parser in "${parsers[@]}"; do
  corpus=.build-fuzz/corpus/$parser found=.build-fuzz/found/$parser
  mkdir -p "$corpus" "$found"
  seeds "$parser" "$corpus"
  printf '\n== %s, %s s\n' "$parser" "$seconds"
  # 65 MiB for a file of at most 64 KiB: more at once is a finding too, and so is a process that
  # takes 64 MiB beside what the sanitizer and the corpus do (see the quarantine of freed memory).
  # (A model is used as well, and what plans and tensors keep for the next one is bounded by itself.)
  # Leaks are not looked for: Swift's runtime keeps what it needs until the end, and what a case of an enum
  # holds is found through pointers with marks that the search does not know.
  resident=256
  if [ "$parser" = model ]; then resident=1024; fi
  dictionary=()
  if [ -f "Robustness/$parser.dict" ]; then dictionary=("-dict=Robustness/$parser.dict"); fi
  ASAN_OPTIONS=quarantine_size_mb=32:detect_leaks=0 "$program" "$parser" "${dictionary[@]}" \
    -max_total_time="$seconds" -max_len=65536 -rss_limit_mb="$resident" -malloc_limit_mb=65 -timeout=10 \
    -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$found/" "$corpus" 2>"$found/log" || {
    tail -n 40 "$found/log" >&2
    echo "Failed: $parser; the file is in $found" >&2
    exit 1
  }
  grep -E '^stat::number_of_executed_units|^stat::peak_rss_mb|DONE' "$found/log"
done
printf '\nNo finding.\n'
