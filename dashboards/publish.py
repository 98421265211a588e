"""Publishing to a Grafana server: what differs is written, what is equal is left alone.

Order: version and token → plugin → folder → data sources → dashboards → annotation. Nothing is ever deleted.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaClientError, GrafanaException, GrafanaServerError, GrafanaUnauthorizedError
from grafana_api.grafana_face import GrafanaFace

from dashboards.grafana import CLICKHOUSE_PLUGIN, CLICKHOUSE_UID, FOLDER_TITLE, FOLDER_UID, PROMETHEUS_UID

OLDEST = (11, 0)
_VOLATILE = frozenset({"id", "version", "iteration"})
_TAGS = ["resonanz", "published"]


class PublishError(RuntimeError):
    """Publishing stopped; the message says what to do."""


class DataSources(NamedTuple):
    """Where Grafana finds the data. None leaves a data source alone: it must exist with the right uid."""

    clickhouse: Mapping[str, Any] | None = None
    prometheus: Mapping[str, Any] | None = None


class Step(NamedTuple):
    """One thing that was (or, in a dry run, would be) done. `diff` is empty where nothing differs."""

    what: str
    action: str
    diff: str = ""


class Publisher:
    """A Grafana server. `token` is a service account's. Raises PublishError for anything that cannot work."""

    def __init__(self, url: str, token: str, *, verify: bool = True, timeout: float = 15.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PublishError(f"{url!r} is not Grafana's address; write for example https://grafana.example:3000")
        self._name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        prefix = parts.path.strip("/")
        self._face = GrafanaFace(
            token,
            host=parts.hostname,
            port=parts.port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            verify=verify,
            timeout=timeout,
        )

    def publish(
        self, rendered: Mapping[str, dict[str, Any]], sources: DataSources | None = None, *, dry_run: bool = False
    ) -> Iterator[Step]:
        """Bring the server to the wanted state, yielding each step. Running it again changes nothing."""
        self._check_version()
        self._check_plugin()
        changed = False
        for step in self._steps(rendered, sources or DataSources(), dry_run):
            changed = changed or step.action != "unchanged"
            yield step
        if changed and not dry_run:
            text = "Resonanz dashboards published"
            self._call("annotations", lambda: self._face.annotations.add_annotation(text=text, tags=_TAGS))
            yield Step("annotation", "created")

    def _steps(self, rendered: Mapping[str, dict[str, Any]], sources: DataSources, dry_run: bool) -> Iterator[Step]:
        yield self._folder(dry_run)
        for wanted in (
            _clickhouse(sources.clickhouse),
            _prometheus(sources.prometheus),
        ):
            yield self._data_source(wanted, dry_run)
        for name in sorted(rendered):
            yield self._dashboard(rendered[name], dry_run)

    def _call(self, what: str, action: Any) -> Any:
        try:
            return action()
        except GrafanaUnauthorizedError as error:
            raise PublishError(
                f"{self._name} refuses the token: make a service account token with the role Admin, and set RESONANZ_GRAFANA_TOKEN"
            ) from error
        except GrafanaServerError as error:
            raise PublishError(
                f"{self._name} failed ({error.status_code}) at {what}: {error.message}; see Grafana's log"
            ) from error
        except GrafanaClientError as error:
            if error.status_code == 403:
                raise PublishError(
                    f"the token may not change {what} on {self._name}: its service account needs the role Admin"
                ) from error
            raise
        except requests.RequestException as error:
            raise PublishError(
                f"{self._name} cannot be reached: {type(error).__name__}; check the address, the network and TLS"
            ) from error
        except ValueError as error:  # Grafana answers JSON; something else answered
            raise PublishError(
                f"{self._name} does not answer like Grafana at {what}: is the address right, with its path?"
            ) from error

    def _find(self, what: str, action: Any) -> Any:
        """As `_call`; None when there is no such thing."""
        try:
            return self._call(what, action)
        except GrafanaClientError as error:
            if error.status_code == 404:
                return None
            raise PublishError(f"{self._name} refuses {what}: {error.message}") from error

    def _check_version(self) -> None:
        health = self._find("health", lambda: self._face.api.GET("/health"))
        version = str((health or {}).get("version", ""))
        numbers = tuple(int(part) for part in version.split("-")[0].split("+")[0].split(".")[:2] if part.isdigit())
        if version and numbers < OLDEST:
            raise PublishError(f"{self._name} runs Grafana {version}; Resonanz needs {OLDEST[0]}.{OLDEST[1]} or newer")
        if self._find("the organisation", lambda: self._face.api.GET("/org")) is None:
            raise PublishError(f"{self._name} does not answer like Grafana: is the address right, with its path?")

    def _check_plugin(self) -> None:
        if self._find("plugins", lambda: self._face.api.GET(f"/plugins/{CLICKHOUSE_PLUGIN}/settings")) is None:
            raise PublishError(
                f"{self._name} has no plugin {CLICKHOUSE_PLUGIN}: install it (GF_INSTALL_PLUGINS={CLICKHOUSE_PLUGIN}, or "
                f"grafana cli plugins install {CLICKHOUSE_PLUGIN}) and restart Grafana"
            )

    def _folder(self, dry_run: bool) -> Step:
        found = self._find("folders", lambda: self._face.folder.get_folder(FOLDER_UID))
        if found is not None:
            return Step(f"folder {FOLDER_TITLE}", "unchanged")
        if not dry_run:
            self._call("folders", lambda: self._face.folder.create_folder(FOLDER_TITLE, FOLDER_UID))
        return Step(f"folder {FOLDER_TITLE}", "created")

    def _data_source(self, wanted: dict[str, Any], dry_run: bool) -> Step:
        uid, what = wanted["uid"], f"data source {wanted['name']}"
        found = self._find("data sources", lambda: self._face.api.GET(f"/datasources/uid/{uid}"))
        if "url" not in wanted and "jsonData" not in wanted:
            if found is None:
                raise PublishError(
                    f"{self._name} has no data source with uid {uid!r}: add it, or give its address to this command"
                )
            if found.get("type") != wanted["type"]:
                raise PublishError(
                    f"data source {uid!r} on {self._name} is of type {found.get('type')}, not {wanted['type']}"
                )
            return Step(what, "unchanged")
        if found is None:
            if not dry_run:
                self._call("data sources", lambda: self._face.datasource.create_datasource(wanted))
            return Step(what, "created")
        if found.get("readOnly"):
            return Step(f"{what} (provisioned from files)", "unchanged")
        compared = {key: found.get(key) for key in wanted if key != "secureJsonData"}
        difference = diff(compared, {key: value for key, value in wanted.items() if key != "secureJsonData"})
        if not difference:
            return Step(what, "unchanged")
        if not dry_run:
            self._call("data sources", lambda: self._face.datasource.update_datasource(found["id"], wanted))
        return Step(what, "updated", difference)

    def _dashboard(self, wanted: dict[str, Any], dry_run: bool) -> Step:
        uid, what = wanted["uid"], f"dashboard {wanted['title']} ({wanted['uid']})"
        found = self._find("dashboards", lambda: self._face.dashboard.get_dashboard(uid))
        before = _stable((found or {}).get("dashboard", {}))
        difference = diff(before, _stable(wanted))
        if found is not None and not difference:
            return Step(what, "unchanged")
        if not dry_run:
            body = {
                "dashboard": {**wanted, "id": None},
                "folderUid": FOLDER_UID,
                "overwrite": True,
                "message": "resonanz dashboards publish",
            }
            try:
                self._call("dashboards", lambda: self._face.dashboard.update_dashboard(body))
            except GrafanaException as error:
                raise PublishError(f"{self._name} refuses {what}: {error.message}") from error
        return Step(what, "created" if found is None else "updated", difference if found is not None else "")


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What would change, as a unified diff of sorted JSON; empty when nothing would."""
    old, new = (json.dumps(part, indent=1, sort_keys=True, ensure_ascii=False).splitlines() for part in (before, after))
    return "\n".join(difflib.unified_diff(old, new, "Grafana", "Resonanz", lineterm="", n=1))


def _stable(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in dashboard.items() if key not in _VOLATILE}


def _clickhouse(given: Mapping[str, Any] | None) -> dict[str, Any]:
    source = {"name": "Resonanz ClickHouse", "uid": CLICKHOUSE_UID, "type": CLICKHOUSE_PLUGIN, "access": "proxy"}
    return {**source, **(given or {})}


def _prometheus(given: Mapping[str, Any] | None) -> dict[str, Any]:
    source = {"name": "Resonanz Prometheus", "uid": PROMETHEUS_UID, "type": "prometheus", "access": "proxy"}
    return {**source, **(given or {})}
