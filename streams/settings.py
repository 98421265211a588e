"""Settings: one class, read from the environment (`RESONANZ_…`) or a `.env` file, validated at start.

`docs/settings.md` lists every field; a test fails when one is missing there.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

Port = Annotated[int, Field(ge=0, le=65535)]


def leads_somewhere(url: str, *schemes: str) -> bool:
    """Whether an address has one of the schemes, a host, and no port that there cannot be."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _servers(kafka: str) -> list[str]:
    return [server.strip() for server in kafka.removeprefix("kafka://").replace(";", ",").split(",")]


class SettingsError(ValueError):
    """A setting cannot be used; the message names it and says why."""


class Settings(BaseSettings):
    """Every setting, with its default. Without any, Resonanz runs embedded: no service is needed."""

    # An empty variable is an unset one: `RESONANZ_HOME=` must not make the current folder the home.
    model_config = SettingsConfigDict(
        env_prefix="RESONANZ_", env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    home: Path = Field(Path(".resonanz"), description="folder of the embedded store, keys and run files")
    kafka: str | None = Field(None, description="kafka://host:9092[,host:9092]; unset: an embedded broker")
    clickhouse: SecretStr | None = Field(
        None,
        description="clickhouse://user:password@host:9000/database (clickhouses:// for TLS); unset: the embedded engine",
    )
    clickhouse_cluster: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_{}-]*$",
        description="name of the ClickHouse cluster; set: migrations make replicated and distributed tables",
    )
    brands: Path | None = Field(
        None, description="path of brands.yaml; unset: brands.yaml in the current folder, if there is one"
    )

    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to talk to the Kafka brokers"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, with a SASL_ security"
    )
    kafka_username: str = Field("", description="SASL user name")
    kafka_password: SecretStr = Field(SecretStr(""), description="SASL password")
    kafka_ca_file: Path | None = Field(None, description="certificate authority that signed the brokers' certificates")

    broker_megabytes: int = Field(
        1024,
        ge=0,
        description="the embedded broker never forgets; when it has grown by so much, `resonanz up` starts itself anew; 0: never",
    )

    group: str = Field("resonanz", min_length=1, description="consumer group of the workers")
    partitions: int = Field(
        4, ge=1, le=10_000, description="partitions of social.events; changing it later needs recompute"
    )
    replication: int = Field(1, ge=1, description="replication factor of the topics")
    min_insync: int = Field(1, ge=1, description="min.insync.replicas of the topics; at most the replication factor")
    pack: int = Field(100, ge=1, le=1000, description="events a Kafka message holds at most")

    session_seconds: float = Field(
        6.0,
        ge=6,
        le=300,
        description="after how long without a heartbeat a worker counts as dead and its partitions move",
    )
    batch_messages: int = Field(500, ge=1, le=10_000, description="messages a worker takes at most at once")
    batch_seconds: float = Field(0.2, gt=0, le=10, description="how long a worker waits for a full batch")
    retry_seconds: float = Field(5.0, gt=0, le=300, description="longest pause between two tries when the store fails")

    model: str = Field("", description="sentiment model: empty for the shipped one, a folder or hub name, or off")
    model_labels: dict[str, str] = Field({}, description="a model's labels → negative, neutral, positive (JSON)")
    threads: int = Field(0, ge=0, le=256, description="threads of the sentiment model; 0: as many as there are cores")

    metrics_host: str = Field("127.0.0.1", description="address of /metrics and /health")
    metrics_port: Port = Field(9464, description="port of /metrics and /health of a worker; 0: a free one")
    console_host: str = Field("127.0.0.1", description="address of the web console")
    console_port: Port = Field(8080, description="port of the web console; 0: a free one")
    console_token: SecretStr | None = Field(
        None,
        description="access token of the console beyond loopback, 16 characters at least; unset: a new one each run",
    )

    alertmanager: SecretStr | None = Field(
        None,
        description="http://host:9093[,http://…]: brand crises are told there directly; unset: Prometheus' rules tell them",
    )
    grafana: str = Field("", description="Grafana's address, for annotations at the start and end of a crisis")
    grafana_token: SecretStr | None = Field(None, description="token of a Grafana service account with the role Editor")
    runbooks: str = Field("docs/runbooks/", description="where docs/runbooks is published, with a slash at the end")
    public_url: str = Field("", description="address under which people reach the console; alerts link to it")

    author_key: SecretStr | None = Field(
        None,
        description="key that pseudonymises authors, 16 characters at least; unset: one is made and kept in the home folder",
    )
    keep_handles: bool = Field(False, description="store the handles of the public, not only of brand accounts")

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severe log line shown")
    log_format: Literal["auto", "json", "console"] = Field("auto", description="auto: console on a terminal, else JSON")

    @field_validator("kafka")
    @classmethod
    def _kafka_url(cls, value: str | None) -> str | None:
        if value and not value.startswith("kafka://"):
            raise ValueError("must start with kafka://, for example kafka://localhost:9092")
        if value and any("/" in s or not leads_somewhere(f"kafka://{s}", "kafka") for s in _servers(value)):
            raise ValueError("must name a host and a port, for example kafka://localhost:9092,other:9092")
        return value or None

    @field_validator("kafka_ca_file")
    @classmethod
    def _present(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("clickhouse")
    @classmethod
    def _clickhouse_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if not leads_somewhere(value.get_secret_value(), "clickhouse", "clickhouses"):
            raise ValueError("must look like clickhouse://user:password@host:9000/database")
        return value

    @field_validator("author_key")
    @classmethod
    def _strong_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if len(value.get_secret_value()) < 16:
            raise ValueError("is shorter than 16 characters: whoever guesses it can name the authors")
        return value

    @field_validator("alertmanager")
    @classmethod
    def _alertmanager_urls(cls, value: SecretStr | None) -> SecretStr | None:
        urls = value.get_secret_value().split(",") if value else []
        if any(not leads_somewhere(url.strip(), "http", "https") for url in urls if url.strip()):
            raise ValueError("must look like http://alertmanager:9093, several of them separated by commas")
        return value

    @field_validator("grafana", "public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not leads_somewhere(value, "http", "https"):
            raise ValueError("must be a web address, for example https://grafana.example")
        return value

    @field_validator("min_insync")
    @classmethod
    def _insync(cls, value: int, info: object) -> int:
        replication = getattr(info, "data", {}).get("replication", value)
        if value > replication:
            raise ValueError(f"is {value}, more than the replication factor {replication}: no write would ever succeed")
        return value

    @property
    def embedded_kafka(self) -> bool:
        """Whether this process brings its own broker."""
        return self.kafka is None

    @property
    def bootstrap(self) -> list[str]:
        """Kafka's host:port list, without the scheme."""
        return _servers(self.kafka or "")

    def alertmanager_urls(self) -> list[str]:
        """The Alertmanagers, with their passwords: never log them."""
        value = self.alertmanager.get_secret_value() if self.alertmanager else ""
        return [url.strip() for url in value.split(",") if url.strip()]

    def clickhouse_url(self) -> str | None:
        """The ClickHouse URL with its password: never log it."""
        return self.clickhouse.get_secret_value() if self.clickhouse else None


def load_settings(**overrides: object) -> Settings:
    """Read the settings. Raises SettingsError naming each wrong variable, its problem, and never its value.

    `RESONANZ_SECRETS_DIR` names a folder with one file a secret (`resonanz_clickhouse`, `resonanz_kafka_password`, …), as
    containers mount them; a variable of the same name wins.
    """
    folder = os.environ.get("RESONANZ_SECRETS_DIR") or None
    if folder and not Path(folder).is_dir():
        raise SettingsError(f"RESONANZ_SECRETS_DIR: there is no folder {folder}")
    try:
        return Settings(_secrets_dir=folder, **{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type, call-arg]
    except ValidationError as error:
        lines = [
            f"RESONANZ_{'_'.join(map(str, e['loc'])).upper()}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        ]
        raise SettingsError("; ".join(lines)) from None
    except SourceError as error:  # a variable that must hold JSON and does not
        raise SettingsError(f"RESONANZ_{_field(error).upper()}: is not valid JSON") from None


def _field(error: SourceError) -> str:
    found = re.search(r'field "(\w+)"', str(error))
    return found.group(1) if found else "…"
