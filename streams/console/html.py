"""Plain HTML elements on NiceGUI. Text goes in as text, attributes as values: nothing is parsed as markup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def el(tag: str, text: str | None = None, classes: str = "", **attributes: Any) -> Any:
    """An element; underscores in attribute names become hyphens (`aria_label`), a trailing one is dropped (`for_`)."""
    element: Any = TextElement(tag=tag, text=text) if text is not None else ui.element(tag)
    if classes:
        element.classes(classes)
    for name, value in attributes.items():
        if value is not None:
            element.props[name.rstrip("_").replace("_", "-")] = value
    return element


def markup(content: Markup) -> Any:
    """A block of HTML made by `streams.console.markup`, which has escaped all text."""
    return ui.html(content, sanitize=False)


def button(text: str, action: Callable[..., Any] | None, classes: str = "", **attributes: Any) -> Any:
    """A real button."""
    element = el("button", text, classes, type="button", **attributes)
    if action is not None:
        element.on("click", action, [])
    return element


def link(text: str, url: str, classes: str = "", **attributes: Any) -> Any:
    """A link inside the console."""
    return el("a", text, classes, href=url, **attributes)


def select(label: str, options: list[tuple[str, str]], chosen: str, go: Callable[[str], Any]) -> None:
    """A native select with its label."""
    with el("label", classes="field"):
        el("span", label)
        with el("select", aria_label=label) as box:
            for code, name in options:
                el("option", name, value=code, selected=True if code == chosen else None)
        box.on("change", lambda event: go(str(event.args)), js_handler="(event) => emit(event.target.value)")
