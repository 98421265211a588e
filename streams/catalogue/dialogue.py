"""Dialogue metrics of one brand: columns of `dialogues` for the conversations that arrived in the window, then `processors.dialogue`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from processors.dialogue import measures
from processors.dialogue.clock import BusinessClock, business_clock
from processors.dialogue.measures import Conversations, Waiting
from processors.dialogue.survival import ANSWERED, WITHDRAWN, Quantile, wilson
from processors.index import dialogue_index
from schemas.brands import Brand
from streams.catalogue.own import Own
from streams.catalogue.together import Questions
from streams.catalogue.value import Frame, Value, noted, query_version
from streams.store import Store

COHORT = """
FROM dialogues FINAL
WHERE brand = %(brand)s AND posts > 0
    AND asked_at >= fromUnixTimestamp64Milli(%(from)s) AND asked_at < fromUnixTimestamp64Milli(%(to)s) AND asked_at > toDateTime64(0, 3, 'UTC')
"""
_MS = "toInt64(toUnixTimestamp64Milli({}))"
_BY = "({0} > toDateTime64(0, 3, 'UTC') AND {0} < fromUnixTimestamp64Milli(%(to)s))"
_ANSWERED, _WITHDRAWN = _BY.format("replied_at"), _BY.format("withdrawn_at")
_OLD = "asked_at <= fromUnixTimestamp64Milli(%(to)s - %(within)s)"
_QUICK = (
    f"{_ANSWERED} AND (NOT {_WITHDRAWN} OR replied_at <= withdrawn_at) "
    "AND replied_at <= asked_at + toIntervalMillisecond(%(within)s)"
)
# sumMap drops a key whose sums are all zero: the ones keep it.
_AREAS = (
    ", sumMapIf(if(empty(categories), ['unrouted'], categories) AS areas, arrayMap(c -> 1, areas), "
    f"arrayMap(c -> NOT {_ANSWERED} AND NOT {_WITHDRAWN}, areas), arrayMap(c -> {_OLD}, areas), "
    f"arrayMap(c -> {_OLD} AND {_QUICK}, areas), asks)"
)
_EACH = (
    *(_MS.format(name) for name in ("asked_at", "withdrawn_at", "replied_at", "peer_at")),
    *("asks", "by_customer", "brand_posts", "customer_posts", "turns", "toInt16(mood_before)", "toInt16(mood_after)"),
)
# `materialize`: after a merge, a column of mostly equal values is stored sparsely, and the engine (26.9) then gathers its values in
# another order than those of the columns beside it, so that the arrays would not belong together.
_COLUMNS = (
    f"SELECT {', '.join(f'groupArray(materialize({value}))' for value in _EACH)}, "
    f"arrayFlatten(groupArray(arrayMap(t -> {_MS.format('t')}, later_asked))), "
    f"arrayFlatten(groupArray(arrayMap(t -> {_MS.format('t')}, later_replied))), "
    "length(arrayIntersect(groupUniqArrayArray(writers), groupUniqArrayArray(answered))), "
    "length(arrayDistinct(arrayConcat(groupUniqArrayArray(writers), groupUniqArrayArray(answered))))"
)
VERSION = query_version(_COLUMNS, _AREAS, COHORT)

_HOUR = 3_600_000.0


class Talk(msgspec.Struct):
    """What the queries say about one brand's conversations."""

    conversations: Conversations
    later_asked: measures.Array
    later_replied: measures.Array
    pairs_both: int
    pairs: int
    categories: dict[str, dict[str, Any]]


def read(
    questions: Questions, store: Store, brand: str, params: Mapping[str, Any], within: int, *, areas: bool
) -> Callable[[], Talk]:
    """Ask for a brand's conversations; the function returned waits for the answers.

    params   see `posts.parameters`
    within   ms: what counts as answered in time
    areas    whether the categories are wanted; without, there are none
    """
    params = {**params, "brand": brand, "within": within}
    columns = _COLUMNS + (_AREAS if areas else "") + COHORT
    found = questions.ask(lambda: store.query(columns, params).rows[0])
    return lambda: _talk(found.result())


def _talk(row: Sequence[Any]) -> Talk:
    floats = [np.asarray(column, dtype=np.float64) for column in row[:13]]
    asked, withdrawn, replied, peer, asks, by_customer, *others = floats[:11]
    brand_posts, customer_posts, turns, before, after = others
    conversations = Conversations(
        asked, withdrawn, replied, peer, asks > 0, by_customer > 0, brand_posts, customer_posts, turns, before, after
    )
    categories = {
        name: {"open": waiting, "judged": old, "response_rate": 100 * quick / old if old else None}
        for name, _, waiting, old, quick in (zip(*row[15], strict=True) if len(row) > 15 else ())
    }
    return Talk(conversations, floats[11], floats[12], row[13], row[14], categories)


