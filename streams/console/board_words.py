"""The board report's sentences, in German and English, for people who do not know what social media is."""

from __future__ import annotations

from typing import Any

from dashboards.board import Facts, Figure, Trend, Verdict
from dashboards.model import Language, Text
from streams.console import show

ANSWERS: dict[str, Text] = {
    "yes": Text("Ja", "Yes"),
    "partly": Text("Zum Teil", "In part"),
    "no": Text("Nein", "No"),
    "unknown": Text("Noch nicht zu sagen", "Too early to say"),
}
QUESTIONS: dict[str, Text] = {
    "relevance": Text("Verdienen wir Beachtung?", "Do we earn attention?"),
    "dialogue": Text("Führen wir einen Dialog?", "Do we hold a dialogue?"),
}
HEADLINES: dict[str, Text] = {
    "earned": Text("Über {b} wird von selbst gesprochen, und nicht im Ärger", "People talk about {b} of their own accord, and not in anger"),
    "angry": Text("Über {b} wird gesprochen, aber vor allem kritisch", "People talk about {b}, but mostly in criticism"),
    "bought": Text("{b} ist fast nur durch eigene oder bezahlte Beiträge präsent", "{b} is present almost only through its own or paid posts"),
    "quiet": Text("Über {b} wird viel weniger gesprochen als über die Wettbewerber", "People talk about {b} much less than about its competitors"),
    "mixed": Text("Über {b} wird von selbst gesprochen, aber eher kritisch", "People talk about {b} of their own accord, but rather critically"),
    "half_bought": Text("Über {b} wird gesprochen, doch einen großen Teil davon schreibt oder bezahlt {b} selbst",
                        "People talk about {b}, though much of it is written or paid for by {b}"),
    "quieter": Text("Über {b} wird etwas weniger gesprochen als über die Wettbewerber", "People talk about {b} somewhat less than about its competitors"),
    "few": Text("Über {b} wurde zu wenig geschrieben, um zu urteilen", "Too little was written about {b} to judge"),
}  # fmt: skip
ENDINGS: dict[str, Text] = {
    "answered": Text("und {b} antwortet fast immer binnen eines Tages.", "and {b} almost always answers within a day."),
    "some": Text("und {b} beantwortet einen Teil der Fragen binnen eines Tages.", "and {b} answers some of the questions within a day."),
    "unanswered": Text("und die meisten Fragen an {b} bleiben länger als einen Tag ohne Antwort.", "and most questions to {b} stay unanswered for more than a day."),
    "early": Text("und {b} spricht mit mindestens der Hälfte derer, die schreiben; ob binnen eines Tages, ist noch nicht zu sagen.",
                  "and {b} talks with at least half of those who write; whether within a day cannot be said yet."),
    "early_unheard": Text("und {b} spricht bisher mit weniger als der Hälfte derer, die schreiben.",
                          "and {b} has so far talked with fewer than half of those who write."),
    "few": Text("Fragen, an denen sich der Dialog messen ließe, gab es kaum.", "there were hardly any questions to measure the dialogue by."),
    "no_accounts": Text("die eigenen Konten von {b} sind nicht eingetragen, daher sind Antworten nicht zu erkennen.",
                        "the accounts of {b} are not configured, so answers cannot be recognised."),
}  # fmt: skip
ACTIONS: dict[str, Text] = {
    "crisis_untaken": Text("Krise: Heute eine verantwortliche Person benennen. Den gemeldeten Alarm hat noch niemand übernommen; Belege zeigt der Krisenraum.",
                           "Crisis: name the person in charge today. Nobody has taken the reported alert over yet; the evidence is in the crisis room."),
    "crisis_taken": Text("Krise: Von der zuständigen Person täglich einen kurzen Stand verlangen, bis der Alarm endet.",
                         "Crisis: ask the person in charge for a short daily report until the alert ends."),
    "answer": Text("Antworten: {waiting}. Mit klarer Zuordnung vor allem: {area} ({owner}).",
                   "Answer: {waiting}. With a clear subject, above all: {area} ({owner})."),
    "answer_any": Text("Antworten: {waiting}. Bestimmen, wer sich darum kümmert.",
                       "Answer: {waiting}. Decide who sees to it."),
    "cause": Text("Ursache: {negative} von {posts} Beiträgen zu {area} sind kritisch. Von der zuständigen Stelle ({owner}) Ursache und Abhilfe berichten lassen.",
                  "Cause: {negative} of {posts} posts about {area} are critical. Have those in charge ({owner}) report the cause and the remedy."),
    "bought": Text("Gesprächsanlässe statt Werbung: Von selbst entsteht kaum Gespräch. Prüfen, welche Themen die Menschen von sich aus bewegen.",
                   "Something to talk about instead of advertising: hardly any talk comes by itself. Look at which subjects move people by themselves."),
    "half_bought": Text("Weniger Eigenes, mehr Anlass: Ein großer Teil dessen, was gesagt wird, ist selbst geschrieben oder bezahlt.",
                        "Less of our own, more cause to talk: much of the talk is written or paid for by us."),
    "quiet": Text("Wettbewerb ansehen: Worüber wird dort gesprochen, was fehlt bei uns? (Seite „Stimme der Kundschaft“)",
                  "Look at the competitors: what are they talked about for that we lack? (page “Voice of the customer”)"),
    "quieter": Text("Wettbewerb beobachten: Unser Anteil am Gespräch liegt unter dem gleichen Anteil aller.",
                    "Watch the competitors: our share of the talk is below an equal share."),
    "announce_less": Text("Mehr zuhören: Nur {share} der eigenen Beiträge antworten jemandem; der Rest verkündet.",
                          "Listen more: only {share} of our own posts answer somebody; the rest announce."),
    "wait": Text("Noch nichts: Für einen Rat liegen zu wenige Beiträge vor. Zeitraum, Quellen und Marken (brands.yaml) prüfen.",
                 "Nothing yet: there are too few posts for advice. Check the time range, the sources and the brands (brands.yaml)."),
    "keep": Text("Nichts verlangt eine Entscheidung. So weitermachen.", "Nothing calls for a decision. Keep going."),
}  # fmt: skip
TRENDS: dict[Trend, Text] = {
    "better": Text("▲ besser als davor ({was})", "▲ better than before ({was})"),
    "worse": Text("▼ schlechter als davor ({was})", "▼ worse than before ({was})"),
    "same": Text(
        "● wie davor ({was}); der Unterschied kann Zufall sein", "● as before ({was}); the difference may be chance"
    ),
    "unknown": Text("kein Vergleich, davor zu wenige Beiträge", "no comparison, too few posts before"),
}
LOUDER = Text("▲ mehr als davor ({was}), getragen von Kritik", "▲ more than before ({was}), carried by criticism")
"""A larger share of the talk is no success when the talk is anger."""
LABELS: dict[str, Text] = {
    "title": Text("Vorstandsbericht", "Board report"),
    "period": Text("{start} bis {end}, verglichen mit den {span} davor", "{start} to {end}, compared with the {span} before"),
    "todo": Text("Was zu tun ist", "What to do"),
    "areas": Text("Wer es hören sollte", "Who should hear it"),
    "area": Text("Bereich", "Area"), "owner": Text("zuständig", "in charge"), "posts": Text("Beiträge", "posts"),
    "critical": Text("kritisch", "critical"), "open": Text("offen", "open"), "oldest": Text("ältestes seit", "oldest for"),
    "days": Text("{n} Tagen", "{n} days"), "hours": Text("{n} Stunden", "{n} hours"),
    "negative": Text("kritisch", "critical"), "neutral": Text("neutral", "neutral"), "positive": Text("lobend", "praising"),
    "top": Text("höchster Balken: {n} Beiträge", "tallest bar: {n} posts"),
    "course": Text("Was andere über {b} schreiben", "What others write about {b}"),
    "basis": Text("Worauf das beruht", "What this rests on"),
    "print": Text("Drucken oder als PDF sichern", "Print or save as PDF"),
    "few_known": Text("noch keine Zahl: {why}", "no number yet: {why}"),
    "nobody": Text("niemand eingetragen", "nobody named"),
    "crisis": Text("Zurzeit ist ein Alarm gemeldet: {level}.", "An alert is reported at present: {level}."),
    "calm": Text("Zurzeit ist keine Krise gemeldet.", "No crisis is reported at present."),
    "unwatched": Text("Zurzeit achtet niemand auf Krisen: Ob eine besteht, ist nicht bekannt.",
                      "Nobody is watching for crises at present: whether there is one is not known."),
    "no_brands": Text("Für den Bericht müssen Marken bekannt sein: brands.yaml angeben (RESONANZ_BRANDS), dann neu starten.",
                      "The report needs to know brands: give a brands.yaml (RESONANZ_BRANDS), then start again."),
}  # fmt: skip
BASIS = Text(
    "{n} Beiträge anderer über {b}, {asked} Fragen und Beschwerden. Eigene, bezahlte und als Bot erklärte Beiträge zählen nicht mit, gleichlautende "
    "nur einmal; bei {unknown} "
    "der Beiträge hat niemand angegeben, ob sie bezahlt waren, und es wird nicht geraten. Die Stimmung schätzt ein Sprachmodell ({model}), "
    "das sich bei etwa drei von zehn einzelnen Beiträgen irrt: kleine Unterschiede nicht deuten. Social Media ist nicht die ganze Kundschaft. "
    "Urteilsregel: Beachtung gilt als verdient ab 50\u202f% von selbst entstandener Beiträge, einer Stimmung über −10 und vier Fünfteln eines gleichen "
    "Anteils am Gespräch; Dialog ab 80\u202f% Antworten binnen 24 Stunden. Unter 30 Beiträgen wird nicht geurteilt.",
    "{n} posts by others about {b}, {asked} questions and complaints. Its own, paid and declared-bot posts do not count, equal ones "
    "only once; for {unknown} of the posts "
    "nobody stated whether they were paid for, and nothing is guessed. The mood is estimated by a language model ({model}) that errs on about "
    "three in ten single posts: do not read much into small differences. Social media is not the whole of the customers. "
    "Rule of judgement: attention counts as earned from 50% of posts that came by themselves, a mood above −10 and four fifths of an equal share "
    "of the talk; dialogue from 80% answered within 24 hours. Below 30 posts nothing is judged.",
)


