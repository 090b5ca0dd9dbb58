"""What to watch next: levels, releases, the next flow, the state of leverage; each can go either way."""

from datetime import timedelta

from bot.domain.explanation import DayKind, Explanation
from bot.domain.readings import Unit
from bot.domain.series import Release
from bot.narrative.amounts import Amount
from bot.narrative.facts import Facts
from bot.narrative.outline import Watch

__all__ = ["outlook"]

NEAR = 8.0
"""Percent: a level further from the close than this is no use for the next day."""

AHEAD = timedelta(hours=48)
MOST_RELEASES = 1
MOVERS = (
    *("Interest Rate Decision", "FOMC", "CPI", "Nonfarm", "PCE", "Powell", "PPI", "Unemployment", "GDP"),
    *("Retail Sales", "ISM", "JOLTS", "ADP", "Jobless", "PMI", "Durable Goods", "Consumer"),
)
"""Releases that move yields, the weightiest first; a calendar calls many others high-impact as well."""
MOST = 3


def outlook(explanation: Explanation) -> tuple[Watch, ...]:
    """A level, the next release, the next flow and, where there is room, the funding rate."""
    facts = Facts(explanation.readings, explanation.scope)
    found = (*_levels(explanation.day_kind, facts), *_releases(explanation), *_flow(facts), *_funding(facts))
    return found[:MOST]


def _levels(kind: DayKind, facts: Facts) -> tuple[Watch, ...]:
    if kind is DayKind.QUIET:
        both = facts.has("level.low_20d.{asset}", "level.high_20d.{asset}")
        return (Watch("range", "level.low_20d.{asset}", "level.high_20d.{asset}"),) if both else ()
    names = _rising(facts) if kind is DayKind.RALLY else _falling(facts)
    return tuple(names[:1])


def _falling(facts: Facts) -> list[Watch]:
    lost = facts.down("level.close_vs_low_20d.{asset}")
    low = _level("low_lost" if lost else "low_held", "level.low_20d.{asset}", facts)
    mean = _level("mean", "level.mean_200d.{asset}", facts)
    return [watch for watch in (low, mean) if watch]


def _rising(facts: Facts) -> list[Watch]:
    won = facts.up("level.close_vs_high_20d.{asset}")
    high = _level("high_won" if won else "high_ahead", "level.high_20d.{asset}", facts)
    mean = _level("mean", "level.mean_200d.{asset}", facts)
    return [watch for watch in (high, mean) if watch]


def _level(kind: str, pattern: str, facts: Facts) -> Watch | None:
    """A level near the close, with the next one beyond it where there is one."""
    level, close = facts.value(pattern), facts.value("price.close.{asset}")
    if level is None or close is None or not close or abs(level / close - 1) * 100 > NEAR:
        return None
    return Watch(kind, pattern, _beyond(kind, level, close, facts))


def _beyond(kind: str, level: float, close: float, facts: Facts) -> str:
    """The nearest further level in the direction of the move, "" where none is marked."""
    down = kind.startswith("low")
    others = ("level.low_50d.{asset}", "level.mean_200d.{asset}") if down else ("level.high_50d.{asset}",)
    edge = min(level, close) if down else max(level, close)
    found = [(value, name) for name in others if (value := facts.value(name)) is not None]
    further = [(v, name) for v, name in found if (v < edge * 0.995 if down else v > edge * 1.005)]
    if kind == "mean" or not further:
        return ""
    return max(further)[1] if down else min(further)[1]


def _releases(explanation: Explanation) -> tuple[Watch, ...]:
    as_of = explanation.window.as_of
    ahead = [r for r in explanation.readings.upcoming if r.impact == "high" and as_of < r.time <= as_of + AHEAD]
    moving = [r for r in ahead if _weight(r) < len(MOVERS)]
    ordered = sorted(moving, key=lambda r: (_weight(r), r.time, not r.forecast, r.event))
    return tuple(Watch("release", release=release) for release in ordered[:MOST_RELEASES])


def _weight(release: Release) -> int:
    return next((n for n, word in enumerate(MOVERS) if word in release.event), len(MOVERS))


def _flow(facts: Facts) -> tuple[Watch, ...]:
    flow = facts.find("etf.net_flow.{funds}")
    if flow is None or not flow.value:
        return ()
    side = "outflow" if flow.value < 0 else "inflow"
    streak = facts.find(f"etf.{side}_streak.{{asset}}")
    longer = Amount(streak.value + 1, Unit.COUNT, streak.name) if streak and streak.value >= 2 else None
    return (Watch(side, streak=longer),)


def _funding(facts: Facts) -> tuple[Watch, ...]:
    pattern = "funding.annualised_after.{asset}"
    if not facts.has(pattern):
        return ()
    return (Watch("funding_below" if facts.down(pattern) else "funding", pattern),)
