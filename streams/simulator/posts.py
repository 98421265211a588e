"""What the simulator delivers: a post in portable JSON Lines form, and the truth about it that no pipeline may read."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

Sentiment = Literal["negative", "neutral", "positive"]
MediaClass = Literal["owned", "earned", "paid", "unknown"]
Direction = Literal["inbound", "outbound", "reply", "peer", ""]


class Truth(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is so, by construction.

    brands        brands the post itself names (text, hashtags, mentions) or whose account wrote it; sorted
    context       brands the conversation is about, named or not
    sentiment     of the text; acts without text (like, repost) are neutral
    media_class   owned: a brand's account · paid: stated, or disclosed by a tag · unknown: payment not stated and not
                  disclosed (dealers, price bots with partner links) · earned: everybody else
    direction     outbound: the brand starts · reply: the brand answers · inbound: a post that names the brand, or
                  answers it · peer: others answer others · "": no brand concerned, or an act without text
    needs_answer  inbound, addressed to the brand (its handle, or its name as a form of address), and either a complaint
                  or a question
    value_chain   Porter's categories the text belongs to; empty: unrouted
    storm         part of a brand crisis
    duplicate_of  uri of the post whose text this one repeats; its own uri where the very same event is delivered twice
    deleted       this event deletes the post `uri`
    kind, topic   how the simulator made it: complaint, praise, question … ; quality, service, delivery …
    incident      the kind of incident it belongs to, or ""
    """

    brands: tuple[str, ...] = ()
    sentiment: Sentiment = "neutral"
    media_class: MediaClass = "earned"
    direction: Direction = ""
    needs_answer: bool = False
    value_chain: tuple[str, ...] = ()
    language: str = ""
    storm: bool = False
    duplicate_of: str | None = None
    deleted: bool = False
    context: tuple[str, ...] = ()
    kind: str = ""
    topic: str = ""
    incident: str = ""


class SimulatedPost(NamedTuple):
    """`at`: seconds of stream time at which the post is delivered; `post`: portable JSON Lines; `truth`: see Truth."""

    at: float
    post: dict[str, Any]
    truth: Truth
