#!/bin/sh
# Run once by the entry point of the ClickHouse image, on an empty data folder: the users and their database.
set -eu
SECRETS=/run/secrets USERS_SQL=/opt/resonanz/users.sql sh /opt/resonanz/users.sh > /tmp/users.sql
clickhouse-client --user "$CLICKHOUSE_USER" --password "$(cat "$CLICKHOUSE_PASSWORD_FILE")" --multiquery < /tmp/users.sql
rm -f /tmp/users.sql
