"""What a storm is about: terms, loudest and most typical posts, links. Pure: the caller fetches the posts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from math import log, sqrt

import msgspec

PRIOR_WEIGHT = 500.0
SMOOTHING = 0.5
SIGNIFICANT = 1.96
MINIMUM_SHARE = 0.04
MAX_TEXT = 2_000

_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]?\w*@\w[\w.]*|@\w+|&\w+;")
_WORD = re.compile(r"[^\W\d_]{3,}(?:['’][^\W\d_]+)?")
_STOP_WORDS = """
    the and you your for was were are with that this have has had not but they from our out what when who how
    why can will just all get got its it's i'm don't there their been about would could than then them she her
    his him any too und oder aber der die das den dem des ein eine einen einem einer ist sind war waren nicht
    auch nur noch schon mit von für auf aus bei nach wie was wer wenn dass ich mich mir wir uns ihr euch sie
    ihn ihm man sich haben habe hat hatte wird werden mal doch dann denn vor seit über zum zur beim als weil jetzt
    hier immer nichts mein meine
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class PostEvidence(msgspec.Struct, frozen=True):
    """A negative post of the storm. `value_chain`: its categories, `url`: its own address, `links`: what it cites."""

    text: str
    author: str
    followers: int = 0
    url: str = ""
    language: str = ""
    value_chain: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Term(msgspec.Struct, frozen=True):
    """A word or pair of words, its z-scored log-odds against the background, and how many posts hold it."""

    term: str
    z: float
    posts: int


class StormContent(msgspec.Struct, frozen=True):
    """What `describe_posts` found; each list has the strongest first. Shares are of the posts given."""

    posts: int
    authors: int
    distinct_texts: int
    terms: tuple[Term, ...]
    loudest: tuple[PostEvidence, ...]
    typical: tuple[PostEvidence, ...]
    links: tuple[tuple[str, int], ...]
    value_chain: dict[str, float]
    languages: dict[str, float]


def describe_posts(
    posts: Sequence[PostEvidence],
    background: Mapping[str, int] | None = None,
    *,
    brand_terms: Collection[str] = (),
    top: int = 8,
    examples: int = 3,
) -> StormContent:
    """Describe the negative posts of a storm.

    `background`: how many of the brand's earlier posts hold each term (see `term_counts`); `brand_terms` are left out.
    Copies of a text count once among the terms, so a campaign cannot write the headline; a term is in at least 4 % of
    the distinct texts.

    Terms are ranked by the log-odds ratio with an informative Dirichlet prior, z-scored: Monroe, Colaresi and Quinn,
    "Fightin' Words", Political Analysis 16(4), 2008, equations 16 and 22; the prior is the background scaled to 500.
    """
    distinct = list({normalise(post.text): post for post in posts}.values())
    ignored = {word for term in brand_terms for word in _WORD.findall(term.lower())}
    counts = term_counts((post.text for post in distinct), ignored)
    scores = _log_odds(counts, background or {})
    needed = max(2, MINIMUM_SHARE * len(distinct))
    terms = _without_parts([term for term in scores if scores[term] >= SIGNIFICANT and counts[term] >= needed], scores)
    links = Counter(link for post in posts for link in set(post.links))
    return StormContent(
        posts=len(posts),
        authors=len({post.author for post in posts}),
        distinct_texts=len(distinct),
        terms=tuple(Term(term, round(scores[term], 2), counts[term]) for term in terms[:top]),
        loudest=tuple(_one_per_author(sorted(posts, key=lambda post: (-post.followers, post.text)))[:examples]),
        typical=tuple(_typical(distinct, {term: scores[term] for term in terms[:50]}, ignored)[:examples]),
        links=tuple(links.most_common(examples)),
        value_chain=_shares(
            category for post in posts for category in dict.fromkeys(post.value_chain or ("unrouted",))
        ),
        languages=_shares(post.language or "und" for post in posts),
    )


def term_counts(texts: Iterable[str], ignored: Collection[str] = ()) -> Counter[str]:
    """How many of the texts hold each word and each pair of neighbouring words."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_terms(text, ignored))
    return counts


def normalise(text: str) -> str:
    """The text without addresses, names, case and punctuation: what a copy shares with its original."""
    return " ".join(_WORD.findall(_NOISE.sub(" ", text[:MAX_TEXT].lower())))


def _terms(text: str, ignored: Collection[str]) -> set[str]:
    words = [word for word in _WORD.findall(_NOISE.sub(" ", text[:MAX_TEXT].lower())) if word not in ignored]
    useful = [word for word in words if word not in STOP_WORDS]
    pairs = {f"{a} {b}" for a, b in pairwise(words) if a not in STOP_WORDS and b not in STOP_WORDS}
    return set(useful) | pairs


def _log_odds(counts: Mapping[str, int], background: Mapping[str, int]) -> dict[str, float]:
    """Term -> z, strongest first."""
    here, there = sum(counts.values()), sum(background.values())
    scale = PRIOR_WEIGHT / there if there else 0.0
    total_prior = PRIOR_WEIGHT + SMOOTHING * len(counts)
    scores = {}
    for term, count in counts.items():
        before = background.get(term, 0)
        prior = before * scale + SMOOTHING
        own, other = count + prior, before + prior
        odds = log(own / (here + total_prior - own)) - log(other / (there + total_prior - other))
        scores[term] = odds / sqrt(1.0 / own + 1.0 / other)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _without_parts(terms: Sequence[str], scores: Mapping[str, float]) -> list[str]:
    """Drop a word that only repeats a stronger pair, and a pair that only repeats a stronger word."""
    kept: list[str] = []
    for term in sorted(terms, key=lambda term: (-scores[term], term)):
        words = set(term.split())
        if not any(words < set(other.split()) or set(other.split()) < words for other in kept):
            kept.append(term)
    return kept


def _typical(
    posts: Sequence[PostEvidence], weights: Mapping[str, float], ignored: Collection[str]
) -> list[PostEvidence]:
    """Posts that say most of what the storm says, for their length; one per author."""

    def weight(post: PostEvidence) -> float:
        found = _terms(post.text, ignored)
        return sum(weights.get(term, 0.0) for term in found) / sqrt(len(found) + 4.0)

    return _one_per_author(sorted(posts, key=lambda post: (-weight(post), post.text)))


def _one_per_author(posts: Iterable[PostEvidence]) -> list[PostEvidence]:
    first: dict[str, PostEvidence] = {}
    for post in posts:
        first.setdefault(post.author, post)
    return list(first.values())


def _shares(labels: Iterable[str]) -> dict[str, float]:
    counts = Counter(labels)
    total = sum(counts.values())
    return {label: round(count / total, 4) for label, count in counts.most_common()}
