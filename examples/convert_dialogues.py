"""Convert customer-care conversations (one JSON object a line: company, turns, final_brand_turn) to portable JSON Lines.

    python examples/convert_dialogues.py customer_care.jsonl --brands care.brands.yaml > care.jsonl
    resonanz replay care.jsonl --brands care.brands.yaml

Each turn answers the one before it, and the first one is the root. The last brand turn has no time of its own: its
Twitter id holds it, ms = (id >> 22) + 1288834974657 (https://docs.x.com/fundamentals/x-ids). A company's account is its
own handle; a conversation is about the company whether or not its customer names it, because the company answers in it.
Whether a post was paid for is not stated; a customer asking for help is not an advertisement, but nobody has said so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

_TWITTER_EPOCH_MS = 1288834974657


def posts(conversation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the portable posts of one conversation, oldest first."""
    company = conversation["company"]
    turns = [*conversation["turns"], {**conversation["final_brand_turn"], "role": "brand", "author": company}]
    root = parent = ""
    for turn in turns:
        uri = f"https://twitter.com/i/web/status/{turn['id']}"
        author = company if turn["role"] == "brand" else turn["author"]
        post = {
            "uri": uri,
            "source": "twitter",
            "author": {"handle": author},
            "text": turn["text"],
            "created_at": turn.get("created_at") or _time_of(turn["id"]),
        }
        if parent:
            post |= {"parent_uri": parent, "root_uri": root}
        yield post
        parent, root = uri, root or uri


def _time_of(tweet_id: str) -> str:
    milliseconds = (int(tweet_id) >> 22) + _TWITTER_EPOCH_MS
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def brands(companies: set[str]) -> dict[str, Any]:
    """The content of brands.yaml: one brand a company. Names as ids: lower case, without what an id may not hold."""
    return {
        "brands": [
            {
                "id": company.casefold(),
                "name": company,
                "terms": ["@" + company],
                "accounts": ["twitter:" + company],
                "set": "customer-care",
                "languages": ["en"],
                "time_zone": "America/New_York",
            }
            for company in sorted(companies, key=str.casefold)
        ]
    }


def convert(source: IO[str], target: IO[str]) -> set[str]:
    """Write the posts of every conversation; return the companies met."""
    companies = set()
    for line in source:
        conversation = json.loads(line)
        companies.add(conversation["company"])
        for post in posts(conversation):
            target.write(json.dumps(post, ensure_ascii=False) + "\n")
    return companies


def main() -> None:
    """Command line; JSON is YAML, so the brands file needs no YAML library."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("conversations")
    parser.add_argument("--brands", metavar="FILE", help="where to write brands.yaml")
    options = parser.parse_args()
    with open(options.conversations, encoding="utf-8") as lines:
        companies = convert(lines, sys.stdout)
    if options.brands:
        with open(options.brands, "w", encoding="utf-8") as file:
            json.dump(brands(companies), file, indent=2)
    print(f"{len(companies)} companies", file=sys.stderr)


if __name__ == "__main__":
    main()
