#!/usr/bin/env bash
# Install the packages of extras, each at its pinned version. pip refuses a file whose SHA-256 is not listed; nothing is
# built, and nothing is installed that no list has.
# Usage: install.sh PYTHON NAME...    (NAME: an extra of pyproject.toml, model-data, or tools; or several with commas)
set -euo pipefail
folder=$(dirname "$0")
python=$1
shift

install() {
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: "$@"
}

lists=() files=()
for name in ${*//,/ }; do
  file=$folder/extras/$name.txt
  [ -e "$file" ] || file=$folder/$name.txt
  [ -e "$file" ] || { echo "No list of packages for '$name' in $folder: name an extra of pyproject.toml." >&2; exit 1; }
  [ "$name" = gpu ] || lists+=("$file")
  files+=(-r "$file")
done
# pip prefers a file whose hash an index tells. A folder (PIP_FIND_LINKS) tells none, so folders are asked for PyTorch first.
pytorch=$(mktemp)
trap 'rm -f "$pytorch"' EXIT
awk '/^torch==/ {found = 1} found {print} found && !/\\$/ {exit}' /dev/null "${lists[@]}" > "$pytorch"
if [ -s "$pytorch" ] && ! said=$(install --no-index -r "$pytorch" 2>&1); then
  [[ $said == *"No matching distribution found"* ]] || { echo "$said" >&2; exit 1; }
fi
install "${files[@]}"
# Where pip found no CPU build of PyTorch, it took the build for CUDA, which does not start without its libraries.
if [[ $("$python" -m pip show torch 2> /dev/null) == *nvidia-* ]]; then
  install -r "$folder/torch-cuda.txt"
fi
