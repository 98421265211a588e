"""Words that many panels use, in both languages."""

from __future__ import annotations

from dashboards.model import Column, Level, Text, Threshold

# Colour says what to do. Green stands only for what is well whatever else happens; a low share of criticism in the average of
# all brands, or a mood like every day's, is no news and has no colour.
SHARE_BAD = (Threshold(0, "plain"), Threshold(40, "watch"), Threshold(60, "bad"))
NET_LEVELS = (Threshold(-100, "bad"), Threshold(-30, "watch"), Threshold(-10, "plain"))
ANSWER_LEVELS = (Threshold(0, "bad"), Threshold(50, "watch"), Threshold(80, "good"))
WAITED = (Threshold(0, "plain"), Threshold(4 * 3600, "watch"), Threshold(86_400, "bad"))
"""Seconds somebody has been waiting for an answer."""
SEVERITIES = ("none", "watch", "warning", "critical")
SEVERITY_LEVELS: dict[str, Level] = {"watch": "watch", "warning": "bad", "critical": "bad"}

TIME = Column("time", Text("Zeit", "Time"), "time")
BRAND = Column("brand", Text("Marke", "Brand"), "label")
MENTIONS = Column("mentions", Text("Nennungen", "Mentions"), unit="posts")
N = Column("n", Text("Anzahl (n)", "Count (n)"), unit="posts")
PEOPLE = Column("people", Text("Personen", "People"), unit="people")
POSTS = Column("posts", Text("Beiträge", "Posts"), unit="posts")
NEGATIVE = Column("negative", Text("negativ", "negative"), unit="posts")
POSITIVE = Column("positive", Text("positiv", "positive"), unit="posts")
NET = Column("net_sentiment", Text("Stimmung (netto)", "Net sentiment"), unit="points", thresholds=NET_LEVELS)
SOURCE = Column("source", Text("Quelle", "Source"), "label")
CATEGORY = Column("category", Text("Bereich", "Area"), "label")
TEXT = Column("text", Text("Beitrag", "Post"), "text")
LINK = Column("url", Text("Adresse", "Address"), "link")
POST_ID = Column("post_id", Text("Kennung", "Id"), "key")
AT = Column("at", Text("Zeit", "Time"), "moment")

LABELS: dict[str, Text] = {
    "positive": Text("positiv", "positive"),
    "neutral": Text("neutral", "neutral"),
    "negative": Text("negativ", "negative"),
    "unscored": Text("ohne Wertung", "not scored"),
    "owned": Text("eigene", "owned"),
    "paid": Text("bezahlt", "paid"),
    "earned": Text("verdient", "earned"),
    "unknown": Text("unbekannt", "unknown"),
    "inbound": Text("an die Marke", "to the brand"),
    "outbound": Text("von der Marke", "from the brand"),
    "reply": Text("Antwort der Marke", "brand’s reply"),
    "replies": Text("Antworten der Marke", "brand’s replies"),
    "peer": Text("untereinander", "among customers"),
    "none": Text("ruhig", "calm"),
    "watch": Text("beobachten", "watch"),
    "warning": Text("Warnung", "warning"),
    "critical": Text("kritisch", "critical"),
    "answered": Text("beantwortet", "answered"),
    "waiting": Text("wartet", "waiting"),
    "social": Text("aus sozialen Netzen", "from social networks"),
    "elsewhere": Text("von anderswo", "from elsewhere"),
    "unattributed": Text("nicht zuzuordnen", "cannot be attributed"),
    "people": Text("Personen", "people"),
    "negative_people": Text("Personen, die sich negativ äußern", "people speaking negatively"),
    "negative_texts": Text("verschiedene negative Texte", "distinct negative texts"),
    "p50": Text("Mitte (50 %)", "median (50%)"),
    "p95": Text("95 %", "95%"),
    "unrouted": Text("nicht zugeordnet", "unrouted"),
    "inbound_logistics": Text("Teile und Zulieferer", "Inbound logistics"),
    "operations": Text("Produktion und Qualität", "Operations"),
    "outbound_logistics": Text("Lieferung und Lager", "Outbound logistics"),
    "marketing_sales": Text("Marketing und Vertrieb", "Marketing and sales"),
    "service": Text("Kundendienst", "Service"),
    "procurement": Text("Beschaffung", "Procurement"),
    "technology": Text("Technik und Ideen", "Technology"),
    "human_resources": Text("Personal", "Human resources"),
    "infrastructure": Text("Leitung, Recht, Datenschutz", "Infrastructure"),
    "create": Text("neu", "new"),
    "bluesky": Text("Bluesky", "Bluesky"),
    "mastodon": Text("Mastodon", "Mastodon"),
    "webhook": Text("Webhook", "Webhook"),
    "rss": Text("RSS/Nachrichten", "RSS/news"),
    "reddit": Text("Reddit", "Reddit"),
    "youtube": Text("YouTube", "YouTube"),
    "x": Text("X", "X"),
    "ar": Text("Arabisch", "Arabic"),
    "cs": Text("Tschechisch", "Czech"),
    "da": Text("Dänisch", "Danish"),
    "de": Text("Deutsch", "German"),
    "en": Text("Englisch", "English"),
    "es": Text("Spanisch", "Spanish"),
    "fi": Text("Finnisch", "Finnish"),
    "fr": Text("Französisch", "French"),
    "hu": Text("Ungarisch", "Hungarian"),
    "it": Text("Italienisch", "Italian"),
    "ja": Text("Japanisch", "Japanese"),
    "nl": Text("Niederländisch", "Dutch"),
    "no": Text("Norwegisch", "Norwegian"),
    "pl": Text("Polnisch", "Polish"),
    "pt": Text("Portugiesisch", "Portuguese"),
    "ro": Text("Rumänisch", "Romanian"),
    "ru": Text("Russisch", "Russian"),
    "sv": Text("Schwedisch", "Swedish"),
    "tr": Text("Türkisch", "Turkish"),
    "uk": Text("Ukrainisch", "Ukrainian"),
    "und": Text("nicht erkannt", "not identified"),
    "embedded": Text("im selben Programm", "inside this program"),
    "off": Text("ausgeschaltet", "switched off"),
}
"""What stored codes mean; anything else is shown as it is."""
