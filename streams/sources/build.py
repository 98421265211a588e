"""From sources.yaml to running sources.

`build_sources` makes the sources, `run_sources` runs them until told to stop. The two lines of whoever starts them:

    sources = build_sources(load_sources(path), settings, matcher)
    await run_sources(sources, lambda: EventProducer(settings, bootstrap, partitions), stop)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from processors.matching import BrandMatcher
from streams.secret import author_key
from streams.settings import Settings
from streams.sources import config as c
from streams.sources.base import Producer, Source
from streams.sources.cursors import CursorStore
from streams.sources.feeds import FeedSource
from streams.sources.jetstream import JetstreamSource
from streams.sources.keys import KeyMap
from streams.sources.mastodon import MastodonSource
from streams.sources.meta import ChangeReader
from streams.sources.meta import split as split_meta
from streams.sources.portable import PortableReader, portable_event
from streams.sources.reddit import RedditSource
from streams.sources.runner import Recent, SourceRunner
from streams.sources.settle import Safe
from streams.sources.shape import Shaper
from streams.sources.signatures import Signature
from streams.sources.split import split_events
from streams.sources.watched import FileSource
from streams.sources.webhook_server import WebhookServer
from streams.sources.webhooks import Read, WebhookSource
from streams.sources.x import XSource
from streams.sources.youtube import YouTubeSource

log = structlog.get_logger(__name__)


class Sources(list[Source]):
    """The sources of a configuration, with where their webhooks listen and their cursors are kept."""

    def __init__(self, sources: Sequence[Source], listener: c.Listener, folder: Path, tokens: dict[str, str]) -> None:
        super().__init__(sources)
        self.listener = listener
        self.folder = folder
        self.verify_tokens = tokens


class _Builder:
    def __init__(self, settings: Settings, matcher: BrandMatcher) -> None:
        self._settings = settings
        self._matcher = matcher
        self._key = author_key(settings)

    def shaper(self, source: str, entry: c.Common) -> Shaper:
        keep_handles = self._settings.keep_handles
        return Shaper(source, self._key, self._matcher, keep_handles=keep_handles, keep=entry.keep)

    def portable(self, source: str, collector: str) -> PortableReader:
        return PortableReader(
            self._key, self._matcher, keep_handles=self._settings.keep_handles, collector=collector, source=source
        )

    def build(self, entry: c.AnySource) -> list[Source]:
        match entry:
            case c.Jetstream():
                return [self._jetstream(entry)]
            case c.Mastodon():
                return self._mastodon(entry)
            case c.Rss():
                shaper = self.shaper("rss", entry)
                urls, private = entry.urls, entry.allow_private
                return [FeedSource(entry.name, urls, shaper, interval=entry.interval, allow_private=private)]
            case c.Webhook():
                return [self._webhook(entry)]
            case c.Youtube():
                return [
                    YouTubeSource(
                        entry.name, entry.targets, entry.api_key, self.shaper("youtube", entry), api=entry.api,
                        interval=entry.interval, quota=entry.quota, recheck=entry.recheck * 3600, allow_private=entry.allow_private,
                    )
                ]  # fmt: skip
            case c.Reddit():
                return [
                    RedditSource(
                        entry.name, entry.subreddits, entry.client_id, entry.client_secret, self.shaper("reddit", entry),
                        site=entry.site, api=entry.api, interval=entry.interval, recheck=entry.recheck * 3600,
                        allow_private=entry.allow_private,
                    )
                ]  # fmt: skip
            case c.X():
                return [
                    XSource(
                        entry.name, entry.token, entry.rules, self.shaper("x", entry), budget=entry.budget,
                        thin_at=entry.thin_at, backfill=entry.backfill, api=entry.api, allow_private=entry.allow_private,
                    )
                ]  # fmt: skip
            case c.Files():
                reader = self.portable(entry.source, "files")
                return [
                    FileSource(entry.name, entry.paths, reader, mapping=entry.csv, watch=entry.watch, rate=entry.rate)
                ]

    def _jetstream(self, entry: c.Jetstream) -> Source:
        for url in entry.urls:
            if urlsplit(url).scheme not in ("ws", "wss"):
                raise c.SourcesError(f"{entry.name}: {url} must start with wss://")
        dictionary = b""
        if entry.compress and entry.version == 1:
            if not entry.dictionary:
                raise c.SourcesError(
                    f"{entry.name}: compress needs dictionary, the file zstd_dictionary of Jetstream v1"
                )
            try:
                dictionary = Path(entry.dictionary).read_bytes()
            except OSError as error:
                raise c.SourcesError(f"{entry.name}: dictionary cannot be read: {error}") from None
        accounts = self._matcher.accounts("bluesky")
        return JetstreamSource(
            entry.name, entry.urls, self.shaper("bluesky", entry), version=entry.version, likes=entry.likes,
            compress=entry.compress, dictionary=dictionary, rewind=entry.rewind, idle=entry.idle,
            accounts={account: account for account in accounts if account.startswith("did:")},
            unresolved=[account for account in accounts if not account.startswith("did:")],
            resolver=entry.resolver, allow_private=entry.allow_private,
        )  # fmt: skip

    def _mastodon(self, entry: c.Mastodon) -> list[Source]:
        sources: list[Source] = []
        keys = KeyMap()
        for server in entry.servers:
            parts = urlsplit(server)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
                raise c.SourcesError(f"{entry.name}: servers: each must look like https://mastodon.example")
            sources.append(
                MastodonSource(
                    f"{entry.name}@{parts.netloc.replace(':', '_')}", server, self.shaper("mastodon", entry),
                    token=entry.tokens.get(parts.netloc, entry.token), scope=entry.scope, hashtag=entry.hashtag,
                    allow_private=entry.allow_private, keys=KeyMap(share=keys),
                )
            )  # fmt: skip
        return sources

    def _webhook(self, entry: c.Webhook) -> Source:
        signature = Signature(entry.format, (entry.secret, *entry.secrets), entry.window)
        if not signature.check(entry.name).ok:
            raise c.SourcesError(signature.check(entry.name).text)

        def events(source: WebhookSource) -> Read:
            reader = self.portable(entry.source or entry.name, "webhook")
            return lambda item, now: portable_event(reader, source.keys, item, now)

        def changes(source: WebhookSource) -> Read:
            shapers = {"page": self.shaper("facebook", entry), "instagram": self.shaper("instagram", entry)}
            return ChangeReader(shapers, source.keys, source.dropped).read

        meta = entry.format == "meta"
        return WebhookSource(
            entry.name, signature, split_meta if meta else split_events, changes if meta else events,
            rate=entry.rate, burst=entry.burst, max_body=entry.max_body, max_waiting=entry.max_waiting,
        )  # fmt: skip


def build_sources(config: c.SourcesConfig, settings: Settings, matcher: BrandMatcher) -> Sources:
    """The enabled sources. Raises SourcesError for what the configuration alone shows to be wrong."""
    builder = _Builder(settings, matcher)
    enabled = [entry for entry in config.sources if entry.enabled]
    tokens = {
        entry.name: entry.verify_token for entry in enabled if isinstance(entry, c.Webhook) and entry.verify_token
    }
    sources = [source for entry in enabled for source in builder.build(entry)]
    return Sources(sources, config.webhooks, settings.home / "cursors", tokens)


async def run_sources(
    sources: Sequence[Source],
    producer_factory: Callable[[], Producer],
    stop: asyncio.Event,
    *,
    folder: Path | None = None,
    safe: Safe | None = None,
) -> list[SourceRunner]:
    """Run every source until `stop` is set or all have ended. Each has its own producer; returns the runners, for reports.

    safe   for a broker that keeps nothing: whether what lies before some offsets is stored (`streams.sources.settle`)

    Raises OSError when the webhooks' port is taken; faults of feeds and of Kafka never end it.
    """
    if folder is None:
        folder = sources.folder if isinstance(sources, Sources) else Path(".resonanz/cursors")
    seen: dict[str, Recent] = {}  # servers of one network repeat each other: what one brought, the next need not
    stores = [CursorStore(folder, source.name) for source in sources]
    runners = [
        SourceRunner(
            source, producer_factory, store, recent=seen.setdefault(source.name.partition("@")[0], Recent()), safe=safe
        )
        for source, store in zip(sources, stores, strict=True)
    ]
    hooks = [source for source in sources if isinstance(source, WebhookSource)]
    server: WebhookServer | None = None
    try:
        if hooks:
            listener = sources.listener if isinstance(sources, Sources) else c.Listener()
            tokens = sources.verify_tokens if isinstance(sources, Sources) else {}
            server = WebhookServer(hooks, listener.host, listener.port, tokens)
            await server.start()
            log.info("webhooks are served", address=f"http://{listener.host}:{server.port}/ingest/")
        await asyncio.gather(*(runner.run(stop) for runner in runners))
    finally:
        if server is not None:
            await server.stop()
        for store in stores:
            store.close()
    return runners
