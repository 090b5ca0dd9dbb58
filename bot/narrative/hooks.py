"""The puzzle a recap opens with, the line that answers it, and which wording of each slot it gets."""

from collections.abc import Callable, Mapping, Sequence

from bot.domain.explanation import DayKind, Explanation, Role
from bot.narrative.facts import Facts
from bot.narrative.outline import PRESS, Formula, Plan, Section, Told
from bot.narrative.phrases import pick

__all__ = ["choices", "formula", "hook"]

SLOTS: dict[str, tuple[str, ...]] = {"title": ("a", "b", "c"), "bridge": ("a", "b", "c"), "misfit": ("a", "b")}
"""Slots whose wording varies from recap to recap; terms for quantities never do."""

LICENCES = {"crowd": {"crowd_was_long"}}
"""Hooks that say more than a number need the claim."""

LEADS = {
    "news": set(PRESS),
    "run": {"profit_taking"},
    "shares": {"equity_risk_off"},
    "discount": {"spot_selling"},
    "premium": {"spot_buying"},
}
"""Hooks that ask about one cause need it at the head of the first section."""

STILL = 3.0
"""Percent: a week that ended within this of its start held still."""

CROWDED = 1.5
"""So many accounts long for each one short count as a crowd in a hook."""


def hook(explanation: Explanation, clear: bool, told: Sequence[Section], past: Sequence[Plan]) -> str:
    """The kind of hook: one whose readings are there and that was not used of late."""
    facts = Facts(explanation.readings, explanation.scope)
    if not clear:
        return "unclear"
    if facts.ether_led and explanation.day_kind in (DayKind.SELLOFF, DayKind.RALLY):
        return "ether"
    licensed = {claim for finding in explanation.ranking for claim in finding.claims}
    lead = told[0].lead.cause if told else ""
    kinds = {name: fits for name, fits in _HOOKS[explanation.day_kind].items() if lead in LEADS.get(name, {lead})}
    fitting = [name for name, fits in kinds.items() if fits(facts) and LICENCES.get(name, set()) <= licensed]
    if "news" in fitting and not _loud(facts, PRESS[lead]):
        fitting.remove("news")
    if not fitting:
        return "bare"
    return pick(
        fitting, _key(explanation, "hook"), [p.hook for p in past[-(len(fitting) - 1) :]] if fitting[1:] else ()
    )


def choices(explanation: Explanation, past: Sequence[Plan]) -> Mapping[str, str]:
    """Slot: which wording."""
    return {
        slot: pick(options, _key(explanation, slot), [p.choices[slot] for p in past[-(len(options) - 1) :]])
        for slot, options in SLOTS.items()
    }


def formula(explanation: Explanation, sections: Sequence[Section]) -> Formula | None:
    """A + B = C, or no clear trigger + B = C; none where neither A nor B is licensed."""
    told = [t for section in sections for t in section.causes]
    trigger = next((t for t in told if t.role is Role.TRIGGER and t.strength != "possible" and t.in_time), None)
    carriers = [t for role in _carrying(explanation.day_kind) for t in told if t.role is role]
    parts = tuple(carriers[:1])
    if not parts and (trigger is None or explanation.day_kind is DayKind.WHIPSAW):
        return None  # what pushes one way makes no swing by itself
    return Formula(trigger, parts, _outcome(explanation.day_kind, told, parts))


def _carrying(kind: DayKind) -> tuple[Role, ...]:
    """A backdrop pushes one way: it makes no swing."""
    swing = kind is DayKind.WHIPSAW
    return (Role.MECHANISM, Role.AMPLIFIER) if swing else (Role.MECHANISM, Role.BACKDROP, Role.AMPLIFIER)


def _outcome(kind: DayKind, told: Sequence[Told], parts: Sequence[Told]) -> str:
    licensed = ("cascade", "squeeze", "loop", "reported_size")
    others = {t.cause for t in told if t not in parts and t.licences(*licensed)}
    chained = any(t.licences("chain_liquidation", "forced_covering") for t in told)
    if kind is DayKind.SELLOFF and ("long_liquidation_cascade" in others or chained):
        return "cascade"
    if kind is DayKind.RALLY and ("short_squeeze" in others or chained):
        return "squeeze"
    return {"selloff": "fall", "rally": "rise", "whipsaw": "whipsaw", "quiet": "calm"}[kind.value]


def _key(explanation: Explanation, slot: str) -> str:
    return f"{explanation.window.end.date().isoformat()} {slot}"


def _ranging(facts: Facts) -> bool:
    rank = facts.rank("price.range_before.{asset}")
    return rank is not None and rank <= 40 and _had_held(facts) and (facts.rank("liquidations.total{of}") or 0) >= 75


def _fallen(facts: Facts) -> bool:
    return facts.down("price.return.{asset}")


def _risen(facts: Facts) -> bool:
    return facts.up("price.return.{asset}")


def _had_held(facts: Facts) -> bool:
    """The price went nowhere in the week before: only then can one ask why it moved just now."""
    return facts.above("price.return_before.{asset}", -STILL) and facts.below("price.return_before.{asset}", STILL)


def _level_lost(facts: Facts) -> bool:
    return facts.has("level.low_20d.{asset}") and facts.down("level.close_vs_low_20d.{asset}")


def _level_won(facts: Facts) -> bool:
    return facts.has("level.high_20d.{asset}") and facts.up("level.close_vs_high_20d.{asset}")


def _loud(facts: Facts, topic: str) -> bool:
    return facts.attention(topic) == "window" and facts.above(f"news.usual.{topic}", 0.5)


def _swung(facts: Facts) -> bool:
    return facts.has("price.high.{asset}", "price.low.{asset}", "price.return.{asset}")


_HOOKS: dict[DayKind, dict[str, Callable[[Facts], bool]]] = {
    DayKind.SELLOFF: {
        "ranging": lambda facts: _fallen(facts) and _ranging(facts),
        "cost": lambda facts: _fallen(facts) and facts.up("liquidations.long{of}"),
        "streak": lambda facts: _fallen(facts) and facts.above("etf.outflow_streak.{asset}", 2) and _had_held(facts),
        "level": lambda facts: _fallen(facts) and _level_lost(facts),
        "crowd": lambda facts: _fallen(facts) and facts.above("long_short.accounts.{asset}", CROWDED),
        "plain": _fallen,
        "news": _fallen,
        "run": lambda facts: _fallen(facts) and facts.up("price.return_before.{asset}"),
        "shares": lambda facts: _fallen(facts) and facts.down("equities.sp500.change"),
        "discount": lambda facts: _fallen(facts) and facts.down("premium.coinbase.btc"),
    },
    DayKind.RALLY: {
        "ranging": lambda facts: _risen(facts) and _ranging(facts),
        "cost": lambda facts: _risen(facts) and facts.up("liquidations.short{of}"),
        "streak": lambda facts: _risen(facts) and facts.above("etf.inflow_streak.{asset}", 2) and _had_held(facts),
        "level": lambda facts: _risen(facts) and _level_won(facts),
        "plain": _risen,
        "news": _risen,
        "premium": lambda facts: _risen(facts) and facts.up("premium.coinbase.btc"),
    },
    DayKind.WHIPSAW: {
        "swing": _swung,
        "sides": lambda facts: facts.has("liquidations.long{of}", "liquidations.short{of}", "price.return.{asset}"),
    },
    DayKind.QUIET: {
        "rest": lambda facts: facts.has("price.range.{asset}"),
        "small": lambda facts: facts.has("price.return.{asset}", "price.range.{asset}"),
    },
}
