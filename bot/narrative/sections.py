"""Which causes are told, in which order, and with which of their licensed claims."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.domain.explanation import DayKind, Explanation, Finding, Role
from bot.narrative.compare import CANDIDATES, Comparison, compare_first
from bot.narrative.facts import Facts
from bot.narrative.outline import Section, Told
from bot.narrative.phrases import strength
from bot.narrative.topics import gaps_of

__all__ = ["MOST_SECTIONS", "sections"]

MOST_SECTIONS = 4
MOST_CLAIMS = 2
MOST_EVIDENCE = 3
US_SESSION = timedelta(hours=6, minutes=30)

CLAIMS: dict[str, tuple[str, ...]] = {
    "etf_outflow": ("support_withdrawn", "us_hours_selling", "outflow_streak"),
    "etf_inflow": ("steady_bid", "us_hours_buying", "inflow_streak"),
    "long_crowding": ("overheated_before", "leverage_added", "leverage_high", "crowd_was_long"),
    "short_crowding": ("shorts_were_paying", "cheap_funding", "leverage_added", "leverage_high", "crowd_was_short"),
    "macro_headwind": ("cut_hopes_faded", "yields_up", "dollar_up", "risk_off", "rebounds_capped"),
    "macro_tailwind": ("cut_hopes_grew", "yields_down", "dollar_down", "risk_on"),
}
ROOM = {"macro_headwind": 3, "macro_tailwind": 3, "eth_weakness": 3, "eth_strength": 3}
"""The order in which claims are told where it differs from the rule file's; the first ones win the room.

Macro facts and those of ETH are short: there is room for one more.
"""

FREE = (
    "chain_liquidation",
    "forced_covering",
    "positions_closed",
    "loop",
    "rebounds_capped",
    "heavy_session",
    "heavy_week",
)
"""Claims that are told in any case: they close their section."""

TWICE = {"chain_liquidation": "loop", "forced_covering": "loop"}
"""A crowd's own claim of forced closing gives way to the amplifier that tells the loop in full."""


def sections(explanation: Explanation, led_before: frozenset[str]) -> tuple[Section, ...]:
    """The numbered parts in role order; amplifiers join the mechanism."""
    facts = Facts(explanation.readings, explanation.scope)
    told = [_tell(finding, explanation, facts, led_before) for finding in _ordered(explanation)]
    groups = [group for group in _groups(told) if group][:MOST_SECTIONS]
    days = explanation.window.length > timedelta(days=1)
    return tuple(Section(n, _settled(group, facts, days=days)) for n, group in enumerate(groups, start=1))


def _ordered(explanation: Explanation) -> list[Finding]:
    roles = list(Role)
    return sorted(explanation.ranking, key=lambda f: (roles.index(f.role), _loops(f)))


def _loops(finding: Finding) -> bool:
    """Of the amplifiers, the chain of liquidations follows the crowd; levels come after it."""
    return finding.role is Role.AMPLIFIER and not {"cascade", "squeeze", "loop"} & set(finding.claims)


def _groups(told: list[Told]) -> Iterable[list[Told]]:
    by_role = {role: [t for t in told if t.role is role] for role in Role}
    firm = [t for t in by_role[Role.TRIGGER] if t.strength != "possible"]
    faint = [t for t in by_role[Role.TRIGGER] if t.strength == "possible"]  # behind what is surer
    moved = by_role[Role.MECHANISM] + by_role[Role.AMPLIFIER]
    return [firm, moved, faint, by_role[Role.BACKDROP], by_role[Role.DIFFERENTIATION]]


def _tell(finding: Finding, explanation: Explanation, facts: Facts, led_before: frozenset[str]) -> Told:
    return Told(
        cause=finding.cause,
        role=finding.role,
        strength=strength(finding.confidence),
        claims=_claims(finding),
        evidence=_evidence(finding),
        still=finding.cause in led_before,
        in_time=_in_time(finding, explanation.day_kind, facts),
        gaps=gaps_of(finding) if finding.coverage < 0.5 else (),
    )


def _claims(finding: Finding) -> tuple[str, ...]:
    order = CLAIMS.get(finding.cause, finding.claims)
    licensed = [claim for claim in (*order, *finding.claims) if claim in finding.claims]
    distinct = list(dict.fromkeys(licensed))
    room = [claim for claim in distinct if claim not in FREE][: ROOM.get(finding.cause, MOST_CLAIMS)]
    return tuple(claim for claim in distinct if claim in room or claim in FREE)


def _evidence(finding: Finding) -> tuple[str, ...]:
    """The readings that speak for the cause, the weightiest first."""
    speaking = [c for c in finding.contributions if c.grade and not c.counter and c.points > 0]
    ranked = sorted(speaking, key=lambda c: -c.points)
    return tuple(dict.fromkeys(c.reading for c in ranked))[:MOST_EVIDENCE]


def _in_time(finding: Finding, kind: DayKind, facts: Facts) -> bool:
    """A trigger comes before the extreme of the move; a fund's session does if it opened before it."""
    extreme = {DayKind.SELLOFF: "price.low.{asset}", DayKind.RALLY: "price.high.{asset}"}.get(kind)
    reading = facts.find(extreme) if extreme else None
    ends = [c.end for c in finding.contributions if c.end and c.need == "required"]
    if finding.role is not Role.TRIGGER or reading is None or not ends:
        return True
    return min(ends) - US_SESSION < reading.end


def _settled(group: list[Told], facts: Facts, *, days: bool) -> tuple[Told, ...]:
    """No claim twice and one comparison in a section; a flow of several days compares with no single session."""
    licensed = {claim for told in group for claim in told.claims}
    drop = {claim for claim, fuller in TWICE.items() if fuller in licensed}
    kept = [replace(told, claims=tuple(c for c in told.claims if c not in drop)) for told in group]
    found = [None if days and told.role is Role.TRIGGER else _comparison(told, facts) for told in kept]
    first = next((n for n, comparison in enumerate(found) if comparison), None)
    return tuple(replace(told, comparison=found[n] if n == first else None) for n, told in enumerate(kept))


def _comparison(told: Told, facts: Facts) -> Comparison | None:
    rows = CANDIDATES.get(told.cause, ())
    return compare_first(facts, [(pattern, side) for claim, pattern, side in rows if not claim or told.licences(claim)])
