"""Overview: all brands at a glance."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Drill, Panel, Text, Threshold
from dashboards.sql import ASKED, BRANDS, LAST_ALERTS, WATCHED, facts
from schemas.metrics import SMALL_N

_BEFORE = "minute >= $__fromTime - INTERVAL ($__toTime - $__fromTime) SECOND AND minute < $__fromTime"

ALERTS = Panel(
    id="open_alerts",
    title=Text("Offene Alarme", "Open alerts"),
    help=Text(
        "Marken, für die gerade eine Krise gemeldet ist: viele verschiedene Menschen äußern sich zugleich negativ, deutlich mehr "
        "als zu dieser Zeit üblich. Ein Strich heißt: Zurzeit achtet niemand darauf.",
        "Brands with a crisis reported right now: many different people speak negatively at once, far more than usual at this time. "
        "A dash means: nobody is watching at present.",
    ),
    kind="stat",
    sql=f"SELECT if(open > 0 OR {WATCHED}, open, NULL) AS value, untouched FROM (SELECT countIf(severity != 'none') AS open, "
    f"countIf(severity != 'none' AND acknowledged_by = '') AS untouched FROM {LAST_ALERTS} WHERE {BRANDS})",
    columns=(
        Column("value", Text("offen", "open"), unit="alerts"),
        Column(
            "untouched",
            Text("noch nicht übernommen", "not taken over yet"),
            unit="alerts",
            thresholds=(Threshold(0, "plain"), Threshold(1, "bad")),
        ),
    ),
    thresholds=(Threshold(0, "good"), Threshold(1, "bad")),
    size=(4, 4),
    links=("crisis",),
)
MENTIONS = Panel(
    id="mentions_total",
    title=Text("Nennungen", "Mentions"),
    help=Text(
        "Beiträge anderer, die eine Marke nennen: ohne eigene, ohne bezahlte, ohne erklärte Bots. Ein Beitrag, der zwei Marken "
        "nennt, zählt für beide. Darunter: gleich langer Zeitraum davor.",
        "Posts by others that name a brand: without its own, paid ones and declared bots. A post that names two brands counts for "
        "both. Below: the time range of equal length before.",
    ),
    kind="stat",
    sql=f"SELECT sum(mentions) AS value, (SELECT sum(m.mentions) FROM brand_minute AS m FINAL WHERE {_BEFORE} AND {BRANDS}) AS before "
    f"FROM {facts(['mentions'])}",
    columns=(
        Column("value", Text("Nennungen", "Mentions"), unit="posts"),
        Column("before", Text("davor", "before"), unit="posts"),
    ),
    unit="posts",
    size=(4, 4),
    drill=Drill("in_earned_set", exact=True),
    links=("relevance",),
)
NET = Panel(
    id="net_sentiment_total",
    title=Text("Stimmung (netto)", "Net sentiment"),
    help=Text(
        "(positive − negative) / alle bewerteten Nennungen × 100: −100 heißt alle negativ, +100 alle positiv. Unter 30 Nennungen "
        "sind zu wenige, um daraus zu schließen.",
        "(positive − negative) / all scored mentions × 100: −100 means all negative, +100 all positive. Fewer than 30 mentions are "
        "too few to conclude from.",
    ),
    kind="stat",
    sql="SELECT if(n > 0, 100 * (p - q) / n, NULL) AS value, n FROM (SELECT toInt64(sum(positive)) AS p, toInt64(sum(negative)) AS q, "
    f"p + q + toInt64(sum(neutral)) AS n FROM {facts(['positive', 'neutral', 'negative'])})",
    columns=(Column("value", Text("Stimmung", "Sentiment"), unit="points", decimals=0), w.N),
    unit="points",
    thresholds=w.NET_LEVELS,
    size=(4, 4),
    metrics=("net_sentiment",),
    drill=Drill("in_earned_set AND sentiment != ''"),
    links=("relevance",),
)
NEGATIVE = Panel(
    id="negative_total",
    title=Text("Negativer Anteil", "Negative share"),
    help=Text(
        "Anteil der negativen unter den bewerteten Nennungen aller gewählten Marken, und der höchste Anteil bei einer einzelnen "
        "(ab 30 Nennungen): Ein Sturm bei einer Marke verschwindet im Durchschnitt.",
        "Share of the negative among the scored mentions of all chosen brands, and the highest share at a single one (from 30 "
        "mentions on): a storm at one brand vanishes in the average.",
    ),
    kind="stat",
    sql="SELECT if(n > 0, 100 * q / n, NULL) AS value, worst, q AS negative, n FROM "
    f"(SELECT sum(b.q) AS q, sum(b.n) AS n, max(if(b.n >= {SMALL_N}, 100 * b.q / b.n, NULL)) AS worst FROM "
    "(SELECT brand, sum(negative) AS q, sum(positive) + sum(neutral) + q AS n "
    f"FROM {facts(['positive', 'neutral', 'negative'])} GROUP BY brand) AS b)",
    columns=(
        Column("value", Text("negativ", "negative"), unit="percent"),
        Column("worst", Text("schlechteste Marke", "worst brand"), unit="percent", thresholds=w.SHARE_BAD),
        w.NEGATIVE,
        w.N,
    ),
    unit="percent",
    thresholds=w.SHARE_BAD,
    size=(4, 4),
    drill=Drill("in_earned_set AND sentiment = 'negative'"),
    links=("crisis",),
)
WAITING = Panel(
    id="waiting_total",
    title=Text("Warten auf Antwort", "Waiting for an answer"),
    help=Text(
        "Gespräche mit einer Frage oder Beschwerde an die Marke, auf die sie nicht geantwortet hat. Daneben, wie lange das älteste "
        "wartet.",
        "Conversations with a question or complaint to the brand that it has not answered, and how long the oldest has waited.",
    ),
    kind="stat",
    sql=f"SELECT count() AS value, if(value > 0, max(waited), NULL) AS oldest FROM {ASKED} WHERE NOT is_answered AND NOT is_withdrawn",
    columns=(
        Column("value", Text("Gespräche", "Conversations")),
        Column("oldest", Text("ältestes wartet", "oldest waits"), unit="seconds", thresholds=w.WAITED),
    ),
    size=(4, 4),
    metrics=("unanswered_share", "backlog_age"),
    links=("dialogue",),
)
FRESH = Panel(
    id="newest_post",
    title=Text("Neuester Beitrag", "Newest post"),
    help=Text(
        "Wie lange der letzte Eingang her ist. Steigt die Zahl, kommt nichts mehr an: unter „Betrieb“ nachsehen.",
        "How long ago something last arrived. If it grows, nothing comes in any more: look at “Platform health”.",
    ),
    kind="stat",
    sql="SELECT if(n > 0, greatest(0, dateDiff('millisecond', newest, now64(3)) / 1000), NULL) AS value FROM "
    "(SELECT max(stored_at) AS newest, count() AS n FROM events WHERE minute >= toStartOfMinute($__fromTime) AND minute <= $__toTime)",
    columns=(Column("value", Text("vor", "ago"), unit="seconds"),),
    unit="seconds",
    thresholds=(Threshold(0, "good"), Threshold(300, "watch"), Threshold(1800, "bad")),
    size=(4, 4),
    links=("health",),
)
VOLUME = Panel(
    id="mentions_over_time",
    title=Text("Nennungen je Marke", "Mentions by brand"),
    help=Text("Nennungen im Verlauf, je Marke.", "Mentions over time, by brand."),
    kind="lines",
    sql=f"SELECT t AS time, brand, sum(mentions) AS mentions FROM {facts(['mentions'], time=True)} GROUP BY time, brand ORDER BY time, brand",
    columns=(w.TIME, w.BRAND, w.MENTIONS),
    unit="posts",
    drill=Drill("in_earned_set", exact=True),
)
NEGATIVE_TIME = Panel(
    id="negative_over_time",
    title=Text("Negative Nennungen je Marke", "Negative mentions by brand"),
    help=Text(
        "Negative Nennungen im Verlauf. Ein plötzlicher Anstieg bei nur einer Marke ist das Zeichen, auf das man achtet.",
        "Negative mentions over time. A sudden rise at a single brand is the sign to look for.",
    ),
    kind="lines",
    sql=f"SELECT t AS time, brand, sum(negative) AS negative FROM {facts(['negative'], time=True)} GROUP BY time, brand ORDER BY time, brand",
    columns=(w.TIME, w.BRAND, w.NEGATIVE),
    unit="posts",
    drill=Drill("in_earned_set AND sentiment = 'negative'", exact=True),
    links=("crisis",),
)
TABLE = Panel(
    id="brands_compared",
    title=Text("Marken im Vergleich", "Brands compared"),
    help=Text(
        "Je Marke: Nennungen, Anteil am Gespräch (share of voice), Stimmung, verschiedene Personen, eigene Beiträge, Antworten und "
        "gemeldeter Alarm.",
        "By brand: mentions, share of voice, sentiment, different people, own posts, replies and the alert reported.",
    ),
    kind="table",
    sql="SELECT f.brand AS brand, f.m AS mentions, 100 * f.m / greatest(1, sum(f.m) OVER ()) AS share_of_voice, "
    "if(f.n > 0, 100 * (f.p - f.q) / f.n, NULL) AS net_sentiment, f.n AS n, f.people AS people, f.owned AS owned, "
    "f.replies AS replies, if(a.severity = '', 'none', a.severity) AS alert FROM "
    "(SELECT brand, sum(mentions) AS m, toInt64(sum(positive)) AS p, toInt64(sum(negative)) AS q, p + q + toInt64(sum(neutral)) AS n, "
    "max(people) AS people, sum(owned) AS owned, sum(replies) AS replies "
    f"FROM {facts(['mentions', 'positive', 'neutral', 'negative', 'people', 'owned', 'replies'])} GROUP BY brand) AS f "
    f"LEFT JOIN (SELECT brand, argMax(severity, onset) AS severity FROM {LAST_ALERTS} GROUP BY brand) AS a ON f.brand = a.brand "
    "ORDER BY mentions DESC, brand",
    columns=(
        w.BRAND,
        w.MENTIONS,
        Column("share_of_voice", Text("Anteil am Gespräch", "Share of voice"), unit="percent", decimals=1),
        w.NET,
        w.N,
        w.PEOPLE,
        Column("owned", Text("eigene Beiträge", "own posts"), unit="posts"),
        Column("replies", Text("Antworten", "replies"), unit="posts"),
        Column("alert", Text("Alarm", "Alert"), "label", unit="level"),
    ),
    size=(24, 8),
    metrics=("share_of_voice", "net_sentiment"),
    drill=Drill("in_earned_set", exact=True),
)

OVERVIEW = Dashboard(
    id="overview",
    title=Text("Überblick", "Overview"),
    help=Text("Alle Marken auf einen Blick.", "All brands at a glance."),
    panels=(ALERTS, MENTIONS, NET, NEGATIVE, WAITING, FRESH, VOLUME, NEGATIVE_TIME, TABLE),
    variables=("set", "brand", "source", "language"),
)