def headline(name: str, relevance: Verdict, dialogue: Verdict, lang: Language) -> str:
    """The report in one sentence."""
    but = dialogue.answer == "no" and relevance.answer == "yes"
    ending = ENDINGS[dialogue.reason][lang].format(b=name)
    if but:
        ending = ending.replace("und ", "aber ", 1) if lang == "de" else ending.replace("and ", "but ", 1)
    between = "; " if not ending.startswith(("und", "and", "aber", "but")) else ", "
    return HEADLINES[relevance.reason][lang].format(b=name) + between + ending


def relevance_sentences(facts: Facts, name: str, lang: Language) -> list[str]:
    """What the numbers say about attention, most telling first."""
    found, now, said = [], facts.now, _Said(lang)
    if (voice := now.get("share_of_voice", Figure())).value is not None and facts.rivals:
        others = max((value for rival, value in facts.rivals.items() if rival != facts.brand), default=0.0)
        found.append(said(
            "Von 100 Beiträgen über uns und unsere Wettbewerber {verb} {share} von {b}; beim stärksten Wettbewerber sind es {other}.",
            "Of 100 posts about us and our competitors, {share} {verb} about {b}; the strongest competitor has {other}.",
            share=show.number(voice.value, lang), b=name, other=show.number(others, lang),
            verb=_verb(voice.value, lang)))  # fmt: skip
    if (earned := now.get("earned_share", Figure())).value is not None:
        found.append(said(
            "{share} dessen, was über {b} gesagt wird, ist von selbst entstanden; der Rest ist selbst geschrieben oder bezahlt.",
            "{share} of what is said about {b} came by itself; the rest is written by the brand or paid for.",
            share=show.percent(earned.value, lang), b=name))  # fmt: skip
    if (mood := now.get("net_sentiment", Figure())).value is not None:
        word = _mood(mood.value, lang)
        found.append(said(
            "Die Stimmung ist {word}: {value} auf einer Skala von −100 (nur Kritik) bis +100 (nur Lob).",
            "The mood is {word}: {value} on a scale from −100 (criticism only) to +100 (praise only).",
            word=word, value=show.number(mood.value, lang)))  # fmt: skip
    return found


