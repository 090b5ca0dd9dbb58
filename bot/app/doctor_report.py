"""What a look at everything found, as a table, as JSON, and as an exit code for monitors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

__all__ = ["Check", "Health", "Report", "SourceState", "as_json", "as_table"]


class Health(StrEnum):
    """How one thing is; `ASLEEP` is what nobody has looked at yet."""

    WELL = "well"
    ASLEEP = "not asked yet"
    DEGRADED = "degraded"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing beside the sources: how it is in words, and what to do ("" for nothing)."""

    name: str
    health: Health
    said: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source. `reachable` is None where it wasn't asked; `newest` the time of its newest datum, `limit` how old
    that may be; `fault` a kind and `remedy` a sentence, both "" for a source that is well."""

    name: str
    group: str
    reachable: bool | None
    newest: datetime | None
    value: str
    limit: timedelta | None
    answered_by: str = ""
    fault: str = ""
    remedy: str = ""

    def age(self, now: datetime) -> timedelta | None:
        return None if self.newest is None else now - self.newest

    def fresh(self, now: datetime) -> bool | None:
        """None where nothing came yet."""
        age = self.age(now)
        return None if age is None else self.limit is None or age <= self.limit

    def health(self, now: datetime) -> Health:
        if self.fault or self.fresh(now) is False:
            return Health.BROKEN
        return Health.WELL if self.reachable or self.newest is not None else Health.ASLEEP


@dataclass(frozen=True, slots=True)
class Report:
    """As of `now`; `code` is 0 where all that is needed works, 1 where it is degraded, 2 where no recap is possible."""

    now: datetime
    checks: tuple[Check, ...]
    sources: tuple[SourceState, ...]
    lacking: tuple[str, ...]
    code: int

    @property
    def verdict(self) -> str:
        verdicts = (
            "All that is needed works.",
            "Recaps are possible, but something is missing.",
            "No recap is possible.",
        )
        return " ".join((verdicts[self.code], *self.lacking))


_STYLES = {Health.WELL: "green", Health.ASLEEP: "dim", Health.DEGRADED: "yellow", Health.BROKEN: "red"}


def as_table(report: Report) -> RenderableType:
    """For people: sources by group, the rest, and the verdict."""
    sources = _columns("source", "state", "last value", "age", "limit", "answered by", "what to do")
    group = ""
    for state in report.sources:
        if state.group != group:
            group = state.group
            sources.add_row(Text(group, style="bold"))
        sources.add_row(*_cells(state, report.now))
    checks = _columns("check", "state", "found", "what to do")
    for check in report.checks:
        checks.add_row(check.name, _coloured(check.health), escape(check.said), escape(check.remedy))
    return Group(sources, Text(""), checks, Text(""), Text(report.verdict))


def _cells(state: SourceState, now: datetime) -> tuple[str | Text, ...]:
    age = state.age(now)
    old = "" if age is None else "ahead" if age < timedelta(0) else _spoken(age)
    limit = "" if state.limit is None else _spoken(state.limit)
    health = state.health(now)
    said = Text(state.fault or ("old" if health is Health.BROKEN else health.value), style=_STYLES[health])
    return f"  {state.name}", said, escape(state.value), old, limit, escape(state.answered_by), escape(state.remedy)


def _columns(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _coloured(health: Health) -> Text:
    return Text(health.value, style=_STYLES[health])


def _spoken(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes / 60:.0f} h" if minutes < 2880 else f"{minutes / 1440:.0f} d"


def as_json(report: Report) -> Mapping[str, Any]:
    """For monitors: times in ISO 8601, lengths in seconds."""
    return {
        "code": report.code,
        "verdict": report.verdict,
        "as_of": report.now.isoformat(),
        "checks": [
            {"name": c.name, "health": c.health.value, "found": c.said, "remedy": c.remedy} for c in report.checks
        ],
        "sources": [_source(state, report.now) for state in report.sources],
    }


def _source(state: SourceState, now: datetime) -> Mapping[str, Any]:
    age, limit = state.age(now), state.limit
    return {
        "name": state.name,
        "group": state.group,
        "health": state.health(now).value,
        "reachable": state.reachable,
        "fresh": state.fresh(now),
        "value": state.value,
        "newest": None if state.newest is None else state.newest.isoformat(),
        "age_seconds": None if age is None else round(age.total_seconds()),
        "limit_seconds": None if limit is None else round(limit.total_seconds()),
        "answered_by": state.answered_by,
        "fault": state.fault,
        "remedy": state.remedy,
    }
