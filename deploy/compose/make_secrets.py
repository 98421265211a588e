"""Makes the secrets of a Compose installation, once: a file each in the folder given. What is there stays as it is.

docker compose runs this before anything else, into a volume. To bring your own, put your files there first.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

ROLES = ("migrator", "writer", "operator", "reader")
PASSWORDS = ("clickhouse_admin", "grafana_admin", *(f"clickhouse_{role}" for role in ROLES))
KEYS = ("resonanz_author_key", "resonanz_console_token")


def once(folder: Path, name: str, value: str) -> str:
    """The file's content; made of `value` if the file is not there."""
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value)
    return value


def main(target: str) -> None:
    """Fill `target` (shared by all) and a folder a role, with the ClickHouse URL that the role may use."""
    folder = Path(target)
    # Readable by the other containers of this project, whose processes run as other users; the volume is mounted nowhere else.
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    made = {name: once(folder, name, secrets.token_urlsafe(24)) for name in PASSWORDS}
    keys = {name: once(folder, name, secrets.token_hex(32)) for name in KEYS}
    for role in ROLES:
        own = folder / role
        own.mkdir(exist_ok=True, mode=0o755)
        user = f"resonanz_{role}"
        once(own, "resonanz_clickhouse", f"clickhouse://{user}:{made[f'clickhouse_{role}']}@clickhouse:9000/resonanz")
        for name, value in keys.items():
            once(own, name, value)
    print(
        f"secrets are in {folder}; to see the Grafana password: docker compose exec grafana cat /run/secrets/grafana_admin"
    )


if __name__ == "__main__":
    main(sys.argv[1])
