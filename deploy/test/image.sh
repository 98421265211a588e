#!/bin/bash
# Builds the image without a registry and runs it: demo, worker, console, as a user without rights on a read-only root.
#
# Needs root, Debian 12 and the packages podman buildah runc netavark aardvark-dns iptables mmdebstrap
# (apt-get install --no-install-recommends …), and package registries (apt, PyPI). The base image python:3.11-slim-bookworm is made here:
# a minimal Debian and the Python 3.11 of $PYTHON_TREE (a folder with bin/python3.11 and lib/) in /usr/local.
#
#   deploy/test/image.sh [TARGET]      TARGET: full (default) or cluster
set -euo pipefail
cd "$(dirname "$0")/../.."
# podman asks systemd to run health checks by itself; without systemd this script runs them.
exec 2> >(grep --line-buffered -v -e 'systemd connection' -e 'Error validating CNI' >&2)
target=${1:-full}
work=${IMAGE_TEST_DIR:-/var/tmp/resonanz-image-test}
python_tree=${PYTHON_TREE:-$(python3.11 -c 'import sys; print(sys.base_prefix)')}
mkdir -p "$work"

cat > "$work/containers.conf" <<'CONF'
[containers]
default_ulimits = []
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
export CONTAINERS_CONF=$work/containers.conf
say() { printf '\n== %s\n' "$*"; }
# Every container of this run carries this label, so that only ours are removed at the end.
mark=resonanz-image-test=$$
cleanup() {
    podman ps --all --quiet --filter "label=$mark" | xargs --no-run-if-empty podman rm --force --volumes --time 5 > /dev/null
}
trap cleanup EXIT
# /var/lib/resonanz is the volume that the image declares, owned by 10001; a tmpfs of this runtime would belong to root.
run() { podman run --pull=never --ulimit host --label "$mark" --read-only --user 10001:10001 --cap-drop all \
    --security-opt no-new-privileges --tmpfs /tmp "$@"; }

if ! podman image exists localhost/python:3.11-slim-bookworm; then
    say "base image"
    [ -s "$work/debian.tar" ] || mmdebstrap --variant=minbase \
        --include=ca-certificates,libssl3,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libreadline8,libncursesw6,libuuid1,libexpat1 \
        bookworm "$work/debian.tar"
    rm -rf "$work/root"
    mkdir -p "$work/root/usr/local"
    tar --create --directory "$python_tree" --exclude __pycache__ --exclude 'lib/python3.11/site-packages/*' --exclude 'lib/python3.11/test' \
        --exclude 'lib/python3.11/idlelib' --exclude 'lib/python3.11/config-*' --exclude '*.a' --exclude 'lib/pkgconfig' \
        lib bin/python3.11 | tar --extract --directory "$work/root/usr/local"
    ln -sf python3.11 "$work/root/usr/local/bin/python"
    ln -sf python3.11 "$work/root/usr/local/bin/python3"
    podman import --quiet "$work/debian.tar" localhost/debian-minimal
    # pip of the real base image: the build stage calls it.
    container=$(buildah from --pull-never localhost/debian-minimal)
    buildah copy --quiet "$container" "$work/root/usr/local" /usr/local
    buildah config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --env LANG=C.UTF-8 "$container"
    buildah run "$container" -- /sbin/ldconfig  # libpython3.11.so lies in /usr/local/lib
    buildah run --network host --volume /etc/ssl/certs:/etc/ssl/certs:ro --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$container" \
        -- python -m ensurepip --upgrade
    buildah run "$container" -- sh -c 'ln -sf pip3 /usr/local/bin/pip; sed -i "1s|.*|#!/usr/local/bin/python3.11|" /usr/local/bin/pip3*; rm -rf /root/.cache'
    buildah commit --quiet "$container" docker.io/library/python:3.11-slim-bookworm
    buildah rm "$container" > /dev/null
    podman tag docker.io/library/python:3.11-slim-bookworm localhost/python:3.11-slim-bookworm
fi

say "build ($target)"
podman build --quiet --pull=never --network=host --format docker --target "$target" \
    --volume /etc/ssl/certs:/etc/ssl/certs:ro --env PIP_CERT=/etc/ssl/certs/ca-certificates.crt ${BUILD_ARGS:-} --tag "resonanz:$target" .
podman image inspect --format 'size {{.Size}} bytes, user {{.User}}, entry point {{.Config.Entrypoint}}' "resonanz:$target"
echo "base: $(podman image inspect --format '{{.Size}}' localhost/python:3.11-slim-bookworm) bytes"

say "what is in it"
run --rm --entrypoint sh "resonanz:$target" -c 'id; command -v gcc cc pip || echo "no compiler, no pip on the path"; touch /x 2>&1 || true'
run --rm --entrypoint sh "resonanz:$target" -c 'cd /opt/resonanz/lib/python3.11/site-packages && du -sm * | sort -rn | head -12'
run --rm "resonanz:$target" --version

say "the model scores"
echo '{"text": "Der Zug war pünktlich und sauber!"}' | run --rm --interactive --network none "resonanz:$target" score --quiet

