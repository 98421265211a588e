"""`resonanz simulate`: the invented live stream into a cluster's Kafka, to try an installation that has no feeds."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from streams.cli import common


def simulate(
    seconds: Annotated[
        float | None, typer.Option(help="end after this many seconds; default: run until stopped", min=1)
    ] = None,
    rate: Annotated[float, typer.Option(help="posts a second", min=0.1, max=10_000)] = 10.0,
    storm_after: Annotated[float, typer.Option(help="seconds until a brand crisis begins; 0: none", min=0)] = 900.0,
    seed: Annotated[int, typer.Option(help="the same seed writes the same posts")] = 7,
) -> None:
    """Write posts about three invented brands into social.events, in real time. Needs RESONANZ_KAFKA.

    \b
    Example:
      RESONANZ_KAFKA=kafka://kafka:9092 resonanz simulate --rate 50
    """
    config = common.settings()
    if config.embedded_kafka:
        common.fail("RESONANZ_KAFKA is not set. For a run on this machine alone: resonanz demo", common.USAGE)
    from streams.logs import configure_logging

    configure_logging(config)
    try:
        sent = _stream(config, seconds, rate, storm_after, seed)
    except common.known_errors() as error:
        common.fail(str(error))
    except KeyboardInterrupt:
        return
    print(f"{sent} posts sent")


def _stream(config: Any, seconds: float | None, rate: float, storm_after: float, seed: int) -> int:
    from datetime import UTC, datetime

    import msgspec

    from processors.matching import BrandMatcher
    from schemas.brands import parse_brands
    from schemas.topics import EVENTS
    from streams.kafka.admin import Admin
    from streams.kafka.producer import EventProducer
    from streams.secret import author_key
    from streams.simulator import Simulator
    from streams.simulator import brands as simulated_brands
    from streams.sources.portable import PortableReader

    with Admin(config, config.bootstrap) as admin:
        partitions = admin.partitions(EVENTS)
    matcher = BrandMatcher(parse_brands(simulated_brands(), "the simulator's brands"))
    reader = PortableReader(author_key(config), matcher, collector="simulator")
    producer = EventProducer(config, config.bootstrap, partitions)
    encoder = msgspec.json.Encoder()
    start, sent = time.time(), 0
    try:
        for post in Simulator(seed, datetime.fromtimestamp(start, UTC), rate, storm_after or None).events():
            if seconds is not None and post.at >= seconds:
                break
            while (left := start + post.at - time.time()) > 0:
                producer.tick()
                time.sleep(min(left, 0.05))
            producer.add(reader.read(encoder.encode(post.post), int(time.time() * 1000)))
            sent += 1
        producer.flush()
    finally:
        producer.close()
    return sent
