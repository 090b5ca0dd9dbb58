"""How every source is: as its last visit left it, and as it answers now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.app.doctor_report import SourceState
from bot.app.roster import Listed
from bot.app.visiting import newest_of
from bot.domain.clock import Clock
from bot.sources.batch import FaultKind, SourceFault
from bot.store.visits import Visit

__all__ = ["asked", "remembered"]

PATIENCE = timedelta(seconds=20)
GLANCE = timedelta(days=2)
"""How far back an answer is wanted: far enough for a figure a day."""

CLOSES = timedelta(days=5)
"""Sessions are up to five days apart, over a holiday and its weekend."""

_LIMITS: Mapping[str, timedelta] = {
    "liquidations": timedelta(hours=3),
    "ETF flows": CLOSES,
    "macro": CLOSES,
    "mood and liquidity": timedelta(hours=36),
    "options": timedelta(hours=3),
    "headlines": timedelta(days=1),
}
_SLOW: Mapping[str, timedelta | None] = {
    "calendar.week": None,  # it tells what lies ahead
    "gate.liquidations.daily": timedelta(hours=50),
    "fred.rates.breakeven10y": timedelta(days=8),
    "fred.credit.high_yield_spread": timedelta(days=8),
    "market_cap": timedelta(hours=3),
}
_LEFT_ALONE = {FaultKind.BLOCKED.value, FaultKind.LIMITED.value}


def remembered(listed: Listed, visit: Visit) -> SourceState:
    """As the last visit left it; nothing is asked."""
    return SourceState(
        listed.name,
        listed.group,
        None if visit.tried is None else not visit.fault,
        visit.newest,
        visit.value,
        _limit(listed),
        visit.answered_by,
        visit.fault,
        visit.sentence if visit.fault else " ".join(visit.notes[:1]),
    )


def _limit(listed: Listed) -> timedelta | None:
    """How old its newest datum may be."""
    if listed.name in _SLOW:
        return _SLOW[listed.name]
    found: timedelta | None = getattr(listed.source, "fresh", None)
    return found or _LIMITS.get(listed.group)


async def asked(
    listed: Sequence[Listed], visits: Mapping[str, Visit], clock: Clock, patience: timedelta = PATIENCE
) -> tuple[SourceState, ...]:
    """As they answer now; those that are to be left alone for a while are not asked."""
    states = (_asked(each, visits.get(each.name, Visit(each.name)), clock, patience) for each in listed)
    return tuple(await asyncio.gather(*states))


async def _asked(listed: Listed, visit: Visit, clock: Clock, patience: timedelta) -> SourceState:
    before, now = remembered(listed, visit), clock.now()
    if visit.fault in _LEFT_ALONE and visit.not_before is not None and visit.not_before > now:
        return replace(before, remedy=f"{before.remedy} It is asked again at {visit.not_before:%Y-%m-%d %H:%M} UTC.")
    try:
        async with asyncio.timeout(patience.total_seconds()):
            batch = await listed.source.fetch(_since(listed, now), now)
    except SourceFault as fault:
        return replace(before, reachable=False, fault=fault.kind.value, remedy=str(fault))
    except TimeoutError:
        sentence = f"{listed.name} didn't answer within {patience.total_seconds():.0f} seconds. Look at the network."
        return replace(before, reachable=False, fault=FaultKind.UNREACHABLE.value, remedy=sentence)
    newest, value = newest_of(batch)
    older = newest is None or (before.newest is not None and before.newest > newest)
    return replace(
        before,
        reachable=True,
        newest=before.newest if older else newest,
        value=before.value if older else value,
        answered_by=getattr(listed.source, "answered_by", ""),
        fault="",
        remedy=" ".join(batch.notes[:1]),
    )


def _since(listed: Listed, now: datetime) -> datetime:
    return now - max(GLANCE, CLOSES if listed.group in {"ETF flows", "macro"} else GLANCE)
