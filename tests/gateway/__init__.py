"""A ClickHouse server for tests: the native TCP protocol in front of chDB, the ClickHouse engine as a library.

It exists because the project's TCP transport (clickhouse-driver) must be tested where no ClickHouse server can be
installed. It speaks one revision of the protocol, executes everything on the real engine, and can be told to refuse, to
stall or to cut connections. It is no production server: no TLS, no external tables, no totals or extremes, no server
logs, and no users or quotas but one login and one set of rights.

Start it with `python -m tests.gateway --path DIR --port 0`, or from pytest with `tests.gateway.fixtures`.
Protocol: https://clickhouse.com/docs/native-protocol
"""

from __future__ import annotations
