#!/bin/bash
# Brings up docker-compose.yml with the real Compose on podman: secrets, set-up jobs, worker, console and simulator in our image; the
# broker and ClickHouse are stand-ins in the same image, because nothing can be pulled. After deploy/test/image.sh full.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${IMAGE_TEST_DIR:-/var/tmp/resonanz-image-test}
compose=$PWD/${COMPOSE_BIN:-.venv/bin/docker-compose}
export CONTAINERS_CONF=$work/containers.conf DOCKER_HOST=unix://$work/podman.sock RESONANZ_IMAGE=localhost/resonanz:full
exec 2> >(grep --line-buffered -v -e systemd -e 'Error validating CNI' -e syslog >&2)
podman system service --time=0 "$DOCKER_HOST" & service=$!
name=resonanz-compose-test
dc() { "$compose" --project-name "$name" --file docker-compose.yml --file deploy/test/compose.override.yaml --profile demo "$@"; }
checks() { while sleep 2; do for c in $(podman ps --quiet --filter "label=com.docker.compose.project=$name"); do podman healthcheck run "$c" || true; done; done > /dev/null 2>&1; }
checks & loop=$!
trap 'kill $loop || true; dc down --volumes --timeout 30 > /dev/null 2>&1 || true; kill $service' EXIT
sleep 2
dc config --quiet && echo "config accepted"
timeout 120 "$compose" --project-name "$name" --file docker-compose.yml --file deploy/test/compose.override.yaml --profile demo up --detach secrets kafka clickhouse setup-topics setup-schema worker console simulator || { dc logs; exit 1; }
sleep 30
dc ps --all --format 'table {{.Service}}\t{{.State}}\t{{.ExitCode}}'
dc exec -T worker resonanz query "SELECT count() AS posts, countIf(sentiment != '') AS scored FROM events FINAL"
dc exec -T worker resonanz doctor
dc exec -T console python -c 'import urllib.error, urllib.request as u
print("console health", u.urlopen("http://127.0.0.1:8080/health/live").status)
try: u.urlopen("http://127.0.0.1:8080/")
except urllib.error.HTTPError as e: print("without token", e.code)'
dc exec -T worker sh -c 'touch /x; id; ls /run/secrets/writer' || true
dc stop --timeout 30 worker console
dc ps --all --format 'table {{.Service}}\t{{.State}}\t{{.ExitCode}}'
