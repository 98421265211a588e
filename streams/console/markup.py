"""HTML as strings for what is redrawn often: one string for all browsers that see the same, instead of elements for each.

Text becomes markup nowhere but here: `tag` escapes every string it is given, content and attribute values alike.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

EMPTY = Markup("")


def tag(name: str, *content: Any, cls: str = "", **attributes: Any) -> Markup:
    """An element. Content is escaped unless it is Markup; None is left out, sequences are joined.

    Underscores in attribute names become hyphens (`aria_label`), a trailing one is dropped (`for_`); None and False leave out.
    """
    pairs: list[tuple[str, Any]] = [("class", cls)] if cls else []
    pairs += [(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()]
    said = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value))}"'
        for key, value in pairs
        if value is not None and value is not False
    )
    return Markup(f"<{name}{said}>{join(content)}</{name}>")


def join(parts: Any, between: str = "") -> Markup:
    """Parts after one another, each escaped unless it is Markup."""
    flat: list[str] = []
    for part in parts:
        if part is None:
            continue
        flat.append(str(join(part)) if isinstance(part, (list, tuple)) else str(escape(part)))
    return Markup(str(escape(between)).join(flat))


def opener(text: str, label: str | None = None, at: int | None = None, cls: str = "quiet", **attributes: Any) -> Markup:
    """A button that opens the posts behind a number: of the series `label` and the interval `at`, where given."""
    return tag(
        "button", text, cls=cls, type="button", data_go="posts", data_label=label, data_at=at,
        data_key=f"{label}/{at}", **attributes,
    )  # fmt: skip


def thread_opener(text: str, post: int, **attributes: Any) -> Markup:
    """A button that opens a conversation. Ids are 64 bits wide: they travel as text."""
    return tag(
        "button", text, cls="quiet", type="button", data_go="thread", data_post=post, data_key=f"t{post}", **attributes
    )
