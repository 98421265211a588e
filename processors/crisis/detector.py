"""The crisis detector of one brand: volume, negativity and different people together."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from processors.crisis.alert import LEVELS, AlertChange, CrisisInputs, alert_id
from processors.crisis.config import CrisisConfig
from processors.crisis.crest import new_crest
from processors.crisis.explain import explain_de, explain_en
from processors.crisis.gather import gather
from processors.crisis.levels import (
    REPEATED_FACTOR,
    SWELL_CREST,
    SWELL_MINUTES,
    SWELL_WITHIN,
    WATCH_FACTOR,
    Standing,
    burst_level,
    swell_lasts,
    swell_level,
    swell_score,
)
from processors.crisis.points import MinutePoint, beyond, keyless
from processors.crisis.recent import KEEP_SECONDS, Crowd, Recent
from processors.crisis.signal import new_signal
from processors.crisis.state import State, trial_copy
from processors.crisis.surprise import HOUR_SPAN
from processors.crisis.usual import Added, new_usual
from processors.crisis.voices import Voices

CHECKPOINT_SECONDS = 3_600
HOLD_FACTOR = 0.6
WORSE = 2.0
CALM_SIGMAS = 1.0
MAX_ONSET_SECONDS = KEEP_SECONDS


class CrisisDetector:
    """Feed it every minute of one brand in order; it answers with a change of the crisis level, or None.

    Two counts are judged by the same causal core (`CountSignal`): negative voices, that is distinct people and texts,
    and all mentions. A level is reached by a burst, when the novelty score of the negative voices reaches its threshold
    AND all mentions are above what is expected AND the negative share is above the brand's usual one AND enough
    different people speak; or by a swell, when more people speak negatively in an hour than in the brand's loudest
    hours AND the share has risen (`levels.py`). A level is raised at once, and lowered only after it has not been held
    for the cooldown.
    """

    def __init__(self, brand: str, config: CrisisConfig | None = None) -> None:
        """A detector without history; see `warm_up` and `restore`."""
        self.brand = brand
        self.config = config or CrisisConfig()
        self._bucket = self.config.bucket_seconds
        self._threshold = self.config.warning_score
        self._checkpoints = True
        self._state = State(
            negative=new_signal(self._bucket),
            volume=new_signal(self._bucket),
            crest=new_crest(),
            usual=new_usual(self._bucket),
            voices=Voices({}, {}),
            recent=Recent({}),
            held=[-1, -1, -1, -1],
        )

    def update(self, point: MinutePoint) -> AlertChange | None:
        """Take in one closed minute.

        A minute seen before (a duplicate, a late post, an edit, a deletion) replaces what it was; its effect shows
        with the next new minute, so it can never raise a second alert. Minutes older than six hours are left to the
        next rebuild. A minute that was jumped over counts as not observed; feed zero points (`fill_gaps`) when nobody
        posted. Raises ValueError for a point of another brand or off the bucket grid.
        """
        if point.brand != self.brand:
            raise ValueError(f"a point of {point.brand!r} was fed to the detector of {self.brand!r}")
        if point.minute % self._bucket:
            raise ValueError(f"minute {point.minute} is not a multiple of {self._bucket} s")
        state = self._state
        if state.last >= 0 and point.minute <= state.last:
            self._amend(point)
            return None
        if state.first < 0:
            state.first = state.calm_until = point.minute
        elif (missed := (point.minute - state.last) // self._bucket - 1) > 0:
            state.negative.surprise.skip(missed)
            state.volume.surprise.skip(missed)
            # Nobody looked meanwhile, so nothing can have been over for that long.
            state.held = [held + missed * self._bucket if held >= 0 else held for held in state.held]
        if self._checkpoints and point.minute // CHECKPOINT_SECONDS != state.last // CHECKPOINT_SECONDS:
            self._set_checkpoint(point.minute)
        voices = self._observe(point)
        crowd = state.recent.crowd(point.minute, self._bucket)
        state.crest.update(point.minute, crowd.voices)
        change = self._advance(point.minute, crowd)
        if state.level == 0 and self._calm():
            state.usual.learn(voices, point.mentions - point.negative, point.reach)
        return change

    def would_raise(self, point: MinutePoint) -> bool:
        """Whether `update` with this point would raise a level, or say that it got worse. Nothing is changed.

        For the open minute, whose counts can only grow; cheap enough for every second. False for a minute seen before.
        """
        state = self._state
        if not point.negative or point.minute <= state.last:
            return False
        if point.negative + state.recent.crowd(state.last, self._bucket).voices < self.config.minimum_voices / 2:
            return False  # not even a watch, whatever else is true
        trial = CrisisDetector(self.brand, self.config)
        trial._state = trial_copy(state)
        trial._checkpoints = False
        change = trial.update(point)
        # Not a lowering: the minute may still bring what holds the level.
        return change is not None and LEVELS.index(change.severity) >= max(LEVELS.index(change.previous), 1)

    @property
    def level(self) -> int:
        """0 none, 1 watch, 2 warning, 3 critical."""
        return self._state.level

    @property
    def alert_id(self) -> str:
        """Id of the alert that is open, or of the last one."""
        return alert_id(self.brand, self._state.onset)

    def parts(self) -> dict[str, float]:
        """What the level rests on, after the last minute: scores, sigmas, the negative share (0..1), voices of the hour."""
        state = self._state
        crowd = state.recent.crowd(state.last, self._bucket)
        heard = crowd.voices + crowd.others
        return {
            "novelty": state.negative.score,
            "crest": state.crest.score,
            "volume": state.volume.sigmas,
            "negative_share": crowd.voices / heard if heard else 0.0,
            "voices": float(crowd.voices),
        }

    def warm_up(self, points: Iterable[MinutePoint], open_alert: AlertChange | None = None) -> AlertChange | None:
        """Rebuild from past minutes (in order, gaps filled) without saying anything.

        Give the stored `open_alert` to keep its id and level whatever the replay of a shorter past says, so that a
        restart cannot contradict what was told before. Returns the change that led to the present level where that is
        more than `open_alert` says: it may never have been told.
        """
        untold: AlertChange | None = None
        for point in points:
            change = self.update(point)
            if change is not None:
                untold = change if change.severity != "none" else None
        if open_alert is None:
            return untold and msgspec.structs.replace(untold, previous="none")
        state, told = self._state, LEVELS.index(open_alert.severity)
        worse = untold is not None and state.level > told
        state.level = max(state.level, told)
        state.onset = open_alert.onset
        state.alarmed_score = max(state.alarmed_score, open_alert.score)
        state.held = [max(held, state.last if level <= told else -1) for level, held in enumerate(state.held)]
        if untold is None or not worse:
            return None
        return msgspec.structs.replace(
            untold, alert_id=open_alert.alert_id, onset=open_alert.onset, previous=open_alert.severity
        )

    def snapshot(self) -> bytes:
        """The whole state as MessagePack: some kilobytes, more during a storm."""
        return msgspec.msgpack.encode(self._state)

    def restore(self, data: bytes) -> None:
        """Continue from a snapshot of the same brand and bucket. Raises ValueError when it cannot be read."""
        try:
            self._state = msgspec.msgpack.decode(data, type=State)
        except msgspec.MsgspecError as error:
            raise ValueError(f"not a snapshot of the crisis detector: {error}") from error

    def _set_checkpoint(self, minute: int) -> None:
        state = self._state
        state.recent.prune(minute)
        state.checkpoint, state.since_checkpoint = b"", []
        state.checkpoint = self.snapshot()

    def _observe(self, point: MinutePoint) -> int:
        state = self._state
        voices = state.voices.count(point)
        counted = keyless(point, voices)
        state.recent.put(counted)
        state.since_checkpoint.append(counted)
        state.negative.update(point.minute, voices)
        state.volume.update(point.minute, voices + point.mentions - point.negative)
        state.last = point.minute
        if state.negative.surprise.residuals[0] <= CALM_SIGMAS:
            state.calm_until = point.minute
            state.calm_record = state.negative.novelty.record
        return voices

    def _amend(self, point: MinutePoint) -> None:
        state = self._state
        if state.last - point.minute >= KEEP_SECONDS:
            return
        before = state.recent.points.get(point.minute)
        ago = (state.last - point.minute) // self._bucket
        was = before.voices or 0 if before else 0
        if point.voices is not None:
            voices = point.voices
        elif before is not None and point.negative <= before.negative:
            voices = min(was, point.negative)
        else:
            voices = was + state.voices.count(beyond(point, before))
        counted = keyless(point, voices)
        state.recent.put(counted)
        state.since_checkpoint.append(counted)
        others = point.mentions - point.negative - (before.mentions - before.negative if before else 0)
        state.negative.amend(point.minute, voices - was, ago)
        state.volume.amend(point.minute, voices - was + others, ago)

    def _calm(self) -> bool:
        """Whether nothing is even worth a closer look."""
        state = self._state
        return state.negative.score < WATCH_FACTOR * self._threshold and state.crest.score < WATCH_FACTOR * SWELL_CREST

    def _standing(self, crowd: Crowd, factor: float = 1.0) -> Standing:
        state, raising = self._state, factor == 1.0
        return Standing(
            crowd=crowd,
            novelty=state.negative.score,
            volume=state.volume.sigmas,
            crest=state.crest.score,
            share=state.usual.share_sigmas(crowd.voices, crowd.others),
            rise=state.usual.rise(crowd.voices, crowd.others),
            storm=state.usual.storm_share(crowd.voices, crowd.others),
            against=state.usual.speaks_against(crowd, self._added(), self.config.share_sigmas * factor),
            # A level once reached is held by all who speak, whoever makes noise beside them.
            usual=state.negative.surprise.beyond(HOUR_SPAN)[1] if raising else 0.0,
            people=REPEATED_FACTOR if raising and crowd.repeats else 1.0,
        )

    def _added(self) -> Added:
        mentions, expected = self._state.volume.surprise.beyond(HOUR_SPAN)
        return Added(mentions, self._state.negative.surprise.beyond(HOUR_SPAN)[0], expected)

    def _reached(self, standing: Standing) -> int:
        """The highest level whose conditions all hold."""
        state, config = self._state, self.config
        if state.last - state.first < config.history_seconds:
            return 0
        news = state.level > 0 or state.negative.sigmas >= state.calm_record
        return max(burst_level(config, standing, 1.0) if news else 0, self._swell(standing))

    def _swell(self, standing: Standing) -> int:
        """The level by a swell; above a watch only when more than one minute of the last quarter of an hour says so."""
        state, level = self._state, swell_level(self.config, standing)
        if level < 2:
            return level
        state.swollen = [at for at in state.swollen if state.last - at < SWELL_WITHIN] + [state.last]
        return level if len(state.swollen) >= SWELL_MINUTES else 1

    def _held(self, crowd: Crowd) -> int:
        """The highest level that would be kept: a burst at 0.6 of its conditions, or a swell that goes on."""
        standing = self._standing(crowd, HOLD_FACTOR)
        lasting = self._state.level if swell_lasts(self.config, standing, HOLD_FACTOR) else 0
        return max(burst_level(self.config, standing, HOLD_FACTOR), min(lasting, 2))

    def _advance(self, minute: int, crowd: Crowd) -> AlertChange | None:
        state, cooldown = self._state, self.config.cooldown_seconds
        previous = state.level
        if previous == 0 and self._calm():
            return None
        standing = self._standing(crowd)
        reached = self._reached(standing)
        if previous == 0 and reached == 0:
            return None
        score = max(standing.novelty, swell_score(self.config, standing) if swell_level(self.config, standing) else 0.0)
        for level in range(max(self._held(crowd), reached) + 1):
            state.held[level] = minute
        if reached > previous:
            if previous == 0:
                onset = max(state.calm_until + self._bucket, minute - MAX_ONSET_SECONDS)
                state.onset = min(onset, minute)
            return self._change(minute, reached, score)
        lowered = max(level for level in range(previous + 1) if level == 0 or minute - state.held[level] < cooldown)
        if lowered < previous:
            return self._change(minute, lowered, score)
        return self._worse(minute, reached, score)

    def _worse(self, minute: int, reached: int, score: float) -> AlertChange | None:
        """The same level again, but news: a doubled score, or a new record after the cooldown without one."""
        state = self._state
        if reached < max(state.level, 2) or not state.negative.novelty.fresh:
            return None
        quiet = minute - state.last_novel > self.config.cooldown_seconds
        state.last_novel = minute
        if quiet or score > WORSE * state.alarmed_score:
            return self._change(minute, state.level, score)
        return None

    def _change(self, minute: int, level: int, score: float) -> AlertChange:
        state = self._state
        previous, severity = LEVELS[state.level], LEVELS[level]
        totals = state.recent.hour(minute, self._bucket)
        standing = self._standing(Crowd(totals.voices, totals.others, totals.paid, totals.negative))
        evidence = gather(state, self.config, totals, standing)
        state.level = level
        state.alarmed_at = state.last_novel = minute
        state.alarmed_score = score if level else 0.0
        if not level:
            state.held = [-1, -1, -1, -1]
        return AlertChange(
            alert_id=alert_id(self.brand, state.onset),
            brand=self.brand,
            severity=severity,
            previous=previous,
            minute=minute,
            onset=state.onset,
            score=round(score, 3),
            evidence=evidence,
            inputs=CrisisInputs(self.config, state.checkpoint, tuple(state.since_checkpoint)),
            explanation_de=explain_de(self.brand, severity, previous, state.onset, evidence),
            explanation_en=explain_en(self.brand, severity, previous, state.onset, evidence),
        )
