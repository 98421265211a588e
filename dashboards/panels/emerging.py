"""What people come to talk about, by area: the statistics of `processors.crisis.evidence` as SQL, so that both renderings ask it."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Drill, Panel, Text
from dashboards.sql import CHOSEN
from processors.crisis.evidence import (
    MAX_TEXT,
    MINIMUM_SHARE,
    PRIOR_WEIGHT,
    SIGNIFICANT,
    SMOOTHING,
    STOP_WORDS,
)

NEWEST = 5_000
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
_PICKED = (
    "(SELECT post_id, brand, created_at, created_at >= toDateTime64($__fromTime, 3) AS now,"
    " if(empty(value_chain), ['unrouted'], arrayMap(c -> toString(c), value_chain)) AS areas FROM mentions"
    f" WHERE created_at >= toDateTime64({_BEFORE}, 3) AND created_at < toDateTime64($__toTime + 1, 3)"
    f" AND minute >= toStartOfMinute({_BEFORE}) AND minute <= $__toTime AND {CHOSEN} AND in_earned_set"
    f" ORDER BY created_at DESC, post_id LIMIT {NEWEST} BY now)"
)
_ONCE = (
    "(SELECT post_id, any(brand) AS named, any(created_at) AS created_at, any(now) AS now, any(areas) AS areas"
    f" FROM {_PICKED} GROUP BY post_id)"
)
_TEXTS = (
    f"(SELECT p.4 AS now, arrayJoin(p.5) AS category, {WORDS} AS all_said, arrayFilter(x -> x != any(p.2), all_said) AS said, count() AS copies,"
    " argMax(text, p.3) AS example FROM (SELECT arrayJoin(picks) AS p) AS q"
    " INNER JOIN (SELECT post_id, argMax(text, version) AS text FROM events"
    f" WHERE minute >= toStartOfMinute({_BEFORE}) AND minute <= $__toTime AND post_id IN (SELECT arrayJoin(arrayMap(x -> x.1, picks)))"
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
_SCORED = (
    f"(SELECT category, term, own, example, past * if(there > 0, {PRIOR_WEIGHT} / there, 0) + {SMOOTHING} AS prior,"
    f" {PRIOR_WEIGHT} + {SMOOTHING} * kinds AS total, own + prior AS a, past + prior AS b,"
    " (log(a / (here + total - a)) - log(b / (there + total - b))) / sqrt(1 / a + 1 / b) AS z"
    f" FROM {_COUNTED} WHERE term != '' AND own >= greatest(2, {MINIMUM_SHARE} * texts) AND z >= {SIGNIFICANT})"
)
_PARTS = "splitByChar(' ', {}.1)"
_KEPT = (
    "arrayFold((kept, t) -> if(arrayExists(k -> hasAll({k}, {t}) != hasAll({t}, {k}), kept), kept, arrayPushBack(kept, t)),"
    " sorted, arraySlice(sorted, 1, 0))"
).format(k=_PARTS.format("k"), t=_PARTS.format("t"))
SQL = (
    f"WITH {_STOP} AS stop, (SELECT groupArray(tuple(*)) FROM {_ONCE}) AS picks SELECT found.1 AS term, category, found.3 AS posts, round(-found.2, 2) AS z,"
    " found.4 AS text FROM"
    f" (SELECT category, arrayJoin(arraySlice({_KEPT}, 1, {TOP})) AS found FROM"
    " (SELECT category, arraySort(x -> (x.2, x.1), groupArray((term, -z, own, example))) AS sorted"
    f" FROM {_SCORED} GROUP BY category)) ORDER BY category = 'unrouted', category, z DESC, term"
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
