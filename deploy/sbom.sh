#!/bin/sh
# Writes the software bill of materials (CycloneDX 1.6, JSON) of what the image installs.
#   deploy/sbom.sh OUTPUT [PYTHON]    PYTHON: the interpreter of the environment; default: the one on the path
#   deploy/sbom.sh OUTPUT FILE.lock   names and versions alone, as the image lists them:
#       podman run --rm --entrypoint cat resonanz /opt/resonanz/requirements.lock > image.lock
# Needs cyclonedx-bom (`make sbom` brings it).
set -eu
output=${1:?where to write}
python=${2:-python}
case $python in
*.lock) exec cyclonedx-py requirements --spec-version 1.6 --output-format JSON --output-reproducible --output-file "$output" "$python" ;;
esac
exec cyclonedx-py environment --spec-version 1.6 --output-format JSON --output-reproducible --pyproject "$(dirname "$0")/../pyproject.toml" \
    --output-file "$output" "$python"
