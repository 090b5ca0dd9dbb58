"""Which causes are told, in which order, and with which of their licensed claims."""

from collections.abc import Collection, Iterable, Mapping
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
HAIR = 0.1
"""Points: a reading that adds less says nothing for a cause."""
MOST_ALIKE = 3
"""Causes of one part that have a line of their own each; the least certain are left out."""

US_SESSION = timedelta(hours=6, minutes=30)

CLAIMS: dict[str, tuple[str, ...]] = {
    "etf_outflow": ("support_withdrawn", "us_hours_selling", "outflow_streak"),
    "etf_inflow": ("steady_bid", "support_grew", "us_hours_buying", "inflow_streak"),
    "equity_risk_off": ("shares_down", "fear_up"),
    "profit_taking": ("after_a_run", "near_the_high", "money_still_came", "after_a_month", "talk"),
    "spot_selling": ("us_discount", "spot_led", "takers_sold"),
    "spot_buying": ("us_premium", "spot_led", "takers_bought", "treasury_buying"),
    "long_crowding": ("overheated_before", "leverage_added", "leverage_high", "crowd_was_long"),
    "short_crowding": ("shorts_were_paying", "cheap_funding", "leverage_added", "leverage_high", "crowd_was_short"),
    "liquidity_thin": ("weekend", "holiday", "low_volume", "low_depth"),
    "macro_headwind": (
        "inflation",
        "release",
        "cut_hopes_faded",
        "yields_up",
        "dollar_up",
        "risk_off",
        "rebounds_capped",
    ),
    "macro_tailwind": ("inflation", "release", "cut_hopes_grew", "yields_down", "dollar_down", "risk_on"),
    "options_expiry": ("expiry", "near_the_hour", "expiry_ahead"),
    "sentiment_extreme": ("extreme_fear", "extreme_greed", "talk"),
}
ROOM = {
    "macro_headwind": 4,
    "macro_tailwind": 4,
    "eth_weakness": 3,
    "eth_strength": 3,
    "profit_taking": 3,
    "spot_selling": 3,
    "spot_buying": 4,
}
"""The order in which claims are told where it differs from the rule file's; the first ones win the room.

Facts of macro, of ETH and of spot trade are short: there is room for one more.
"""

FREE = (
    "chain_liquidation",
    "forced_covering",
    "positions_closed",
    "loop",
    "rebounds_capped",
    "heavy_session",
    "heavy_week",
    "reported",
    "reported_size",
    "attention",
    "talk",
)
"""Claims that are told in any case: they close their section, or there is little else to tell."""

FULLER = (
    ("risk_off", "equity_risk_off", "shares_down"),
    ("us_hours_selling", "spot_selling", "us_discount"),
    ("us_hours_buying", "spot_buying", "us_premium"),
    ("positions_closed", "deleveraging", "positions_closed"),
    ("low_volume", "quiet_range", "thin_volume"),
    ("outside_fear", "equity_risk_off", "fear_up"),
)
"""A claim gives way where another cause tells the same by a claim of its own: (claim, that cause, its claim)."""

TWICE = {"chain_liquidation": "loop", "forced_covering": "loop"}
"""A crowd's own claim of forced closing gives way to the amplifier that tells the loop in full."""

CONTRARY = (
    {"etf_outflow", "etf_inflow"},
    {"spot_selling", "spot_buying"},
    {"macro_headwind", "macro_tailwind"},
    {"support_break", "resistance_breakout"},
    {"eth_weakness", "eth_strength"},
)
"""Causes that push opposite ways: of two the surer is told. A swing can squeeze longs and shorts: they aren't here."""


