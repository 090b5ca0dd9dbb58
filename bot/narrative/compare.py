"""How a number stands against its own history: one comparison a section, none where the history is too short."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.readings import Baseline, Reading, Unit
from bot.narrative.amounts import Amount
from bot.narrative.facts import Facts

__all__ = ["CANDIDATES", "Comparison", "compare", "compare_first"]

NOTABLE = 0.75
"""A value further out than three in four of its history is worth a comparison; less is ordinary."""

CANDIDATES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "etf_outflow": (("", "etf.net_flow.{funds}", -1),),
    "etf_inflow": (("", "etf.net_flow.{funds}", 1),),
    "long_crowding": (
        ("overheated_before", "funding.annualised.{asset}", 1),
        ("leverage_high", "open_interest.leverage.{asset}", 1),
        ("leverage_added", "open_interest.buildup.{asset}", 1),
    ),
    "short_crowding": (
        ("shorts_were_paying", "funding.annualised.{asset}", -1),
        ("cheap_funding", "funding.annualised.{asset}", -1),
        ("leverage_high", "open_interest.leverage.{asset}", 1),
        ("leverage_added", "open_interest.buildup.{asset}", 1),
    ),
    "long_liquidation_cascade": (("cascade", "liquidations.share_of_open_interest{of}", 1),),
    "short_squeeze": (("squeeze", "liquidations.share_of_open_interest{of}", 1),),
    "macro_headwind": (
        ("yields_up", "rates.us10y.change", 1),
        ("dollar_up", "dollar.index.change", 1),
        ("risk_off", "equities.sp500.change", -1),
    ),
    "macro_tailwind": (
        ("yields_down", "rates.us10y.change", -1),
        ("dollar_down", "dollar.index.change", -1),
        ("risk_on", "equities.sp500.change", 1),
    ),
    "eth_weakness": (("lagged_beta", "relative.residual_vs_btc.eth", -1),),
    "eth_strength": (("beat_beta", "relative.residual_vs_btc.eth", 1),),
    "alt_weakness": (("alts_lagged", "relative.alt_excess", -1),),
    "deleveraging": (("positions_closed", "open_interest.change.{asset}", -1),),
    "equity_risk_off": (
        ("shares_down", "equities.sp500.change", -1),
        ("fear_up", "volatility.vix.change", 1),
    ),
    "geopolitics_or_tariffs": (("outside_fear", "volatility.vix", 1),),
    "liquidity_thin": (
        ("low_volume", "volume.relative.{asset}", -1),
        ("low_depth", "depth.change.{asset}", -1),
    ),
    "profit_taking": (
        ("after_a_run", "price.return_before.{asset}", 1),
        ("after_a_month", "price.return_30d_before.{asset}", 1),
    ),
    "sentiment_extreme": (
        ("extreme_fear", "sentiment.fear_greed", -1),
        ("extreme_greed", "sentiment.fear_greed", 1),
    ),
    "spot_selling": (
        ("us_discount", "premium.coinbase.btc", -1),
        ("takers_sold", "taker.imbalance.{asset}", -1),
        ("spot_led", "volume.spot_over_perp.{asset}", 1),
    ),
    "spot_buying": (
        ("us_premium", "premium.coinbase.btc", 1),
        ("takers_bought", "taker.imbalance.{asset}", 1),
        ("spot_led", "volume.spot_over_perp.{asset}", 1),
    ),
    "stablecoin_drain": (("unusual", "stablecoins.change_7d", -1),),
    "quiet_range": (("narrow_range", "price.range.{asset}", -1),),
}
"""Cause: (claim that must be licensed, reading, the side that suits the sentence: 1 high, -1 low)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The value lies beyond `beaten` of the `of` values before it, which are `span` (sessions, days or windows)."""

    pattern: str
    beaten: Amount
    of: Amount
    span: str

    @property
    def record(self) -> bool:
        return self.beaten.value == self.of.value


def compare_first(facts: Facts, candidates: Iterable[tuple[str, int]]) -> Comparison | None:
    """The first comparison worth making."""
    return next((found for pattern, side in candidates if (found := compare(facts, pattern, side))), None)


def compare(facts: Facts, pattern: str, side: int) -> Comparison | None:
    """`side` 1 asks whether the value is high, -1 whether it is low; ties do not count as beaten."""
    reading = facts.find(pattern)
    if reading is None or reading.percentile is None or reading.baseline is None or reading.baseline.n < 30:
        return None
    share = _beaten(reading, side)
    if share < NOTABLE:
        return None
    beaten, of = round(share * reading.baseline.n), reading.baseline.n
    return Comparison(pattern, _count(beaten, reading), _count(of, reading), _span(reading.baseline))


def _beaten(reading: Reading, side: int) -> float:
    share = (reading.percentile or 0.0) / 100
    return share if side > 0 else 1 - share


def _count(number: int, reading: Reading) -> Amount:
    return Amount(float(number), Unit.COUNT, reading.name)


def _span(baseline: Baseline) -> str:
    return next((span for span in ("sessions", "windows") if span in baseline.span), "days")