def values(brand: Brand, talk: Talk, own: Own, frame: Frame, within: int) -> dict[str, Value]:
    """The dialogue metrics of one brand, observed until the window's end."""
    if not brand.accounts:
        return _without_accounts(frame, talk)
    items = measures.waiting(talk.conversations, frame.end_ms)
    out = {
        "response_rate": _response_rate(items, frame, within),
        **_first_response(brand, talk.conversations, items, frame),
        **_next_response(talk, frame),
        "unanswered_share": _unanswered(items, frame, within),
        "backlog_age": _backlog(items, frame),
        "dialogue_depth": _depth(talk.conversations, frame),
        "balance": _balance(talk.conversations, frame),
        "reciprocity": _share("reciprocity", talk.pairs_both, talk.pairs, frame, "no_conversations"),
        "inbound_share": _inbound(talk.conversations, frame),
        "dialogue_share": _dialogue_share(own, frame),
        "recovery": _recovery(talk, frame),
    }
    out["dialogue_index"] = _index(out, items, frame)
    return _with_doubt(out) if len(items.asked) and not talk.conversations.brand_posts.any() else out


_ON_ANSWERS = frozenset(
    {"response_rate", "first_response_time", "answered_within", "unanswered_share", "backlog_age"}
    | {"reciprocity", "inbound_share", "dialogue_index"}
)


def _with_doubt(out: Mapping[str, Value]) -> dict[str, Value]:
    """Feeds that carry only what customers write look like a brand that is silent: what rests on its answers says so."""
    return {
        name: noted(value, "no_answers_seen") if name.partition(".")[0] in _ON_ANSWERS else value
        for name, value in out.items()
    }


def _without_accounts(frame: Frame, talk: Talk) -> dict[str, Value]:
    from schemas.metrics import CATALOGUE

    n = len(talk.conversations.asked)
    ids = [metric_id for metric in CATALOGUE if metric.group == "dialogue" for metric_id in metric.ids()]
    return {metric_id: frame.make(metric_id, None, n, note="no_accounts") for metric_id in ids}


def _share(metric: str, hits: int, n: int, frame: Frame, note: str, parts: Mapping[str, Any] | None = None) -> Value:
    low, high = wilson(hits, n)
    return frame.make(
        metric,
        100 * hits / n if n else None,
        n,
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
        parts=parts,
        note=note,
    )


def _asked_note(items: Waiting) -> str:
    return "none_old_enough" if len(items.asked) else "nothing_asked"


def _response_rate(items: Waiting, frame: Frame, within: int) -> Value:
    share = measures.response_rate(items, frame.end_ms, within)
    hour = measures.response_rate(items, frame.end_ms, _HOUR)
    parts = {"hours": within / _HOUR, "within_1h": hour.percent, "answered": share.hits, "arrived": len(items.asked)}
    return _share("response_rate", share.hits, share.n, frame, _asked_note(items), parts)


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _quantile(metric: str, found: Quantile, n: int, frame: Frame, parts: Mapping[str, Any], note: str) -> Value:
    return frame.make(
        metric, _seconds(found.value), n, low=_seconds(found.low), high=_seconds(found.high), parts=parts, note=note
    )


def _whatever_asked(talk: Conversations, frame: Frame) -> dict[str, Any]:
    """The same quantiles over all conversations, whether or not they need an answer: mostly open ones, so often unknown."""
    everything = msgspec.structs.replace(talk, asks=np.ones_like(talk.asks))
    found = measures.first_response(measures.waiting(everything, frame.end_ms))
    return {"n": found.n, "p50": _seconds(found.quantile(0.5).value), "p90": _seconds(found.quantile(0.9).value)}


def _first_response(brand: Brand, talk: Conversations, items: Waiting, frame: Frame) -> dict[str, Value]:
    clock: BusinessClock = business_clock(brand)
    n = len(items.asked)
    note = "not_reached" if n else "nothing_asked"
    answered = items.kind == ANSWERED
    parts: dict[str, Any] = {
        "answered": int(answered.sum()),
        "withdrawn": int((items.kind == WITHDRAWN).sum()),
        "open": int((items.kind != ANSWERED).sum() - (items.kind == WITHDRAWN).sum()),
        "answered_only_p50": float(np.median((items.until - items.asked)[answered])) / 1000 if answered.any() else None,
        "all_conversations": _whatever_asked(talk, frame),
    }
    wall = measures.first_response(items)
    business = measures.first_response(items, clock)
    hours = {name: parts[name] for name in ("answered", "withdrawn", "open")} | {"opening_hours": not clock.always_open}
    out = {
        "first_response_time.p50": _quantile("first_response_time.p50", wall.quantile(0.5), n, frame, parts, note),
        "first_response_time.p90": _quantile("first_response_time.p90", wall.quantile(0.9), n, frame, parts, note),
    }
    for ending, q in (("business_p50", 0.5), ("business_p90", 0.9)):
        metric = f"first_response_time.{ending}"
        out[metric] = _quantile(metric, business.quantile(q), n, frame, hours, note)
    for ending, time in (("1h", _HOUR), ("24h", 24 * _HOUR)):
        found = wall.at(time)
        watched = n > 0 and bool((items.until - items.asked >= time).any() or answered.all())
        out[f"answered_within.{ending}"] = frame.make(
            f"answered_within.{ending}",
            100 * (found.value or 0.0) if watched else None,
            n,
            low=None if found.low is None else 100 * found.low,
            high=None if found.high is None else 100 * found.high,
            parts=parts,
            note=_asked_note(items),
        )
    return out


