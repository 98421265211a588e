"""Relevance: attention a brand earns rather than buys."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Drill, Panel, Text
from dashboards.sql import CHOSEN, POST_TIME, earned, facts, named, series

_LABEL = Column("label", Text("Art", "Kind"), "label")
_VALUE = Column("value", Text("Beiträge", "Posts"), unit="posts")

SHARE = Panel(
    id="share_of_voice",
    title=Text("Anteil am Gespräch", "Share of voice"),
    help=Text(
        "Anteil der Nennungen einer Marke an den Nennungen aller gewählten Marken. Nur verdiente: ohne eigene, bezahlte und Bots.",
        "A brand’s mentions as a share of the mentions of all chosen brands. Earned only: without its own, paid ones and bots.",
    ),
    kind="ranking",
    sql="SELECT brand, 100 * m / greatest(1, sum(m) OVER ()) AS share_of_voice, m AS mentions FROM "
    f"(SELECT brand, sum(mentions) AS m FROM {facts(['mentions'])} GROUP BY brand) ORDER BY share_of_voice DESC, brand",
    columns=(w.BRAND, Column("share_of_voice", Text("Anteil", "Share"), unit="percent", decimals=1), w.MENTIONS),
    unit="percent",
    size=(8, 8),
    metrics=("share_of_voice",),
    drill=Drill("in_earned_set"),
)
MEDIA = Panel(
    id="media_mix",
    title=Text("Eigene, verdiente und bezahlte Beiträge", "Owned, earned and paid posts"),
    help=Text(
        "Von wem die Beiträge über die Marken stammen. „Unbekannt“: Ob bezahlt wurde, hat niemand angegeben; es wird nicht geraten.",
        "Who wrote the posts about the brands. “Unknown”: nobody stated whether they were paid for; nothing is guessed.",
    ),
    kind="bars",
    sql=series(
        (("owned", "owned"), ("earned", "earned"), ("paid", "paid"), ("unknown", "unknown")),
        facts(["owned", "earned", "paid", "unknown"], time=True, brand=False),
    ),
    columns=(w.TIME, _LABEL, _VALUE),
    unit="posts",
    stacked=True,
    size=(16, 8),
    metrics=("earned_share",),
    drill=Drill("1", by="media_class", exact=True),
)
MOOD = Panel(
    id="sentiment_mix",
    title=Text("Stimmung der Nennungen", "Sentiment of mentions"),
    help=Text(
        "Nennungen nach der Stimmung, die das Sprachmodell ihnen gibt. Ein Klick zeigt die Beiträge mit ihren Wahrscheinlichkeiten.",
        "Mentions by the sentiment the language model gives them. A click shows the posts with their probabilities.",
    ),
    kind="bars",
    sql=series(
        (("negative", "negative"), ("neutral", "neutral"), ("positive", "positive")),
        facts(["positive", "neutral", "negative"], time=True, brand=False),
    ),
    columns=(w.TIME, _LABEL, _VALUE),
    unit="posts",
    stacked=True,
    drill=Drill("in_earned_set", by="sentiment", exact=True),
)
NET_TIME = Panel(
    id="net_sentiment_over_time",
    title=Text("Stimmung (netto) je Marke", "Net sentiment by brand"),
    help=Text(
        "(positive − negative) / bewertete Nennungen × 100, je Marke. Zeiten mit weniger als fünf Nennungen fehlen.",
        "(positive − negative) / scored mentions × 100, by brand. Times with fewer than five mentions are left out.",
    ),
    kind="lines",
    sql="SELECT time, brand, 100 * (p - q) / n AS net_sentiment, n FROM (SELECT t AS time, brand, toInt64(sum(positive)) AS p, "
    f"toInt64(sum(negative)) AS q, p + q + toInt64(sum(neutral)) AS n FROM {facts(['positive', 'neutral', 'negative'], time=True)} "
    "GROUP BY time, brand) WHERE n >= 5 ORDER BY time, brand",
    columns=(w.TIME, w.BRAND, w.NET, w.N),
    unit="points",
    metrics=("net_sentiment",),
    drill=Drill("in_earned_set AND sentiment != ''"),
)
PEOPLE = Panel(
    id="author_diversity",
    title=Text("Wie viele Menschen wirklich sprechen", "How many people really speak"),
    help=Text(
        "Verschiedene Personen und ihre wirksame Anzahl 1/Σp²: 100 Beiträge von einer Person zählen wie eine Stimme. Von der Zahl der "
        "Nennungen abhängig, daher nur bei ähnlicher Größe vergleichen.",
        "Different people and their effective number 1/Σp²: 100 posts by one person count as one voice. It depends on the number of "
        "mentions, so compare brands of similar size only.",
    ),
    kind="table",
    # Grouped by one number, brand and author in one: by two, or with the brand as a string, it takes up to twice as long.
    sql="SELECT named.brand AS brand, mentions, people, effective, loudest FROM "
    "(SELECT b, sum(c) AS mentions, count() AS people, sum(c) * sum(c) / sum(c * c) AS effective, max(c) AS loudest FROM "
    "(SELECT any(hash) AS b, count() AS c FROM (SELECT author_id, arrayJoin(hashes) AS hash FROM "
    f"{earned(f'author_id, arrayMap(brand -> cityHash64(brand), {named()}) AS hashes')}) GROUP BY bitXor(hash, author_id)) "
    "GROUP BY b) AS spoke INNER JOIN (SELECT DISTINCT brand FROM brand_minute) AS named ON cityHash64(named.brand) = spoke.b "
    "ORDER BY mentions DESC, brand",
    columns=(
        w.BRAND,
        w.MENTIONS,
        w.PEOPLE,
        Column("effective", Text("wirksam", "effective"), unit="people", decimals=1),
        Column("loudest", Text("lauteste Person", "loudest person"), unit="posts"),
    ),
    metrics=("author_diversity",),
    drill=Drill("in_earned_set", exact=True),
)
REACH = Panel(
    id="reach",
    title=Text("Reichweite der Nennungen", "Reach of mentions"),
    help=Text(
        "Summe von ln(1 + Follower) über die Nennungen, und je Nennung. Follower sind keine Leser: als Rang lesen, nicht als Zahl.",
        "Sum of ln(1 + followers) over the mentions, and per mention. Followers are not readers: read it as a rank, not a number.",
    ),
    kind="ranking",
    sql="SELECT brand, r AS reach, if(m > 0, r / m, 0) AS per_mention, m AS mentions FROM (SELECT brand, sum(reach) AS r, sum(mentions) AS m "
    f"FROM {facts(['reach', 'mentions'])} GROUP BY brand) ORDER BY reach DESC, brand",
    columns=(
        w.BRAND,
        Column("reach", Text("Reichweite", "Reach"), unit="score"),
        Column("per_mention", Text("je Nennung", "per mention"), unit="score", decimals=2),
        w.MENTIONS,
    ),
    unit="score",
    metrics=("reach_weighted_mentions",),
    drill=Drill("in_earned_set"),
)
ENGAGEMENT = Panel(
    id="engagement",
    title=Text("Wirkung eigener Beiträge", "Response to own posts"),
    help=Text(
        "Reaktionen auf eigene Beiträge je Beitrag, nach dem letzten bekannten Stand der Zähler. Ohne Zähler der Plattform bleibt es leer.",
        "Reactions to a brand’s own posts per post, at the counters’ last known state. Empty where the platform sends no counters.",
    ),
    kind="table",
    sql="SELECT brand, count() AS posts, sum(like_count) / posts AS applause, sum(repost_count + quote_count) / posts AS amplification, "
    f"sum(reply_count) / posts AS conversation FROM mentions WHERE {POST_TIME} AND {CHOSEN} AND media_class = 'owned' "
    "GROUP BY brand ORDER BY posts DESC, brand",
    columns=(
        w.BRAND,
        w.POSTS,
        Column("applause", Text("Gefällt mir", "likes"), unit="per_post", decimals=2),
        Column("amplification", Text("geteilt", "shares"), unit="per_post", decimals=2),
        Column("conversation", Text("Kommentare", "comments"), unit="per_post", decimals=2),
    ),
    metrics=("applause_rate", "amplification_rate", "conversation_rate"),
    drill=Drill("media_class = 'owned'", exact=True),
    empty=Text("Keine eigenen Beiträge im Zeitraum.", "No own posts in this time range."),
)
SOURCES = Panel(
    id="sources",
    title=Text("Woher die Nennungen kommen", "Where mentions come from"),
    help=Text("Nennungen je Quelle.", "Mentions by source."),
    kind="ranking",
    sql=f"SELECT source, sum(k) AS mentions, uniqExact(author_id) AS people FROM {earned('source, author_id')} "
    "GROUP BY source ORDER BY mentions DESC, source LIMIT 20",
    columns=(w.SOURCE, w.MENTIONS, w.PEOPLE),
    unit="posts",
    size=(12, 7),
    drill=Drill("in_earned_set", by="source", exact=True),
)
LANGUAGES = Panel(
    id="languages",
    title=Text("Sprachen", "Languages"),
    help=Text("Nennungen je erkannter Sprache.", "Mentions by the language identified."),
    kind="ranking",
    sql=f"SELECT language, sum(k) AS mentions FROM {earned('language')} GROUP BY language ORDER BY mentions DESC, language LIMIT 12",
    columns=(Column("language", Text("Sprache", "Language"), "label"), w.MENTIONS),
    unit="posts",
    size=(12, 7),
    drill=Drill("in_earned_set", by="language", exact=True),
)

RELEVANCE = Dashboard(
    id="relevance",
    title=Text("Relevanz", "Relevance"),
    help=Text("Verdiente, nicht gekaufte Aufmerksamkeit.", "Attention that is earned, not bought."),
    panels=(SHARE, MEDIA, MOOD, NET_TIME, PEOPLE, REACH, ENGAGEMENT, SOURCES, LANGUAGES),
    variables=("set", "brand", "source", "language"),
)
