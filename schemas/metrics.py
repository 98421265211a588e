"""The metric catalogue: what every published number means. Dashboards, reports and the API name a metric by its id.

`docs/metrics.md` is generated from this table (`python -m streams.catalogue.document`); a test fails when it is not current.
Change a formula, and you must raise the metric's `version`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Group = Literal["relevance", "dialogue", "value_chain", "sales"]
SMALL_N = 30
"""Below this many posts or conversations a number is shown greyed, with a note."""


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One metric. `up_is_good`: None where neither direction is good by itself. `quantiles`: endings of the ids published."""

    id: str
    group: Group
    formula: str
    unit: str
    up_is_good: bool | None
    de: str
    en: str
    name_de: str
    name_en: str
    endings: tuple[str, ...] = ()
    version: str = "1"

    def ids(self) -> tuple[str, ...]:
        """The ids under which it is published."""
        return tuple(f"{self.id}.{ending}" for ending in self.endings) or (self.id,)


CATALOGUE: tuple[Metric, ...] = (
    Metric(
        id="share_of_voice",
        group="relevance",
        formula="earned posts of the brand / earned posts of all brands of its competitor set",
        unit="%",
        up_is_good=True,
        name_de="Anteil am Gespräch",
        name_en="Share of voice",
        de="Von allem, was andere unbezahlt über uns und unsere Wettbewerber schreiben: So viel davon handelt von uns.",
        en="Of all that others write, unpaid, about us and our competitors: this much is about us.",
    ),
    Metric(
        id="earned_share",
        group="relevance",
        formula="earned / (earned + owned + paid), posts whose payment is unknown shown apart; by posts, and by interactions in `parts`",
        unit="%",
        up_is_good=True,
        name_de="Verdienter Anteil",
        name_en="Talk that came by itself",
        de="So viel von dem, was über uns gesagt wird, ist von selbst entstanden, statt von uns geschrieben oder bezahlt zu sein.",
        en="This much of the talk about us came by itself, rather than being written or paid for by us.",
    ),
    Metric(
        id="engagement_rate",
        group="relevance",
        formula="(comments + shares + likes) / owned posts, as counted when each post was 24 hours old",
        unit="per post",
        up_is_good=True,
        name_de="Reaktionen je Beitrag",
        name_en="Reactions per post",
        de="So oft reagieren Menschen im Schnitt auf einen unserer Beiträge innerhalb eines Tages.",
        en="How often people react to one of our posts within a day, on average.",
    ),
    Metric(
        id="conversation_rate",
        group="relevance",
        formula="comments / owned posts, as counted when each post was 24 hours old (Kaushik 2011)",
        unit="per post",
        up_is_good=True,
        name_de="Kommentare je Beitrag",
        name_en="Comments per post",
        de="So viele Antworten erhält ein Beitrag von uns im Schnitt innerhalb eines Tages.",
        en="How many answers one of our posts receives within a day, on average.",
    ),
    Metric(
        id="amplification_rate",
        group="relevance",
        formula="(reposts + quotes) / owned posts, as counted when each post was 24 hours old (Kaushik 2011)",
        unit="per post",
        up_is_good=True,
        name_de="Weitergaben je Beitrag",
        name_en="Shares per post",
        de="So oft wird ein Beitrag von uns im Schnitt innerhalb eines Tages an andere weitergegeben.",
        en="How often one of our posts is passed on to others within a day, on average.",
    ),
    Metric(
        id="applause_rate",
        group="relevance",
        formula="likes / owned posts, as counted when each post was 24 hours old (Kaushik 2011)",
        unit="per post",
        up_is_good=True,
        name_de="Zustimmung je Beitrag",
        name_en="Likes per post",
        de="So vielen Menschen gefällt ein Beitrag von uns im Schnitt innerhalb eines Tages.",
        en="How many people like one of our posts within a day, on average.",
    ),
    Metric(
        id="net_sentiment",
        group="relevance",
        formula="(P − N) / (P + N + U) × 100 over scored earned posts; in `parts` the polarity ratio (P − N) / (P + N) and, where the model's "
        "confusion matrix is known, the value corrected for it",
        unit="−100..100",
        up_is_good=True,
        name_de="Stimmung",
        name_en="Mood",
        de="Lob minus Kritik in dem, was andere über uns schreiben: 100 hieße nur Lob, −100 nur Kritik.",
        en="Praise minus criticism in what others write about us: 100 would be praise only, −100 criticism only.",
    ),
    Metric(
        id="author_diversity",
        group="relevance",
        formula="effective number of authors of earned posts (Hill number of order 2), rarefied to 100 posts; Gini coefficient in `parts`",
        unit="authors",
        up_is_good=True,
        name_de="Vielfalt der Stimmen",
        name_en="Diversity of voices",
        de="So viele verschiedene Menschen stehen hinter je 100 Beiträgen; 100 hieße: jeder Beitrag von jemand anderem.",
        en="How many different people stand behind each 100 posts; 100 would mean that every post has another author.",
    ),
    Metric(
        id="reach_weighted_mentions",
        group="relevance",
        formula="sum of ln(1 + followers) over earned posts, followers capped at their 99th percentile; "
        "no value where no author has any, because then the feed states none",
        unit="score",
        up_is_good=True,
        name_de="Nennungen nach Publikum",
        name_en="Mentions weighted by audience",
        de="Wie oft wir genannt werden, wobei Menschen mit größerem Publikum etwas mehr zählen.",
        en="How often we are named, with people who have a larger audience counting somewhat more.",
    ),
    Metric(
        id="relevance_index",
        group="relevance",
        formula="weighted mean of the z-scores of the parts against the competitor set, through the normal distribution to 0..100; "
        "parts and weights in `parts`",
        unit="index",
        up_is_good=True,
        name_de="Relevanz",
        name_en="Relevance",
        de="Eine Zahl für unser Gewicht im Gespräch, verglichen mit den Wettbewerbern: 50 ist der Durchschnitt.",
        en="One number for our weight in the conversation, compared with our competitors: 50 is average.",
    ),
    Metric(
        id="response_rate",
        group="dialogue",
        formula="conversations needing an answer that arrived in the window at least h before its end and were answered by the brand "
        "within h / all such conversations; h = 24 hours",
        unit="%",
        up_is_good=True,
        name_de="Beantwortet",
        name_en="Answered",
        de="So viele Fragen und Beschwerden beantworten wir innerhalb eines Tages.",
        en="How many questions and complaints we answer within a day.",
    ),
    Metric(
        id="first_response_time",
        group="dialogue",
        formula="from a conversation's first customer post to the first human brand reply, over conversations needing an answer; "
        "Aalen–Johansen estimate (equal to Kaplan–Meier without deletions): open ones are censored at the window's end, a deleted "
        "post is a competing event. p50, p90: quantiles by the wall clock; business_p50, business_p90: counting opening hours only",
        unit="s",
        up_is_good=False,
        endings=("p50", "p90", "business_p50", "business_p90"),
        name_de="Zeit bis zur ersten Antwort",
        name_en="Time to the first answer",
        de="So lange warten Kunden auf unsere erste Antwort, die noch wartenden mitgerechnet.",
        en="How long customers wait for our first answer, counting those who are still waiting.",
    ),
    Metric(
        id="answered_within",
        group="dialogue",
        formula="F(1 h) and F(24 h) of the same estimate as first_response_time: share answered within that time of arrival",
        unit="%",
        up_is_good=True,
        endings=("1h", "24h"),
        name_de="Schnell beantwortet",
        name_en="Answered quickly",
        de="So viele Anliegen sind nach einer Stunde und nach einem Tag beantwortet.",
        en="How many requests have an answer after one hour and after one day.",
    ),
    Metric(
        id="next_response_time",
        group="dialogue",
        formula="from each later customer turn to the brand turn after it, posts in a row by one side being one turn; Kaplan–Meier "
        "quantiles, open turns censored at the window's end",
        unit="s",
        up_is_good=False,
        endings=("p50", "p90"),
        name_de="Zeit bis zur nächsten Antwort",
        name_en="Time to the next answer",
        de="So lange warten Kunden im laufenden Gespräch, bis wir wieder antworten.",
        en="How long customers wait within a conversation until we answer again.",
    ),
    Metric(
        id="unanswered_share",
        group="dialogue",
        formula="conversations needing an answer, arrived at least h before the window's end, without any brand reply by then / all such "
        "conversations; those answered by other customers in `parts`; h = 24 hours",
        unit="%",
        up_is_good=False,
        name_de="Unbeantwortet",
        name_en="Unanswered",
        de="So viele Fragen und Beschwerden, die älter als ein Tag sind, haben noch keine Antwort von uns.",
        en="How many questions and complaints older than a day have no answer from us yet.",
    ),
    Metric(
        id="backlog_age",
        group="dialogue",
        formula="90th percentile of the age, at the window's end, of conversations needing an answer that are open; their number in `parts`",
        unit="s",
        up_is_good=False,
        name_de="Alter der offenen Anliegen",
        name_en="Age of open requests",
        de="Neun von zehn offenen Anliegen sind jünger als das, eines ist älter.",
        en="Nine of ten open requests are younger than this, one is older.",
    ),
    Metric(
        id="dialogue_depth",
        group="dialogue",
        formula="mean number of alternations between brand and customers, in conversations where both wrote",
        unit="turns",
        up_is_good=None,
        name_de="Tiefe des Dialogs",
        name_en="Depth of dialogue",
        de="So oft geht das Wort in einem Gespräch zwischen uns und unseren Kunden hin und her.",
        en="How often the word passes between us and our customers in a conversation.",
    ),
    Metric(
        id="balance",
        group="dialogue",
        formula="mean of 1 − |n_brand − n_customer| / (n_brand + n_customer) over conversations where both wrote",
        unit="0..1",
        up_is_good=True,
        name_de="Ausgewogenheit",
        name_en="Balance",
        de="1 heißt: Beide Seiten kommen gleich oft zu Wort; 0 heißt: Nur eine Seite redet.",
        en="1 means that both sides speak equally often, 0 that only one side speaks.",
    ),
    Metric(
        id="reciprocity",
        group="dialogue",
        formula="author–brand pairs that wrote in both directions / all pairs in which at least one wrote to the other; declared bots left out",
        unit="%",
        up_is_good=True,
        name_de="Gegenseitigkeit",
        name_en="Reciprocity",
        de="Mit so vielen der Menschen, die sich an uns wenden, reden wir auch.",
        en="Of the people who turn to us, this many also hear from us.",
    ),
    Metric(
        id="inbound_share",
        group="dialogue",
        formula="conversations started by customers / all conversations that concern the brand and in which a customer wrote",
        unit="%",
        up_is_good=None,
        name_de="Von Kunden begonnen",
        name_en="Started by customers",
        de="So viele Gespräche beginnen Kunden von sich aus; in einer Krise steigt die Zahl, darum zusammen mit der Stimmung lesen.",
        en="How many conversations customers start by themselves; a crisis raises it, so read it together with the mood.",
    ),
    Metric(
        id="dialogue_share",
        group="dialogue",
        formula="brand replies to others / all brand posts; share of near-duplicate replies in `parts`",
        unit="%",
        up_is_good=True,
        name_de="Anteil der Antworten",
        name_en="Share of replies",
        de="So viel von dem, was wir schreiben, ist eine Antwort an jemanden und keine Bekanntmachung.",
        en="How much of what we write answers somebody, instead of announcing something.",
    ),
    Metric(
        id="recovery",
        group="dialogue",
        formula="mean change of a customer's sentiment (−100, 0, 100) from before to after the first brand reply, where the customer comes back, "
        "minus the mean change of unanswered customers who came back and had begun in the same mood",
        unit="points",
        up_is_good=True,
        name_de="Besserung durch Antwort",
        name_en="Recovery by answering",
        de="Um so viel bessert unsere Antwort die Stimmung eines Kunden, verglichen mit Kunden ohne Antwort.",
        en="How much our answer improves a customer's mood, compared with customers without an answer.",
    ),
    Metric(
        id="dialogue_index",
        group="dialogue",
        formula="weighted mean of response_rate, answered_within.24h, 100 − unanswered_share, reciprocity, dialogue_share and "
        "100 × balance; parts and weights in `parts`",
        unit="index",
        up_is_good=True,
        name_de="Dialog",
        name_en="Dialogue",
        de="Eine Zahl dafür, wie gut wir zuhören und antworten: 0 ist gar nicht, 100 ist immer und bald.",
        en="One number for how well we listen and answer: 0 is not at all, 100 is always and soon.",
    ),
    Metric(
        id="value_chain_coverage",
        group="value_chain",
        formula="earned posts with at least one category other than marketing and sales / earned posts with at least one category; posts, "
        "open items and response rate per category, unrouted ones too, in `parts`",
        unit="%",
        up_is_good=None,
        name_de="Hinweise für das ganze Unternehmen",
        name_en="Hints for the whole company",
        de="So viel von dem Gesagten betrifft andere Abteilungen als Marketing und Vertrieb.",
        en="How much of what is said concerns departments other than marketing and sales.",
    ),
    Metric(
        id="social_conversion",
        group="sales",
        formula="orders whose last visit in the 30 days before came from a social network / visits from social networks; the position-based "
        "figure (40 % first, 40 % last, 20 % between) and the share of orders that cannot be attributed in `parts`",
        unit="%",
        up_is_good=True,
        name_de="Käufe je Besuch",
        name_en="Orders per visit",
        de="So viele der Besuche, die aus sozialen Netzwerken in unseren Shop kommen, werden zu einem Kauf.",
        en="How many of the visits that come to our shop from social networks turn into an order.",
    ),
    Metric(
        id="economic_value",
        group="sales",
        formula="value of the orders counted in social_conversion / visits from social networks, in the shop's currency; position-based "
        "figure, currency and unattributed share in `parts`",
        unit="value per visit",
        up_is_good=True,
        name_de="Wert eines Besuchs",
        name_en="Value of a visit",
        de="So viel Geld bringt uns im Mittel ein Besuch, der aus einem sozialen Netzwerk kommt.",
        en="How much money a visit that comes from a social network brings us on average.",
    ),
)

BY_ID: dict[str, Metric] = {metric_id: metric for metric in CATALOGUE for metric_id in (metric.id, *metric.ids())}