get() { podman exec "$1" python -c 'import sys, urllib.error, urllib.request as u
try: a = u.urlopen(sys.argv[1]); print(a.status, a.read().decode()[:200])
except urllib.error.HTTPError as e: print(e.code, e.read().decode()[:80].replace("\n", " "))' "$2"; }
healthy() {
    for _ in $(seq 90); do
        podman healthcheck run "$1" > /dev/null 2>&1 && { echo "health check: healthy"; return; }
        sleep 1
    done
    podman logs "$1"; echo "health check: not healthy"; exit 1
}

say "a cluster's worker, sources and console, on a broker and a ClickHouse stand-in outside the containers"
mkfifo "$work/hold" 2>/dev/null || true
rm -rf "$work/cluster" && mkdir -p "$work/cluster/secrets"
${TEST_PYTHON:-.venv/bin/python} -m tests.e2e.cluster "$work/cluster" < "$work/hold" > "$work/cluster/where.json" 2> /dev/null &
exec 8> "$work/hold"
for _ in $(seq 60); do [ -s "$work/cluster/where.json" ] && break; sleep 1; done
value() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]], end="")' "$work/cluster/where.json" "$1"; }
value clickhouse > "$work/cluster/secrets/resonanz_clickhouse"
printf '%s' "0123456789abcdef-token" > "$work/cluster/secrets/resonanz_console_token"
printf '%s' "0123456789abcdef-author" > "$work/cluster/secrets/resonanz_author_key"
here() { run --network host --env "RESONANZ_KAFKA=$(value kafka)" --env RESONANZ_SECRETS_DIR=/run/secrets/resonanz --env RESONANZ_BRANDS=/etc/brands.yaml \
    --volume "$work/cluster/secrets:/run/secrets/resonanz:ro" --volume "$PWD/deploy/compose/brands.yaml:/etc/brands.yaml:ro" "$@"; }
here --rm "resonanz:$target" topics
here --rm "resonanz:$target" migrate
worker=$(here --detach --env RESONANZ_METRICS_HOST=127.0.0.1 "resonanz:$target" worker)
healthy "$worker"
for _ in $(seq 60); do get "$worker" http://127.0.0.1:9464/health/ready | grep -q '"ok": true' && break; sleep 1; done
get "$worker" http://127.0.0.1:9464/health/ready
here --rm "resonanz:$target" simulate --seconds 20 2>&1 | tail -n 1
sleep 5
here --rm "resonanz:$target" query "SELECT count() AS posts, countIf(sentiment != '') AS scored, max(received_at) - min(received_at) AS seconds FROM events FINAL"
here --rm "resonanz:$target" doctor
console=$(here --detach --no-healthcheck "resonanz:$target" console --host 0.0.0.0 --port 18080)
for _ in $(seq 60); do get "$console" http://127.0.0.1:18080/ 2>/dev/null | grep -q 401 && break; sleep 1; done
echo "console without token: $(get "$console" http://127.0.0.1:18080/ | cut -c1-3)"
echo "console with token: $(podman exec "$console" python -c 'import urllib.request as u, http.cookiejar as c
o = u.build_opener(u.HTTPCookieProcessor(c.CookieJar())); a = o.open("http://127.0.0.1:18080/?token=0123456789abcdef-token"); print(a.status, len(a.read()), "bytes")')"
podman stop --time 30 "$worker" "$console" > /dev/null
echo "ended on SIGTERM with: worker $(podman inspect --format '{{.State.ExitCode}}' "$worker"), console $(podman inspect --format '{{.State.ExitCode}}' "$console")"
echo "secrets in the logs: $(podman logs "$worker" 2>&1 | cat - <(podman logs "$console" 2>&1) | grep -c -e 0123456789abcdef || true)"
exec 8>&-

if [ "$target" = full ]; then
    say "demo"
    run --rm --network none "resonanz:$target" demo --seconds 25 --headless | tail -n 1

    say "worker (resonanz up: the same worker with its own broker and store)"
    worker=$(run --detach --network none --env RESONANZ_BRANDS=/etc/brands.yaml --volume "$PWD/deploy/compose/brands.yaml:/etc/brands.yaml:ro" \
        "resonanz:$target" up)
    healthy "$worker"
    for _ in $(seq 60); do  # ready: it has joined the consumer group
        podman exec "$worker" python -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:9464/health/ready").read().decode())' 2>/dev/null && break
        sleep 1
    done
    podman exec "$worker" python -c 'import urllib.request as u; print(sum(1 for l in u.urlopen("http://127.0.0.1:9464/metrics") if l.startswith(b"resonanz_")), "metric lines")'
    podman stop --time 30 "$worker" > /dev/null
    echo "worker ended with $(podman inspect --format '{{.State.ExitCode}}' "$worker") on SIGTERM"

    say "console"
    console=$(run --detach --network none "resonanz:$target" console --host 127.0.0.1 --port 8080)
    for _ in $(seq 60); do
        podman exec "$console" python -c 'import urllib.request as u; a = u.urlopen("http://127.0.0.1:8080/"); print("console answers", a.status, len(a.read()), "bytes")' 2>/dev/null && break
        sleep 1
    done
    podman logs "$console" 2>&1 | tail -n 3
fi
say done
