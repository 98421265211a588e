"""Crisis room: one brand, minute by minute, with the posts that prove it."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Drill, Panel, Text, Threshold
from dashboards.sql import BRANDS, LAST_ALERTS, WATCHED, earned, facts, named, series, with_texts

_LABEL = Column("label", Text("Art", "Kind"), "label")
_MOOD = "sentiment = 'negative'"
_NEGATIVE = f"in_earned_set AND {_MOOD}"
_WIDEST = "bitShiftLeft(toUInt64(followers), 32) + bitShiftRight(post_id, 32)"
"""Orders posts by reach, then by id; one number compares faster than two."""

STATE = Panel(
    id="crisis_state",
    title=Text("Alarmstufe", "Alert level"),
    help=Text(
        "Höchste gemeldete Stufe: 0 ruhig, 1 beobachten, 2 Warnung, 3 kritisch. Ein Strich heißt: Zurzeit achtet niemand darauf.",
        "Highest level reported: 0 calm, 1 watch, 2 warning, 3 critical. A dash means: nobody is watching at present.",
    ),
    kind="stat",
    sql=f"SELECT if(alerts > 0 OR {WATCHED}, level, NULL) AS value, alerts FROM "
    "(SELECT max(transform(severity, ['none', 'watch', 'warning', 'critical'], [0, 1, 2, 3], 0)) AS level, "
    f"countIf(severity != 'none') AS alerts FROM {LAST_ALERTS} WHERE {BRANDS})",
    columns=(
        Column("value", Text("Stufe", "Level"), unit="level"),
        Column("alerts", Text("offen", "open"), unit="alerts"),
    ),
    thresholds=(Threshold(0, "good"), Threshold(1, "watch"), Threshold(2, "bad")),
    size=(6, 4),
)
PEOPLE = Panel(
    id="crisis_people",
    title=Text("Personen, die sich negativ äußern", "People speaking negatively"),
    help=Text(
        "Verschiedene Personen mit negativen Nennungen. Eine Krise sind viele Menschen, nicht viele Beiträge eines Menschen.",
        "Different people with negative mentions. A crisis is many people, not many posts by one person.",
    ),
    kind="stat",
    sql="SELECT sum(negative_people) AS value, sum(people) AS people, sum(negative_texts) AS texts "
    f"FROM {facts(['people', 'negative_people', 'negative_texts'], brand=False)}",
    columns=(
        Column("value", Text("Personen", "People"), unit="people"),
        Column("people", Text("von allen", "of all"), unit="people"),
        Column("texts", Text("verschiedene Texte", "distinct texts")),
    ),
    unit="people",
    size=(6, 4),
    drill=Drill(_NEGATIVE),
)
SHARE = Panel(
    id="crisis_share",
    title=Text("Negativer Anteil", "Negative share"),
    help=Text(
        "Anteil der negativen unter den bewerteten Nennungen.", "Share of the negative among the scored mentions."
    ),
    kind="stat",
    sql="SELECT if(n > 0, 100 * q / n, NULL) AS value, q AS negative, n FROM (SELECT sum(negative) AS q, "
    f"sum(positive) + sum(neutral) + q AS n FROM {facts(['positive', 'neutral', 'negative'])})",
    columns=(Column("value", Text("negativ", "negative"), unit="percent"), w.NEGATIVE, w.N),
    unit="percent",
    thresholds=w.SHARE_BAD,
    size=(6, 4),
    drill=Drill(_NEGATIVE),
)
ANSWERS = Panel(
    id="crisis_answers",
    title=Text("Antworten der Marke", "The brand’s replies"),
    help=Text(
        "Antworten und eigene Beiträge der Marke im Zeitraum. Null mitten in einer Krise heißt: Es schweigt noch jemand.",
        "Replies and own posts of the brand in the time range. Zero in the middle of a crisis means somebody is still silent.",
    ),
    kind="stat",
    sql=f"SELECT sum(replies) AS value, sum(outbound) AS outbound FROM {facts(['replies', 'outbound'])}",
    columns=(
        Column("value", Text("Antworten", "replies"), unit="posts"),
        Column("outbound", Text("von sich aus", "unprompted"), unit="posts"),
    ),
    unit="posts",
    size=(6, 4),
    drill=Drill("direction = 'reply'", exact=True),
)
MINUTES = Panel(
    id="crisis_minutes",
    title=Text("Nennungen nach Stimmung", "Mentions by sentiment"),
    help=Text(
        "Jeder Balken ist eine Minute (bei längeren Zeiträumen mehr). Klick auf einen Balken zeigt seine Beiträge.",
        "Each bar is a minute (more in longer time ranges). A click on a bar shows its posts.",
    ),
    kind="bars",
    sql=series(
        (("negative", "negative"), ("neutral", "neutral"), ("positive", "positive")),
        facts(["positive", "neutral", "negative"], time=True, brand=False),
    ),
    columns=(w.TIME, _LABEL, Column("value", Text("Nennungen", "Mentions"), unit="posts")),
    unit="posts",
    stacked=True,
    size=(24, 9),
    drill=Drill("in_earned_set", by="sentiment", exact=True),
)
VOICES = Panel(
    id="crisis_voices",
    title=Text("Menschen und Texte", "People and texts"),
    help=Text(
        "Verschiedene Personen, die sich negativ äußern, und verschiedene negative Texte. Viele Personen mit wenigen Texten: eine "
        "Kampagne oder Kopien. Wenige Personen mit vielen Texten: einzelne Laute.",
        "Different people speaking negatively, and distinct negative texts. Many people with few texts: a campaign or copies. Few "
        "people with many texts: a few loud ones.",
    ),
    kind="lines",
    sql=series(
        (("negative_people", "negative_people"), ("negative_texts", "negative_texts")),
        facts(["negative_people", "negative_texts"], time=True, brand=False),
    ),
    columns=(w.TIME, _LABEL, Column("value", Text("Anzahl", "Count"))),
    unit="people",
    drill=Drill(_NEGATIVE, by=""),
)
SOURCES = Panel(
    id="crisis_sources",
    title=Text("Wo es negativ ist", "Where it is negative"),
    help=Text("Negative Nennungen je Quelle.", "Negative mentions by source."),
    kind="ranking",
    sql="SELECT source, sum(k) AS negative, uniqExact(author_id) AS people FROM "
    f"{earned('source, author_id', _MOOD)} GROUP BY source ORDER BY negative DESC, source LIMIT 12",
    columns=(w.SOURCE, w.NEGATIVE, w.PEOPLE),
    unit="posts",
    drill=Drill(_NEGATIVE, by="source", exact=True),
    empty=Text("Keine negativen Nennungen im Zeitraum.", "No negative mentions in this time range."),
)
EVIDENCE = Panel(
    id="crisis_evidence",
    title=Text(
        "Belege: was die meisten Menschen Negatives schreiben", "Evidence: the criticism that most people write"
    ),
    help=Text(
        "Negative Beiträge im Wortlaut, gleiche Texte einmal: zuerst, was die meisten Menschen schreiben, dann was die meisten Follower hat.",
        "Negative posts in their own words, equal texts once: first what most people write, then what has the most followers.",
    ),
    kind="posts",
    sql=with_texts(
        f"SELECT argMax(post_id, {_WIDEST}) AS id, min(created_at) AS first, max(followers) AS reach, sum(k) AS copies, "
        f"uniqExact(author_id) AS people FROM {earned('text_hash, post_id, created_at, author_id, followers', _MOOD)} "
        "GROUP BY text_hash ORDER BY people DESC, reach DESC, id LIMIT 30",
        f"p.2 AS at, arraySort(b -> cityHash64(b), {named('e.earned_brands')})[1] AS brand, e.source AS source, e.text AS text, e.url AS url, "
        "p.3 AS reach, p.4 AS copies, p.5 AS people, p.1 AS post_id",
        "people DESC, reach DESC, post_id",
    ),
    columns=(
        w.AT,
        w.BRAND,
        w.SOURCE,
        w.TEXT,
        w.LINK,
        Column("reach", Text("Follower", "followers"), unit="people"),
        Column("copies", Text("gleiche Beiträge", "equal posts"), unit="posts"),
        w.PEOPLE,
        w.POST_ID,
    ),
    size=(24, 12),
    empty=Text("Keine negativen Nennungen im Zeitraum.", "No negative mentions in this time range."),
)
HISTORY = Panel(
    id="alert_history",
    title=Text("Alarme", "Alerts"),
    help=Text("Alle gemeldeten Alarme, die neuesten zuerst.", "All alerts reported, newest first."),
    kind="table",
    sql=f"SELECT onset AS at, brand, severity, score, acknowledged_by, alert_id FROM {LAST_ALERTS} WHERE {BRANDS} "
    "AND (severity != 'none' OR $__timeFilter(changed)) ORDER BY onset DESC, alert_id LIMIT 50",
    columns=(
        Column("at", Text("Beginn", "Onset"), "moment"),
        w.BRAND,
        Column("severity", Text("Stufe", "Level"), "label", unit="level"),
        Column("score", Text("Stärke", "Score"), unit="score", decimals=1),
        Column("acknowledged_by", Text("übernommen von", "taken over by"), "label"),
        Column("alert_id", Text("Kennung", "Id"), "key"),
    ),
    size=(24, 7),
    empty=Text("Kein Alarm in diesem Zeitraum.", "No alert in this time range."),
)

CRISIS = Dashboard(
    id="crisis",
    title=Text("Krisenraum", "Crisis room"),
    help=Text("Eine Marke, Minute für Minute, mit Belegen.", "One brand, minute by minute, with evidence."),
    panels=(STATE, PEOPLE, SHARE, ANSWERS, MINUTES, VOICES, SOURCES, EVIDENCE, HISTORY),
    variables=("set", "brand", "source", "language"),
    range="now-1h",
)
