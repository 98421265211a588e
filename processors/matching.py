"""Which brands a text names: all brands' terms in one Aho-Corasick automaton, then word boundaries, then any / all / none.

Source of the algorithm: Aho and Corasick, "Efficient string matching", CACM 18(6), 1975 (through pyahocorasick).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import ahocorasick

from processors.needs_answer import Addressing
from processors.text import fold
from schemas.brands import Brand, BrandBook


class _Hit(NamedTuple):
    """A term of the automaton. `targets`: (number of the brand, any | all | none); `brands`: ids of all of them."""

    term: str
    length: int
    letter_first: bool
    letter_last: bool
    targets: tuple[tuple[int, str], ...]
    brands: tuple[str, ...]

    def stands_alone(self, text: str, end: int) -> bool:
        """Whether no letter, digit or underscore continues the term, whose last character is at `end`, on either side."""
        after = text[end + 1 : end + 2]
        if self.letter_last and (after.isalnum() or after == "_"):
            return False
        start = end - self.length
        return not (self.letter_first and start >= 0 and ((before := text[start]).isalnum() or before == "_"))


def _hit(term: str, targets: Sequence[tuple[int, str]], book: BrandBook) -> _Hit:
    letter_first, letter_last = (c.isalnum() or c == "_" for c in (term[0], term[-1]))
    brands = tuple(book.brands[number].id for number in sorted({number for number, _ in targets}))
    return _Hit(term, len(term), letter_first, letter_last, tuple(targets), brands)


class BrandMatcher:
    """Compiled once from the brand book; `match` costs a few microseconds a post whatever the number of brands."""

    def __init__(self, book: BrandBook) -> None:
        self._brands = book.brands
        self._owners = _Accounts(book.brands)
        self.addressing = Addressing(book)
        rules: dict[str, list[tuple[int, str]]] = {}
        self._all: dict[int, frozenset[str]] = {}
        for number, brand in enumerate(book.brands):
            rule = brand.match
            handles = tuple("@" + account.partition(":")[2].removeprefix("@") for account in brand.accounts)
            for kind, terms in (("any", (*rule.any, *handles)), ("all", rule.all), ("none", rule.none)):
                for term in terms:
                    rules.setdefault(fold(term), []).append((number, kind))
            if rule.all:
                self._all[number] = frozenset(fold(term) for term in rule.all)
        self._needs_any = frozenset(n for n, b in enumerate(book.brands) if b.match.any or not b.match.all)
        self._simple = not self._all and not any(b.match.none for b in book.brands)
        self._automaton = ahocorasick.Automaton()
        for term, targets in rules.items():
            self._automaton.add_word(term, _hit(term, targets, book))
        self._empty = not rules
        if rules:
            self._automaton.make_automaton()

    def match(self, text: str, extra: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the ids of the brands named, in the order of the brand book.

        `extra`: hashtags and mentions that a feed lists apart from the text.
        """
        return self.match_folded(fold(text) if not extra else fold(text + "\n" + " ".join(extra)))

    def match_folded(self, folded: str) -> tuple[str, ...]:
        """`match` on text that went through `processors.text.fold`."""
        if self._empty:
            return ()
        if self._simple:
            return self._match_simple(folded)
        any_hits: set[int] = set()
        all_hits: dict[int, set[str]] = {}
        none_hits: set[int] = set()
        for hit in self._hits(folded):
            for number, kind in hit.targets:
                if kind == "any":
                    any_hits.add(number)
                elif kind == "all":
                    all_hits.setdefault(number, set()).add(hit.term)
                else:
                    none_hits.add(number)
        return tuple(
            brand.id
            for number, brand in enumerate(self._brands)
            if number not in none_hits
            and (number not in self._needs_any or number in any_hits)
            and self._all.get(number, frozenset()) <= all_hits.get(number, set())
        )

    def _match_simple(self, folded: str) -> tuple[str, ...]:
        """Where one term of a brand is enough. Most texts name one brand, once: that answer is ready-made."""
        first: _Hit | None = None
        numbers: set[int] | None = None
        for end, hit in self._automaton.iter(folded):
            if hit is first or not hit.stands_alone(folded, end):
                continue
            if first is None:
                first = hit
            else:
                numbers = (numbers or {n for n, _ in first.targets}).union(n for n, _ in hit.targets)
        if first is None:
            return ()
        return first.brands if numbers is None else tuple(self._brands[n].id for n in sorted(numbers))

    def _hits(self, folded: str) -> Iterator[_Hit]:
        """Terms that stand alone in the text."""
        return (hit for end, hit in self._automaton.iter(folded) if hit.stands_alone(folded, end))

    def accounts(self, source: str) -> tuple[str, ...]:
        """The brands' handles on a source, in lower case."""
        return self._owners.of(source)

    def owner(self, source: str, handle: str) -> str:
        """Return the id of the brand whose account this is, or ""."""
        return self._owners.find(source, handle)


class _Accounts:
    """Looks up `source:handle`; a source of `*` means every source. Case and a leading @ are ignored."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self._by_account: dict[tuple[str, str], str] = {}
        for brand in brands:
            for account in brand.accounts:
                source, _, handle = account.partition(":")
                self._by_account[source.casefold(), _handle(handle)] = brand.id

    def of(self, source: str) -> tuple[str, ...]:
        return tuple(handle for at, handle in self._by_account if at == source.casefold())

    def find(self, source: str, handle: str) -> str:
        if not handle:
            return ""
        name = _handle(handle)
        return self._by_account.get((source.casefold(), name)) or self._by_account.get(("*", name), "")


def _handle(handle: str) -> str:
    return handle.removeprefix("@").casefold()
