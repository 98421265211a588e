"""What a crisis detector remembers between two minutes."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from processors.crisis.crest import Crest
from processors.crisis.points import MinutePoint
from processors.crisis.recent import Recent
from processors.crisis.signal import CountSignal
from processors.crisis.usual import Usual
from processors.crisis.voices import Voices

_Part = TypeVar("_Part")


class State(msgspec.Struct):
    """All that is remembered between two minutes."""

    negative: CountSignal
    volume: CountSignal
    crest: Crest
    usual: Usual
    voices: Voices
    recent: Recent
    first: int = -1
    last: int = -1
    calm_until: int = -1
    calm_record: float = 0.0
    level: int = 0
    onset: int = -1
    swollen: list[int] = []
    held: list[int] = []
    alarmed_score: float = 0.0
    alarmed_at: int = -1
    last_novel: int = -1
    checkpoint: bytes = b""
    since_checkpoint: list[MinutePoint] = []


def trial_copy(state: State) -> State:
    """A copy that can be changed without changing `state`; the long lists of points since the checkpoint are left out."""
    return msgspec.structs.replace(
        state,
        negative=_copy(state.negative),
        volume=_copy(state.volume),
        crest=_copy(state.crest),
        usual=_copy(state.usual),
        voices=Voices(dict(state.voices.authors), dict(state.voices.texts)),
        recent=Recent(dict(state.recent.points), state.recent.summed, state.recent.sums),
        held=list(state.held),
        swollen=list(state.swollen),
        checkpoint=b"",
        since_checkpoint=[],
    )


def _copy(part: _Part) -> _Part:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(part), type=type(part))
