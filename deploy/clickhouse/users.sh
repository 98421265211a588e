#!/bin/sh
# Prints deploy/clickhouse/users.sql with its placeholders filled.
#   SECRETS=folder [DATABASE=resonanz] [CLUSTER=name] [QUORUM=0|2|auto] deploy/clickhouse/users.sh | clickhouse-client …
# The folder holds the files clickhouse_migrator, _writer, _operator and _reader, a password each.
set -eu
here=$(dirname "$0")
secrets=${SECRETS:?a folder with the passwords}
database=${DATABASE:-resonanz}
cluster=${CLUSTER:-}
on_cluster=
only=--
if [ -n "$cluster" ]; then
    on_cluster="ON CLUSTER '$cluster'"
    only=
fi
quorum=${QUORUM:-$([ -n "$cluster" ] && echo "'auto'" || echo 0)}

digest() {
    [ -s "$secrets/clickhouse_$1" ] || { echo "users.sh: $secrets/clickhouse_$1 is missing or empty" >&2; exit 1; }
    tr -d '\n' < "$secrets/clickhouse_$1" | sha256sum | cut -d' ' -f1
}
migrator=$(digest migrator)
writer=$(digest writer)
operator=$(digest operator)
reader=$(digest reader)
sed -e "s/@DATABASE@/$database/g" -e "s/@ON_CLUSTER@/$on_cluster/g" -e "s/@CLUSTER_ONLY@/$only/g" -e "s/@QUORUM@/$quorum/g" \
    -e "s/@MIGRATOR_SHA256@/$migrator/g" -e "s/@WRITER_SHA256@/$writer/g" -e "s/@OPERATOR_SHA256@/$operator/g" \
    -e "s/@READER_SHA256@/$reader/g" "${USERS_SQL:-$here/users.sql}"
