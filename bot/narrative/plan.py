"""From an explanation to a plan: what to say and in which order, before any language comes in."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.explanation import DayKind, Explanation, Role, State
from bot.domain.readings import Reading, Unit
from bot.narrative.facts import Facts
from bot.narrative.hooks import choices, formula, hook
from bot.narrative.misfits import misfits
from bot.narrative.outline import Plan, Section, Told
from bot.narrative.outlook import outlook
from bot.narrative.sections import sections
from bot.narrative.topics import missing_topics, topic, unassessed_topics

__all__ = ["plan"]

STRONG = 0.75
"""The dramatic title needs the move explained, and a trigger or mechanism present, with at least this certainty."""

MOST_LOOKED_AT = 5
UNUSUAL = 2.0
"""A reading this many deviations out is no example of an ordinary one."""

TENSION = (
    "funding.annualised_after.{asset}",
    "open_interest.buildup.{asset}",
    "open_interest.change.{asset}",
    "long_short.accounts_after.{asset}",
    "volatility.dvol.btc",
)
"""Where tension builds while the price stands still."""

EXPIRIES = ("options.expiry_size", "options.expiry_ahead")
"""Counts that a list tells in words."""

CORE = (
    "etf.net_flow.{funds}",
    "funding.annualised.{asset}",
    "liquidations.share_of_open_interest{of}",
    "rates.us10y.change",
    "dollar.index.change",
    "equities.sp500.change",
)
"""What is always looked at, told when no rule's own evidence fills the list."""


def plan(explanation: Explanation, past: tuple[Plan, ...] = ()) -> Plan:
    """The facts of one recap in their order; `past` are recent plans of the same readers, in any order."""
    facts = Facts(explanation.readings, explanation.scope)
    earlier = _earlier(explanation, past)
    told = sections(explanation, _led_before(explanation, earlier))
    clear = explanation.clear or explanation.day_kind is DayKind.QUIET
    return Plan(
        window=explanation.window,
        scope=explanation.scope,
        day_kind=explanation.day_kind,
        clear=clear,
        strong=_strong(explanation),
        hook=hook(explanation, clear, told, earlier),
        formula=formula(explanation, told) if clear and explanation.day_kind is not DayKind.QUIET else None,
        sections=told,
        tension=_tension(explanation, facts),
        looked_at=() if clear else _looked_at(explanation, facts),
        unassessed=() if clear else unassessed_topics(explanation.findings),
        misfits=misfits(explanation, told) if clear else (),
        watch=outlook(explanation),
        gaps=missing_topics(explanation.findings, (r.name for r in explanation.readings.measured())),
        choices=choices(explanation, earlier),
        facts=facts,
    )


def _earlier(explanation: Explanation, past: Sequence[Plan]) -> list[Plan]:
    """Plans that end before this window does, the latest last."""
    before = [p for p in past if p.window.end < explanation.window.end]
    return sorted(before, key=lambda p: p.window.end)


def _led_before(explanation: Explanation, earlier: Sequence[Plan]) -> frozenset[str]:
    """The causes of the first section of the recap of the window before this one."""
    window, reach = explanation.window, max(explanation.window.length, timedelta(hours=12)) / 2
    same = [p for p in earlier if p.scope == explanation.scope and abs(p.window.end - window.start) <= reach]
    return frozenset(t.cause for t in _first(same[-1].sections)) if same else frozenset()


def _first(told: Sequence[Section]) -> Sequence[Told]:
    return told[0].causes if told else ()


def _strong(explanation: Explanation) -> bool:
    carried = [f for f in explanation.ranking if f.role in (Role.TRIGGER, Role.MECHANISM)]
    return explanation.explained >= STRONG and any(f.confidence >= STRONG for f in carried)


def _tension(explanation: Explanation, facts: Facts) -> tuple[str, ...]:
    if explanation.day_kind is not DayKind.QUIET:
        return ()
    return tuple(name for name in TENSION if facts.has(name))[:3]


def _looked_at(explanation: Explanation, facts: Facts) -> tuple[str, ...]:
    """Readings that speak against the causes that were judged, the weightiest first."""
    judged = [f for f in explanation.findings if f.state is State.INACTIVE and f.role is not Role.DIFFERENTIATION]
    against = [c for f in judged for c in f.contributions if c.grade is not None and c.points < 0]
    names = [c.reading for c in sorted(against, key=lambda c: c.points)] + [facts.name(name) for name in CORE]
    known = [reading for name in dict.fromkeys(names) if (reading := facts.find(name)) is not None]
    ordinary = [r.name for r in known if abs(r.z or 0.0) < UNUSUAL and _speaks(r)]
    return tuple(ordinary[:MOST_LOOKED_AT])


def _speaks(reading: Reading) -> bool:
    """A bare count, of dates or of anything else, says nothing of a market."""
    counted = reading.unit is Unit.COUNT or topic(reading.name) == "calendar"
    return reading.name in EXPIRIES or not counted
