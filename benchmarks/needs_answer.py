"""Precision and recall of the rule for posts that need an answer (processors/needs_answer.py), each with its 95 % interval.

    python -m benchmarks.needs_answer [--data ../shared/data] [--model on]

Truths, in the order of what they are worth:

- `labelled`: 150 railway posts (German) and 150 airline posts (English), drawn at random from those that name a company's account and
  judged one by one before the rule was run on them, by one reader: is it a question, a request or a complaint for the company?
  `needs_answer_labels.jsonl` holds hashes and judgements. "unclear" (retweets, half a sentence of a conversation that is not there) is left out.
- `sentiment`: airline posts, negative against positive. A praise with a question in it counts as a false alarm here.
- `answered`: first turns of customer-care conversations: the company answered, so recall alone.
- `invented`: posts of the simulator that name a brand, German and English, whose truth is known by construction.

Prints one JSON object. With --model on the sentiment model's label is given to the rule for the labelled posts, as a worker does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from processors.dialogue.survival import wilson
from processors.matching import BrandMatcher
from processors.needs_answer import needs_answer
from schemas.brands import parse_brands
from streams.simulator import Simulator
from streams.simulator import brands as simulated_brands

LABELS = Path(__file__).with_name("needs_answer_labels.jsonl")
RAILWAY = ("@DB_Bahn", "@DB_Info")
SEED = 20_261_126
_MENTION = re.compile(r"(?<![\w@])@([\w.\-]+(?:@[\w.\-]+)?)")
Judged = tuple[str, bool, str]  # text, truth, sentiment ("" where none is given)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def matcher_of(accounts: Iterable[str]) -> BrandMatcher:
    """One brand with these accounts."""
    names = list(accounts)
    brand = {"id": "brand", "name": names[0].removeprefix("@"), "terms": names}
    return BrandMatcher(parse_brands({"brands": [brand]}))


def asks(matcher: BrandMatcher, text: str, sentiment: str = "") -> bool:
    """The rule as the pipeline applies it to a customer's post."""
    addressed = matcher.addressing.speaks_to(text, _MENTION.findall(text))
    named = bool(matcher.match(text))
    return needs_answer(text, sentiment, addressed=addressed and named, named=named)


def figures(matcher: BrandMatcher, posts: Sequence[Judged]) -> dict[str, Any]:
    """Precision and recall with Wilson intervals, and the four counts."""
    found = [(asks(matcher, text, sentiment), truth) for text, truth, sentiment in posts]
    hits = sum(said and truth for said, truth in found)
    alarms, wanted = sum(said for said, _ in found), sum(truth for _, truth in found)
    return {
        "n": len(found),
        "need_an_answer": wanted,
        "precision": _share(hits, alarms),
        "recall": _share(hits, wanted),
        "false_alarms": alarms - hits,
        "missed": wanted - hits,
    }


def _share(part: int, whole: int) -> dict[str, Any]:
    low, high = wilson(part, whole)
    return {"value": part / whole if whole else None, "low": low, "high": high, "n": whole}


def judgements() -> dict[str, str]:
    """Hash of a text → yes, no or unclear."""
    return {row["text_sha256"]: row["needs_answer"] for row in read_lines(LABELS)}


def labelled(texts: Iterable[str], label: Callable[[str], str]) -> list[Judged]:
    """The texts that were judged, with the judgement; `label` gives a text's sentiment or "". Equal texts count once."""
    judged = judgements()
    found = {text: judged.get(hashlib.sha256(text.encode()).hexdigest()[:16], "unclear") for text in texts}
    return [(text, said == "yes", label(text)) for text, said in found.items() if said != "unclear"]


def invented(sentiment: bool) -> list[Judged]:
    """Customers' posts of the simulator that name a brand."""
    owned = {account for brand in simulated_brands()["brands"] for account in brand["accounts"]}
    posts = []
    for event in Simulator(seed=SEED, rate=4.0).until(3_600):
        post, truth = event.post, event.truth
        if post["action"] != "create" or not truth.brands:
            continue
        if f"{post['source']}:{post['author']['handle']}" not in owned:
            said = " ".join([post["text"], *("@" + n for n in post.get("mentions", ()) if f"@{n}" not in post["text"])])
            posts.append((said, truth.needs_answer, truth.sentiment if sentiment else ""))
    return posts


def sentiment_of(model: str) -> Callable[[str], str]:
    """How the labelled posts get a sentiment."""
    if model == "off":
        return lambda text: ""
    from processors.sentiment import SentimentModel

    shipped = SentimentModel.load(None)
    return lambda text: shipped.predict([text])[0].label


def measure(folder: Path, model: str = "off") -> dict[str, Any]:
    """All figures."""
    airlines = list(read_lines(folder / "airlines" / "tweets.jsonl"))
    railway = [row["text"] for row in read_lines(folder / "sentiment" / "germeval2017_dev.jsonl")]
    care = list(read_lines(folder / "dialogues" / "customer_care_dev.jsonl"))
    airline = matcher_of(("@united", "@usairways", "@americanair", "@southwestair", "@jetblue", "@virginamerica"))
    companies = matcher_of(sorted({"@" + talk["company"] for talk in care}))
    of = sentiment_of(model)
    split = [(row["text"], row["label"] == "negative", "") for row in airlines if row["label"] != "neutral"]
    first = [(talk["turns"][0]["text"], True, "") for talk in care]
    simulated = BrandMatcher(parse_brands(simulated_brands()))
    return {
        "model": model,
        "labelled": {
            "railway": figures(matcher_of(RAILWAY), labelled(railway, of)),
            "airlines": figures(airline, labelled((row["text"] for row in airlines), of)),
        },
        "sentiment": figures(airline, split),
        "answered": figures(companies, first),
        "invented": {
            "without_sentiment": figures(simulated, invented(False)),
            "true_sentiment": figures(simulated, invented(True)),
        },
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", choices=("off", "on"), default="off")
    options = parser.parse_args()
    print(json.dumps(measure(options.data, options.model), indent=1))


if __name__ == "__main__":
    main()
