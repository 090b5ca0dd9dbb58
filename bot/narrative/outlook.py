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

EXTREMES = {True: "price.low.{asset}", False: "price.high.{asset}"}
"""How far the window traded, by whether that is down."""

CROSSED = {"low_lost", "low_pierced", "high_won", "high_pierced"}
AHEAD = timedelta(hours=48)
MOST_RELEASES = 1
MOVERS = (
    *("Interest Rate Decision", "FOMC", "CPI", "Nonfarm", "PCE", "Powell", "PPI", "Unemployment", "GDP"),
    *("Retail Sales", "ISM", "JOLTS", "ADP", "Jobless", "PMI", "Durable Goods", "Consumer"),
)
"""Releases that move yields, the weightiest first; a calendar calls many others high-impact as well."""
HEATING = ("Interest Rate Decision", "CPI", "PCE", "PPI", "Prices", "Nonfarm", "ADP", "JOLTS")
COOLING = ("Unemployment", "Jobless")
"""Inflation and jobs: above the forecast the first push yields up, the others down. Growth can be read either way."""
MOST = 3


def outlook(explanation: Explanation) -> tuple[Watch, ...]:
    """A level, the next release, the next flow and, where there is room, the funding rate."""
    facts = Facts(explanation.readings, explanation.scope)
    found = (*_levels(explanation.day_kind, facts), *_releases(explanation), *_flow(facts), *_funding(facts))
    return found[:MOST]


def _levels(kind: DayKind, facts: Facts) -> tuple[Watch, ...]:
    if kind is DayKind.QUIET:
        return _range(facts)
    if kind is DayKind.WHIPSAW:
        return _swung(facts)
    names = _rising(facts) if kind is DayKind.RALLY else _falling(facts)
    return tuple(names[:1])


def _range(facts: Facts) -> tuple[Watch, ...]:
    both = facts.has("level.low_20d.{asset}", "level.high_20d.{asset}")
    return (Watch("range", "level.low_20d.{asset}", "level.high_20d.{asset}"),) if both else ()


def _swung(facts: Facts) -> tuple[Watch, ...]:
    """An edge of the range that the swing went through, else both, else the one on the side where it ended."""
    edges = [*_falling(facts)[:1], *_rising(facts)[:1]]
    crossed = [watch for watch in edges if watch.kind in CROSSED]
    if crossed:
        return (min(crossed, key=lambda watch: _distance(watch, facts)),)
    names = edges[::-1] if facts.up("price.return.{asset}") else edges
    return _range(facts) or tuple(names[:1])


def _distance(watch: Watch, facts: Facts) -> float:
    level, close = facts.value(watch.pattern) or 0.0, facts.value("price.close.{asset}") or 0.0
    return abs(level - close)


def _falling(facts: Facts) -> list[Watch]:
    lost, pierced = facts.down("level.close_vs_low_20d.{asset}"), _pierced(True, "level.low_20d.{asset}", facts)
    low = _level("low_lost" if lost else "low_pierced" if pierced else "low_held", "level.low_20d.{asset}", facts)
    mean = _level("mean", "level.mean_200d.{asset}", facts)
    return [watch for watch in (low, mean) if watch]


def _rising(facts: Facts) -> list[Watch]:
    won, pierced = facts.up("level.close_vs_high_20d.{asset}"), _pierced(False, "level.high_20d.{asset}", facts)
    high = _level("high_won" if won else "high_pierced" if pierced else "high_ahead", "level.high_20d.{asset}", facts)
    mean = _level("mean", "level.mean_200d.{asset}", facts)
    return [watch for watch in (high, mean) if watch]


def _pierced(down: bool, pattern: str, facts: Facts) -> bool:
    """True when the window traded beyond a level."""
    level, extreme = facts.value(pattern), facts.value(EXTREMES[down])
    return level is not None and extreme is not None and (extreme < level if down else extreme > level)


def _level(kind: str, pattern: str, facts: Facts) -> Watch | None:
    """A level near the close, with the next one beyond it where there is one."""
    level, close = facts.value(pattern), facts.value("price.close.{asset}")
    if level is None or close is None or not close or abs(level / close - 1) * 100 > NEAR:
        return None
    return Watch(kind, pattern, _beyond(kind, level, close, facts))


def _beyond(kind: str, level: float, close: float, facts: Facts) -> str:
    """The nearest further level the window has not traded through, "" where none is marked.

    Beyond a level that was pierced and won back, the window's own extreme comes first.
    """
    down = kind.startswith("low")
    if kind.endswith("_pierced"):
        return EXTREMES[down]
    others = ("level.low_50d.{asset}", "level.mean_200d.{asset}") if down else ("level.high_50d.{asset}",)
    extreme = facts.value(EXTREMES[down])
    reached = [level, close, *([] if extreme is None else [extreme])]
    edge = min(reached) if down else max(reached)
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
    return tuple(Watch(_branch(release), release=release) for release in ordered[:MOST_RELEASES])


def _branch(release: Release) -> str:
    """Which way a figure above its forecast usually pushes yields."""
    if release.forecast and any(word in release.event for word in COOLING):
        return "release_cooling"
    if release.forecast and any(word in release.event for word in HEATING):
        return "release_heating"
    return "release"


def _weight(release: Release) -> int:
    return next((n for n, word in enumerate(MOVERS) if word in release.event), len(MOVERS))


def _flow(facts: Facts) -> tuple[Watch, ...]:
    flow = facts.find("etf.net_flow.{funds}")
    if flow is None or not flow.value:
        return ()
    side = "outflow" if flow.value < 0 else "inflow"
    streak = facts.find(f"etf.{side}_streak.{{run}}")
    longer = Amount(streak.value + 1, Unit.COUNT, streak.name) if streak and streak.value >= 2 else None
    return (Watch(side, streak=longer),)


def _funding(facts: Facts) -> tuple[Watch, ...]:
    running, paid = "funding.running.{asset}", "funding.annualised_after.{asset}"
    pattern = running if facts.has(running) else paid
    if not facts.has(pattern):
        return ()
    return (Watch("funding_below" if facts.down(pattern) else "funding", pattern),)
