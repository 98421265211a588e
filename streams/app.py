"""The Faust app: how Resonanz talks to Kafka. What it does with what it reads is `streams.worker`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import faust

from streams.settings import Settings

REBALANCE_SECONDS = 30


def credentials(settings: Settings) -> Any:
    """Faust's credentials for the Kafka settings, or None."""
    if settings.kafka_security == "PLAINTEXT":
        return None
    import ssl

    context = ssl.create_default_context(cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None)
    if settings.kafka_security == "SSL":
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        mechanism=settings.kafka_sasl_mechanism,
        ssl_context=context if settings.kafka_security == "SASL_SSL" else None,
    )


def build_app(settings: Settings, bootstrap: Sequence[str]) -> faust.App:
    """A Faust app on these brokers, without tables, leader topics, web server or signal handlers of its own."""
    return faust.App(
        settings.group,
        broker=";".join(f"kafka://{address}" for address in bootstrap),
        broker_credentials=credentials(settings),
        store="memory://",
        datadir=settings.home / "faust",
        web_enabled=False,
        autodiscover=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=500,
        broker_commit_interval=0.5,
        # An embedded JoinGroup waits half the session time-out.
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 3,
        # What a worker gets to finish the batch at hand when partitions move; `Pace` keeps batches shorter than that.
        broker_rebalance_timeout=max(REBALANCE_SECONDS, settings.session_seconds),
        broker_request_timeout=max(90.0, settings.session_seconds + 30),
        consumer_max_fetch_size=16 * 1024 * 1024,
        producer_max_request_size=33_554_432,
        producer_compression_type="zstd",
        stream_buffer_maxsize=2 * settings.batch_messages,
    )
