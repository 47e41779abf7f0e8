#!/usr/bin/env bash
# Remake lock.txt: resolve all extras of pyproject.toml together, plus also.in and the data packages.
# The extras worker and gpu are pinned both, though no environment may hold both of them.
# Usage: make-lock.sh PIP_COMPILE   (path of pip-tools' pip-compile)
set -euo pipefail
cd "$(dirname "$0")/.."
resolved=$(mktemp)
trap 'rm -f "$resolved"' EXIT
"$1" --quiet --strip-extras --allow-unsafe --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --rebuild \
  --all-extras --output-file "$resolved" pyproject.toml requirements/also.in
{
  echo "# Every version the project runs, tests and lints with. Used as constraints: pip install -c requirements/lock.txt"
  echo "# Remake with 'make lock'. The CPU and CUDA builds of torch share one version; pip takes the one its index offers."
  {
    # The project itself, the local part of torch's version, and what only torch's CUDA build brings (torch pins those).
    sed -E '/^ *#/d; /^$/d; /^certification-service/d; /^(nvidia-|cuda-|triton==)/d; s/^(torch==[^+]*)\+.*/\1/' "$resolved"
    sed '/^#/d' requirements/model-data.txt
  } | LC_ALL=C sort -u
} > requirements/lock.txt
