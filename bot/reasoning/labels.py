"""Days with the causes that people named for them: what the rules are scored and calibrated against.

One JSON object a line; keys beyond these are left alone:

{"date": "2025-02-25", "direction": "selloff", "causes": [{"code": "etf_outflow", "rank": 1}, …],
 "core": true, "overlap_group": null}

`core` (true where it is left out) marks the days to score, `overlap_group` joins days told by the same sources.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.domain.explanation import DayKind
from bot.errors import Fault, InputFaults
from bot.reasoning.taxonomy import CODES

__all__ = ["LabelledDay", "folds", "parse_labels", "read_labels"]


@dataclass(frozen=True, slots=True)
class LabelledDay:
    """A UTC day; `causes` are distinct codes, the most important first."""

    date: date
    direction: DayKind
    causes: tuple[str, ...]
    core: bool = True
    group: str = ""

    @property
    def first_three(self) -> tuple[str, ...]:
        """What the day is scored by."""
        return self.causes[:3]


def read_labels(path: Path) -> tuple[LabelledDay, ...]:
    """The days of a file, in its order; raises InputFaults with every fault in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
        raise InputFaults([Fault(path, 0, f"can't be read: {reason}")]) from error
    return parse_labels(path, text)


def parse_labels(path: Path, text: str) -> tuple[LabelledDay, ...]:
    """The days of a text; raises InputFaults with every fault and its line."""
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    faults: list[Fault] = []
    first_seen: dict[Any, int] = {}
    days = []
    for n, line in lines:
        entry, complaints = _entry(line)
        complaints += _repeated(entry, first_seen, n)
        faults += [Fault(path, n, complaint) for complaint in complaints]
        days += [] if complaints else [_day(entry)]
    if not lines:
        faults = [Fault(path, 0, "is empty; write one labelled day a line")]
    if faults:
        raise InputFaults(faults)
    return tuple(days)


def folds(days: Sequence[LabelledDay]) -> tuple[tuple[LabelledDay, ...], ...]:
    """Days that must not judge each other, together: those of one ISO week, and weeks that share a group."""
    leads: dict[str, str] = {}

    def lead(key: str) -> str:
        while key in leads:
            key = leads[key]
        return key

    for day in days:
        week, group = lead(_week(day)), lead(f"group {day.group}")
        if day.group and group != week:
            leads[group] = week
    shelves: dict[str, list[LabelledDay]] = {}
    for day in sorted(days, key=lambda day: day.date):
        shelves.setdefault(lead(_week(day)), []).append(day)
    return tuple(map(tuple, shelves.values()))


def _week(day: LabelledDay) -> str:
    year, week, _ = day.date.isocalendar()
    return f"week {year}-{week:02}"


def _entry(line: str) -> tuple[dict[str, Any], list[str]]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        where = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        return {}, [f"isn't JSON: {where or 'it is nested too deep or holds too long a number'}"]
    if not isinstance(entry, dict):
        return {}, ["isn't a JSON object; write one labelled day a line"]
    return entry, [*_date(entry), *_direction(entry), *_causes(entry), *_marks(entry)]


def _repeated(entry: dict[str, Any], first_seen: dict[Any, int], line: int) -> list[str]:
    day = entry.get("date")
    if not isinstance(day, str) or first_seen.setdefault(day, line) == line:
        return []
    return [f"{day} was labelled in line {first_seen[day]} already; join the two"]


def _date(entry: dict[str, Any]) -> Iterator[str]:
    given = entry.get("date")
    try:
        plain = date.fromisoformat(given).isoformat() if isinstance(given, str) else None
    except ValueError:
        plain = None
    if plain is None or plain != given:
        yield f"date: {given!r} is no date; write it as 2025-02-25"


def _direction(entry: dict[str, Any]) -> Iterator[str]:
    given = entry.get("direction")
    if given not in list(DayKind):
        yield f"direction: {_unknown('direction', given, list(DayKind))}"


def _causes(entry: dict[str, Any]) -> Iterator[str]:
    causes = entry.get("causes")
    if not isinstance(causes, list) or not causes:
        yield "causes: one or more are needed, as [{code: …, rank: 1}, …]"
        return
    bare = [n for n, cause in enumerate(causes) if not isinstance(cause, dict)]
    yield from (f'causes[{n}]: {causes[n]!r} has no rank; write {{"code": …, "rank": {n + 1}}}' for n in bare)
    if not bare:
        wrong = [n for n, cause in enumerate(causes) if cause.get("code") not in CODES]
        yield from (f"causes[{n}].code: {_unknown('code', causes[n].get('code'), CODES)}" for n in wrong)
        yield from _ranks([cause.get("rank") for cause in causes])


def _ranks(ranks: list[Any]) -> Iterator[str]:
    """Ranks count 1, 2, 3 …; causes of equal rank stand in the order they are written."""
    for n, rank in enumerate(ranks):
        if type(rank) is not int:
            yield f"causes[{n}].rank: {rank!r} is no rank; write 1, 2, 3 …"
            return
    if any(second < first for first, second in pairwise(ranks)):
        yield f"causes: the ranks {_listed(ranks)} run backwards; write the most important cause first"
    elif any(second > first + 1 for first, second in pairwise([0, *ranks])) or ranks[0] != 1:
        yield f"causes: the ranks {_listed(ranks)} leave one out; count 1, 2, 3 …"


def _marks(entry: dict[str, Any]) -> Iterator[str]:
    if not isinstance(entry.get("core", True), bool):
        yield f"core: {entry['core']!r} is neither true nor false"
    if not isinstance(entry.get("overlap_group"), str | None):
        yield f"overlap_group: {entry['overlap_group']!r} is no name; write one in quotes, or null"


def _unknown(what: str, given: object, known: Sequence[str]) -> str:
    if not isinstance(given, str):
        return (
            f"{given!r} is no {what}; known are {', '.join(known)}" if given is not None else f"the {what} is missing"
        )
    near = get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"unknown {what} '{given}'; {hint}"


def _listed(ranks: list[Any]) -> str:
    return ", ".join(map(str, ranks))


def _day(entry: dict[str, Any]) -> LabelledDay:
    return LabelledDay(
        date.fromisoformat(entry["date"]),
        DayKind(entry["direction"]),
        tuple(dict.fromkeys(cause["code"] for cause in entry["causes"])),
        entry.get("core", True),
        entry.get("overlap_group") or "",
    )
