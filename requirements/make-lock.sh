#!/usr/bin/env bash
# Write lock.txt, the version of every package, and beside it one file for each extra of pyproject.toml, with the SHA-256
# of all files that the index lists for these versions: wheels of every platform, for every Python that the project is for.
# Usage: make-lock.sh UV [--upgrade | --upgrade-package NAME]...    (without: versions stay as lock.txt has them)
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$1
shift

compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command 'make lock' "$@"
}

with_hashes() { # FILE.txt WHAT...: versions are those of lock.txt
  compile --no-config --generate-hashes --constraint requirements/lock.txt --no-emit-package triton --output-file "$@"
}

compile "$@" --all-extras --output-file requirements/lock.txt pyproject.toml requirements/build.in
mapfile -t cuda < <(sed -nE 's/^((nvidia|cuda)-[^=]*)==.*/--no-emit-package=\1/p' requirements/lock.txt)
cpu=$(sed -nE 's/^([0-9a-f]{64}) .*/    --hash=sha256:\1 \\/p' requirements/torch-cpu.sha256)

rm -f requirements/extras/*.txt
for extra in $(sed -nE '/^\[project.optional-dependencies\]/,/^$/s/^([a-z-]+) = .*/\1/p' pyproject.toml); do
  file=requirements/extras/$extra.txt
  if [ "$extra" = gpu ]; then
    with_hashes "$file" --extra gpu pyproject.toml requirements/build.in
  else # without the libraries that PyTorch's CUDA build alone needs, and with the hashes of its CPU builds
    with_hashes "$file" "${cuda[@]}" --extra "$extra" pyproject.toml requirements/build.in
    awk -v cpu="$cpu" '{ print } /^torch==/ { print cpu }' "$file" > "$file.new" && mv "$file.new" "$file"
  fi
done
with_hashes requirements/torch-cuda.txt - <<< torch
with_hashes requirements/model-data.txt --no-deps requirements/model-data.in
with_hashes requirements/tools.txt requirements/tools.in
