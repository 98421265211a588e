"""Writes an invented stream as portable JSON Lines; see `python -m streams.simulator --help`."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from datetime import datetime
from itertools import islice
from typing import BinaryIO

import msgspec

from streams.simulator import DEFAULT_START, Simulator

_EXAMPLE = """example:
  python -m streams.simulator --posts 100000 --seed 7 --out posts.jsonl --truth truth.jsonl
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the posts, and on request their truth, one JSON object a line. Returns the exit code."""
    options = _parser().parse_args(arguments)
    storm_after = None if options.no_storm else options.storm_after
    try:
        start = datetime.fromisoformat(options.start) if options.start else DEFAULT_START
        simulator = Simulator(options.seed, start, options.rate, storm_after, options.storm_brand)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    encode = msgspec.json.Encoder().encode
    try:
        with ExitStack() as files:
            out = _open(options.out, files)
            truth = files.enter_context(open(options.truth, "wb")) if options.truth else None
            for event in islice(simulator.events(), options.posts):
                out.write(encode(event.post) + b"\n")
                if truth is not None:
                    line = {"uri": event.post["uri"], "at": event.at, **msgspec.structs.asdict(event.truth)}
                    truth.write(encode(line) + b"\n")
    except OSError as error:
        print(f"error: cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _open(path: str, files: ExitStack) -> BinaryIO:
    return sys.stdout.buffer if path == "-" else files.enter_context(open(path, "wb"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m streams.simulator",
        description="Write an invented stream of social posts as portable JSON Lines, with its truth on request.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--posts", type=int, default=1000, help="how many events to write (default 1000)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed writes the same file (default 7)")
    parser.add_argument("--out", default="-", metavar="FILE", help="where to write posts (default: standard output)")
    parser.add_argument("--truth", metavar="FILE", help="where to write the truth, a line a post, in the same order")
    parser.add_argument("--start", metavar="TIME", help="stream time 0 (default 2026-03-02T08:00:00+00:00)")
    parser.add_argument("--rate", type=float, default=20.0, help="posts a second in calm times (default 20)")
    parser.add_argument("--storm-after", type=float, default=20.0, help="seconds until the crisis (default 20)")
    parser.add_argument("--storm-brand", metavar="ID", help="brand the crisis hits (default: talwerk)")
    parser.add_argument("--no-storm", action="store_true", help="leave the crisis out")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
