"""Which posts each stage of training reads, in which order, with which settings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from models.data import Post, held_back


@dataclass(frozen=True)
class Stage:
    """One pass of training. `shares`: how many times an epoch reads the posts of a corpus (or corpus/language)."""

    name: str
    start: tuple[str, ...]  # the stages from whose mean weights it starts; none: the pre-trained encoder
    shares: dict[str, float]
    epochs: int
    rate: float
    seed: int
    dropout: float = 0.1
    final_rate: float = 0.0  # share of `rate` left at the end
    stop_at: int | None = None  # steps after which the stage ends early
    hidden: float = 0.0  # share of the pieces hidden and to be guessed beside the labels
    agreement: float = 0.0  # weight of what two passes with other dropout masks disagree on (R-drop)


_BROAD = {
    "umsab/de": 1.0,
    "umsab/en": 1.0,
    "umsab/fr": 2.0,
    "umsab/it": 2.0,
    "umsab/es": 2.0,
    "umsab/pt": 2.0,
    "semeval": 0.5,
    "sb10k": 1.0,
    "mpc": 1.0,
    "mozetic/de": 1.0,
    "mozetic/es": 1.0,
    "mozetic/pt": 1.0,
    "value_chain": 1.0,
}
_FINE = {"umsab": 1.0, "semeval": 0.03, "sb10k": 0.35, "mozetic": 0.02, "value_chain": 0.35, "written": 1.0}

STAGES = (
    Stage("broad", (), _BROAD, 1, 1e-4, 1, final_rate=0.25, stop_at=2100, hidden=0.15),
    Stage("fine-1", ("broad",), _FINE, 2, 8e-5, 21, dropout=0.15, agreement=2.0),
    Stage("fine-2", ("broad",), _FINE, 2, 9e-5, 22, dropout=0.15, agreement=2.0),
)
"""The running means of the fine stages are averaged into the shipped model: started from the same weights, they lie in
the same basin (Wortsman et al., 2022)."""


def select(stage: Stage, posts: Sequence[Post], seed: int) -> list[Post]:
    """The posts of one epoch: whole copies, then a random part for the fraction. Held-back value-chain posts never."""
    chance = random.Random(seed)
    chosen = []
    for post in posts:
        corpus = post.corpus if post.categories is None or post.corpus == "written" else "value_chain"
        if corpus == "value_chain" and held_back(post.text):
            continue
        share = stage.shares.get(f"{corpus}/{post.language}", stage.shares.get(corpus, 0.0))
        copies = int(share) + (chance.random() < share % 1)
        chosen += [post] * copies
    return chosen
