"""Which ETF figures count: whole sessions in the right unit, and whether a second publisher agrees. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from bot.sources.etf import FlowDay, FlowTable
from bot.sources.payload import close, is_session, next_session

__all__ = ["Consensus", "Settled", "etf_consensus", "is_partial", "misfit", "safe_stamp"]

MOST_USD = 25e9
LEAST_PEAK_USD = 1e6
RECENT = 20
ACTIVE = 10
TOLERANCE = 0.02
"""Of the median day: two publishers that are this near to each other agree."""

TYPICAL_SESSIONS = 60
SAFE_HOURS = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Settled:
    """A session that counts: its total in USD and its single funds."""

    day: date
    flows: FlowDay
    publisher: str
    confirmed: bool

    @property
    def total(self) -> float:
        if self.flows.total is None:
            raise ValueError(f"the session of {self.day} has no total")
        return self.flows.total


@dataclass(frozen=True, slots=True)
class Consensus:
    """The sessions that count, by day, and sentences on those that don't."""

    sessions: tuple[Settled, ...]
    notes: tuple[str, ...]


def safe_stamp(day: date) -> datetime:
    """When a session's flows are surely public: the next day at 14:00 UTC."""
    return close(day).replace(hour=0, minute=0) + timedelta(days=1) + SAFE_HOURS


def etf_consensus(asset: str, tables: Sequence[FlowTable], now: datetime) -> Consensus:
    """Sessions from the first table that has them whole, held against the others.

    A session without figures of single funds may be partial unnoticed: until its safe stamp it counts only if a second
    publisher agrees.
    """
    notes = [f"{asset.upper()} ETF flows: {said}." for table in tables if (said := misfit(table))]
    sound = [table for table in tables if not misfit(table)]
    whole = [(table, _whole(table, now)) for table in sound]
    sessions = list[Settled]()
    for day in sorted({day for _, days in whole for day in days}):
        found, note = _settled(day, whole, now)
        sessions += [found] if found else []
        notes += [f"{asset.upper()} ETF flows: {note}."] if note else []
    notes += [f"{asset.upper()} ETF flows: {note}." for table in sound for note in _partial_notes(table, now)]
    return Consensus(tuple(sessions), tuple(dict.fromkeys(notes)))


def misfit(table: FlowTable) -> str:
    """Why the table's unit can't be USD, empty where it can."""
    totals = [abs(flows.total) for flows in table.days.values() if flows.total is not None]
    if max(totals, default=0) > MOST_USD:
        return f"{table.publisher} has a session beyond {MOST_USD / 1e9:.0f} billion USD, so its unit is wrong"
    if len(totals) >= RECENT and max(totals[-RECENT:]) < LEAST_PEAK_USD:
        return f"no session of {table.publisher}'s last {RECENT} reaches a million, so its unit isn't USD"
    return ""


def is_partial(table: FlowTable, day: date) -> bool:
    """Whether a fund with a figure in the ten sessions before has none, or there is no total."""
    flows = table.days[day]
    before = sorted(other for other in table.days if other < day)[-ACTIVE:]
    active = {fund for other in before for fund in table.days[other].funds}
    return flows.total is None or bool(active - set(flows.funds))


def _whole(table: FlowTable, now: datetime) -> dict[date, FlowDay]:
    days = {day: flows for day, flows in table.days.items() if is_session(day) and close(day) <= now}
    return {day: flows for day, flows in days.items() if not is_partial(table, day)}


def _partial_notes(table: FlowTable, now: datetime) -> list[str]:
    partial = [day for day in table.days if is_session(day) and close(day) <= now and is_partial(table, day)]
    return [f"{table.publisher}'s session of {day} is partial and was left out" for day in partial[-1:]]


def _settled(
    day: date, tables: Sequence[tuple[FlowTable, Mapping[date, FlowDay]]], now: datetime
) -> tuple[Settled | None, str]:
    """The session as the first table has it, and what is to say about it."""
    holders = [(table, days[day]) for table, days in tables if day in days]
    table, flows = holders[0]
    others = [other for other, _ in holders[1:] if not other.origins & table.origins]
    agreeing = [other for other in others if _agree(day, table, other)]
    settled = Settled(day, flows, table.publisher, confirmed=bool(agreeing))
    newest = now < close(next_session(day)) + timedelta(days=1)
    if agreeing:
        return settled, ""
    if not flows.funds and now < safe_stamp(day):
        return None, f"{table.publisher}'s total of {day} may be partial and waits for a second publisher"
    return settled, f"{table.publisher}'s total of {day} is preliminary, no second publisher agrees" if newest else ""


def _agree(day: date, table: FlowTable, other: FlowTable) -> bool:
    one, two = table.days[day].total, other.days[day].total
    sizes = [abs(flows.total) for flows in table.days.values() if flows.total is not None][-TYPICAL_SESSIONS:]
    return one is not None and two is not None and abs(one - two) <= TOLERANCE * median(sizes)
