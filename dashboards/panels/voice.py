"""Voice of the customer: who in the company should hear what."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Drill, Panel, Text
from dashboards.panels.emerging import EMERGING
from dashboards.sql import ASKED, earned, named, with_texts

_COMPLAINT = "sentiment = 'negative' AND notEmpty(value_chain)"
_WISH = "has(value_chain, 'technology') AND sentiment != 'negative'"
_ROUTED = "arrayJoin(if(empty(value_chain), CAST(['unrouted'], 'Array(LowCardinality(String))'), value_chain))"
_BY = "has(if(empty(value_chain), ['unrouted'], arrayMap(c -> toString(c), value_chain)), %(label)s)"

COVERAGE = Panel(
    id="value_chain_coverage",
    title=Text("Gespräch jenseits von Marketing", "Talk beyond marketing"),
    help=Text(
        "Anteil der zugeordneten Nennungen, die einen anderen Bereich als Marketing und Vertrieb betreffen: Produkt, Lieferung, Dienst …",
        "Share of the routed mentions about another area than marketing and sales: product, delivery, service …",
    ),
    kind="stat",
    sql="SELECT if(n > 0, 100 * sumIf(k, length(value_chain) > has(value_chain, 'marketing_sales')) / n, NULL) AS value, "
    f"sumIf(k, notEmpty(value_chain)) AS n FROM {earned('value_chain')}",
    columns=(Column("value", Text("Anteil", "Share"), unit="percent"), w.N),
    unit="percent",
    size=(8, 4),
    metrics=("value_chain_coverage",),
    drill=Drill("in_earned_set AND arrayExists(c -> c != 'marketing_sales', value_chain)"),
)
UNROUTED = Panel(
    id="unrouted_share",
    title=Text("Nicht zugeordnet", "Unrouted"),
    help=Text(
        "Anteil der Nennungen, die das Modell keinem Bereich zuordnet. Das ist ehrlich, nicht falsch: Vieles ist bloße Erwähnung.",
        "Share of mentions that the model routes to no area. That is honest, not wrong: much is mere mention.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, 100 * sumIf(k, empty(value_chain)) / n, NULL) AS value, sum(k) AS n FROM {earned('value_chain')}",
    columns=(Column("value", Text("Anteil", "Share"), unit="percent"), w.N),
    unit="percent",
    size=(8, 4),
    drill=Drill("in_earned_set AND empty(value_chain)"),
)
COMPLAINTS = Panel(
    id="routed_complaints",
    title=Text("Zugeordnete Beschwerden", "Routed complaints"),
    help=Text(
        "Negative Nennungen, für die ein Bereich zuständig ist.",
        "Negative mentions that an area is in charge of.",
    ),
    kind="stat",
    sql=f"SELECT sum(k) AS value, uniqExact(author_id) AS people FROM {earned('author_id', _COMPLAINT)}",
    columns=(Column("value", Text("Beschwerden", "Complaints"), unit="posts"), w.PEOPLE),
    unit="posts",
    size=(8, 4),
    drill=Drill(f"in_earned_set AND {_COMPLAINT}", exact=True),
)
AREAS = Panel(
    id="value_chain",
    title=Text("Wer es hören sollte", "Who should hear it"),
    help=Text(
        "Nennungen je Bereich der Wertschöpfungskette (Porter), mit Stimmung. Ein Beitrag kann mehrere Bereiche betreffen.",
        "Mentions by area of the value chain (Porter), with sentiment. A post can concern several areas.",
    ),
    kind="ranking",
    sql=f"SELECT {_ROUTED} AS category, sum(k) AS mentions, sumIf(k, sentiment = 'negative') AS negative, "
    f"sumIf(k, sentiment = 'positive') AS positive FROM {earned('value_chain, sentiment')} GROUP BY category ORDER BY mentions DESC, category",
    columns=(w.CATEGORY, w.MENTIONS, w.NEGATIVE, w.POSITIVE),
    unit="posts",
    size=(12, 10),
    metrics=("value_chain_coverage",),
    drill=Drill("in_earned_set", by=_BY, exact=True),
)
OWNERS = Panel(
    id="answered_by_area",
    title=Text("Antworten je Bereich", "Answers by area"),
    help=Text(
        "Gespräche, die eine Antwort brauchen, je Bereich: wie viele, wie viele beantwortet, wie lange das älteste offene wartet.",
        "Conversations that need an answer, by area: how many, how many answered, how long the oldest open one has waited.",
    ),
    kind="table",
    sql="SELECT if(empty(categories), 'unrouted', toString(categories[1])) AS category, brand, count() AS n, "
    "100 * countIf(is_answered) / n AS answered, countIf(NOT is_answered AND NOT is_withdrawn) AS waiting, "
    f"if(waiting > 0, maxIf(waited, NOT is_answered AND NOT is_withdrawn), NULL) AS oldest FROM {ASKED} GROUP BY category, brand "
    "ORDER BY waiting DESC, category, brand",
    columns=(
        w.CATEGORY,
        w.BRAND,
        Column("n", Text("Gespräche", "Conversations")),
        Column("answered", Text("beantwortet", "answered"), unit="percent"),
        Column("waiting", Text("offen", "open")),
        Column("oldest", Text("ältestes wartet", "oldest waits"), unit="seconds", thresholds=w.WAITED),
    ),
    size=(12, 10),
    metrics=("response_rate",),
    empty=Text("Kein Gespräch braucht eine Antwort.", "No conversation needs an answer."),
)
AREAS_TIME = Panel(
    id="value_chain_over_time",
    title=Text("Bereiche im Verlauf", "Areas over time"),
    help=Text("Zugeordnete Nennungen je Bereich.", "Routed mentions by area."),
    kind="bars",
    sql="SELECT $__timeInterval(created_at) AS time, arrayJoin(value_chain) AS category, sum(k) AS mentions FROM "
    f"{earned('created_at, value_chain')} GROUP BY time, category ORDER BY time, category",
    columns=(w.TIME, w.CATEGORY, w.MENTIONS),
    unit="posts",
    stacked=True,
    size=(24, 8),
    drill=Drill("in_earned_set", by="has(arrayMap(c -> toString(c), value_chain), %(label)s)", exact=True),
)
WISHES = Panel(
    id="wishes",
    title=Text("Wünsche und Ideen", "Wishes and ideas"),
    help=Text(
        "Beiträge zu Technik und Funktionen, die keine Beschwerde sind: was sich Menschen vom Produkt wünschen.",
        "Posts about technology and features that are no complaints: what people wish of the product.",
    ),
    kind="posts",
    sql=with_texts(
        "SELECT post_id, created_at, arrayJoin(named) AS brand, followers FROM "
        f"{earned(f'post_id, created_at, {named()} AS named, followers', _WISH)} "
        "ORDER BY created_at DESC, post_id, brand LIMIT 30",
        "p.2 AS at, p.3 AS brand, e.source AS source, e.sentiment AS sentiment, e.text AS text, e.url AS url, p.4 AS reach, p.1 AS post_id",
        "at DESC, post_id, brand",
    ),
    columns=(
        w.AT,
        w.BRAND,
        w.SOURCE,
        Column("sentiment", Text("Stimmung", "Sentiment"), "label"),
        w.TEXT,
        w.LINK,
        Column("reach", Text("Follower", "followers"), unit="people"),
        w.POST_ID,
    ),
    size=(24, 11),
    empty=Text(
        "Keine Wünsche in diesem Zeitraum. Das Modell muss dafür eingeschaltet sein.",
        "No wishes in this time range. The model must be switched on for this.",
    ),
)

VOICE = Dashboard(
    id="voice",
    title=Text("Stimme der Kundschaft", "Voice of the customer"),
    help=Text(
        "Was Menschen sagen, und wen es im Unternehmen angeht.", "What people say, and whom in the company it concerns."
    ),
    panels=(COVERAGE, UNROUTED, COMPLAINTS, AREAS, OWNERS, AREAS_TIME, EMERGING, WISHES),
    variables=("set", "brand", "source", "language"),
    range="now-7d",
)
