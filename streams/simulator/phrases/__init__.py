"""Everything the simulator's people say, in German and in English.

A module holds one text. A line `[key]` opens a section, each further line is a sentence frame. In a frame `{slot}`
draws from the section of that name or from the speaker's context, and `<a|b|>` is one of several wordings.
"""

from __future__ import annotations

from streams.simulator.phrases import (
    de_complaints,
    de_dialogue,
    de_praise,
    de_slots,
    de_storm,
    de_voices,
    en_complaints,
    en_dialogue,
    en_praise,
    en_slots,
    en_storm,
    en_voices,
)

TEXTS: dict[str, tuple[str, ...]] = {
    "de": (
        de_slots.SLOTS,
        de_complaints.FRAMES,
        de_praise.FRAMES,
        de_dialogue.FRAMES,
        de_voices.FRAMES,
        de_storm.FRAMES,
    ),
    "en": (
        en_slots.SLOTS,
        en_complaints.FRAMES,
        en_praise.FRAMES,
        en_dialogue.FRAMES,
        en_voices.FRAMES,
        en_storm.FRAMES,
    ),
}
"""Language -> its texts."""
