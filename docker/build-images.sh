#!/usr/bin/env bash
# Build the images that the manifests for Kubernetes name.
#   docker/build-images.sh PREFIX TAG [OPTION OF docker build]...      PREFIX is '' or ends in a slash
# For example: docker/build-images.sh registry.example.org/ 0.1.0 --push
set -euo pipefail
cd "$(dirname "$0")/.."
prefix=$1 tag=$2
shift 2
for name in redis models gateway worker; do
    extra=gateway
    [ "$name" != worker ] || extra=worker
    docker build -f docker/Dockerfile --target "$name" --build-arg EXTRA="$extra" \
        -t "${prefix}certification-$name:$tag" "$@" .
done
