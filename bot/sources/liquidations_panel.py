"""Totals over venues, so that one that joins or leaves never looks like a wave.

A total is made over the same venues all along. `liquidations.panel` and `liquidations.hour.panel` tell over which, as
a sum of 1 for Binance, 2 for Bybit, 4 for OKX, 8 for Gate and 16 for HTX: rows of different panels must not be held
against one another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.series import PointColumns
from bot.sources.batch import Points
from bot.sources.liquidations_rollup import ENOUGH, HOUR_MS
from bot.sources.liquidations_rows import PUBLISHERS, SIDES, Rows, latest, published_by

__all__ = ["DAILY", "HOURLY", "Step", "changed", "totals"]

_PROMPT = ("binance", "bybit", "okx")
"""Listened to all the time, their rows are there when a stretch is over; the others' come later."""

_ROWS = 31
"""A window's own, and the 30 without which there is no baseline."""

Held = Mapping[int, tuple[float, int]]
Complete = Mapping[str, set[int]]
"""By venue: the ends of the stretches of which nothing is absent."""


@dataclass(frozen=True, slots=True)
class Step:
    """Totals of one length: how they are called, how many of the newest rows every venue of the panel must have.

    `compared` rows are enough to compare with; among panels that have them the one with most venues is taken.
    """

    name: str
    length: timedelta
    recent: int
    compared: int

    def series(self, kind: str, *rest: str) -> str:
        return ".".join([self.name, kind, *rest])


HOURLY = Step("liquidations.hour", timedelta(hours=1), recent=24, compared=24 * _ROWS)
DAILY = Step("liquidations", timedelta(days=1), recent=1, compared=_ROWS)


def totals(points: Iterable[PointColumns], step: Step, assets: Iterable[str]) -> tuple[Points, ...]:
    """`{step}.{long,short}.<asset>` and `{step}.panel`, of the rows that all venues of one panel have.

    Give it the venues' rows of the stretch readers compare with. Every row is known when the newest is, because the
    panel is; so pass what comes out through `changed`.
    """
    held = {columns.series: latest(columns) for columns in points}
    small = [asset.lower() for asset in assets]
    panel, times = _panel({venue: _complete(held, step, venue, small) for venue in PUBLISHERS}, step)
    parts = [held[step.series(side, venue, a)] for side in SIDES for venue in panel for a in small]
    known = max((part[times[-1]][1] for part in parts), default=0) if times else 0
    rows, publisher = Rows(), published_by(panel)
    for time in times:
        rows.add(step.series("panel"), publisher, time, known, _mark(panel))
        for side in SIDES:
            for asset in small:
                value = sum(held[step.series(side, venue, asset)][time][0] for venue in panel)
                rows.add(step.series(side, asset), publisher, time, known, value)
    return rows.points()


def changed(found: Iterable[Points], stored: Iterable[PointColumns]) -> tuple[Points, ...]:
    """Without the rows whose newest stored revision says the same already."""
    held, rows = {columns.series: latest(columns) for columns in stored}, Rows()
    for points in found:
        columns = points.columns
        before = held.get(columns.series, {})
        for time, known, value in zip(columns.time, columns.known, columns.value, strict=True):
            if time not in before or before[time][0] != value:
                rows.add(columns.series, points.publisher, time, known, value)
    return rows.points()


def _complete(held: Mapping[str, Held], step: Step, venue: str, assets: Sequence[str]) -> set[int]:
    """The ends of stretches in which the venue has every asset's both sides, and where hours, nearly all seconds."""
    parts = [set(held.get(step.series(side, venue, asset), {})) for side in SIDES for asset in assets]
    if step.length < timedelta(days=1):  # a day's row is there only where it is complete
        seconds = held.get(step.series("seconds", venue), {})
        parts.append({end for end, (heard, _) in seconds.items() if heard >= ENOUGH * HOUR_MS / 1000})
    return set.intersection(*parts)


def _panel(complete: Complete, step: Step) -> tuple[list[str], list[int]]:
    """The venues, and the ends of the stretches that all of them have: prompt venues alone if they have enough."""
    prompt = _chosen({venue: complete[venue] for venue in _PROMPT}, step, lag=0)
    if len(prompt[1]) >= step.compared:
        return prompt
    return max(prompt, _chosen(complete, step, lag=1), key=lambda found: len(found[1]))


def _chosen(complete: Complete, step: Step, lag: int) -> tuple[list[str], list[int]]:
    """Venues without an absence in the newest rows, the one with the longest past first, as long as enough is shared.

    `lag` rows at the end may still be to come.
    """
    length = step.length // timedelta(milliseconds=1)
    newest = max((max(ends) for ends in complete.values() if ends), default=0) - lag * length
    recent = {newest - back * length for back in range(step.recent)}
    present = [venue for venue in complete if recent <= complete[venue]]
    panel: list[str] = []
    shared: set[int] = set()
    for venue in sorted(present, key=lambda v: -len(complete[v])):
        common = shared & complete[venue] if panel else complete[venue]
        if not panel or len(common) >= min(step.compared, 0.9 * len(shared)):
            panel, shared = [*panel, venue], common
    return panel, sorted(shared)


def _mark(panel: Iterable[str]) -> int:
    return sum(1 << list(PUBLISHERS).index(venue) for venue in panel)
