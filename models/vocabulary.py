"""Step 2: prune the 250,037 pieces of the XLM-R vocabulary to those that six languages of social text need."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from wordfreq import top_n_list

LANGUAGES = ("de", "en", "fr", "es", "it", "pt")
SIZE = 48_000
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_SCRIPTS = ("LATIN", "DIGIT", "MODIFIER", "COMBINING")


@dataclass(frozen=True)
class Vocabulary:
    """The pruned tokenizer and, for each of its ids, the id of the same piece in the full vocabulary."""

    tokenizer: dict[str, Any]
    origin: list[int]


def prune(full: Path, texts: Iterable[str], size: int = SIZE) -> Vocabulary:
    """Keep special pieces, single characters and emoji, then the pieces most used in `texts` and by frequent words."""
    definition = json.loads(full.read_text(encoding="utf-8"))
    pieces: list[list[Any]] = definition["model"]["vocab"]
    tokenizer = Tokenizer.from_file(str(full))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    kept = [index for index, (piece, _) in enumerate(pieces) if piece in SPECIAL]
    kept += [index for index, (piece, _) in enumerate(pieces) if _is_single(piece)]
    seen = set(kept)
    for index in _by_use(tokenizer, texts, seen | set(range(4))):
        if len(kept) >= size:
            break
        kept.append(index)
        seen.add(index)
    kept = sorted(seen)
    definition["model"]["vocab"] = [pieces[index] for index in kept]
    definition["model"]["unk_id"] = kept.index(definition["model"]["unk_id"])
    position = {pieces[index][0]: new for new, index in enumerate(kept)}
    definition["added_tokens"] = [
        {**t, "id": position[t["content"]]} for t in definition["added_tokens"] if t["content"] in position
    ]
    definition["post_processor"] = _processor(position)
    definition["truncation"] = definition["padding"] = None
    return Vocabulary(definition, kept)


def _processor(position: dict[str, int]) -> dict[str, Any]:
    special = {s: {"id": s, "ids": [position[s]], "tokens": [s]} for s in ("<s>", "</s>")}
    start, end = ({"SpecialToken": {"id": s, "type_id": 0}} for s in ("<s>", "</s>"))
    a, b = ({"Sequence": {"id": s, "type_id": 0}} for s in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [start, a, end],
        "pair": [start, a, end, end, b, end],
        "special_tokens": special,
    }


def _is_single(piece: str) -> bool:
    """One character of Latin script, a digit, punctuation, a symbol or emoji, with or without the word mark."""
    text = piece.removeprefix("▁")
    if len(text) > 1 and text[1:] not in ("\ufe0f", "\u200d"):
        return False
    if not text:
        return True
    category = unicodedata.category(text[0])
    return category[0] in "PSNZ" or unicodedata.name(text[0], "").startswith(_SCRIPTS)


def _by_use(tokenizer: Tokenizer, texts: Iterable[str], seen: set[int]) -> list[int]:
    """Pieces used twice in posts, most used first; then others by the most frequent word that needs them."""
    counts: Counter[int] = Counter()
    for encoding in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
        counts.update(encoding.ids)
    ranks: dict[int, int] = {}
    for language in LANGUAGES:
        words = top_n_list(language, 60_000)
        forms = [form for word in words for form in (word, word.capitalize())]
        for rank, encoding in enumerate(tokenizer.encode_batch_fast(forms, add_special_tokens=False)):
            for index in encoding.ids:
                ranks[index] = min(rank, ranks.get(index, rank))
    used = [i for i, n in counts.most_common() if n >= 2 and i not in seen]
    rare = sorted((i for i, n in counts.items() if n == 1 and i not in seen), key=lambda i: ranks.get(i, 10**9))
    frequent = sorted((i for i in ranks if i not in counts and i not in seen), key=ranks.__getitem__)
    by_rank = sorted({*rare, *frequent}, key=lambda i: (ranks.get(i, 10**9), i))
    return used + by_rank
