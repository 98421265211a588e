#!/bin/sh
# Writes the software bill of materials (CycloneDX 1.6, JSON) of what the image installs.
#   deploy/sbom.sh OUTPUT [PYTHON]    PYTHON: the interpreter of the environment; default: the one on the path
# With the image:  podman run --rm --entrypoint cat resonanz /opt/resonanz/requirements.lock  lists the same versions.
# Needs cyclonedx-bom (extra `deploy`).
set -eu
output=${1:?where to write}
python=${2:-python}
exec cyclonedx-py environment --spec-version 1.6 --output-format JSON --output-reproducible --pyproject "$(dirname "$0")/../pyproject.toml" \
    --output-file "$output" "$python"
