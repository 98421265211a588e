"""Platform health: is everything arriving, and how late."""

from __future__ import annotations

from dashboards import words as w
from dashboards.model import Column, Dashboard, Panel, Text, Threshold
from dashboards.sql import LOOKED, UNWATCHED_SECONDS

_RANGE = "minute >= toStartOfMinute($__fromTime) AND minute <= $__toTime"
_STORED = "$__timeFilter_ms(stored_at)"
_AGE = "greatest(0, dateDiff('millisecond', received_at, stored_at)) / 1000"
_LABEL = Column("label", Text("Art", "Kind"), "label")

LAG = Panel(
    id="age_p95",
    title=Text("Alter beim Speichern", "Age when stored"),
    help=Text(
        "Zeit vom Empfang durch die Quelle bis zum Speichern: 95 von 100 Beiträgen sind schneller. Nach einer Wiedergabe alter "
        "Beiträge sagt die Zahl nur etwas über die Wiedergabe.",
        "Time from receipt by the source until stored: 95 of 100 posts are faster. After a replay of old posts the number speaks of "
        "the replay only.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, quantile(0.95)({_AGE}), NULL) AS value, if(n > 0, quantile(0.5)({_AGE}), NULL) AS p50, count() AS n "
    f"FROM events WHERE {_RANGE}",
    columns=(Column("value", Text("95 %", "95%"), unit="seconds", decimals=1),
             Column("p50", Text("Mitte", "median"), unit="seconds", decimals=1), w.N),
    unit="seconds",
    thresholds=(Threshold(0, "good"), Threshold(10, "watch"), Threshold(60, "bad")),
    size=(5, 4),
)  # fmt: skip
LETTERS = Panel(
    id="dead_letters_total",
    title=Text("Zurückgewiesen", "Refused"),
    help=Text(
        "Eingänge, die nicht verwendet werden konnten (dead letters) und noch nicht erneut eingespielt sind. Nichts davon ist "
        "verloren: „resonanz deadletters replay“ spielt sie nach einer Korrektur erneut ein.",
        "Items that could not be used (dead letters) and were not sent again yet. None of them is lost: “resonanz deadletters replay” "
        "sends them again once mended.",
    ),
    kind="stat",
    sql="SELECT countIf($__timeFilter_ms(at)) AS value, count() AS total FROM dead_letters FINAL WHERE replayed_at = toDateTime64(0, 3)",
    columns=(Column("value", Text("im Zeitraum", "in range")), Column("total", Text("insgesamt offen", "open in all"))),
    thresholds=(Threshold(0, "good"), Threshold(1, "watch"), Threshold(100, "bad")),
    size=(5, 4),
)
UNSCORED = Panel(
    id="unscored_share",
    title=Text("Ohne Wertung", "Not scored"),
    help=Text(
        "Anteil der Beiträge mit Text, denen das Sprachmodell keine Stimmung gab. 100 % heißt: Das Modell ist ausgeschaltet.",
        "Share of posts with a text that the language model gave no sentiment. 100% means the model is switched off.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, 100 * countIf(sentiment = '') / n, NULL) AS value, count() AS n FROM events FINAL WHERE {_RANGE} "
    "AND text_hash != 0 AND NOT deleted AND action IN ('create', 'update')",
    columns=(Column("value", Text("Anteil", "Share"), unit="percent", decimals=1), w.N),
    unit="percent",
    thresholds=(Threshold(0, "good"), Threshold(1, "watch"), Threshold(20, "bad")),
    size=(5, 4),
)
LATE = Panel(
    id="late_share",
    title=Text("Verspätet", "Late"),
    help=Text(
        "Anteil der Beiträge, die ihre schon gezeigte Minute nachträglich geändert haben.",
        "Share of posts that changed a minute already shown.",
    ),
    kind="stat",
    sql=f"SELECT if(n > 0, 100 * sum(late) / n, NULL) AS value, count() AS n FROM events WHERE {_RANGE}",
    columns=(Column("value", Text("Anteil", "Share"), unit="percent", decimals=1), w.N),
    unit="percent",
    thresholds=(Threshold(0, "good"), Threshold(5, "watch"), Threshold(50, "bad")),
    size=(4, 4),
)
WATCH = Panel(
    id="crisis_watch",
    title=Text("Blick auf Krisen", "Crisis watch"),
    help=Text(
        "Wie lange die letzte Suche nach Krisen her ist; üblich ist höchstens eine Minute. Sind es mehr als drei, ist es keine gute "
        "Nachricht, wenn kein Alarm gemeldet wird.",
        "How long ago somebody last looked for crises; a minute at most is usual. More than three mean that no alerts are no good news.",
    ),
    kind="stat",
    sql="SELECT if(max(at) > 0, greatest(0, dateDiff('second', max(at), now())), NULL) AS value, "
    f"uniqExactIf(brand, {LOOKED}) AS brands FROM crisis_watch",
    columns=(
        Column("value", Text("zuletzt vor", "last looked"), unit="seconds"),
        Column("brands", Text("beobachtete Marken", "brands watched")),
    ),
    unit="seconds",
    thresholds=(Threshold(0, "good"), Threshold(UNWATCHED_SECONDS, "bad")),
    size=(5, 4),
)
STORED = Panel(
    id="stored_over_time",
    title=Text("Gespeicherte Beiträge", "Posts stored"),
    help=Text(
        "Wie viele Ereignisse gespeichert wurden, nach dem Zeitpunkt des Speicherns, je Quelle. Eine Lücke heißt: Eine Quelle schweigt.",
        "How many events were stored, by the time of storing and by source. A gap means a source is silent.",
    ),
    kind="bars",
    sql=f"SELECT $__timeInterval(stored_at) AS time, source, count() AS posts FROM events WHERE {_STORED} GROUP BY time, source ORDER BY time, source",
    columns=(w.TIME, w.SOURCE, w.POSTS),
    unit="posts",
    stacked=True,
    empty=Text(
        "In diesem Zeitraum wurde nichts gespeichert. Läuft „resonanz worker“?",
        "Nothing was stored in this time range. Is “resonanz worker” running?",
    ),
)
AGE = Panel(
    id="age_over_time",
    title=Text("Alter beim Speichern im Verlauf", "Age when stored, over time"),
    help=Text(
        "Median und 95 % der Zeit vom Empfang bis zum Speichern.",
        "Median and 95% of the time from receipt until stored.",
    ),
    kind="lines",
    sql="SELECT time, pair.1 AS label, pair.2 AS value FROM (SELECT $__timeInterval(stored_at) AS time, "
    f"quantile(0.5)({_AGE}) AS p50, quantile(0.95)({_AGE}) AS p95 FROM events WHERE {_STORED} GROUP BY time) "
    "ARRAY JOIN [('p50', p50), ('p95', p95)] AS pair ORDER BY time, label",
    columns=(w.TIME, _LABEL, Column("value", Text("Sekunden", "Seconds"), unit="seconds", decimals=1)),
    unit="seconds",
)
SOURCES = Panel(
    id="source_freshness",
    title=Text("Quellen", "Sources"),
    help=Text(
        "Je Quelle: Beiträge im Zeitraum, wann zuletzt etwas kam, und wie lange das her ist.",
        "By source: posts in the time range, when something last came, and how long ago that is.",
    ),
    kind="table",
    sql="SELECT source, count() AS posts, max(received_at) AS at, greatest(0, dateDiff('millisecond', at, now64(3)) / 1000) AS silent, "
    f"sum(late) AS late FROM events WHERE {_RANGE} GROUP BY source ORDER BY source",
    columns=(w.SOURCE, w.POSTS, Column("at", Text("zuletzt", "last"), "moment"), Column("silent", Text("still seit", "silent for"), unit="seconds"),
             Column("late", Text("verspätet", "late"), unit="posts")),
)  # fmt: skip
MODELS = Panel(
    id="model_versions",
    title=Text("Modelle", "Models"),
    help=Text(
        "Welche Fassung des Sprachmodells welche Beiträge bewertet hat.",
        "Which version of the language model scored which posts.",
    ),
    kind="table",
    sql="SELECT if(model_version = '', 'unscored', model_version) AS model, count() AS posts, countIf(sentiment = 'negative') AS negative, "
    f"countIf(sentiment = 'positive') AS positive, max(stored_at) AS at FROM events FINAL WHERE {_RANGE} AND NOT deleted "
    "AND action IN ('create', 'update') GROUP BY model ORDER BY posts DESC, model",
    columns=(
        Column("model", Text("Modell", "Model"), "label"),
        w.POSTS,
        w.NEGATIVE,
        w.POSITIVE,
        Column("at", Text("zuletzt", "last"), "moment"),
    ),
)
REASONS = Panel(
    id="dead_letters",
    title=Text("Zurückgewiesen: Gründe", "Refused: reasons"),
    help=Text(
        "Warum Eingänge nicht verwendet werden konnten. Ansehen und erneut einspielen: „resonanz deadletters list“ und „… replay“.",
        "Why items could not be used. To look at them and send them again: “resonanz deadletters list” and “… replay”.",
    ),
    kind="table",
    sql="SELECT stage, substring(reason, 1, 200) AS reason, count() AS letters, max(at) AS last FROM dead_letters FINAL "
    "WHERE $__timeFilter_ms(at) AND replayed_at = toDateTime64(0, 3) GROUP BY stage, reason ORDER BY letters DESC, reason LIMIT 30",
    columns=(
        Column("stage", Text("Schritt", "Stage"), "label"),
        Column("reason", Text("Grund", "Reason"), "text"),
        Column("letters", Text("Anzahl", "Count")),
        Column("last", Text("zuletzt", "last"), "moment"),
    ),
    size=(24, 7),
    empty=Text("Nichts zurückgewiesen.", "Nothing refused."),
)
RATE = Panel(
    id="prom_events",
    title=Text("Ereignisse je Sekunde (Worker)", "Events per second (workers)"),
    help=Text("Durchsatz der Worker nach Schritt und Ergebnis.", "Throughput of the workers by stage and outcome."),
    kind="lines",
    promql=(("sum by (stage, outcome) (rate(resonanz_events_total[$__rate_interval]))", "{{stage}} {{outcome}}"),),
    unit="per_second",
)
BACKLOG = Panel(
    id="prom_lag",
    title=Text("Rückstand in Kafka", "Lag in Kafka"),
    help=Text("Nachrichten, die noch nicht bestätigt sind, je Thema.", "Messages not acknowledged yet, by topic."),
    kind="lines",
    promql=(("sum by (topic) (resonanz_lag_messages)", "{{topic}}"),),
)
STAGES = Panel(
    id="prom_stages",
    title=Text("Dauer der Schritte (95 %)", "Duration of stages (95%)"),
    help=Text("Wie lange ein Stapel in einem Schritt braucht.", "How long a batch takes in a stage."),
    kind="lines",
    promql=(("histogram_quantile(0.95, sum by (stage, le) (rate(resonanz_stage_seconds_bucket[$__rate_interval])))", "{{stage}}"),
            ("histogram_quantile(0.95, sum by (table, le) (rate(resonanz_store_seconds_bucket[$__rate_interval])))", "store {{table}}")),
    unit="seconds",
)  # fmt: skip
FAULTS = Panel(
    id="prom_faults",
    title=Text("Fehlversuche", "Failures"),
    help=Text(
        "Speichern, das wiederholt werden musste, und Zurückgewiesenes, je Minute.",
        "Store calls that had to be repeated, and refusals, per minute.",
    ),
    kind="lines",
    promql=(("60 * sum by (reason) (rate(resonanz_store_failures_total[$__rate_interval]))", "store: {{reason}}"),
            ("60 * sum by (stage, field) (rate(resonanz_dead_letters_total[$__rate_interval]))", "{{stage}}: {{field}}")),
)  # fmt: skip

HEALTH = Dashboard(
    id="health",
    title=Text("Betrieb", "Platform health"),
    help=Text("Kommt alles an, und wie spät?", "Does everything arrive, and how late?"),
    panels=(LAG, WATCH, LETTERS, UNSCORED, LATE, STORED, AGE, SOURCES, MODELS, REASONS, RATE, BACKLOG, STAGES, FAULTS),
    variables=(),
    range="now-1h",
)
