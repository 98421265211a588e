"""A small context-free grammar: sentence frames with slots become text.

Frames are compiled once; drawing a text walks the compiled parts (a few microseconds). Frames of a section come round
like a shuffled pack of cards, so that one is not heard again before the others were.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

Random = Callable[[], float]

_TOKEN = re.compile(r"\{(\w+)\}|<([^<>]*)>")
_VOCATIVE = re.compile(r"(^|, |[.!?:] |\{anrede\} )\{b\}(?=[,.!?])")
_SENTENCE_START = re.compile(r"[.!?] $")


class Choice(NamedTuple):
    """One of several wordings; `capital`: it starts a sentence."""

    options: Sequence[Parts]
    capital: bool


class Variable(NamedTuple):
    """A word the speaker's context supplies."""

    name: str
    capital: bool


Parts: TypeAlias = "tuple[str | Choice | Variable, ...]"


class Frame(NamedTuple):
    """A compiled frame. `names`: it says the brand's name; `addresses`: as an address; `rival`: another brand's."""

    parts: Parts
    names: bool
    addresses: bool
    rival: bool


class Deck:
    """Frames of one section, drawn without repetition until all were drawn."""

    def __init__(self, frames: list[Frame]) -> None:
        self._frames = frames
        self._order: list[Frame] = []

    def draw(self, random: Random) -> Frame:
        """Return the next frame."""
        order = self._order
        if not order:
            order.extend(self._frames)
            for last in range(len(order) - 1, 0, -1):
                other = int(random() * (last + 1))
                order[last], order[other] = order[other], order[last]
        return order.pop()


class Grammar:
    """All frames of one language. Keys are the section headings of `phrases`, for example "complaint service"."""

    def __init__(self, texts: Sequence[str]) -> None:
        sections = _sections(texts)
        self._lists: dict[str, list[Parts]] = {}
        self.decks: dict[str, Deck] = {}
        for key in sections:
            if " " not in key:
                self._lists[key] = []
        for key, lines in sections.items():
            frames = [self._frame(line) for line in lines]
            self.decks[key] = Deck(frames)
            if key in self._lists:
                self._lists[key].extend(frame.parts for frame in frames)

    def render(self, frame: Frame, context: Mapping[str, str], random: Random) -> str:
        """Return the frame as text. `context` supplies b (brand), v (brand as address), m (model) and the like."""
        out: list[str] = []
        _walk(frame.parts, context, random, out)
        text = "".join(out)
        return text.replace("  ", " ").strip() if "  " in text else text

    def say(self, key: str, context: Mapping[str, str], random: Random) -> str:
        """Draw a frame of a section and return it as text. Raises KeyError for an unknown section."""
        return self.render(self.decks[key].draw(random), context, random)

    def _frame(self, line: str) -> Frame:
        addressed = _VOCATIVE.sub(r"\1{v}", line)
        parts = self._parts(addressed)
        return Frame(parts, "{b}" in addressed or "{v}" in addressed, "{v}" in addressed, "{c}" in addressed)

    def _parts(self, text: str, start: bool = True) -> Parts:
        parts: list[str | Choice | Variable] = []
        position = 0
        for match in _TOKEN.finditer(text):
            before = text[position : match.start()]
            if before:
                parts.append(before)
            capital = (start and match.start() == 0) or bool(_SENTENCE_START.search(text[: match.start()]))
            slot, wordings = match.groups()
            if wordings is not None:
                parts.append(Choice([self._parts(option, capital) for option in wordings.split("|")], capital))
            elif slot in self._lists:
                parts.append(Choice(self._lists[slot], capital))
            else:
                parts.append(Variable(slot, capital))
            position = match.end()
        if text[position:]:
            parts.append(text[position:])
        return tuple(parts)


def _walk(parts: Parts, context: Mapping[str, str], random: Random, out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
            continue
        begin = len(out)
        if isinstance(part, Variable):
            out.append(context[part.name])
        else:
            _walk(part.options[int(random() * len(part.options))], context, random, out)
        if part.capital and len(out) > begin and out[begin]:
            out[begin] = out[begin][0].upper() + out[begin][1:]


def _sections(texts: Sequence[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in "\n".join(texts).splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line[1:-1], [])
        elif line:
            lines.append(line)
    return sections
