"""What people come to talk about, by area: the statistics of `processors.crisis.evidence` as SQL, so that both renderings ask it."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Drill, Panel, Text
from dashboards.sql import ALL_POSTS, BRANDS, CHOSEN
from processors.crisis.evidence import (
    MAX_TEXT,
    MINIMUM_SHARE,
    PRIOR_WEIGHT,
    SIGNIFICANT,
    SMOOTHING,
    STOP_WORDS,
)

NEWEST = 2_000
"""Posts read of the range, and of the span before it."""
TOP = 5
_LETTERS = r"[\\p{L}\\p{N}_]"
_NOISE = rf"https?://\\S+|www\\.\\S+|[@#]?{_LETTERS}*@{_LETTERS}[\\p{{L}}\\p{{N}}_.]*|@{_LETTERS}+|&{_LETTERS}+;"
_WORD = r"\\p{L}{3,}(?:[''’]\\p{L}+)?"
WORDS = f"extractAll(replaceRegexpAll(lowerUTF8(substringUTF8(text, 1, {MAX_TEXT})), '{_NOISE}', ' '), '{_WORD}')"
"""The words of a text without links and names, as `processors.crisis.evidence.normalise` finds them."""
_STOP = "[" + ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(STOP_WORDS)) + "]"
_SPAN = "(toUnixTimestamp($__toTime) - toUnixTimestamp($__fromTime) + 1)"
_BEFORE = f"($__fromTime - {_SPAN})"


def _enough(start: str, end: str) -> str:
    """An hour since which at least `NEWEST` mentions were made, by the counts kept of each minute: what is older need not be read.

    Whole minutes only, so that it is never too late; 1970 where fewer were made, or where the counts do not know the choice. By
    the hour, because sorting weeks of minutes took as long as reading them.
    """
    return (
        "(SELECT max(hour) FROM (SELECT toStartOfHour(minute) AS hour, sum(sum(m.mentions)) OVER (ORDER BY hour DESC) AS since"
        f" FROM brand_minute AS m FINAL WHERE {ALL_POSTS} AND minute >= {start} AND minute < toStartOfMinute({end}) AND {BRANDS}"
        f" GROUP BY hour) WHERE since >= {NEWEST})"
    )


def _newest(start: str, end: str, now: int) -> str:
    """The newest posts of a span by numbers alone: their texts are read afterwards, and no others."""
    return (
        f"SELECT post_id, any(brand) AS named, {now} AS now, any(minute) AS written FROM"
        " (SELECT post_id, brand, minute FROM events FINAL ARRAY JOIN earned_brands AS brand"
        f" WHERE created_at >= toDateTime64({start}, 3) AND created_at < toDateTime64({end}, 3)"
        f" AND minute >= greatest(toStartOfMinute({start}), {_enough(start, end)}) AND minute < {end} AND {CHOSEN}"
        f" ORDER BY created_at DESC, post_id LIMIT {NEWEST}) GROUP BY post_id"
    )


_PICKS = (
    f"(SELECT groupArray(tuple(*)) FROM ({_newest('$__fromTime', '($__toTime + 1)', 1)}"
    f" UNION ALL {_newest(_BEFORE, '$__fromTime', 0)}))"
)
_TEXTS = (
    f"(SELECT p.3 AS now, arrayJoin(if(empty(areas), ['unrouted'], areas)) AS category, {WORDS} AS all_said,"
    " arrayFilter(x -> x != any(p.2), all_said) AS said, count() AS copies, argMax(text, at) AS example"
    " FROM (SELECT arrayJoin(picks) AS p) AS q INNER JOIN (SELECT post_id, argMax(text, version) AS text,"
    " argMax(arrayMap(c -> toString(c), value_chain), version) AS areas, argMax(created_at, version) AS at FROM events"
    " WHERE minute IN (SELECT DISTINCT arrayJoin(arrayMap(x -> x.4, picks))) AND post_id IN (SELECT arrayJoin(arrayMap(x -> x.1, picks)))"
    " GROUP BY post_id) AS e ON e.post_id = q.p.1 GROUP BY now, category, all_said)"
)
_TERMS = (
    "(SELECT category, term, countIf(now) AS own, sumIf(copies, NOT now) AS past, anyIf(example, now) AS example FROM"
    " (SELECT now, category, copies, example, arrayJoin(arrayDistinct(arrayConcat([''],"
    f" arrayFilter(x -> NOT has(stop, x), said), arrayMap(i -> concat(said[i], ' ', said[i + 1]),"
    " arrayFilter(i -> NOT has(stop, said[i]) AND NOT has(stop, said[i + 1]), range(1, greatest(1, length(said)))))))) AS term"
    f" FROM {_TEXTS}) GROUP BY category, term)"
)
_COUNTED = (
    "(SELECT *, maxIf(own, term = '') OVER area AS texts, sumIf(own, term != '') OVER area AS here, sumIf(past, term != '') OVER area AS there,"
    " countIf(own > 0 AND term != '') OVER area AS kinds FROM "
    f"{_TERMS} WINDOW area AS (PARTITION BY category))"
)
_PRIORS = (
    f"(SELECT category, term, own, past, example, here, there, texts, past * if(there > 0, {PRIOR_WEIGHT} / there, 0) + {SMOOTHING} AS prior,"
    f" {PRIOR_WEIGHT} + {SMOOTHING} * kinds AS total FROM {_COUNTED} WHERE term != '' AND own >= greatest(2, {MINIMUM_SHARE} * texts))"
)
_WITH_PRIORS = (
    "(SELECT category, term, own, example, own + prior AS a, past + prior AS b, here + total AS now_all, there + total AS past_all"
    f" FROM {_PRIORS})"
)
# A select a step: names that rest on names cost the engine more to read than all the rest.
_SCORED = (
    "(SELECT category, term, own, example, (log(a / (now_all - a)) - log(b / (past_all - b))) / sqrt(1 / a + 1 / b) AS z"
    f" FROM {_WITH_PRIORS})"
)
_PARTS = "splitByChar(' ', {}.1)"
_KEPT = (
    "arrayFold((kept, t) -> if(arrayExists(k -> hasAll({k}, {t}) != hasAll({t}, {k}), kept), kept, arrayPushBack(kept, t)),"
    " sorted, arraySlice(sorted, 1, 0))"
).format(k=_PARTS.format("k"), t=_PARTS.format("t"))
SQL = (
    f"WITH {_STOP} AS stop, {_PICKS} AS picks SELECT found.1 AS term, category, found.3 AS posts, round(-found.2, 2) AS z,"
    " found.4 AS text FROM"
    f" (SELECT category, arrayJoin(arraySlice({_KEPT}, 1, {TOP})) AS found FROM"
    " (SELECT category, arraySort(x -> (x.2, x.1), groupArray((term, -z, own, example))) AS sorted"
    f" FROM {_SCORED} WHERE z >= {SIGNIFICANT} GROUP BY category)) ORDER BY category = 'unrouted', category, z DESC, term"
)
"""Words and pairs of words by z-scored log-odds against the span of equal length before (Monroe et al. 2008)."""

EMERGING = Panel(
    id="emerging_terms",
    title=Text("Was neu aufkommt", "What is coming up"),
    help=Text(
        "Wörter und Wortpaare, die je Bereich deutlich häufiger vorkommen als im gleich langen Zeitraum davor, mit einem Beispiel: im "
        f"Bereich Technik sind es meist Wünsche. Gleiche Texte zählen einmal; gelesen werden je Zeitraum die neuesten {NEWEST} Beiträge.",
        "Words and pairs of words that are clearly more frequent in an area than in the span of equal length before, with an example: in "
        f"technology these are mostly wishes. Equal texts count once; the newest {NEWEST} posts of either span are read.",
    ),
    kind="table",
    sql=SQL,
    columns=(
        Column("term", Text("Wort", "Word"), "label"),
        w.CATEGORY,
        Column("posts", Text("Beiträge", "Posts"), unit="posts"),
        Column("z", Text("Abstand zum Üblichen (z)", "Distance from usual (z)"), unit="score", decimals=1),
        w.TEXT,
    ),
    size=(24, 11),
    drill=Drill(
        "in_earned_set",
        by=f"position(concat(' ', arrayStringConcat({WORDS}, ' '), ' '), concat(' ', %(label)s, ' ')) > 0",
    ),
    empty=Text(
        "Nichts hebt sich vom Zeitraum davor ab, oder es gibt noch keinen.",
        "Nothing stands out from the span before, or there is none yet.",
    ),
)
