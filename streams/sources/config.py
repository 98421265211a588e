"""sources.yaml: which feeds are read. Unknown keys are refused; a secret is a variable or a file, and is never printed.

`docs/sources.md` describes every key; a test compares.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

from streams.sources.shape import Keep
from streams.sources.watched import CsvMapping

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="lower case, digits, - and _")]
Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class SourcesError(ValueError):
    """sources.yaml cannot be used; the message names the entry, the key and the reason, never a secret."""


class Common(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every source has. `keep`: brands (posts that concern a brand) or all. `enabled: false` leaves it out."""

    name: Name
    enabled: bool = True
    keep: Keep = "brands"


class Jetstream(Common, tag="jetstream"):
    """Bluesky."""

    urls: list[str]
    version: Literal[1, 2] = 1
    likes: bool = True
    compress: bool = False
    dictionary: str = ""
    rewind: Positive = 5.0
    idle: Positive = 60.0
    resolver: str = "https://public.api.bsky.app"
    allow_private: bool = False


class Mastodon(Common, tag="mastodon"):
    """One or more Mastodon servers."""

    servers: list[str]
    token: str = ""
    tokens: dict[str, str] = {}
    scope: Literal["public", "local", "remote"] = "public"
    hashtag: str = ""
    allow_private: bool = False


class Rss(Common, tag="rss"):
    """RSS and Atom feeds."""

    urls: list[str]
    interval: Positive = 300.0
    allow_private: bool = False


class Webhook(Common, tag="webhook"):
    """`POST /ingest/{name}`. `secrets`: older ones while senders change over."""

    format: Literal["events", "meta"]
    secret: str
    secrets: list[str] = []
    verify_token: str = ""
    source: str = ""
    window: Positive = 300.0
    rate: Positive = 50.0
    burst: Annotated[int, msgspec.Meta(ge=1)] = 100
    max_body: Annotated[int, msgspec.Meta(ge=1024)] = 1024 * 1024
    max_waiting: Annotated[int, msgspec.Meta(ge=1)] = 20_000


class Youtube(Common, tag="youtube"):
    """Comments of channels or videos."""

    targets: list[str]
    api_key: str
    interval: Positive = 300.0
    quota: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    recheck: NotNegative = 24.0
    api: str = "https://www.googleapis.com/youtube/v3"
    allow_private: bool = False


class Reddit(Common, tag="reddit"):
    """Posts and comments of subreddits."""

    subreddits: list[str]
    client_id: str
    client_secret: str
    interval: Positive = 30.0
    recheck: NotNegative = 24.0
    site: str = "https://www.reddit.com"
    api: str = "https://oauth.reddit.com"
    allow_private: bool = False


class X(Common, tag="x"):
    """The filtered stream."""

    token: str
    rules: list[str]
    budget: Annotated[int, msgspec.Meta(ge=1)]
    thin_at: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.8
    backfill: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0
    api: str = "https://api.x.com"
    allow_private: bool = False


class Files(Common, tag="files"):
    """Portable JSON Lines and CSV files."""

    paths: list[str]
    source: str = "file"
    csv: CsvMapping | None = None
    watch: Positive | None = None
    rate: Positive | None = None


AnySource = Jetstream | Mastodon | Rss | Webhook | Youtube | Reddit | X | Files


class Listener(msgspec.Struct, forbid_unknown_fields=True):
    """Where webhooks are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8090


class SourcesConfig(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    sources: list[AnySource] = []
    webhooks: Listener = msgspec.field(default_factory=Listener)


def load_sources(path: Path, environment: Mapping[str, str] | None = None) -> SourcesConfig:
    """Read sources.yaml. `${NAME}` in a text is replaced by the variable. Raises SourcesError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourcesError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path}: is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SourcesError(f"{path}: must start with sources: and a list of sources")
    return parse_sources(data, str(path), os.environ if environment is None else environment)


def parse_sources(data: dict[str, Any], origin: str, environment: Mapping[str, str]) -> SourcesConfig:
    """Build the configuration from parsed YAML. Raises SourcesError."""
    unknown = data.keys() - {"sources", "webhooks"}
    if unknown:
        raise SourcesError(f"{origin}: unknown key {sorted(unknown)[0]!r}; known are sources and webhooks")
    entries = data.get("sources") or []
    if not isinstance(entries, list):
        raise SourcesError(f"{origin}: sources must be a list")
    sources = [
        _entry(entry, f"{origin}: source {number}", environment) for number, entry in enumerate(entries, start=1)
    ]
    names = [source.name for source in sources]
    for name in names:
        if names.count(name) > 1:
            raise SourcesError(f"{origin}: the name {name!r} is used twice; cursors are kept by name")
    try:
        listener = msgspec.convert(data.get("webhooks") or {}, Listener)
    except msgspec.ValidationError as error:
        raise SourcesError(f"{origin}: webhooks: {error}") from None
    return SourcesConfig(sources, listener)


def _entry(entry: Any, where: str, environment: Mapping[str, str]) -> AnySource:
    if not isinstance(entry, dict):
        raise SourcesError(f"{where}: must be a mapping with name and kind")
    where = f"{where} ({entry.get('name', 'without a name')})"
    kinds = [kind.__struct_config__.tag for kind in AnySource.__args__]
    if entry.get("kind") not in kinds:
        raise SourcesError(f"{where}: kind must be one of {', '.join(sorted(kinds))}")
    try:
        source: AnySource = msgspec.convert(_expand(entry, where, environment), AnySource)
    except msgspec.ValidationError as error:
        raise SourcesError(f"{where}: {error}") from None
    return source


def _expand(value: Any, where: str, environment: Mapping[str, str]) -> Any:
    """Replace ${NAME}, and `x_file: path` by `x` with the file's content (how clusters hand out secrets)."""
    if isinstance(value, str):

        def replace(match: re.Match[str]) -> str:
            if match[1] not in environment:
                raise SourcesError(f"{where}: the variable {match[1]} is not set")
            return environment[match[1]]

        return _VARIABLE.sub(replace, value)
    if isinstance(value, list):
        return [_expand(part, where, environment) for part in value]
    if isinstance(value, dict):
        expanded = {key: _expand(part, where, environment) for key, part in value.items()}
        for key in [key for key in expanded if str(key).endswith("_file")]:
            try:
                expanded[key.removesuffix("_file")] = Path(expanded.pop(key)).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SourcesError(f"{where}: {key} cannot be read: {error}") from None
        return expanded
    return value
