"""The board report as HTML: one A4 page. Pure."""

from __future__ import annotations

from markupsafe import Markup

from dashboards.board import Desk, Facts, Figure, Verdict, actions, dialogue, relevance, trend
from dashboards.model import Language
from streams.console import board_words as words
from streams.console import show
from streams.console.clean import clean_line
from streams.console.markup import join, tag
from streams.console.view import View

Course = list[tuple[int, int, int]]
MAX_AREAS = 5
_WIDTH, _HEIGHT = 640, 90
_LONG_HEADLINE = 130
"""A report whose brand has a long name is printed smaller, and long owners are cut: it is one page."""
_LONG_OWNER = 90


def report(facts: Facts, course: Course, name: str, view: View) -> Markup:
    """The whole report. `name`: the brand's name; it and whatever else comes from outside is escaped."""
    lang = view.lang
    attention, talk = relevance(facts), dialogue(facts)
    start, end = (_day(view, at) for at in (facts.start, facts.end))
    hours = round((facts.end - facts.start) / 3600)
    span = words.LABELS["hours" if hours < 48 else "days"][lang].format(n=hours if hours < 48 else hours // 24)
    said = words.headline(name, attention, talk, lang)
    crisis = words.LABELS["calm" if facts.watched else "unwatched"][lang]
    if facts.alerts:
        crisis = words.LABELS["crisis"][lang].format(level=show.label(facts.alerts[0][0], lang))
    return tag(
        "article",
        # The date beside a Hebrew or Arabic name would change places with it.
        tag("p", f"{words.LABELS['title'][lang]} · ", tag("bdi", name), " · " + words.LABELS["period"][lang].format(start=start, end=end, span=span), cls="sub"),
        tag("p", said, cls="verdict", role="heading", aria_level="2"),
        tag("p", crisis, cls="crisis bad" if facts.alerts else "crisis"),
        tag(
            "div",
            _question("relevance", attention, words.relevance_sentences(facts, name, lang), _trends(facts, lang, "share_of_voice", "net_sentiment"), lang),
            _question("dialogue", talk, words.dialogue_sentences(facts, name, lang), _trends(facts, lang, "response_rate", "reciprocity"), lang),
            cls="questions",
        ),
        _todo(facts, lang),
        tag("h2", words.LABELS["course"][lang].format(b=name)),
        _chart(facts, course, view),
        tag("h2", words.LABELS["areas"][lang]),
        _areas(facts, lang),
        tag("h2", words.LABELS["basis"][lang]),
        tag("p", _basis(facts, name, lang), cls="basis"),
        cls="report long" if len(said) > _LONG_HEADLINE else "report",
    )  # fmt: skip


def _day(view: View, at: int) -> str:
    moment = view.moment(at)
    clock = "" if (moment.hour, moment.minute) == (0, 0) else moment.strftime(", %H:%M")
    return (moment.strftime("%d.%m.%Y") if view.lang == "de" else f"{moment.day} {moment.strftime('%B %Y')}") + clock


def _question(name: str, verdict: Verdict, sentences: list[str], trends: list[Markup], lang: Language) -> Markup:
    level = {"yes": "good", "partly": "watch", "no": "bad", "unknown": "few"}[verdict.answer]
    return tag(
        "section",
        tag("h2", words.QUESTIONS[name][lang]),
        tag("p", words.ANSWERS[verdict.answer][lang], cls=f"answer {level}"),
        [tag("p", sentence) for sentence in sentences],
        trends,
        cls="question",
    )


_TITLES = {
    "share_of_voice": ("Anteil am Gespräch", "Share of the talk"),
    "net_sentiment": ("Stimmung", "Mood"),
    "response_rate": ("Antworten binnen eines Tages", "Answers within a day"),
    "reciprocity": ("Mit wie vielen wir sprechen", "How many we speak with"),
}


def _trends(facts: Facts, lang: Language, *metrics: str) -> list[Markup]:
    found = []
    for metric in metrics:
        way = trend(facts, metric)
        louder = metric == "share_of_voice" and way == "better" and relevance(facts).reason == "angry"
        before = facts.before.get(metric, Figure()).value
        was = show.number(before, lang) if metric == "net_sentiment" else show.percent(before, lang)
        text = (words.LOUDER if louder else words.TRENDS[way])[lang].format(was=was)
        level = "" if louder else {"better": "good", "worse": "bad"}.get(way, "")
        title = _TITLES[metric][0 if lang == "de" else 1]
        found.append(tag("p", f"{title}: ", tag("span", text, cls=level), cls="sub"))
    return found


def _todo(facts: Facts, lang: Language) -> Markup:
    items = [tag("li", _action(facts, code, desk, lang)) for code, desk in actions(facts)]
    return tag("section", tag("h2", words.LABELS["todo"][lang]), tag("ol", items), cls="todo")


def _action(facts: Facts, code: str, desk: Desk | None, lang: Language) -> str:
    share = facts.now.get("dialogue_share", Figure()).value
    values = {
        "waiting": words.waiting(facts, lang),
        "share": show.percent(share, lang),
    }
    if desk is not None:
        owner = clean_line(desk.owner, _LONG_OWNER) or words.LABELS["nobody"][lang]
        values |= {"area": show.label(desk.area, lang), "owner": owner}
        values |= {"negative": show.number(desk.negative, lang), "posts": show.number(desk.posts, lang)}
    elif code == "answer":
        code = "answer_any"
    return words.ACTIONS[code][lang].format(**values).replace("..", ".")


def _areas(facts: Facts, lang: Language) -> Markup:
    names = ("area", "owner", "posts", "critical", "open", "oldest")
    head = [
        tag("th", words.LABELS[name][lang], cls="n" if name not in ("area", "owner") else "", scope="col")
        for name in names
    ]
    rows = [
        tag(
            "tr",
            tag("td", show.label(desk.area, lang)),
            tag("td", desk.owner or words.LABELS["nobody"][lang], cls="owner"),
            [tag("td", text, cls="n") for text in (
                show.number(desk.posts, lang), show.number(desk.negative, lang), show.number(desk.open, lang), show.span(desk.oldest, lang))],
        )
        for desk in facts.desks[:MAX_AREAS]
    ]  # fmt: skip
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", rows))


def _chart(facts: Facts, course: Course, view: View) -> Markup:
    """Stacked bars, criticism at the bottom: the eye compares what stands on the line."""
    lang = view.lang
    top = max((sum(spans) for spans in course), default=0)
    width = _WIDTH / max(1, len(course))
    bars = []
    for place, (positive, neutral, negative) in enumerate(course):
        y = float(_HEIGHT)
        for count, kind in ((negative, "negative"), (neutral, "neutral"), (positive, "positive")):
            height = _HEIGHT * count / max(1, top)
            y -= height
            bars.append(
                tag(
                    "rect",
                    x=f"{place * width + 2:.1f}",
                    y=f"{y:.1f}",
                    width=f"{width - 4:.1f}",
                    height=f"{height:.1f}",
                    class_=kind,
                )
            )
    said = ", ".join(show.number(sum(spans), lang) for spans in course)
    svg = tag(
        "svg",
        bars,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=f"{words.LABELS['posts'][lang]}: {said}",
        cls="course",
    )
    keys = [tag("span", tag("i", cls=kind), words.LABELS[kind][lang]) for kind in ("negative", "neutral", "positive")]
    keys.append(tag("span", words.LABELS["top"][lang].format(n=show.number(top, lang))))
    ends = [tag("span", _day(view, facts.start)), tag("span", keys, cls="legend"), tag("span", _day(view, facts.end))]
    return join((svg, tag("div", ends, cls="legend sub")))


def _basis(facts: Facts, name: str, lang: Language) -> str:
    n = facts.now.get("net_sentiment", Figure()).n
    return words.BASIS[lang].format(
        n=show.number(n, lang), b=name, asked=show.number(facts.asked, lang), unknown=show.percent(facts.unknown_paid, lang),
        model=clean_line(facts.model, 60) or "—",
    )  # fmt: skip
