"""The console's own words."""

from __future__ import annotations

from dashboards.model import Text

T: dict[str, Text] = {
    "skip": Text("Zum Inhalt springen", "Skip to content"),
    "pages": Text("Seiten", "Pages"),
    "alerts": Text("Alarme", "Alerts"),
    "report": Text("Vorstandsbericht", "Board report"),
    "report_help": Text(
        "Eine Seite für die Leitung: Was steht fest, was heißt es, was ist zu tun.",
        "One page for the board: what is certain, what it means, what to do.",
    ),
    "alerts_help": Text("Wann, warum, wer kümmert sich.", "When, why, who takes care."),
    "all_brands": Text("Alle Marken", "All brands"),
    "more_brands": Text("Weitere Marken", "More brands"),
    "brands": Text("Marken", "Brands"),
    "range": Text("Zeitraum", "Time range"),
    "set": Text("Wettbewerb", "Competitor set"),
    "source": Text("Quelle", "Source"),
    "language": Text("Sprache", "Language"),
    "all": Text("alle", "all"),
    "from": Text("von", "from"),
    "to": Text("bis", "to"),
    "apply": Text("Anzeigen", "Show"),
    "custom": Text("Eigener Zeitraum", "Own time range"),
    "fixed": Text("Fester Zeitraum", "Fixed time range"),
    "live": Text("Live", "Live"),
    "not_live": Text("Nicht live", "Not live"),
    "old": Text("Veraltet, Stand", "Out of date, as of"),
    "late": Text(
        "Beiträge erscheinen hier zurzeit erst nach {span}: Die Verarbeitung kommt nicht nach. Zahlen der letzten Minuten wachsen noch.",
        "Posts take {span} to appear here at present: processing lags behind. Numbers of the last minutes still grow.",
    ),
    "unwatched": Text(
        "Seit {time} achtet niemand auf Krisen ({brands}): Die Verarbeitung läuft nicht, oder die Erkennung ist gestört. "
        "Keine Alarme heißt jetzt nicht, dass alles ruhig ist.",
        "Since {time} nobody has been watching for crises ({brands}): processing does not run, or the detection fails. No alerts does not mean that all is calm.",
    ),
    "to_health": Text("Betrieb ansehen", "Look at platform health"),
    "paused": Text("Angehalten", "Paused"),
    "pause": Text("Anhalten", "Pause"),
    "resume": Text("Weiter", "Resume"),
    "dark": Text("Dunkel", "Dark"),
    "light": Text("Hell", "Light"),
    "other_language": Text("English", "Deutsch"),
    "zone": Text("Zeiten in", "Times in"),
    "loading": Text("Lädt …", "Loading …"),
    "help": Text("Was bedeutet das?", "What does this mean?"),
    "as_table": Text("Als Tabelle", "As a table"),
    "as_chart": Text("Als Diagramm", "As a chart"),
    "posts": Text("Beiträge", "Posts"),
    "show_posts": Text("Beiträge dahinter zeigen", "Show the posts behind it"),
    "close": Text("Schließen", "Close"),
    "why": Text("Wie diese Zahl entsteht", "How this number comes about"),
    "why_post": Text("Warum diese Wertung?", "Why this score?"),
    "thread": Text("Ganzes Gespräch", "Whole conversation"),
    "few": Text("weniger als 30: mit Vorsicht lesen", "fewer than 30: read with care"),
    "no_data": Text(
        "Keine Beiträge in diesem Zeitraum. Längeren Zeitraum oder weniger Filter wählen.",
        "No posts in this time range. Choose a longer range or fewer filters.",
    ),
    "no_store": Text(
        "Noch nichts gespeichert. Starten Sie „resonanz demo“, oder spielen Sie mit „resonanz replay DATEI“ Beiträge ein.",
        "Nothing is stored yet. Start “resonanz demo”, or feed posts with “resonanz replay FILE”.",
    ),
    "jump": Text("Zum Zeitraum mit Beiträgen springen", "Go to the time range that has posts"),
    "no_posts": Text(
        "Zu dieser Zahl sind keine Beiträge (mehr) gespeichert: gelöscht, oder nur als Summe bekannt.",
        "No posts are stored for this number (any more): deleted, or known as a sum only.",
    ),
    "shown": Text(
        "{posts} Beiträge von {people} Personen; die neuesten {shown} stehen hier.",
        "{posts} posts by {people} people; the newest {shown} are shown.",
    ),
    "unavailable": Text(
        "Der Speicher antwortet nicht; es wird weiter versucht. Stand: {at}.",
        "The store does not answer; still trying. As of {at}.",
    ),
    "refused": Text(
        "Diese Abfrage wurde abgelehnt. Das ist ein Fehler von Resonanz: bitte mit dem Wortlaut aus dem Protokoll melden.",
        "This query was refused. That is a defect of Resonanz: please report it with the words in the log.",
    ),
    "never": Text("noch nie", "never"),
    "alarm": Text("Alarm", "Alert"),
    "since": Text("seit", "since"),
    "look": Text("Im Krisenraum ansehen", "Look at it in the crisis room"),
    "take": Text("Übernehmen", "Take over"),
    "taken": Text("übernommen von {who}", "taken over by {who}"),
    "take_title": Text("Wer übernimmt diesen Alarm?", "Who takes this alert over?"),
    "name": Text("Name", "Name"),
    "name_missing": Text("Bitte einen Namen angeben.", "Please give a name."),
    "cancel": Text("Abbrechen", "Cancel"),
    "took": Text("Alarm übernommen.", "Alert taken over."),
    "closed": Text("Der Alarm ist schon beendet.", "The alert is over already."),
    "not_saved": Text(
        "Nicht gespeichert: Der Speicher antwortet nicht. Bitte gleich noch einmal.",
        "Not saved: the store does not answer. Please try again.",
    ),
    "no_alerts": Text(
        "Kein Alarm. Sobald viele Menschen zugleich negativ über eine Marke sprechen, steht es hier und oben auf jeder Seite.",
        "No alert. As soon as many people speak negatively about a brand at once, it is shown here and at the top of every page.",
    ),
    "course": Text("Verlauf und Belege", "Course and evidence"),
    "inputs": Text("Zahlen der Entscheidung", "The decision’s numbers"),
    "terms": Text("Auffällige Wörter", "Words that stand out"),
    "owner": Text("zuständig", "in charge"),
    "no_owner": Text("niemand eingetragen (brands.yaml: owners)", "nobody named (brands.yaml: owners)"),
    "person": Text("Person", "person"),
    "follower": Text("Follower", "follower"),
    "followers": Text("Follower", "followers"),
    "of_posts": Text("aus {n} Beiträgen", "out of {n} posts"),
    "of_conversations": Text("aus {n} Gesprächen", "out of {n} conversations"),
    "points_scale": Text(
        "von −100 (nur Kritik) bis +100 (nur Lob)", "from −100 (criticism only) to +100 (praise only)"
    ),
    "more_rows": Text("… und {n} weitere Zeilen", "… and {n} more rows"),
    "copy": Text("gleicher Beitrag", "equal post"),
    "copies": Text("gleiche Beiträge", "equal posts"),
    "waits": Text("wartet seit", "waiting for"),
    "open_post": Text("Beim Anbieter öffnen", "Open at the source"),
    "scored_by": Text("bewertet von", "scored by"),
    "not_scored": Text("nicht bewertet (Modell ausgeschaltet)", "not scored (model switched off)"),
    "counted": Text("zählt als", "counts as"),
    "in_earned": Text("in der verdienten Menge", "in the earned set"),
    "not_earned": Text(
        "nicht in der verdienten Menge (eigen, bezahlt oder Bot)", "not in the earned set (owned, paid or bot)"
    ),
    "model_says": Text(
        "Das Modell gibt: negativ {negative}, neutral {neutral}, positiv {positive}.",
        "The model gives: negative {negative}, neutral {neutral}, positive {positive}.",
    ),
    "received": Text("empfangen {received}, gespeichert {stored}", "received {received}, stored {stored}"),
    "status": Text("Dieser Prozess", "This process"),
    "status_help": Text("Was der laufende Worker über sich sagt.", "What the running worker says of itself."),
    "no_status": Text(
        "Diese Konsole läuft neben einem Cluster: Rückstand und Durchsatz der Worker zeigt Grafana (Prometheus).",
        "This console runs beside a cluster: lag and throughput of the workers are shown in Grafana (Prometheus).",
    ),
    "summary": Text("{title}: {count} Reihen, Höchstwert {top}.", "{title}: {count} series, maximum {top}."),
    "part": Text(
        "Die {shown} größten von {all}; alle in der Tabelle (▤)",
        "The largest {shown} of {all}; all are in the table (▤)",
    ),
    "per_step": Text("je {span}", "per {span}"),
    "chart": Text("Diagramm", "Chart"),
}

STATUS: dict[str, Text] = {
    "joined": Text("nimmt Beiträge an", "takes posts in"),
    "partitions": Text("Anteile am Strom (Partitionen)", "shares of the stream (partitions)"),
    "lag_messages": Text("noch nicht verarbeitete Nachrichten (Rückstand)", "messages not processed yet (lag)"),
    "dead_letters_kept": Text("Zurückgewiesenes seit dem Start", "refused since the start"),
    "model": Text("Sprachmodell", "language model"),
    "kafka": Text("Kafka (Nachrichtendienst)", "Kafka (message service)"),
}
"""What `Runtime.status` tells, in words."""
