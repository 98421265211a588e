"""Whose post is it, and who talks to whom: media class (owned, paid, earned, unknown) and direction."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemas.social_event import SocialEvent

_DISCLOSURE_TAGS = frozenset(
    [
        "werbung",
        "anzeige",
        "ad",
        "sponsored",
        "advertisement",
        "unbezahltewerbung",
        "bezahltepartnerschaft",
        "paidpartnership",
        "gesponsert",
    ]
)
_NOT_PAID_TAGS = frozenset({"unbezahltewerbung"})
_DISCLOSURE = re.compile(r"#(\w+)")


def paid_status(event: SocialEvent) -> tuple[str, str]:
    """Return (paid, evidence): what the feed stated, else what a disclosure tag states; never a guess.

    "#UnbezahlteWerbung" (unpaid advertising, a German habit) states the opposite of "#Werbung".
    """
    if event.paid != "unknown":
        return event.paid, event.paid_evidence or "stated by the source"
    tags = event.hashtags or (_DISCLOSURE.findall(event.text) if "#" in event.text else ())
    for tag in tags:
        name = tag.removeprefix("#").casefold()
        if name in _DISCLOSURE_TAGS:
            return ("no" if name in _NOT_PAID_TAGS else "yes"), "#" + name
    return "unknown", ""


def media_class(owner: str, paid: str) -> str:
    """owned (a brand's account), paid, earned (others, known not to be paid), or unknown (others, payment unknown)."""
    if paid == "yes":
        return "paid"
    if owner:
        return "owned"
    return "earned" if paid == "no" else "unknown"


def direction(event: SocialEvent, owner: str, brands: Sequence[str], parent_owner: str, addressed: bool) -> str:
    """Who talks to whom.

    outbound: the brand starts · reply: the brand answers · inbound: others address or name the brand · peer: others
    answer others · "": no brand is concerned. `parent_owner` is the brand that wrote the post answered, where known;
    `addressed`: the text names one of a brand's accounts.
    """
    if owner:
        return "reply" if event.parent_uri else "outbound"
    if event.parent_uri and not parent_owner and not addressed:
        return "peer"
    return "inbound" if brands or parent_owner else ""
