"""Convert the airline tweets of February 2015 (one JSON object a line: id, author, created_at, text, …) to portable JSON Lines.

    python examples/convert_airlines.py tweets.jsonl > airlines.jsonl
    resonanz replay airlines.jsonl --brands examples/airlines.brands.yaml

The tweet's id becomes its uri, so that a tweet listed twice is one post. Whether a tweet was paid for is not known.
"""

from __future__ import annotations

import json
import sys
from typing import IO


def convert(source: IO[str], target: IO[str]) -> int:
    """Write one portable line for each line read; return how many."""
    count = 0
    for line in source:
        tweet = json.loads(line)
        post = {
            "uri": f"https://twitter.com/i/web/status/{tweet['id']}",
            "source": "twitter",
            "author": {"handle": tweet["author"]},
            "text": tweet["text"],
            "lang": "en",
            "created_at": tweet["created_at"],
        }
        target.write(json.dumps(post, ensure_ascii=False) + "\n")
        count += 1
    return count


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as tweets:
        print(f"{convert(tweets, sys.stdout)} posts", file=sys.stderr)
