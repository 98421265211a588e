"""Dialogue: does the brand listen and answer."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Drill, Panel, Text
from dashboards.sql import ASKED, BRANDS, facts, series, with_texts

_LABEL = Column("label", Text("Art", "Kind"), "label")
_VALUE = Column("value", Text("Beiträge", "Posts"), unit="posts")
_HOUR, _DAY = 3600, 86_400
_KM = (
    "(SELECT brand, t, sum(before * d / n) OVER (PARTITION BY brand ORDER BY t) AS answered FROM "
    "(SELECT *, exp(ifNull(sum(log(greatest(1e-12, 1 - (d + w) / n))) OVER "
    "(PARTITION BY brand ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS before FROM "
    "(SELECT brand, waited AS t, countIf(is_answered) AS d, countIf(is_withdrawn) AS w, "
    "sum(count()) OVER (PARTITION BY brand ORDER BY waited DESC) AS n "
    f"FROM {ASKED} GROUP BY brand, waited)))"
)
"""Aalen-Johansen: the share answered by t seconds. Open conversations are censored, a deleted question competes. Aalen and
Johansen, Scandinavian Journal of Statistics 5 (1978) 141."""

RESPONSE = Panel(
    id="response_rate",
    title=Text("Beantwortet binnen 24 Stunden", "Answered within 24 hours"),
    help=Text(
        "Von den Gesprächen, die eine Antwort brauchen und vor mehr als 24 Stunden begannen: Anteil, den die Marke binnen 24 Stunden "
        "beantwortet hat. Nach Eingang gezählt, damit Liegengebliebenes sichtbar bleibt.",
        "Of the conversations that need an answer and began more than 24 hours ago: the share the brand answered within 24 hours. "
        "Counted by arrival, so that the backlog stays visible.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, 100 * countIf(is_answered AND waited <= {_DAY}) / n, NULL) AS value, "
    f"countIf(is_answered OR waited > {_DAY}) AS n FROM "
    f"(SELECT * FROM {ASKED} WHERE asked <= least(now64(3), toDateTime64($__toTime, 3)) - INTERVAL {_DAY} SECOND)",
    columns=(Column("value", Text("beantwortet", "answered"), unit="percent"), w.N),
    unit="percent",
    thresholds=w.ANSWER_LEVELS,
    size=(6, 4),
    metrics=("response_rate",),
    empty=Text("Noch kein Gespräch ist älter als 24 Stunden.", "No conversation is older than 24 hours yet."),
)
RESPONSE_HOUR = Panel(
    id="response_rate_1h",
    title=Text("Beantwortet binnen 1 Stunde", "Answered within 1 hour"),
    help=Text(
        "Wie links, mit einer Stunde als Frist.",
        "As on the left, with one hour as the limit.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, 100 * countIf(is_answered AND waited <= {_HOUR}) / n, NULL) AS value, "
    f"countIf(is_answered OR waited > {_HOUR}) AS n FROM "
    f"(SELECT * FROM {ASKED} WHERE asked <= least(now64(3), toDateTime64($__toTime, 3)) - INTERVAL {_HOUR} SECOND)",
    columns=(Column("value", Text("beantwortet", "answered"), unit="percent"), w.N),
    unit="percent",
    thresholds=w.ANSWER_LEVELS,
    size=(6, 4),
    metrics=("response_rate",),
    empty=Text("Noch kein Gespräch ist älter als eine Stunde.", "No conversation is older than an hour yet."),
)
WAITING = Panel(
    id="waiting_now",
    title=Text("Warten auf Antwort", "Waiting for an answer"),
    help=Text(
        "Gespräche mit Frage oder Beschwerde ohne Antwort der Marke, und ihr Anteil an allen, die eine brauchen.",
        "Conversations with a question or complaint without the brand’s answer, and their share of all that need one.",
    ),
    kind="stat",
    sql=f"SELECT countIf(NOT is_answered AND NOT is_withdrawn) AS value, if(n > 0, 100 * value / n, NULL) AS share, count() AS n FROM {ASKED}",
    columns=(
        Column("value", Text("Gespräche", "Conversations")),
        Column("share", Text("Anteil", "share"), unit="percent"),
        w.N,
    ),
    size=(6, 4),
    metrics=("unanswered_share",),
)
OLDEST = Panel(
    id="backlog_age",
    title=Text("Alter der offenen Gespräche", "Age of open conversations"),
    help=Text(
        "Neun von zehn offenen Gesprächen warten höchstens so lange (90 %); daneben das älteste.",
        "Nine out of ten open conversations have waited at most this long (90%); beside it the oldest.",
    ),
    kind="stat",
    sql="SELECT if(n > 0, quantileExact(0.9)(waited), NULL) AS value, if(n > 0, max(waited), NULL) AS oldest, count() AS n "
    f"FROM {ASKED} WHERE NOT is_answered AND NOT is_withdrawn",
    columns=(
        Column("value", Text("90 %", "90%"), unit="seconds"),
        Column("oldest", Text("ältestes", "oldest"), unit="seconds", thresholds=w.WAITED),
        w.N,
    ),
    unit="seconds",
    thresholds=w.WAITED,
    size=(6, 4),
    metrics=("backlog_age",),
    empty=Text("Nichts offen.", "Nothing is open."),
)
QUEUE = Panel(
    id="waiting_conversations",
    title=Text("Wer auf Antwort wartet, Älteste zuerst", "Who waits for an answer, oldest first"),
    help=Text(
        "Gespräche mit einer Frage oder Beschwerde an die Marke, auf die sie seither nicht geantwortet hat; mit der zuständigen "
        "Abteilung aus brands.yaml.",
        "Conversations with a question or complaint to the brand that it has not answered since; with the department in charge "
        "from brands.yaml.",
    ),
    kind="posts",
    sql=with_texts(
        f"SELECT post_id, asked, waited, brand, categories, posts FROM {ASKED} WHERE NOT is_answered AND NOT is_withdrawn "
        "ORDER BY asked, post_id LIMIT 50",
        "p.2 AS at, p.3 AS waited, p.4 AS brand, e.source AS source, e.sentiment AS sentiment, arrayElement(p.5, 1) AS category, "
        "e.text AS text, e.url AS url, p.6 AS turns, p.1 AS post_id",
        "at, post_id",
    ),
    columns=(
        w.AT,
        Column("waited", Text("wartet", "waits"), unit="seconds", thresholds=w.WAITED),
        w.BRAND,
        w.SOURCE,
        Column("sentiment", Text("Stimmung", "Sentiment"), "label"),
        w.CATEGORY,
        w.TEXT,
        w.LINK,
        Column("turns", Text("Beiträge", "posts")),
        w.POST_ID,
    ),
    size=(24, 12),
    metrics=("unanswered_share",),
    empty=Text("Niemand wartet.", "Nobody is waiting."),
)
FIRST = Panel(
    id="first_response_time",
    title=Text("Zeit bis zur ersten Antwort", "Time to the first answer"),
    help=Text(
        "Auch wer noch wartet, zählt mit (Schätzung nach Aalen und Johansen). „—“ heißt: Diesen Anteil hat die Marke noch nicht beantwortet.",
        "Those still waiting count too (Aalen–Johansen estimate). “—” means the brand has not answered that share yet.",
    ),
    kind="table",
    sql="SELECT brand, if(max(answered) >= 0.5, minIf(t, answered >= 0.5), NULL) AS p50, "
    "if(max(answered) >= 0.9, minIf(t, answered >= 0.9), NULL) AS p90, "
    f"100 * maxIf(answered, t <= {_HOUR}) AS within_1h, 100 * maxIf(answered, t <= {_DAY}) AS within_24h "
    f"FROM {_KM} GROUP BY brand ORDER BY brand",
    columns=(
        w.BRAND,
        Column("p50", Text("die Hälfte nach", "half after"), unit="seconds"),
        Column("p90", Text("90 % nach", "90% after"), unit="seconds"),
        Column("within_1h", Text("binnen 1 h", "within 1 h"), unit="percent"),
        Column("within_24h", Text("binnen 24 h", "within 24 h"), unit="percent"),
    ),
    metrics=("first_response_time",),
)
DIRECTIONS = Panel(
    id="directions",
    title=Text("Wer mit wem spricht", "Who talks to whom"),
    help=Text(
        "Beiträge an die Marke, von der Marke, ihre Antworten, und Gespräche unter Kundinnen und Kunden.",
        "Posts to the brand, from the brand, its replies, and talk among customers.",
    ),
    kind="bars",
    sql=series(
        (("inbound", "inbound"), ("outbound", "outbound"), ("replies", "reply"), ("peer", "peer")),
        facts(["inbound", "outbound", "replies", "peer"], time=True, brand=False),
    ),
    columns=(w.TIME, _LABEL, _VALUE),
    unit="posts",
    stacked=True,
    metrics=("inbound_share", "dialogue_share"),
    drill=Drill("1", by="direction", exact=True),
)
BALANCE = Panel(
    id="balance",
    title=Text("Gleichgewicht des Gesprächs", "Balance of the dialogue"),
    help=Text(
        "Anteil der Antworten an allen Beiträgen der Marke, und Ausgeglichenheit zwischen Marke und Kundschaft: 1 heißt gleich viele "
        "Beiträge beider Seiten, 0 heißt, nur eine Seite spricht.",
        "Replies as a share of all the brand’s posts, and the balance between brand and customers: 1 means as many posts from both "
        "sides, 0 that only one side speaks.",
    ),
    kind="table",
    sql="SELECT brand, i AS inbound, r AS replies, o AS outbound, if(r + o > 0, 100 * r / (r + o), NULL) AS dialogue_share, "
    "if(i + r > 0, 1 - abs(toInt64(r) - toInt64(i)) / (i + r), NULL) AS balance FROM (SELECT brand, sum(inbound) AS i, "
    f"sum(replies) AS r, sum(outbound) AS o FROM {facts(['inbound', 'replies', 'outbound'])} GROUP BY brand) ORDER BY brand",
    columns=(
        w.BRAND,
        Column("inbound", Text("an die Marke", "to the brand"), unit="posts"),
        Column("replies", Text("Antworten", "replies"), unit="posts"),
        Column("outbound", Text("von sich aus", "unprompted"), unit="posts"),
        Column("dialogue_share", Text("Antwortanteil", "reply share"), unit="percent"),
        Column("balance", Text("Gleichgewicht", "balance"), unit="ratio", decimals=2),
    ),
    metrics=("dialogue_share", "balance"),
    drill=Drill("direction = 'inbound'"),
)
DEPTH = Panel(
    id="dialogue_depth",
    title=Text("Länge der Gespräche mit der Marke", "Length of conversations with the brand"),
    help=Text(
        "Gespräche, in denen die Marke geschrieben hat, nach der Zahl der Wechsel: Mehrere Beiträge einer Seite in Folge gelten als einer.",
        "Conversations in which the brand has written, by their number of turns: several posts in a row by one side are one turn.",
    ),
    kind="ranking",
    sql="SELECT multiIf(turns = 1, '1', turns = 2, '2', turns = 3, '3', turns <= 5, '4–5', turns <= 10, '6–10', '> 10') AS depth, "
    "count() AS conversations, min(turns) AS least FROM dialogues FINAL WHERE brand_posts > 0 AND posts > 0 "
    "AND $__timeFilter_ms(started_at) "
    f"AND {BRANDS} AND $__conditionalAll(source IN (${{source:singlequote}}), $source) GROUP BY depth ORDER BY least",
    columns=(
        Column("depth", Text("Wechsel", "Turns"), "label"),
        Column("conversations", Text("Gespräche", "Conversations")),
    ),
    metrics=("dialogue_depth",),
    empty=Text(
        "Die Marke hat in diesem Zeitraum in keinem Gespräch geschrieben.",
        "The brand wrote in no conversation in this time range.",
    ),
)

DIALOGUE = Dashboard(
    id="dialogue",
    title=Text("Dialog", "Dialogue"),
    help=Text("Hört die Marke zu, und antwortet sie?", "Does the brand listen, and does it answer?"),
    panels=(RESPONSE_HOUR, RESPONSE, WAITING, OLDEST, QUEUE, FIRST, BALANCE, DIRECTIONS, DEPTH),
    variables=("set", "brand", "source", "language"),
    range="now-7d",
)
