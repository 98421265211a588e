"""A post with everything known about it: where it stands, why it is scored so, who should hear it. Its text stays inert."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from processors.value_chain import UNROUTED, owner
from schemas.brands import BrandBook, BrandError
from streams.console import show
from streams.console.charts import name_of
from streams.console.clean import clean_line, clean_text, safe_link
from streams.console.markup import EMPTY, join, tag, thread_opener
from streams.console.texts import T
from streams.console.view import View, utc_text


def owner_of(book: BrandBook, brand: str, category: str) -> str:
    """Department and contact in charge of a category, from brands.yaml; empty when nobody is named."""
    try:
        found = owner(book.get(brand), category or UNROUTED)
    except BrandError:
        return ""
    return clean_line(", ".join(part for part in (found.department, found.contact) if part), 120)


def when(moment: Any, view: View) -> Markup:
    """A point in time."""
    return tag("time", show.moment(moment, view), datetime=utc_text(moment.timestamp()))


def source_link(url: str, view: View) -> Markup:
    """A link to the post at its source, if the address is harmless."""
    target = safe_link(url)
    if target:
        return tag("a", T["open_post"][view.lang], href=target, target="_blank", rel="noopener noreferrer nofollow")
    return tag("span", clean_line(url, 60), cls="isolate") if url else EMPTY


def post_card(row: dict[str, Any], view: View, book: BrandBook, *, opens: bool) -> Markup:
    """A post and, folded away, the reasons for its score. `opens`: with a button to its conversation."""
    lang = view.lang
    brands = ", ".join(name_of(b, view, book) for b in str(row["brand"]).split(", ") if b)
    meta = [
        when(row["created_at"], view),
        tag("b", brands, cls="isolate"),
        tag("span", show.label(str(row["source"]), lang), cls="isolate"),
        tag("span", show.label(row["sentiment"], lang), cls=f"tag {clean_line(row['sentiment'], 20)}") if row["sentiment"] else None,
        tag("span", show.label(row["direction"] or "unknown", lang)),
        tag("span", f"{show.number(row['followers'], lang)} {T['follower' if row['followers'] == 1 else 'followers'][lang]}"),
        source_link(row["url"] or row["uri"], view),
    ]  # fmt: skip
    said = tag("p", clean_text(row["text"]) or "—", cls="said", dir="auto", lang=clean_line(row["language"], 8) or None)
    reasons = tag("details", tag("summary", T["why_post"][lang]), _why(row, view, book))
    thread = thread_opener(T["thread"][lang], row["post_id"]) if opens else None
    return tag("article", said, tag("div", meta, cls="meta"), reasons, thread, cls="post")


def _why(row: dict[str, Any], view: View, book: BrandBook) -> Markup:
    lang = view.lang
    lines: list[Any] = []
    if row["model_version"]:
        shares = {name: 100 * float(row[f"p_{name}"]) for name in ("negative", "neutral", "positive")}
        text = T["model_says"][lang].format(**{name: show.percent(share, lang) for name, share in shares.items()})
        bars = [tag("div", cls=name, style=f"width:{share:.1f}%") for name, share in shares.items()]
        lines.append(tag("div", bars, cls="prob", role="img", aria_label=text))
        lines.append(text)
        lines.append(f"{T['scored_by'][lang]} {clean_line(row['model_version'], 80)}")
    else:
        lines.append(T["not_scored"][lang])
    areas = ", ".join(show.label(c, lang) for c in row["value_chain"]) or show.label("unrouted", lang)
    first = row["value_chain"][0] if row["value_chain"] else ""
    lines.append(f"{areas} · {T['owner'][lang]}: {owner_of(book, row['brand'], first) or T['no_owner'][lang]}")
    earned = T["in_earned" if row["in_earned_set"] else "not_earned"][lang]
    lines.append(f"{T['counted'][lang]} {show.label(row['media_class'], lang)} · {earned}")
    lines.append(
        T["received"][lang].format(
            received=show.moment(row["received_at"], view), stored=show.moment(row["stored_at"], view)
        )
    )
    lines.append(tag("span", clean_line(row["uri"], 200), cls="isolate"))
    return join([line if isinstance(line, Markup) else tag("div", line, cls="sub") for line in lines])
