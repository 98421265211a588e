"""Sales: what the shop reports of visits from social networks and of the orders they led to (docs/sales.md)."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Panel, Text
from dashboards.sql import BRANDS
from processors.sales import FIRST, LAST, LOOKBACK_MS

_VISITS = f"(SELECT brand, click, at, source, post_uri FROM visits FINAL WHERE $__timeFilter_ms(at) AND {BRANDS})"
_SOCIAL = f"(SELECT * FROM {_VISITS} WHERE source != '')"
_BACK = f"toIntervalMillisecond({LOOKBACK_MS})"
_BOUGHT = f"(SELECT brand, order_id, click, at, value, currency FROM orders FINAL WHERE $__timeFilter_ms(at) AND {BRANDS} AND value > 0)"
_ORDERS = (
    "(SELECT brand, order_id, any(o.at) AS at, any(o.value) AS value, any(o.currency) AS currency,"
    f" arraySort(groupArrayIf((v.at, v.social, v.post_uri), v.click != 0 AND v.at <= o.at AND v.at >= o.at - {_BACK})) AS touches,"
    " arrayMap(x -> x.2, touches) AS social, length(social) AS n,"
    " if(n > 0 AND social[-1], 1, 0) AS last_touch,"
    f" multiIf(n = 0, 0, n < 3, arraySum(social) / n, {FIRST} * social[1] + {LAST} * social[-1]"
    f" + {1 - FIRST - LAST:.1f} * (arraySum(social) - social[1] - social[-1]) / (n - 2)) AS by_position"
    f" FROM {_BOUGHT} AS o"
    " LEFT JOIN (SELECT brand, click, at, source != '' AS social, post_uri FROM visits FINAL"
    f" WHERE at >= toDateTime64($__fromTime, 3) - {_BACK} AND at <= toDateTime64($__toTime + 1, 3) AND {BRANDS}) AS v"
    " ON v.brand = o.brand AND v.click = o.click GROUP BY brand, order_id)"
)
"""Orders of the range with the visits of the same person before them, credited as in `processors.sales`."""
_NOTHING = Text(
    "Der Shop hat für diesen Zeitraum nichts gemeldet (resonanz sales).",
    "The shop has reported nothing for this time range (resonanz sales).",
)

VISITS = Panel(
    id="social_visits",
    title=Text("Besuche aus sozialen Netzen", "Visits from social networks"),
    help=Text(
        "Wie oft jemand aus einem sozialen Netz in den Shop kam. Gezählt wird nur, wer zugestimmt hat.",
        "How often somebody came to the shop from a social network. Only people who consented are counted.",
    ),
    kind="stat",
    sql=f"SELECT count() AS value, uniqExact(brand, click) AS people FROM {_SOCIAL}",
    columns=(Column("value", Text("Besuche", "Visits")), w.PEOPLE),
    size=(6, 4),
    metrics=("social_conversion",),
)
ATTRIBUTED = Panel(
    id="social_orders",
    title=Text("Bestellungen danach", "Orders that followed"),
    help=Text(
        "Bestellungen, vor denen der letzte Besuch aus einem sozialen Netz kam (höchstens 30 Tage davor). Daneben die zweite übliche "
        "Zählweise: 40 % für den ersten und den letzten Besuch, 20 % für die dazwischen. Keine beweist, dass der Besuch der Grund war.",
        "Orders whose last visit before them came from a social network (30 days before at most). Beside it the other usual way to "
        "count: 40% for the first and the last visit, 20% for those between. Neither proves that the visit was the reason.",
    ),
    kind="stat",
    sql=f"SELECT sum(last_touch) AS value, sum(by_position) AS positions, count() AS orders FROM {_ORDERS}",
    columns=(
        Column("value", Text("letzter Besuch", "last visit")),
        Column("positions", Text("nach Position", "by position"), decimals=1),
        Column("orders", Text("alle Bestellungen", "all orders")),
    ),
    size=(9, 4),
    metrics=("social_conversion", "economic_value"),
)
UNATTRIBUTED = Panel(
    id="unattributed_orders",
    title=Text("Nicht zuzuordnen", "Cannot be attributed"),
    help=Text(
        "Anteil der Bestellungen ohne Zustimmung oder ohne bekannten Besuch davor. Je größer er ist, desto weniger sagen die anderen Zahlen.",
        "Share of orders without consent or without a known visit before them. The larger it is, the less the other numbers say.",
    ),
    kind="stat",
    sql=f"SELECT if(orders > 0, 100 * countIf(n = 0) / orders, NULL) AS value, count() AS orders FROM {_ORDERS}",
    columns=(
        Column("value", Text("Anteil", "Share"), unit="percent"),
        Column("orders", Text("von Bestellungen", "of orders")),
    ),
    unit="percent",
    size=(9, 4),
    empty=_NOTHING,
)
BY_BRAND = Panel(
    id="sales_by_brand",
    title=Text("Was Besuche wert sind", "What visits are worth"),
    help=Text(
        "Bestellungen und Wert je Besuch aus sozialen Netzen, nach beiden Zählweisen. In kurzen Zeiträumen kann der Anteil über 100 % "
        "liegen: Der Besuch war früher als die Bestellung.",
        "Orders and value for each visit from social networks, counted both ways. In short ranges the share may exceed 100%: the visit "
        "was earlier than the order.",
    ),
    kind="table",
    sql="SELECT brand, currency, sum(visits) AS visits_n, sum(last_orders) AS last_n, if(visits_n > 0, 100 * last_n / visits_n, NULL) AS conversion,"
    " if(visits_n > 0, 100 * sum(position_orders) / visits_n, NULL) AS conversion_positions,"
    " if(visits_n > 0, sum(last_value) / visits_n, NULL) AS worth, if(visits_n > 0, sum(position_value) / visits_n, NULL) AS worth_positions FROM"
    " (SELECT brand, currency, s.n AS visits, sum(last_touch) AS last_orders, sum(by_position) AS position_orders,"
    " sum(last_touch * value) AS last_value, sum(by_position * value) AS position_value"
    f" FROM {_ORDERS} AS a LEFT JOIN (SELECT brand, count() AS n FROM {_SOCIAL} GROUP BY brand) AS s USING (brand)"
    " GROUP BY brand, currency, s.n"
    f" UNION ALL SELECT brand, '—', count(), 0, 0, 0, 0 FROM {_SOCIAL}"
    f" WHERE brand NOT IN (SELECT brand FROM {_BOUGHT}) GROUP BY brand)"
    " GROUP BY brand, currency ORDER BY visits_n DESC, brand, currency",
    columns=(
        w.BRAND,
        Column("visits_n", Text("Besuche", "Visits")),
        Column("last_n", Text("Bestellungen (letzter Besuch)", "Orders (last visit)")),
        Column("conversion", Text("je 100 Besuche", "per 100 visits"), unit="percent", decimals=1),
        Column(
            "conversion_positions",
            Text("je 100 Besuche (nach Position)", "per 100 visits (by position)"),
            unit="percent",
            decimals=1,
        ),
        Column("currency", Text("Währung", "Currency"), "label"),
        Column("worth", Text("Wert je Besuch", "Value per visit"), decimals=2),
        Column("worth_positions", Text("Wert je Besuch (nach Position)", "Value per visit (by position)"), decimals=2),
    ),
    size=(24, 8),
    metrics=("social_conversion", "economic_value"),
    empty=_NOTHING,
)
VISITS_TIME = Panel(
    id="social_visits_over_time",
    title=Text("Besuche im Verlauf", "Visits over time"),
    help=Text("Besuche aus sozialen Netzen, je Netz.", "Visits from social networks, by network."),
    kind="bars",
    sql=f"SELECT $__timeInterval(at) AS time, source, count() AS visits FROM {_SOCIAL} GROUP BY time, source ORDER BY time, source",
    columns=(w.TIME, w.SOURCE, Column("visits", Text("Besuche", "Visits"))),
    stacked=True,
    size=(12, 8),
    empty=_NOTHING,
)
ORDERS_TIME = Panel(
    id="orders_over_time",
    title=Text("Bestellungen im Verlauf", "Orders over time"),
    help=Text(
        "Alle Bestellungen: nach einem letzten Besuch aus einem sozialen Netz, nach einem anderen Besuch, oder nicht zuzuordnen.",
        "All orders: after a last visit from a social network, after another visit, or without one that is known.",
    ),
    kind="bars",
    sql="SELECT $__timeInterval(at) AS time, multiIf(last_touch = 1, 'social', n > 0, 'elsewhere', 'unattributed') AS label, count() AS orders"
    f" FROM {_ORDERS} GROUP BY time, label ORDER BY time, label",
    columns=(
        w.TIME,
        Column("label", Text("Weg", "Road"), "label"),
        Column("orders", Text("Bestellungen", "Orders")),
    ),
    stacked=True,
    size=(12, 8),
    metrics=("social_conversion",),
    empty=_NOTHING,
)
POSTS = Panel(
    id="posts_that_brought_visits",
    title=Text("Beiträge, die Besuche brachten", "Posts that brought visits"),
    help=Text(
        "Die zwanzig Beiträge, deren Link am häufigsten in den Shop führte, mit den Bestellungen, deren letzter Besuch von dort kam.",
        "The twenty posts whose link led to the shop most often, with the orders whose last visit came from there.",
    ),
    kind="table",
    sql="WITH (SELECT groupArray(tuple(*)) FROM (SELECT brand, post_uri, count() AS visits, uniqExact(click) AS people"
    f" FROM {_SOCIAL} WHERE post_uri != '' GROUP BY brand, post_uri ORDER BY visits DESC, post_uri, brand LIMIT 20)) AS picks"
    " SELECT if(e.text = '', p.2, e.text) AS text, p.1 AS brand, p.3 AS visits, p.4 AS people, c.orders AS orders, p.2 AS url"
    " FROM (SELECT arrayJoin(picks) AS p) AS q"
    " LEFT JOIN (SELECT uri, argMax(text, version) AS text FROM events"
    " WHERE minute >= toStartOfMinute($__fromTime) - INTERVAL 90 DAY AND minute <= $__toTime"
    " AND uri IN (SELECT arrayJoin(arrayMap(x -> x.2, picks))) GROUP BY uri) AS e ON e.uri = q.p.2"
    " LEFT JOIN (SELECT brand, touches[-1].3 AS uri, count() AS orders"
    f" FROM {_ORDERS} WHERE last_touch = 1 GROUP BY brand, uri) AS c ON c.uri = q.p.2 AND c.brand = q.p.1"
    " ORDER BY visits DESC, url, brand",
    columns=(
        w.TEXT,
        w.BRAND,
        Column("visits", Text("Besuche", "Visits")),
        w.PEOPLE,
        Column("orders", Text("Bestellungen", "Orders")),
        w.LINK,
    ),
    size=(24, 10),
    empty=Text("Zu keinem Besuch ist ein Beitrag genannt.", "No visit names a post."),
)

SALES = Dashboard(
    id="sales",
    title=Text("Verkauf", "Sales"),
    help=Text(
        "Was Besuche aus sozialen Netzen dem Shop bringen, soweit er es meldet.",
        "What visits from social networks bring the shop, as far as it reports.",
    ),
    panels=(VISITS, ATTRIBUTED, UNATTRIBUTED, BY_BRAND, VISITS_TIME, ORDERS_TIME, POSTS),
    variables=("set", "brand"),
    range="now-30d",
)