def sections(explanation: Explanation, led_before: frozenset[str]) -> tuple[Section, ...]:
    """The numbered parts in role order; amplifiers join the mechanism."""
    facts = Facts(explanation.readings, explanation.scope)
    findings = _distinct(_one_way(_ordered(explanation)))
    told = [_tell(finding, explanation, facts, led_before) for finding in findings]
    groups = [group for group in _groups(told) if group][:MOST_SECTIONS]
    days = explanation.window.length > timedelta(days=1)
    return tuple(Section(n, _settled(group, facts, days=days)) for n, group in enumerate(groups, start=1))


def _ordered(explanation: Explanation) -> list[Finding]:
    roles = list(Role)
    return sorted(explanation.ranking, key=lambda f: (roles.index(f.role), _loops(f)))


def _loops(finding: Finding) -> bool:
    """Of the amplifiers, the chain of liquidations follows the crowd; levels come after it."""
    chain = {"cascade", "squeeze", "loop", "reported_size"}
    return finding.role is Role.AMPLIFIER and not chain & set(finding.claims)


def _one_way(findings: list[Finding]) -> list[Finding]:
    """Without the less sure of two causes that contradict each other."""
    ranked = sorted(findings, key=lambda f: -f.confidence)
    pairs = [[f.cause for f in ranked if f.cause in pair] for pair in CONTRARY]
    return [f for f in findings if not any(f.cause in pair[1:] for pair in pairs)]


def _distinct(findings: list[Finding]) -> list[Finding]:
    """Without claims that another cause tells more fully; a cause that has nothing else to say is left out."""
    claims = {finding.cause: finding.claims for finding in findings}
    kept = [(finding, _kept(finding, claims)) for finding in findings]
    return [finding._replace(claims=rest) for finding, rest in kept if rest or not finding.claims]


def _kept(finding: Finding, claims: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    rows = [(claim, cause, fuller) for claim, cause, fuller in FULLER if cause != finding.cause]
    drop = {claim for claim, cause, fuller in rows if fuller in claims.get(cause, ())}
    return tuple(claim for claim in finding.claims if claim not in drop)


def _groups(told: list[Told]) -> Iterable[list[Told]]:
    by_role = {role: [t for t in told if t.role is role] for role in Role}
    firm = [t for t in by_role[Role.TRIGGER] if t.strength != "possible"]
    faint = [t for t in by_role[Role.TRIGGER] if t.strength == "possible"]  # behind what is surer
    moved = _telling(by_role[Role.MECHANISM] + by_role[Role.AMPLIFIER])
    backdrop = by_role[Role.BACKDROP][:MOST_ALIKE]
    return [firm[:MOST_ALIKE], moved, faint[:MOST_ALIKE], backdrop, by_role[Role.DIFFERENTIATION]]


def _telling(moved: list[Told]) -> list[Told]:
    """What has sentences of its own comes first; what has none and is merely possible is left to /why beside it."""
    if not any(told.claims for told in moved):
        return moved[:1] + [told for told in moved[1:] if told.strength != "possible"]
    kept = [told for told in moved if told.claims or told.strength != "possible"]
    return sorted(kept, key=lambda told: not told.claims)


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
    """The readings that speak for the cause, the weightiest first; one that does so by a hair, all told, isn't said."""
    weights: dict[str, float] = {}
    for c in finding.contributions:
        if c.grade is not None:
            weights[c.reading] = weights.get(c.reading, 0.0) + c.points
    ranked = sorted(weights, key=lambda name: -weights[name])
    return tuple(name for name in ranked if weights[name] > HAIR)[:MOST_EVIDENCE]


def _in_time(finding: Finding, kind: DayKind, facts: Facts) -> bool:
    """A trigger comes before the extreme of the move; a session of funds or shares does if it opened before it."""
    extreme = {DayKind.SELLOFF: "price.low.{asset}", DayKind.RALLY: "price.high.{asset}"}.get(kind)
    reading = facts.find(extreme) if extreme else None
    needed = ("one_of",) if finding.cause == "equity_risk_off" else ("required",)
    ends = [c.end for c in finding.contributions if c.end and c.need in needed]
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
