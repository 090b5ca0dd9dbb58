"""What one clause sees: its reading, if it may count, and how strongly that reading speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isnan
from typing import TypeAlias

from bot.domain.readings import Missing, Reading, Readings
from bot.domain.window import Scope, Window
from bot.reasoning.cause import Clause, Timing

__all__ = ["Observation", "Sight", "observe", "sight_of"]

DAY = timedelta(days=1)
Bounds: TypeAlias = tuple[datetime, datetime, datetime]
"""The earliest and the latest end that count, and the latest time of being known."""

_EDGES = {"before_window_start": "start", "within_window": "end", "before_window_end": "end"}
_WORDS = {"window_start": "the window's start", "window_end": "the window's end", "as_of": "the time of telling"}


Observation: TypeAlias = tuple[str, Reading | None, float | None, str]
"""A reading's name, the reading, its grade (0 to 1), and the reason where there is none.

Without a grade the reading is kept only where it counts but has no z. A plain tuple: a day makes hundreds of them.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of one window, with its edges by the words of the rules' timing.

    `reach` stretches a `max_age` that is meant for a day: seven days of it for a window of seven days. `bounds` holds
    what each timing comes to in this window, worked out once.
    """

    readings: Readings
    scope: Scope
    asset: str
    market: bool
    as_of: datetime
    edges: Mapping[str, datetime]
    floors: Mapping[str, datetime]
    reach: Mapping[str, float]
    deadlines: Mapping[str, datetime]
    items: Mapping[str, Reading | Missing]
    bounds: dict[Timing, Bounds] = field(default_factory=dict, repr=False)


def sight_of(readings: Readings, window: Window, scope: Scope) -> Sight:
    edges = {ends: getattr(window, edge) for ends, edge in _EDGES.items()}
    deadlines = {"window_start": window.start, "window_end": window.end, "as_of": window.as_of}
    floors = {"within_window": window.start}
    reach = {ends: 1.0 if edge == "start" else max(1.0, window.length / DAY) for ends, edge in _EDGES.items()}
    asset, market, items = scope.asset.lower(), scope.is_market, readings.items_by_name
    return Sight(readings, scope, asset, market, window.as_of, edges, floors, reach, deadlines, items)


def observe(clause: Clause, sight: Sight) -> Observation:
    """The clause's reading with its grade, or the reason why it has none.

    A reading known after `as_of` is treated exactly like one that doesn't exist, whatever the clause says.
    """
    name = clause.named(sight.asset, market=sight.market)
    found = sight.items.get(name)
    if not isinstance(found, Reading) or found.known > sight.as_of:
        return name, None, None, f"{clause.id} is missing: {_absence(name, found, sight)}"
    first, last, deadline = sight.bounds.get(clause.timing) or _bounds(clause.timing, sight)
    if not first <= found.end <= last or found.known > deadline:
        return name, None, None, f"{clause.id} is missing: {_lateness(clause, found, sight)}"
    measure = found.z if clause.on_z else found.value
    if measure is None or isnan(measure):
        return name, found, None, f"{clause.id} has no grade: {_flaw(clause, found)}"
    grade = (measure - clause.start) / (clause.end - clause.start)
    return name, found, 0.0 if grade <= 0 else 1.0 if grade >= 1 else grade, ""


def _bounds(timing: Timing, sight: Sight) -> Bounds:
    edge = sight.edges[timing.ends]
    oldest = edge - timing.max_age * sight.reach[timing.ends]
    first = max(oldest, sight.floors.get(timing.ends, oldest))
    sight.bounds[timing] = first, edge, sight.deadlines[timing.known_by]
    return sight.bounds[timing]


def _absence(name: str, found: Reading | Missing | None, sight: Sight) -> str:
    if isinstance(found, Missing):
        return found.reason
    return f"nothing is known of {name} as of {_time(sight.as_of)}"


def _lateness(clause: Clause, reading: Reading, sight: Sight) -> str:
    timing, edge = clause.timing, sight.edges[clause.timing.ends]
    where = "the window's start" if timing.ends == "before_window_start" else "the window's end"
    if reading.end > edge:
        return f"it ended {_hours(reading.end - edge)} after {where}"
    oldest = timing.max_age * sight.reach[timing.ends]
    if edge - reading.end > oldest:
        return f"it ended {_hours(edge - reading.end)} before {where}, more than {_hours(oldest)}"
    if reading.end < sight.floors.get(timing.ends, reading.end):
        return "it ended before the window's start"
    return f"it became known {_time(reading.known)}, after {_WORDS[timing.known_by]}"


def _flaw(clause: Clause, reading: Reading) -> str:
    if clause.on_z and reading.z is None:
        return f"{reading.name} has no z, its baseline is too short or doesn't vary"
    return f"{reading.name} is not a number"


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} h" if hours >= 10 else f"{hours:.3g} h"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