def _next_response(talk: Talk, frame: Frame) -> dict[str, Value]:
    found = measures.next_response(talk.later_asked, talk.later_replied, frame.end_ms)
    note = "not_reached" if found.n else "no_later_turns"
    return {
        f"next_response_time.p{q}": _quantile(
            f"next_response_time.p{q}", found.quantile(q / 100), found.n, frame, {}, note
        )
        for q in (50, 90)
    }


def _unanswered(items: Waiting, frame: Frame, within: int) -> Value:
    share, peers, withdrawn = measures.unanswered(items, frame.end_ms, within)
    parts = {
        "hours": within / _HOUR,
        "unanswered": share.hits,
        "answered_by_other_customers": peers,
        "withdrawn": withdrawn,
    }
    return _share("unanswered_share", share.hits, share.n, frame, _asked_note(items), parts)


def _backlog(items: Waiting, frame: Frame) -> Value:
    ages = measures.backlog_ages(items, frame.end_ms) / 1000
    parts = {"open": len(ages), "p50": float(np.percentile(ages, 50)) if len(ages) else None}
    note = "nothing_open" if len(items.asked) else "nothing_asked"
    return frame.make(
        "backlog_age", float(np.percentile(ages, 90)) if len(ages) else None, len(ages), parts=parts, note=note
    )


def _depth(talk: Conversations, frame: Frame) -> Value:
    depths = measures.depths(talk)
    mean, low, high = measures.mean_interval(depths)
    parts = {"deepest": int(depths.max()) if len(depths) else None, "conversations": len(talk.asked)}
    return frame.make("dialogue_depth", mean, len(depths), low=low, high=high, parts=parts, note="no_dialogue")


def _balance(talk: Conversations, frame: Frame) -> Value:
    balances, sizes = measures.balances(talk)
    mean, low, high = measures.mean_interval(balances)
    longer = balances[sizes >= 4]
    both = measures.two_sided(talk)
    parts = {
        "with_4_posts_or_more": float(longer.mean()) if len(longer) else None,
        "brand_posts": int(talk.brand_posts[both].sum()),
        "customer_posts": int(talk.customer_posts[both].sum()),
    }
    return frame.make("balance", mean, len(balances), low=low, high=high, parts=parts, note="no_dialogue")


def _inbound(talk: Conversations, frame: Frame) -> Value:
    hits, n = int(talk.by_customer.sum()), len(talk.by_customer)
    return _share("inbound_share", hits, n, frame, "no_conversations", {"by_customers": hits, "by_brand": n - hits})


def _dialogue_share(own: Own, frame: Frame) -> Value:
    canned = 100 * (1 - own.different / own.long) if own.long else None
    parts = {"posts": own.posts, "replies": own.replies, "near_duplicate_replies": canned}
    return _share("dialogue_share", own.replies, own.posts, frame, "no_owned", parts)


def _recovery(talk: Talk, frame: Frame) -> Value:
    found = measures.recovery(talk.conversations, frame.end_ms)
    parts = {"unanswered_compared": found.controls, "without_match": found.unmatched}
    note = "no_matches" if (talk.conversations.mood_before != measures.NO_MOOD).any() else "not_scored"
    return frame.make("recovery", found.value, found.n, low=found.low, high=found.high, parts=parts, note=note)


def _index(out: Mapping[str, Value], items: Waiting, frame: Frame) -> Value:
    unanswered, balance = out["unanswered_share"].value, out["balance"].value
    index, parts = dialogue_index(
        {
            "response_rate": out["response_rate"].value,
            "answered_within.24h": out["answered_within.24h"].value,
            "answered_share": None if unanswered is None else 100 - unanswered,
            "reciprocity": out["reciprocity"].value,
            "dialogue_share": out["dialogue_share"].value,
            "balance": None if balance is None else 100 * balance,
        }
    )
    shown = {name: msgspec.structs.asdict(part) for name, part in parts.items()}
    return frame.make("dialogue_index", index, len(items.asked), parts=shown, note="no_parts")
