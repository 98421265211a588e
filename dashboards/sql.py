"""Pieces of SQL that several panels share.

Counts come from `brand_minute` where its grain is fine enough, and from the posts themselves when the interval is
shorter than a minute or a source or language is chosen. The choice stands in the SQL (`ROLLUP`), so Grafana and the
console make it alike; the branch not taken is constant-false and reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dashboards.macros import arguments

BRANDS = (
    "$__conditionalAll(brand IN (${brand:singlequote}), $brand)"
    " AND $__conditionalAll(has(splitByChar('|', ${set:singlequote}), brand), $set)"
)
_SOURCE_LANGUAGE = (
    "$__conditionalAll(source IN (${source:singlequote}), $source)"
    " AND $__conditionalAll(language IN (${language:singlequote}), $language)"
)
CHOSEN = f"{BRANDS} AND {_SOURCE_LANGUAGE}"
MINUTES = "minute >= toStartOfMinute($__fromTime) AND minute <= $__toTime"
POST_TIME = f"$__timeFilter_ms(created_at) AND {MINUTES}"
"""`minute` is the sorting key: it prunes what `created_at` then cuts exactly."""

ALL_POSTS = "$__conditionalAll(1=0, $source) AND $__conditionalAll(1=0, $language)"
"""True while no source or language is chosen: `brand_minute` knows neither."""
ROLLUP = f"$__interval_s >= 60 AND {ALL_POSTS}"
_COUNTS: dict[str, tuple[str, str]] = {
    "posts": ("sum(m.posts)", "count()"),
    "owned": ("sum(m.owned)", "countIf(media_class = 'owned')"),
    "paid": ("sum(m.paid)", "countIf(media_class = 'paid')"),
    "earned": ("sum(m.earned)", "countIf(media_class = 'earned')"),
    "unknown": ("sum(m.unknown)", "countIf(media_class = 'unknown')"),
    "mentions": ("sum(m.mentions)", "countIf(in_earned_set)"),
    "positive": ("sum(m.positive)", "countIf(in_earned_set AND sentiment = 'positive')"),
    "neutral": ("sum(m.neutral)", "countIf(in_earned_set AND sentiment = 'neutral')"),
    "negative": ("sum(m.negative)", "countIf(in_earned_set AND sentiment = 'negative')"),
    "inbound": ("sum(m.inbound)", "countIf(direction = 'inbound')"),
    "outbound": ("sum(m.outbound)", "countIf(direction = 'outbound')"),
    "replies": ("sum(m.replies)", "countIf(direction = 'reply')"),
    "peer": ("sum(m.peer)", "countIf(direction = 'peer')"),
    "reach": ("sum(m.reach)", "sumIf(log1p(followers), in_earned_set)"),
    "people": ("uniqExactArray(m.authors)", "uniqExactIf(author_id, in_earned_set)"),
    "negative_people": (
        "uniqExactArray(m.negative_authors)",
        "uniqExactIf(author_id, in_earned_set AND sentiment = 'negative')",
    ),
    "negative_texts": (
        "uniqExactArray(m.negative_texts)",
        "uniqExactIf(text_hash, in_earned_set AND sentiment = 'negative')",
    ),
}


def facts(names: Sequence[str], *, time: bool = False, brand: bool = True) -> str:
    """A sub-query with the counts `names`, by interval (column `t`) and by brand if asked for."""
    keys = [name for name, wanted in (("t", time), ("brand", brand)) if wanted]
    group = f"GROUP BY {', '.join(keys)}" if keys else "HAVING count() > 0"
    minute = "$__timeInterval(minute) AS t, " if time else ""
    moment = "$__timeInterval(created_at) AS t, " if time else ""
    shown = "brand, " if brand else ""
    stored = ", ".join(f"{_COUNTS[name][0]} AS {name}" for name in names)
    counted = ", ".join(f"{_COUNTS[name][1]} AS {name}" for name in names)
    return (
        f"(SELECT {minute}{shown}{stored} FROM brand_minute AS m FINAL"
        f" WHERE ({ROLLUP}) AND $__timeFilter(minute) AND {BRANDS} {group}"
        f" UNION ALL SELECT {moment}{shown}{counted} FROM mentions"
        f" WHERE NOT ({ROLLUP}) AND {POST_TIME} AND {CHOSEN} {group})"
    )


_CHOICE = re.compile(r" WHERE \((\d+) >= 60 AND 1=([01]) AND 1=([01])\) AND ")


def lean(sql: str) -> str:
    """Expanded SQL without the branches of `facts` that are constant-false.

    They read nothing, but reading and planning them is a third of the work where little is stored. Gives the same rows.
    """
    while choice := _CHOICE.search(sql):
        opening, depth = choice.start(), 0
        while depth >= 0:
            opening -= 1
            depth += {")": 1, "(": -1}.get(sql[opening], 0)
        _, after = arguments(sql, opening)
        stored, _, counted = sql[opening + 1 : after - 1].partition(" UNION ALL ")
        condition = choice.group()[len(" WHERE ") : -len(" AND ")]
        step, all_sources, all_languages = (int(number) for number in choice.groups())
        rollup = step >= 60 and all_sources and all_languages
        kept = stored.replace(f"{condition} AND ", "") if rollup else counted.replace(f"NOT {condition} AND ", "")
        sql = sql[: opening + 1] + kept + sql[after - 1 :]
    return sql


def earned(columns: str, where: str = "1") -> str:
    """A sub-query with the posts of the earned set, one row a post. `k`: how many of the chosen brands it names, so that
    `sum(k)` counts what `count()` of `mentions` does, without a row for each brand.
    """
    return (
        f"(SELECT {columns}, length({named()}) AS k FROM events FINAL WHERE {POST_TIME} AND {_SOURCE_LANGUAGE}"
        f" AND {where} AND k > 0)"
    )


def named(brands: str = "earned_brands") -> str:
    """The chosen brands in whose earned set a post is: those that `k` of `earned` counts."""
    return f"arrayFilter(brand -> {BRANDS}, {brands})"


def series(labels: Sequence[tuple[str, str]], source: str) -> str:
    """Turn count columns into rows (time, label, value). `labels` are (column, label)."""
    pairs = ", ".join(f"('{label}', toFloat64({column}))" for column, label in labels)
    return (
        f"SELECT t AS time, pair.1 AS label, sum(pair.2) AS value FROM {source}"
        f" ARRAY JOIN [{pairs}] AS pair GROUP BY time, label ORDER BY time, label"
    )


def with_texts(picked: str, columns: str, order: str) -> str:
    """A query for the texts and links of a few posts, which `picked` chooses by numbers alone: a query whose first column is
    the post id.

    Reading every text of the range to show thirty of them made such panels slow. The scalar sub-query is run once and
    becomes a constant; the engine then finds its posts through the index on `post_id`, without FINAL, so that it reads no
    more than their rows. `columns` may use `p`, the row chosen, as a tuple, and `e`, the post: text, url, source, sentiment, earned_brands.
    """
    newest = ", ".join(
        f"argMax({name}, version) AS {name}" for name in ("text", "url", "source", "sentiment", "earned_brands")
    )
    return (
        f"WITH (SELECT groupArray(tuple(*)) FROM ({picked})) AS picks SELECT {columns}"
        f" FROM (SELECT arrayJoin(picks) AS p) AS q INNER JOIN (SELECT post_id, {newest} FROM events"
        f" WHERE {MINUTES} AND post_id IN (SELECT arrayJoin(arrayMap(x -> x.1, picks))) GROUP BY post_id) AS e"
        f" ON e.post_id = q.p.1 ORDER BY {order}"
    )


LAST_ALERTS = (
    "(SELECT alert_id, brand, argMax(severity, (minute, at)) AS severity, any(onset) AS onset, max(minute) AS changed,"
    " argMax(score, (minute, at)) AS score, argMax(explanation_de, (minute, at)) AS explanation_de,"
    " argMax(explanation_en, (minute, at)) AS explanation_en, argMax(acknowledged_by, (minute, at)) AS acknowledged_by"
    " FROM alerts FINAL GROUP BY alert_id, brand)"
)
"""Each alert in its last state."""
UNWATCHED_SECONDS = 180
"""A brand whose last look for crises is older than this is watched by nobody: looks are noted once a minute."""
LOOKED = f"at >= now() - INTERVAL {UNWATCHED_SECONDS} SECOND"
WATCHED = f"(SELECT countIf({LOOKED}) > 0 FROM crisis_watch WHERE {BRANDS})"
"""Whether a worker looks for crises of these brands now: without one, "no alert" is no good news."""

_ASKED_BY = (
    "asked_id IN (SELECT post_id FROM events WHERE minute >= toStartOfMinute($__fromTime) AND minute <= $__toTime AND "
)
ASKED = (
    "(SELECT brand, root_id, source, asked_at AS asked, asked_id AS post_id, turns, posts, categories, withdrawn_at, replied_at,"
    " toUnixTimestamp64Milli(replied_at) > 0 AND replied_at <= toDateTime64($__toTime, 3) AS is_answered,"
    " toUnixTimestamp64Milli(withdrawn_at) > 0 AND NOT is_answered AS is_withdrawn,"
    " greatest(0, dateDiff('millisecond', asked, multiIf(is_answered, replied_at, is_withdrawn, withdrawn_at,"
    " least(now64(3), toDateTime64($__toTime, 3)))) / 1000) AS waited"
    " FROM dialogues FINAL WHERE asks AND posts > 0 AND $__timeFilter_ms(asked_at)"
    f" AND {BRANDS} AND $__conditionalAll(source IN (${{source:singlequote}}), $source)"
    f" AND $__conditionalAll({_ASKED_BY}language IN (${{language:singlequote}})), $language))"
)
"""Conversations that began in the range with a question or complaint. `waited` in seconds: until the first answer, the
withdrawal of the question, or so far (as of the range's end)."""
