"""Batches of posts of similar length, with light augmentation, reproducible from a seed."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from models.data import Post
from models.value_chain import CATEGORIES

BATCH = 32
MAX_TOKENS = 128
_POOL = 50  # batches per pool: posts are sorted by length inside a pool, so that a batch needs little padding
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
UNKNOWN = 3  # the id of <unk>
_FIRST_PIECE = 4

CORPUS_WEIGHT = {"umsab": 1.5, "semeval": 1.0, "sb10k": 1.0, "mpc": 0.7, "mozetic": 0.5}
"""Weight of a post's sentiment loss: how far the corpus can be trusted to label as the target corpus does."""


@dataclass(frozen=True)
class Batch:
    """Padded token ids and targets of `n` posts."""

    ids: Tensor  # (n, tokens)
    lengths: Tensor  # (n,)
    labels: Tensor  # (n,), 0 where unknown
    weights: Tensor  # (n,), 0 where the label is unknown
    priors: Tensor  # (n, 3) log priors of the post's corpus
    categories: Tensor  # (n, 9) 0 or 1
    has_categories: Tensor  # (n,) 0 or 1


def augment(text: str, language: str, chance: random.Random) -> str:
    """Write one `text` in five as hurried people do: no capitals, no umlauts, no accents, or words missing."""
    draw = chance.random()
    if draw < 0.06:
        return text.lower()
    if draw < 0.12:
        if language == "de" and chance.random() < 0.6:
            return text.translate(_UMLAUTS)
        return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    if draw < 0.20:
        words = [word for word in text.split() if chance.random() > 0.1]
        return " ".join(words) or text
    return text


def batches(
    posts: Sequence[Post],
    tokenizer: Tokenizer,
    priors: dict[tuple[str, str], tuple[float, float, float]],
    seed: int,
) -> Iterator[Batch]:
    """One shuffled pass over `posts`, augmented."""
    chance = random.Random(seed)
    order = list(range(len(posts)))
    chance.shuffle(order)
    for start in range(0, len(order), BATCH * _POOL):
        pool = [posts[i] for i in order[start : start + BATCH * _POOL]]
        encoded = tokenizer.encode_batch_fast([augment(p.text, p.language, chance) for p in pool])
        rows = [(shorten(e.ids), post) for e, post in zip(encoded, pool, strict=True)]
        rows.sort(key=lambda row: (len(row[0]), chance.random()))
        groups = [rows[i : i + BATCH] for i in range(0, len(rows), BATCH)]
        chance.shuffle(groups)
        for group in groups:
            yield collate(group, priors)


def hide(ids: Tensor, lengths: Tensor, pieces: int, share: float) -> tuple[Tensor, Tensor]:
    """Hide `share` of the pieces (start and end marks never): of ten, eight become "unknown", one another piece, one
    stays as it is. Returns the changed ids and where something is to be guessed (batch, tokens)."""
    place = torch.arange(ids.shape[1])
    inside = (place > 0) & (place < lengths[:, None] - 1)
    hidden = inside & (torch.rand(ids.shape) < share)
    draw = torch.rand(ids.shape)
    changed = ids.masked_fill(hidden & (draw < 0.8), UNKNOWN)
    other = hidden & (draw >= 0.8) & (draw < 0.9)
    return torch.where(other, torch.randint(_FIRST_PIECE, pieces, ids.shape), changed), hidden


def shorten(ids: list[int]) -> list[int]:
    """At most `MAX_TOKENS` ids, with the end mark kept."""
    return ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids padded with 1 to the longest row, and the lengths."""
    lengths = [len(row) for row in rows]
    ids = torch.ones(len(rows), max(lengths), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    return ids, torch.tensor(lengths)


def collate(
    group: Sequence[tuple[list[int], Post]], priors: dict[tuple[str, str], tuple[float, float, float]]
) -> Batch:
    """Tensors of one batch."""
    ids, lengths = pad([row for row, _ in group])
    posts = [post for _, post in group]
    even = (0.0, 0.0, 0.0)
    return Batch(
        ids,
        lengths,
        torch.tensor([p.label or 0 for p in posts]),
        torch.tensor([0.0 if p.label is None else CORPUS_WEIGHT[p.corpus] for p in posts]),
        torch.tensor([priors.get((p.corpus, p.language), even) for p in posts]),
        torch.tensor([[float(c in (p.categories or ())) for c in CATEGORIES] for p in posts]),
        torch.tensor([float(p.categories is not None) for p in posts]),
    )
