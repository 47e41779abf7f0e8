#!/usr/bin/env bash
# Write into a Dockerfile the digests that its base images have now: each `ARG ..._IMAGE=NAME:TAG@sha256:...` keeps name and tag.
# It asks the images' registry, by docker buildx, and downloads no image.
# Usage: renew-digests.sh DOCKERFILE
set -euo pipefail
dockerfile=$1
for image in $(sed -nE 's/^ARG [A-Z]+_IMAGE=([^@]+)(@.*)?$/\1/p' "$dockerfile"); do
  digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "The registry gave no digest of $image, but: $digest" >&2; exit 1; }
  sed -i -E "s#^(ARG [A-Z]+_IMAGE=$image)(@.*)?\$#\1@$digest#" "$dockerfile"
  echo "$image@$digest"
done
