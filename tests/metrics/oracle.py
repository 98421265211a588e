"""Every metric again, in plain Python, pandas and lifelines, from the posts themselves: no code of the product, no SQL.

Taken as given, because they are measured elsewhere: which posts want an answer, the sentiment and the categories of a text.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from scipy.stats import norm

DAY = 86_400_000
HOUR = 3_600_000


@dataclass
class Post:
    uri: str
    at: int
    author: tuple[str, str]
    text: str
    owner: str
    brands: frozenset[str]
    parent: str = ""
    root: str = ""
    bot: bool = False
    paid: str = "unknown"
    followers: int = 0
    deleted: bool = False
    deleted_at: int = 0
    asks: bool = False
    label: str = ""
    categories: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)
    snapshots: dict[int, tuple[int, int, int]] = field(default_factory=dict)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def copy_of(post: Post) -> object:
    """Equal for near-duplicates: the same words, links and user names aside, in a text of at least 40 bytes."""
    folded = re.sub(r"(?:https?://|www\.)\S+|@[\w.@-]+", " ", post.text.casefold())
    for letter, spelt in ("ä", "ae"), ("ö", "oe"), ("ü", "ue"):
        folded = folded.replace(letter, spelt)
    words = " ".join("".join(c if c.isalnum() or c == "_" else " " for c in folded).split())
    return words if len(post.text.encode()) >= 40 and words else ("only", post.uri)


def incidence(waits: pd.Series, kinds: pd.Series) -> pd.Series:
    """Aalen–Johansen from its definition: F(t) = Σ S(s−) d(s) / r(s), S the share neither answered nor withdrawn."""
    survival, share, curve = 1.0, 0.0, {}
    for time in sorted(waits.unique()):
        at_risk = int((waits >= time).sum())
        now = kinds[waits == time]
        share += survival * int((now == "answered").sum()) / at_risk
        survival *= 1 - int((now != "open").sum()) / at_risk
        curve[time] = share
    return pd.Series(curve)


@dataclass
class Hours:
    """When a brand answers. `week`: mon … sun → "HH:MM-HH:MM" local time; empty: always."""

    zone: str
    week: Mapping[str, str]
    holidays: tuple[str, ...] = ()

    def between(self, start: float, end: float) -> float:
        """Opening time in ms: day by day, each opening cut to [start, end)."""
        if not self.week:
            return end - start
        zone, total = ZoneInfo(self.zone), 0.0
        day = datetime.fromtimestamp(start / 1000, zone).date() - timedelta(days=1)
        while day <= datetime.fromtimestamp(end / 1000, zone).date():
            if (span := self.week.get(f"{day:%a}".lower())) and day.isoformat() not in self.holidays:
                opens, closes = (
                    datetime(day.year, day.month, day.day, tzinfo=zone)
                    + timedelta(hours=int(t[:2]), minutes=int(t[3:]))
                    for t in span.split("-")
                )
                total += max(0.0, min(end, closes.timestamp() * 1000) - max(start, opens.timestamp() * 1000))
            day += timedelta(days=1)
        return total


class Oracle:
    """The metrics of brands that compete, over [start, end) ms. `posts`: their last state, deleted ones too."""

    def __init__(
        self,
        posts: Iterable[Post],
        brands: Iterable[str],
        start: int,
        end: int,
        hours: Mapping[str, Hours] | None = None,
    ) -> None:
        self.posts = {post.uri: post for post in posts}
        self.hours = hours or {}
        self.brands, self.start, self.end = list(brands), start, end
        self.cache: dict[tuple[str, str], Any] = {}
        self.threads: dict[str, list[Post]] = defaultdict(list)
        for post in self.posts.values():
            self.threads[self.top(post.uri)].append(post)
        for thread in self.threads.values():
            thread.sort(key=lambda p: p.at)

    def once(self, name: str, brand: str) -> Any:
        if (name, brand) not in self.cache:
            self.cache[name, brand] = getattr(self, name)(brand)
        return self.cache[name, brand]

    def top(self, uri: str) -> str:
        """Follow the links up: the stated root, else the parent, known or not."""
        while (post := self.posts.get(uri)) is not None and (post.root or post.parent):
            uri = post.root or post.parent
        return uri

    # -- relevance ----------------------------------------------------------------------------------------------------

    def naming(self, brand: str) -> list[Post]:
        window = (p for p in self.posts.values() if self.start <= p.at < self.end and not p.deleted)
        return [p for p in window if brand in p.brands or p.owner == brand]

    def earned(self, brand: str) -> list[Post]:
        found: dict[object, Post] = {}
        for post in sorted(self.once("naming", brand), key=lambda p: p.at):
            if post.owner != brand and post.paid != "yes" and not post.bot:
                found.setdefault(copy_of(post), post)
        return list(found.values())

    def parts(self, brand: str) -> dict[str, float | None]:
        earned = self.once("earned", brand)
        total = sum(len(self.once("earned", other)) for other in self.brands)
        classes = Counter(
            "paid" if p.paid == "yes" else "owned" if p.owner == brand else "earned" if p.paid == "no" else "unknown"
            for p in self.once("naming", brand)
        )
        known = classes["earned"] + classes["owned"] + classes["paid"]
        labels = Counter(p.label for p in earned if p.label)
        rates = self.rates(brand)
        return {
            "share_of_voice": 100 * len(earned) / total if total else None,
            "earned_share": 100 * classes["earned"] / known if known else None,
            "engagement_rate": statistics.fmean(map(sum, rates)) if rates else None,
            "net_sentiment": 100 * (labels["positive"] - labels["negative"]) / labels.total() if labels else None,
            "author_diversity": self.diversity(earned),
            "reach_weighted_mentions": self.reach(earned),
        }

    @staticmethod
    def diversity(earned: list[Post]) -> float | None:
        """Hill number of order 2 at m = 100, from its definition: 1 / Σ_k (k/m)² E[f_k(m)], summed over authors."""
        n, m = len(earned), 100
        if n < 2:
            return None
        counts = Counter(p.author for p in earned).values()
        # E[(X/m)²] for X hypergeometric or, beyond n, its analytic continuation: E[X²] = m x/n + m(m−1) x(x−1)/(n(n−1)).
        return 1 / sum((m * x / n + m * (m - 1) * x * (x - 1) / (n * (n - 1))) / m**2 for x in counts)

    @staticmethod
    def gini(earned: list[Post]) -> float:
        counts = np.array(list(Counter(p.author for p in earned).values()), dtype=float)
        return float(np.abs(counts[:, None] - counts[None, :]).sum() / (2 * len(counts) ** 2 * counts.mean()))

    @staticmethod
    def reach(earned: list[Post]) -> float | None:
        followers = pd.Series([p.followers for p in earned], dtype=float)
        return float(np.log1p(followers.clip(upper=followers.quantile(0.99))).sum()) if followers.any() else None

    def rates(self, brand: str) -> list[tuple[int, int, int]]:
        """Likes, comments and shares of each owned post, as last shown before it was 24 hours old."""
        found = []
        for post in self.posts.values():
            if (
                post.owner == brand
                and not post.deleted
                and self.start <= post.at < self.end
                and post.at <= self.end - DAY
            ):
                seen = [t for t in post.snapshots if t <= post.at + DAY]
                if seen:
                    found.append(post.snapshots[max(seen)])
        return found

    def relevance_index(self, brand: str) -> float | None:
        weights = {
            "share_of_voice": 0.25, "earned_share": 0.15, "engagement_rate": 0.2, "net_sentiment": 0.2,
            "author_diversity": 0.1, "reach_weighted_mentions": 0.1,
        }  # fmt: skip
        frame = pd.DataFrame({other: self.once("parts", other) for other in self.brands}, dtype=float).T
        z = (frame - frame.mean()) / frame.std(ddof=0).where(frame.notna().sum() > 1)
        own = z.loc[brand].replace([math.inf, -math.inf], math.nan).dropna()
        if own.empty or not self.once("naming", brand):  # of a brand without a post in the window nothing can be said
            return None
        weight = pd.Series(weights)[own.index]
        return float(100 * norm.cdf((own * weight).sum() / weight.sum()))

    # -- dialogue -----------------------------------------------------------------------------------------------------

    def conversations(self, brand: str) -> list[dict[str, Any]]:
        """Threads that concern the brand and in which the first customer post lies in the window."""
        found = []
        for top, thread in self.threads.items():
            if any(p.owner == brand or brand in p.brands for p in thread):
                facts = self._facts(brand, top, thread)
                if facts is not None and self.start <= facts["asked"] < self.end:
                    found.append(facts)
        return found

    def _facts(self, brand: str, top: str, thread: list[Post]) -> dict[str, Any] | None:
        customers = [p for p in thread if not p.owner and not p.bot]
        ours = [p for p in thread if p.owner == brand and not p.deleted]
        if not customers:
            return None
        first = customers[0]
        reply = next((p for p in ours if p.at > first.at and not p.bot), None)
        opening = [
            p
            for p in customers
            if p.author == first.author and p.at <= first.at + HOUR and (reply is None or p.at < reply.at)
        ]
        kept = sorted((p for p in (*customers, *ours) if not p.deleted), key=lambda p: p.at)
        turns: list[tuple[bool, int]] = []
        for p in kept:
            if not turns or turns[-1][0] != bool(p.owner):
                turns.append((bool(p.owner), p.at))
        sides = [p for p in thread if p in customers or p.owner == brand]
        moods = [(p.at, p.label) for p in customers if p.author == first.author and p.label and not p.deleted]
        return {
            "asked": first.at,
            "withdrawn": first.deleted_at if first.deleted else 0,
            "replied": reply.at if reply else 0,
            "asks": any(p.asks for p in opening),
            "categories": {c for p in opening for c in p.categories} or {"unrouted"},
            "by_customer": not sides[0].owner,
            "ours": len(ours),
            "theirs": len([p for p in customers if not p.deleted]),
            "turns": turns,
            "moods": moods,
            "wrote": {
                p.author
                for p in customers
                if not p.deleted
                and (brand in p.brands or p.uri == top or not p.parent
                     or (p.parent in self.posts and self.posts[p.parent].owner == brand))
            },
            "heard": {
                a
                for p in ours
                if p.parent and not p.bot
                for a in [
                    first.author
                    if p.parent not in self.posts
                    else self.posts[p.parent].author
                    if not self.posts[p.parent].owner and not self.posts[p.parent].bot
                    else None
                ]
                if a
            },
        }  # fmt: skip

    def waiting(self, brand: str) -> pd.DataFrame:
        """Conversations that need an answer: how long they waited, in ms, and what ended it."""
        rows = []
        for c in self.once("conversations", brand):
            if not c["asks"]:
                continue
            reply = c["replied"] if c["replied"] and c["replied"] < self.end else math.inf
            gone = max(c["withdrawn"], c["asked"]) if c["withdrawn"] and c["withdrawn"] < self.end else math.inf
            until = min(reply, gone, self.end)
            kind = "answered" if reply <= gone and reply < math.inf else "withdrawn" if gone < math.inf else "open"
            rows.append({"asked": c["asked"], "until": until, "kind": kind, "categories": c["categories"]})
        return pd.DataFrame(rows, columns=["asked", "until", "kind", "categories"])

    @staticmethod
    def curve(waits: pd.Series, kinds: pd.Series) -> pd.Series:
        """Share answered by a time in seconds: Kaplan–Meier by lifelines, with withdrawn ones Aalen–Johansen."""
        if (kinds == "withdrawn").any():
            return incidence(waits / 1000, kinds)
        fitted = KaplanMeierFitter().fit(waits / 1000, kinds == "answered")
        return pd.Series(1 - fitted.survival_function_["KM_estimate"])

    def quantile(self, waits: pd.Series, kinds: pd.Series, q: float) -> float | None:
        """When the share answered reaches q, in seconds."""
        if waits.empty:
            return None
        curve = self.curve(waits, kinds)
        reached = curve[curve >= q - 1e-12]
        return float(reached.index[0]) if len(reached) else None

    def within(self, waits: pd.Series, kinds: pd.Series, time: float) -> float | None:
        """Per cent answered within `time` ms; None where nobody was watched for so long and somebody still waits."""
        if waits.empty or not ((waits >= time).any() or (kinds == "answered").all()):
            return None
        curve = self.curve(waits, kinds)
        before = curve[curve.index <= time / 1000]
        return 100 * float(before.iloc[-1]) if len(before) else 0.0

    def later(self, brand: str) -> tuple[pd.Series, pd.Series]:
        waits, done = [], []
        for c in self.once("conversations", brand):
            seen = False
            for number, (ours, at) in enumerate(c["turns"]):
                if not ours and seen and at < self.end:
                    after = c["turns"][number + 1][1] if number + 1 < len(c["turns"]) else math.inf
                    waits.append(min(after, self.end) - at)
                    done.append("answered" if after < self.end else "open")
                seen = seen or not ours
        return pd.Series(waits, dtype=float), pd.Series(done, dtype=str)

    def coverage(self, brand: str) -> float | None:
        """Of the earned posts with a category, the share with one outside marketing and sales."""
        routed = [p for p in self.once("earned", brand) if p.categories]
        beyond = [p for p in routed if set(p.categories) != {"marketing_sales"}]
        return 100 * len(beyond) / len(routed) if routed else None

    @staticmethod
    def dialogue_index(found: Mapping[str, float | None]) -> float | None:
        unanswered, balance = found["unanswered_share"], found["balance"]
        parts = [
            (0.3, found["response_rate"]), (0.2, found["answered_within.24h"]),
            (0.15, None if unanswered is None else 100 - unanswered), (0.15, found["reciprocity"]),
            (0.1, found["dialogue_share"]), (0.1, None if balance is None else 100 * balance),
        ]  # fmt: skip
        known = [(weight, value) for weight, value in parts if value is not None]
        return sum(w * v for w, v in known) / sum(w for w, _ in known) if known else None

    def dialogue(self, brand: str) -> dict[str, float | None]:
        talk, waits = self.once("conversations", brand), self.once("waiting", brand)
        old = waits[waits["asked"] <= self.end - DAY]
        quick = (old["kind"] == "answered") & (old["until"] - old["asked"] <= DAY)
        still = waits[waits["kind"] == "open"]
        both = [c for c in talk if c["ours"] and c["theirs"]]
        wrote = {a for c in talk for a in c["wrote"]}
        heard = {a for c in talk for a in c["heard"]}
        spent, kinds = waits["until"] - waits["asked"], waits["kind"]
        later, done = self.later(brand)
        own = [p for p in self.posts.values() if p.owner == brand and not p.deleted and self.start <= p.at < self.end]
        replies = [p for p in own if p.parent and not (p.parent in self.posts and self.posts[p.parent].owner == brand)]
        hours = self.hours.get(brand, Hours("UTC", {}))
        opening = pd.Series(
            [hours.between(a, b) for a, b in zip(waits["asked"], waits["until"], strict=True)], dtype=float
        )
        found = {
            "response_rate": 100 * float(quick.mean()) if len(old) else None,
            "first_response_time.business_p50": self.quantile(opening, kinds, 0.5),
            "first_response_time.business_p90": self.quantile(opening, kinds, 0.9),
            "answered_within.1h": self.within(spent, kinds, HOUR),
            "answered_within.24h": self.within(spent, kinds, DAY),
            "first_response_time.p50": self.quantile(spent, kinds, 0.5),
            "first_response_time.p90": self.quantile(spent, kinds, 0.9),
            "next_response_time.p50": self.quantile(later, done, 0.5),
            "next_response_time.p90": self.quantile(later, done, 0.9),
            "unanswered_share": 100 * float((old["kind"] != "answered").mean()) if len(old) else None,
            "backlog_age": float(((self.end - still["asked"]) / 1000).quantile(0.9)) if len(still) else None,
            "dialogue_depth": statistics.fmean(len(c["turns"]) - 1 for c in both) if both else None,
            "balance": statistics.fmean(1 - abs(c["ours"] - c["theirs"]) / (c["ours"] + c["theirs"]) for c in both)
            if both
            else None,
            "reciprocity": 100 * len(wrote & heard) / len(wrote | heard) if wrote | heard else None,
            "inbound_share": 100 * statistics.fmean(c["by_customer"] for c in talk) if talk else None,
            "dialogue_share": 100 * len(replies) / len(own) if own else None,
            "recovery": self.recovery(talk),
        }
        return found | {"dialogue_index": self.dialogue_index(found)}

    def recovery(self, talk: list[Mapping[str, Any]]) -> float | None:
        score = {"positive": 100, "neutral": 0, "negative": -100}
        rows = []
        for c in talk:
            reply = c["replied"]
            before = [s for at, s in c["moods"] if not reply or at < reply]
            after = [s for at, s in c["moods"] if reply and at > reply]
            if reply and before and after:
                rows.append((bool(reply < self.end), before[-1], score[after[0]] - score[before[-1]]))
            elif not reply and len(before) > 1:
                rows.append((False, before[0], score[before[1]] - score[before[0]]))
        frame = pd.DataFrame(rows, columns=["answered", "begun", "change"])
        means = frame.groupby(["begun", "answered"])["change"].agg(["mean", "size"]).unstack("answered")
        if frame.empty or not {True, False} <= set(frame["answered"]):
            return None
        means = means.dropna()
        weight = means["size", True]
        return (
            float(((means["mean", True] - means["mean", False]) * weight).sum() / weight.sum()) if len(means) else None
        )
