"""What does not fit the story: readings that point the other way, told beside it."""

from collections.abc import Callable, Sequence

from bot.domain.explanation import DayKind, Explanation, State
from bot.narrative.facts import Facts
from bot.narrative.outline import Section

__all__ = ["misfits"]

MOST = 3
MOVED_YIELDS, MOVED_DOLLAR, MOVED_STOCKS = 3.0, 0.2, 0.3
"""Smaller moves of yields (basis points), the dollar and stocks (percent) say nothing either way."""

HELD_COINS = 0.02
"""Open interest in coins that shrank by less than this was not flushed out."""

SMALL_FLOW = 0.01
"""A fund flow below this part of the day's spot volume is small beside it."""

FORCED = ("long_liquidation_cascade", "short_squeeze")
"""Where these could not be judged, the reader must know that leverage may have carried the move all the same."""

CALM = 17.0
"""The VIX's long median: below it, other markets feared little."""

BUSY = 1.5
"""So many times its usual volume is no thin trading."""

SAID = {"etf_bought": "money_still_came"}
"""Lines that a claim tells already."""

Test = Callable[[Facts], bool]


def misfits(explanation: Explanation, told: Sequence[Section]) -> tuple[str, ...]:
    """Names of the lines that apply, the weightiest first; a cause that is told cannot also be its own misfit."""
    facts = Facts(explanation.readings, explanation.scope)
    causes = {t.cause for section in told for t in section.causes}
    rows = _ROWS.get(explanation.day_kind, ())
    claims = {claim for section in told for t in section.causes for claim in t.claims}
    open_rows = [row for row in rows if SAID.get(row[0]) not in claims]
    fitting = [name for name, needs, but, test in open_rows if _applies(causes, needs, but) and test(facts)]
    if any(f.state is State.UNKNOWN and f.cause in FORCED for f in explanation.findings):
        fitting.insert(0, "leverage_unjudged")
    return tuple(fitting[: MOST if len(told) < 3 else MOST - 1])


def _applies(causes: set[str], needs: str, but: str) -> bool:
    return (not needs or needs in causes) and but not in causes


def _held(facts: Facts) -> bool:
    large = (facts.rank("liquidations.total{of}") or 0.0) >= 80
    return large and facts.above("open_interest.change.{asset}", -HELD_COINS)


def _cool(facts: Facts) -> bool:
    funding = facts.find("funding.annualised.{asset}")
    return funding is not None and funding.baseline is not None and 0 < funding.value < funding.baseline.median


def _small(facts: Facts) -> bool:
    return facts.below("etf.net_flow.share_of_spot_volume", SMALL_FLOW)


def _calm(facts: Facts) -> bool:
    return facts.below("volatility.vix", CALM)


def _busy(facts: Facts) -> bool:
    return facts.above("volume.relative.{asset}", BUSY)


def _eth_milder(facts: Facts, side: int) -> bool:
    gap = facts.value("relative.excess_return.eth")
    known = facts.has("price.return.eth", "price.return.btc") and facts.scope.is_market
    return known and gap is not None and gap * side >= 0.5


_ROWS: dict[DayKind, tuple[tuple[str, str, str, Test], ...]] = {
    DayKind.SELLOFF: (
        ("etf_bought", "", "-", lambda facts: facts.held and facts.up("etf.net_flow.{funds}")),
        ("flow_small", "etf_outflow", "-", _small),
        ("funding_cool", "long_crowding", "-", _cool),
        ("vix_calm", "geopolitics_or_tariffs", "-", _calm),
        ("volume_heavy", "liquidity_thin", "-", _busy),
        ("yields_fell", "", "-", lambda facts: facts.below("rates.us10y.change", -MOVED_YIELDS)),
        ("leverage_stayed", "", "-", _held),
        ("eth_held_up", "", "eth_strength", lambda facts: _eth_milder(facts, 1)),
        ("stocks_rose", "", "-", lambda facts: facts.above("equities.sp500.change", MOVED_STOCKS)),
        ("dollar_fell", "", "-", lambda facts: facts.below("dollar.index.change", -MOVED_DOLLAR)),
        ("still_long", "", "-", lambda facts: facts.above("long_short.accounts_after.{asset}", 1.5)),
    ),
    DayKind.RALLY: (
        ("etf_sold", "", "-", lambda facts: facts.held and facts.down("etf.net_flow.{funds}")),
        ("flow_small", "etf_inflow", "-", _small),
        ("volume_heavy", "liquidity_thin", "-", _busy),
        ("yields_rose", "", "-", lambda facts: facts.above("rates.us10y.change", MOVED_YIELDS)),
        ("eth_lagged", "", "eth_weakness", lambda facts: _eth_milder(facts, -1)),
        ("stocks_fell", "", "-", lambda facts: facts.below("equities.sp500.change", -MOVED_STOCKS)),
        ("dollar_rose", "", "-", lambda facts: facts.above("dollar.index.change", MOVED_DOLLAR)),
        ("leverage_grew", "short_squeeze", "-", lambda facts: facts.above("open_interest.change.{asset}", HELD_COINS)),
    ),
    DayKind.WHIPSAW: (
        ("vix_calm", "geopolitics_or_tariffs", "-", _calm),
        ("volume_heavy", "liquidity_thin", "-", _busy),
        ("leverage_stayed", "", "-", _held),
    ),
}
"""Day kind: (line, cause that must be told, cause that must not be, test)."""
