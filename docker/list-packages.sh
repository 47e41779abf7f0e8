#!/usr/bin/env bash
# List what an image of the service holds, as CycloneDX documents: packages of Debian in NAME-debian.cdx.json, of Python in
# NAME-python.cdx.json, where the image has any. Its files are read by its own tar; nothing else of it runs.
# Usage: list-packages.sh TOOLS IMAGE [FOLDER]      (TOOLS: folder of the programs of requirements/tools.txt)
set -euo pipefail
tools=$1 image=$2 folder=${3:-.}
name=${image##*/}
name=$folder/${name%%[:@]*}
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

docker run --rm --network none --entrypoint bash "$image" -c 'shopt -s nullglob; cd / && tar -c var/lib/dpkg/status \
  {etc,usr/lib}/os-release usr/share/doc/*/copyright opt/venv/lib/python*/site-packages/*.dist-info' > "$files/read.tar"
"$tools/debsbom" generate --root - --sbom-type cdx --with-licenses --out "$name-debian.cdx.json" < "$files/read.tar"

tar -x -C "$files" -f "$files/read.tar"
if [ -d "$files/opt/venv" ]; then # an environment that holds what the image's holds, but for the code
  "$tools/python" -m venv --without-pip "$files/venv"
  mv "$files"/opt/venv/lib/python*/site-packages/*.dist-info "$files"/venv/lib/python*/site-packages/
  "$tools/cyclonedx-py" environment --output-reproducible --output-file "$name-python.cdx.json" "$files/venv"
fi