def dialogue_sentences(facts: Facts, name: str, lang: Language) -> list[str]:
    """What the numbers say about listening and answering."""
    found, now, said = [], facts.now, _Said(lang)
    if (rate := now.get("response_rate", Figure())).value is not None:
        found.append(said(
            "Von 100 Fragen und Beschwerden an {b} sind {rate} binnen eines Tages beantwortet.",
            "Of 100 questions and complaints to {b}, {rate} are answered within a day.",
            b=name, rate=show.number(rate.value, lang)))  # fmt: skip
    elif facts.asked:
        found.append(said(
            "Noch keine Frage ist einen Tag alt; erst dann lässt sich sagen, wie viele binnen eines Tages beantwortet werden.",
            "No question is a day old yet; only then can it be said how many are answered within a day."))  # fmt: skip
    if (heard := now.get("reciprocity", Figure())).value is not None:
        found.append(said(
            "Von 100 Menschen, die sich an {b} wenden, hat {b} bisher mit {share} gesprochen.",
            "Of 100 people who turn to {b}, {b} has spoken with {share} so far.",
            b=name, share=show.number(heard.value, lang)))  # fmt: skip
    if facts.open:
        found.append(said("{waiting}.", "{waiting}.", waiting=waiting(facts, lang)))
    return found


def waiting(facts: Facts, lang: Language) -> str:
    """How many requests are open, and since when."""
    one, many = (
        ("1 Anliegen ist offen, seit {oldest}", "{open} Anliegen sind offen, das älteste seit {oldest}")
        if lang == "de"
        else ("1 request is open, for {oldest}", "{open} requests are open, the oldest for {oldest}")
    )
    return (one if facts.open == 1 else many).format(
        open=show.number(facts.open, lang), oldest=show.span(facts.oldest, lang)
    )


def _verb(share: float, lang: Language) -> str:
    """One post is about us, others are."""
    one = show.number(share, lang) == "1"
    return ("handelt" if one else "handeln") if lang == "de" else "is" if one else "are"


def _mood(value: float, lang: Language) -> str:
    limits = ((-30.0, "überwiegend kritisch", "mostly critical"), (-10.0, "eher kritisch", "rather critical"),
              (10.0, "ausgeglichen", "even"), (30.0, "eher freundlich", "rather kind"))  # fmt: skip
    for limit, german, english in limits:
        if value <= limit:
            return german if lang == "de" else english
    return "freundlich" if lang == "de" else "kind"


class _Said:
    def __init__(self, lang: Language) -> None:
        self._lang = lang

    def __call__(self, german: str, english: str, **values: Any) -> str:
        # A span may end in an abbreviation ("23 Std.") where the sentence ends.
        return (german if self._lang == "de" else english).format(**values).replace("..", ".")
