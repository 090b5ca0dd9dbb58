"""Explanations built by hand: one for each kind of recap, with readings like those of real days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.domain.catalogue import Quantity, lookup
from bot.domain.explanation import Contribution, DayKind, Explanation, Finding, Role, State
from bot.domain.readings import Baseline, Missing, Reading, Readings, Unit
from bot.domain.series import Headline, Release
from bot.domain.window import MARKET, Scope, Window

ROLES = {
    "etf_outflow": Role.TRIGGER,
    "etf_inflow": Role.TRIGGER,
    "long_crowding": Role.MECHANISM,
    "short_crowding": Role.MECHANISM,
    "long_liquidation_cascade": Role.AMPLIFIER,
    "short_squeeze": Role.AMPLIFIER,
    "support_break": Role.AMPLIFIER,
    "resistance_breakout": Role.AMPLIFIER,
    "macro_headwind": Role.BACKDROP,
    "macro_tailwind": Role.BACKDROP,
    "quiet_range": Role.BACKDROP,
    "eth_weakness": Role.DIFFERENTIATION,
    "eth_strength": Role.DIFFERENTIATION,
    "geopolitics_or_tariffs": Role.TRIGGER,
    "regulation": Role.TRIGGER,
    "supply_overhang": Role.TRIGGER,
    "security_incident": Role.TRIGGER,
    "profit_taking": Role.TRIGGER,
    "equity_risk_off": Role.TRIGGER,
    "spot_selling": Role.TRIGGER,
    "spot_buying": Role.TRIGGER,
    "deleveraging": Role.MECHANISM,
    "options_expiry": Role.BACKDROP,
    "liquidity_thin": Role.AMPLIFIER,
    "stablecoin_drain": Role.BACKDROP,
    "alt_weakness": Role.DIFFERENTIATION,
    "sentiment_extreme": Role.BACKDROP,
}
PRICE = "bars/binanceusdm.BTC-USDT-PERP.1h"
SOURCES = {
    "price": PRICE,
    "level": PRICE,
    "volume": PRICE,
    "relative": PRICE,
    "breadth": PRICE,
    "funding": "funding.rate_8h.binance.btc",
    "news": "headlines",
    "depth": PRICE,
    "taker": PRICE,
    "calendar": "the calendar",
    "options": "the calendar",
}


def window(end: str, hours: int = 24) -> Window:
    edge = datetime.fromisoformat(end).replace(tzinfo=UTC)
    return Window(edge - timedelta(hours=hours), edge, edge + timedelta(minutes=5))


UNITS = {
    "news.market_tied": Unit.MULTIPLE,
    "news.market_tied_3d": Unit.MULTIPLE,
    "calendar.key_releases": Unit.COUNT,
    "options.expiry_ahead": Unit.COUNT,
}
"""Readings that causes ask for and no template prints: the cases hold them whether the catalogue has them or not."""


def reading(name, value, *, at, rank=None, known=None, median=0.0, headline=None):
    """A reading of the catalogue; `rank` is (values below it, size of the history)."""
    row = lookup(name) or Quantity(name, UNITS.get(name) or UNITS[name.rpartition(".")[0]], "", "")
    base = Baseline(rank[1], median, 1.0, row.baseline) if rank else None
    percentile = 100 * rank[0] / rank[1] if rank else None
    z = (percentile - 50) / 18 if rank else None
    source = SOURCES.get(name.partition(".")[0], name)
    asset = name.rpartition(".")[2].upper()
    return Reading(name, asset, value, row.unit, at, known or at, source, z, percentile, base, headline)


def readings(when, values, session=None, published=None, releases=(), absent=(), headlines=MappingProxyType({})):
    """`values` name a number, or a number with its rank; ETF figures belong to the session's close.

    `headlines` are shown with the count of their topic.
    """
    items = {name: Missing(name, "no data") for name in absent}
    for name, given in values.items():
        value, rank = given if isinstance(given, tuple) else (given, None)
        etf = name.startswith("etf.")
        at = session if etf else _at(name, when)
        known, topic = published if etf else at, name.removeprefix("news.count.")
        items[name] = reading(name, value, at=at, rank=rank, known=known, headline=headlines.get(topic))
    return Readings(items, tuple(releases))


def _at(name, when):
    if name.startswith(("price.low", "price.high")):
        return when.start + (when.end - when.start) * (0.7 if "low" in name else 0.3)
    return when.start if name.startswith(("funding.annualised.", "open_interest.leverage")) else when.end


def finding(cause, confidence, *claims, state=State.ACTIVE, evidence=(), coverage=1.0, role=None):
    """`evidence` are (reading, points) rows; points None stand for a reading that is missing."""
    rows = tuple(_contribution(name, points) for name, points in evidence)
    points = sum(row.points for row in rows)
    role = role or ROLES[cause]
    return Finding(cause, cause, role, state, confidence, 0.3, points, coverage, claims, rows, "")


def _contribution(name, points):
    known = points is not None
    return Contribution(
        clause=name.partition(".")[0],
        reading=name,
        counter=False,
        need="required" if name.startswith("etf.net") or not known else "supporting",
        value=None,
        unit=None,
        z=None,
        grade=(1.0 if points > 0 else 0.0) if known else None,
        points=points or 0.0,
        end=None,
        known=None,
        source=name,
        reason="" if known else "no data",
    )


def explanation(when, kind, findings, items, scope=MARKET):
    nothing = 1.0
    for f in findings:
        if f.active and f.role in (Role.TRIGGER, Role.MECHANISM, Role.BACKDROP):
            nothing *= 1 - f.confidence
    return Explanation(when, scope, kind, tuple(findings), items, 1 - nothing)


def release(time, event, forecast="", previous="", impact="high"):
    return Release(datetime.fromisoformat(time).replace(tzinfo=UTC), event, impact, forecast, previous, "", None)


def source_day(releases=None):
    """The day of the text the product is modelled on: 469 million out, crowded longs, macro against, ETH weaker."""
    when = window("2026-01-15T00:00")
    session, published = datetime(2026, 1, 13, 21, tzinfo=UTC), datetime(2026, 1, 14, 4, tzinfo=UTC)
    items = readings(
        when,
        {
            "price.return.btc": (-4.2, (6, 90)),
            "price.close.btc": 91_482.0,
            "price.low.btc": 90_115.0,
            "price.high.btc": 95_800.0,
            "price.drawdown.btc": -5.6,
            "price.range_before.btc": (4.1, (12, 90)),
            "price.return.eth": (-7.4, (3, 90)),
            "liquidations.total": (1.07e9, (87, 90)),
            "liquidations.long": (888e6, (88, 90)),
            "liquidations.short": (182e6, (60, 90)),
            "liquidations.long_share": 0.83,
            "liquidations.share_of_open_interest": (0.0121, (86, 90)),
            "liquidations.intensity.eth_over_btc": 1.8,
            "etf.net_flow.btc_eth": (-469e6, (3, 60)),
            "etf.net_flow.share_of_market_cap.btc": -1.9,
            "etf.net_flow.share_of_market_cap.eth": -3.4,
            "etf.net_flow.share_of_market_cap.eth_minus_btc": -1.5,
            "etf.outflow_streak.btc": 4.0,
            "premium.coinbase.btc": (-9.0, (5, 90)),
            "funding.annualised.btc": (0.31, (84, 90)),
            "funding.annualised_after.btc": (0.04, (20, 90)),
            "open_interest.leverage.btc": (0.027, (80, 90)),
            "open_interest.buildup.btc": (0.051, (78, 90)),
            "open_interest.change.btc": (-0.07, (4, 90)),
            "long_short.accounts.btc": (2.3, (75, 90)),
            "long_short.accounts_after.btc": 1.4,
            "rates.us10y.change": (7.0, (82, 90)),
            "dollar.index.change": (0.5, (80, 90)),
            "fed.cut_probability.change": -11.0,
            "volume.rebound.btc": 0.71,
            "breadth.share_down": 1.0,
            "relative.residual_vs_btc.eth": (-2.3, (3, 90)),
            "relative.excess_return.eth": -3.2,
            "level.low_20d.btc": 89_311.0,
            "level.close_vs_low_20d.btc": 2.4,
            "level.mean_200d.btc": 87_900.0,
        },
        session,
        published,
        releases if releases is not None else [release("2026-01-15T13:30", "Core PPI (MoM) (Dec)", "0.2%", "0.1%")],
    )
    findings = [
        finding("etf_outflow", 0.94, "support_withdrawn", "us_hours_selling", evidence=[("etf.net_flow.btc_eth", 3.0)]),
        finding("long_crowding", 0.95, "overheated_before", "leverage_high", "chain_liquidation", "positions_closed"),
        finding("long_liquidation_cascade", 0.9, "cascade", "loop", "broad"),
        finding("macro_headwind", 0.62, "cut_hopes_faded", "yields_up", "dollar_up", "rebounds_capped"),
        finding("eth_weakness", 0.8, "lagged_beta", "heavier_redemptions", "heavier_leverage"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def february_day():
    """25 February 2025: five sessions of outflows, a broken low, yields down, ETH deeper at its low but up on BTC."""
    when = window("2025-02-26T00:00")
    session, published = datetime(2025, 2, 24, 21, tzinfo=UTC), datetime(2025, 2, 25, 5, tzinfo=UTC)
    items = readings(
        when,
        {
            "price.return.btc": (-3.1, (8, 90)),
            "price.close.btc": 88_639.0,
            "price.low.btc": 86_050.0,
            "price.high.btc": 92_540.0,
            "price.drawdown.btc": -6.0,
            "price.range_before.btc": (8.4, (50, 90)),
            "price.return.eth": (-0.7, (40, 90)),
            "price.drawdown.eth": -9.0,
            "liquidations.total": (683e6, (86, 90)),
            "liquidations.long": (564e6, (87, 90)),
            "liquidations.short": (119e6, (60, 90)),
            "liquidations.long_share": 0.826,
            "liquidations.share_of_open_interest": (0.0112, (85, 90)),
            "etf.net_flow.btc_eth": (-643.9e6, (1, 60)),
            "etf.net_flow.five_sessions.btc_eth": -1.19e9,
            "etf.outflow_streak.btc": 5.0,
            "premium.coinbase.btc": (-3.0, (30, 90)),
            "funding.annualised.btc": (0.062, (35, 90)),
            "funding.annualised_after.btc": (0.021, (20, 90)),
            "open_interest.leverage.btc": (0.031, (60, 90)),
            "open_interest.buildup.btc": (0.072, (85, 90)),
            "open_interest.change.btc": (-0.015, (35, 90)),
            "long_short.accounts.btc": (2.0, (80, 90)),
            "long_short.accounts_after.btc": 2.1,
            "rates.us10y.change": (-10.0, (4, 90)),
            "dollar.index.change": (-0.3, (25, 90)),
            "equities.sp500.change": (-0.5, (30, 90)),
            "breadth.share_down": 0.86,
            "relative.residual_vs_btc.eth": (2.9, (84, 90)),
            "relative.excess_return.eth": 2.4,
            "relative.excess_drawdown.eth": -3.0,
            "level.low_20d.btc": 91_231.0,
            "level.low_50d.btc": 89_028.0,
            "level.close_vs_low_20d.btc": -2.8,
            "level.close_vs_low_50d.btc": -0.4,
            "level.mean_200d.btc": 81_900.0,
            "volume.relative.btc": (2.6, (88, 90)),
        },
        session,
        published,
        [
            release("2025-02-27T13:30", "GDP (QoQ) (Q4)", "2.3%", "3.1%"),
            release("2025-02-27T13:30", "Core PCE Prices (Q4)", "2.50%", "2.20%"),
        ],
        absent=["fed.cut_probability.change"],
    )
    findings = [
        finding(
            "etf_outflow",
            0.96,
            "support_withdrawn",
            "outflow_streak",
            "heavy_session",
            "heavy_week",
            evidence=[("etf.net_flow.btc_eth", 3.0)],
        ),
        finding("long_crowding", 0.66, "leverage_added", "crowd_was_long", "chain_liquidation"),
        finding("long_liquidation_cascade", 0.91, "cascade", "broad"),
        finding("support_break", 0.88, "closed_below", "deep_break", "heavy_volume"),
        finding(
            "macro_headwind",
            0.12,
            state=State.INACTIVE,
            evidence=[("rates.us10y.change", -1.0), ("fed.cut_probability.change", None)],
        ),
        finding("eth_weakness", 0.03, state=State.INACTIVE),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def rally():
    when = window("2025-04-23T00:00")
    session, published = datetime(2025, 4, 21, 20, tzinfo=UTC), datetime(2025, 4, 22, 5, tzinfo=UTC)
    items = readings(
        when,
        {
            "price.return.btc": (6.8, (88, 90)),
            "price.close.btc": 93_442.0,
            "price.high.btc": 93_890.0,
            "price.low.btc": 87_050.0,
            "price.runup.btc": 7.3,
            "price.return.eth": (11.2, (88, 90)),
            "liquidations.total": (612e6, (84, 90)),
            "liquidations.short": (540e6, (87, 90)),
            "liquidations.long": (72e6, (10, 90)),
            "liquidations.long_share": 0.118,
            "liquidations.share_of_open_interest": (0.0098, (83, 90)),
            "etf.net_flow.btc_eth": (381e6, (56, 60)),
            "etf.inflow_streak.btc": 3.0,
            "premium.coinbase.btc": (6.0, (80, 90)),
            "funding.annualised.btc": (-0.021, (4, 90)),
            "funding.annualised_after.btc": (0.054, (50, 90)),
            "open_interest.buildup.btc": (0.063, (82, 90)),
            "open_interest.change.btc": (0.041, (80, 90)),
            "long_short.accounts.btc": (0.82, (4, 90)),
            "rates.us10y.change": (-1.0, (40, 90)),
            "equities.sp500.change": (2.5, (88, 90)),
            "dollar.index.change": (0.6, (85, 90)),
            "volatility.vix.change": (-3.3, (6, 90)),
            "breadth.share_down": 0.0,
            "relative.residual_vs_btc.eth": (3.1, (85, 90)),
            "relative.excess_return.eth": 4.4,
            "liquidations.intensity.eth_over_btc": 1.6,
            "level.high_20d.btc": 88_765.0,
            "level.close_vs_high_20d.btc": 5.3,
            "level.high_50d.btc": 94_900.0,
        },
        session,
        published,
        [release("2025-04-24T12:30", "Durable Goods Orders (MoM) (Mar)", "2.1%", "0.9%")],
    )
    findings = [
        finding("etf_inflow", 0.87, "steady_bid", "us_hours_buying", evidence=[("etf.net_flow.btc_eth", 3.0)]),
        finding("short_crowding", 0.81, "shorts_were_paying", "leverage_added", "forced_covering"),
        finding("short_squeeze", 0.86, "squeeze", "loop", "broad"),
        finding("resistance_breakout", 0.9, "closed_above"),
        finding("macro_tailwind", 0.64, "risk_on"),
        finding("eth_strength", 0.77, "beat_beta", "shorts_hit_harder"),
    ]
    return explanation(when, DayKind.RALLY, findings, items)


def whipsaw():
    when = window("2025-03-03T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-0.3, (45, 90)),
            "price.close.btc": 86_120.0,
            "price.high.btc": 90_210.0,
            "price.low.btc": 83_340.0,
            "price.range.btc": (7.9, (87, 90)),
            "price.return.eth": (-0.9, (40, 90)),
            "liquidations.total": (748e6, (88, 90)),
            "liquidations.long": (391e6, (84, 90)),
            "liquidations.short": (357e6, (87, 90)),
            "liquidations.long_share": 0.523,
            "liquidations.share_of_open_interest": (0.0128, (87, 90)),
            "open_interest.change.btc": (-0.011, (40, 90)),
            "open_interest.leverage.btc": (0.029, (81, 90)),
            "funding.annualised.btc": (0.09, (60, 90)),
            "funding.annualised_after.btc": (0.05, (45, 90)),
            "level.low_20d.btc": 82_100.0,
            "level.close_vs_low_20d.btc": 4.9,
        },
        releases=[release("2025-03-03T15:00", "ISM Manufacturing PMI (Feb)", "50.6", "50.9")],
    )
    findings = [
        finding("etf_outflow", 0.3, state=State.UNKNOWN, evidence=[("etf.net_flow.btc_eth", None)]),
        finding("long_crowding", 0.71, "leverage_high"),
        finding("long_liquidation_cascade", 0.63, "cascade", "loop"),
    ]
    return explanation(when, DayKind.WHIPSAW, findings, items)


def quiet():
    when = window("2025-06-29T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (0.2, (55, 90)),
            "price.close.btc": 107_290.0,
            "price.range.btc": (0.9, (2, 90)),
            "price.return.eth": (0.4, (55, 90)),
            "volume.relative.btc": (0.42, (3, 90)),
            "liquidations.total": (61e6, (2, 90)),
            "funding.annualised_after.btc": (0.038, (30, 90)),
            "open_interest.buildup.btc": (0.028, (74, 90)),
            "long_short.accounts_after.btc": 1.2,
            "etf.net_flow.btc_eth": (578e6, (52, 60)),
            "etf.inflow_streak.btc": 14.0,
            "level.low_20d.btc": 98_200.0,
            "level.high_20d.btc": 110_530.0,
        },
        datetime(2025, 6, 27, 20, tzinfo=UTC),
        datetime(2025, 6, 28, 5, tzinfo=UTC),
        [release("2025-06-30T13:45", "Chicago PMI (Jun)", "42.7", "40.5")],
    )
    findings = [finding("quiet_range", 0.93, "narrow_range", "thin_volume", "calm_liquidations")]
    return explanation(when, DayKind.QUIET, findings, items)


def no_clear_cause():
    when = window("2025-08-02T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-2.2, (14, 90)),
            "price.close.btc": 113_297.0,
            "price.low.btc": 112_722.0,
            "price.drawdown.btc": -2.7,
            "price.return.eth": (-2.9, (25, 90)),
            "liquidations.total": (214e6, (52, 90)),
            "liquidations.long_share": 0.61,
            "liquidations.share_of_open_interest": (0.0031, (50, 90)),
            "etf.net_flow.btc_eth": (97e6, (35, 60)),
            "funding.annualised.btc": (0.071, (48, 90)),
            "funding.annualised_after.btc": (0.066, (45, 90)),
            "open_interest.change.btc": (-0.008, (45, 90)),
            "dollar.index.change": (-0.1, (40, 90)),
            "level.low_20d.btc": 114_760.0,
            "level.close_vs_low_20d.btc": -1.3,
        },
        datetime(2025, 7, 31, 20, tzinfo=UTC),
        datetime(2025, 8, 1, 5, tzinfo=UTC),
    )
    off = State.INACTIVE
    findings = [
        finding("etf_outflow", 0.05, state=off, evidence=[("etf.net_flow.btc_eth", -3.0)]),
        finding(
            "long_crowding",
            0.2,
            state=off,
            evidence=[("funding.annualised.btc", -1.0), ("liquidations.share_of_open_interest", -0.8)],
        ),
        finding(
            "macro_headwind",
            0.2,
            state=State.UNKNOWN,
            evidence=[("rates.us10y.change", None), ("fed.cut_probability.change", None)],
        ),
        finding("support_break", 0.7, "closed_below"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def looking_at(values):
    """The unclear day with a rejected cause more, against which these readings speak most."""
    day = no_clear_cause()
    items = {name: reading(name, value, at=day.window.end) for name, value in values.items()}
    rejected = finding("liquidity_thin", 0.1, state=State.INACTIVE, evidence=[(name, -9.0) for name in values])
    known = Readings({**day.readings.items_by_name, **items})
    return replace(day, readings=known, findings=(*day.findings, rejected))


def missing_everywhere():
    """Only the price was known: every cause is unknown."""
    when = window("2024-03-06T00:00")
    items = readings(when, {"price.return.btc": -6.1, "price.close.btc": 63_724.0}, absent=["etf.net_flow.btc_eth"])
    lacking = [
        ("etf_outflow", "etf.net_flow.btc_eth"),
        ("long_crowding", "funding.annualised.btc"),
        ("long_liquidation_cascade", "liquidations.long_share"),
        ("macro_headwind", "rates.us10y.change"),
    ]
    findings = [finding(c, 0.3, state=State.UNKNOWN, evidence=[(r, None)], coverage=0.0) for c, r in lacking]
    return explanation(when, DayKind.SELLOFF, findings, items)


def one_asset():
    """ETH alone, four hours."""
    when = window("2025-02-03T04:00", hours=4)
    items = readings(
        when,
        {
            "price.return.eth": (-14.3, (0, 90)),
            "price.return.btc": (-3.4, (2, 90)),
            "price.close.eth": 2_481.35,
            "price.low.eth": 2_125.01,
            "price.drawdown.eth": -26.6,
            "liquidations.total.eth": (471e6, (90, 90)),
            "liquidations.long.eth": (402e6, (90, 90)),
            "liquidations.long_share.eth": 0.853,
            "liquidations.share_of_open_interest.eth": (0.034, (90, 90)),
            "open_interest.change.eth": (-0.142, (0, 90)),
            "open_interest.leverage.eth": (0.061, (84, 90)),
            "long_short.accounts.eth": 3.1,
            "funding.annualised_after.eth": (-0.033, (2, 90)),
            "level.low_20d.eth": 2_920.0,
            "level.close_vs_low_20d.eth": -15.0,
            "relative.residual_vs_btc.eth": (-9.7, (0, 90)),
            "relative.excess_return.eth": -10.9,
            "liquidations.intensity.eth_over_btc": 3.1,
        },
    )
    findings = [
        finding("etf_outflow", 0.2, state=State.NOT_APPLICABLE),
        finding("long_crowding", 0.93, "leverage_high", "crowd_was_long", "chain_liquidation", "positions_closed"),
        finding("long_liquidation_cascade", 0.97, "cascade", "loop"),
        finding("eth_weakness", 0.9, "lagged_beta", "heavier_leverage"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items, Scope("ETH"))


def own_cause():
    """A cause of an operator's own, without a template."""
    when = window("2025-05-06T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-1.9, (18, 90)),
            "price.close.btc": 94_100.0,
            "stablecoins.change_7d": (-0.8, (3, 90)),
            "oil.wti.change": (-2.4, (9, 90)),
            "liquidations.long_share": 0.71,
        },
    )
    rows = [("stablecoins.change_7d", 2.0), ("oil.wti.change", 0.5), ("liquidations.long_share", 0.4)]
    findings = [finding("house_view", 0.78, "drain", evidence=rows, role=Role.BACKDROP)]
    return explanation(when, DayKind.SELLOFF, findings, items)


def headline(time, outlet, title, url="https://news.example/a?b=1&c=2"):
    return Headline(datetime.fromisoformat(time).replace(tzinfo=UTC), outlet, title, url)


def news(topic, count, usual, tied_share=None, **kinds):
    """Readings of one topic's headlines; `kinds` are those of other multiples, `fall_tied` and so on."""
    rows = {f"news.count.{topic}": float(count), f"news.usual.{topic}": usual}
    rows |= {f"news.intensity.{topic}": (count + 1) / (usual + 1)}
    rows |= {f"news.{kind}.{topic}": value for kind, value in kinds.items()}
    return rows | ({} if tied_share is None else {f"news.tied_share.{topic}": tied_share})


def tariff_day():
    """A weekend's tariffs: headlines, falling shares, liquidations as the press quotes them, altcoins far behind."""
    when = window("2025-02-03T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-4.6, (5, 90)),
            "price.close.btc": 96_010.0,
            "price.low.btc": 94_200.0,
            "price.drawdown.btc": -6.4,
            "price.return.eth": (-9.1, (2, 90)),
            "liquidations.reported.total": 1.9e9,
            "liquidations.long_share": 0.86,
            "calendar.weekend": 1.0,
            "volume.relative.btc": (0.62, (8, 90)),
            "volatility.vix": (24.1, (82, 90)),
            "volatility.vix.change": (4.2, (86, 90)),
            "equities.sp500.change": (-1.8, (5, 90)),
            "equities.tech.change": (-2.6, (5, 90)),
            "rates.us10y.change": (-2.0, (30, 90)),
            "dollar.index.change": (1.1, (88, 90)),
            "relative.alt_return": -10.3,
            "relative.alt_excess": (-3.8, (4, 90)),
            "breadth.share_beating_btc": 0.08,
            "level.low_20d.btc": 91_230.0,
            "level.close_vs_low_20d.btc": 5.2,
        }
        | news("geopolitics", 41, 12.3, 0.62, fall_tied=4.8, market_tied=3.9, intensity_3d=2.2)
        | news("equities", 9, 4.0, 0.14, fall_tied=2.1)
        | news("macro", 14, 9.0, 0.1, fall_tied=1.6),
        headlines={
            "geopolitics": headline(
                "2025-02-02T02:02", "CoinDesk", "Bitcoin Slides Below $98K as Trump's Tariffs on 3 Countries Begin"
            ),
            "macro": headline("2025-02-01T19:40", "Reuters", "Dollar jumps, “risk” sinks on tariffs?", "ftp://x"),
        },
    )
    findings = [
        finding("geopolitics_or_tariffs", 0.93, "attention", "reported", "outside_fear"),
        finding("equity_risk_off", 0.78, "shares_down", "fear_up", "reported"),
        finding("long_liquidation_cascade", 0.8, "reported_size"),
        finding("liquidity_thin", 0.7, "weekend", "low_volume"),
        finding("macro_headwind", 0.64, "dollar_up", "risk_off", "reported"),
        finding("alt_weakness", 0.8, "alts_lagged", "few_beat_btc"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def after_a_run():
    """Profits taken near the high while the funds still bought; a quarterly expiry ahead."""
    when = window("2024-12-20T00:00")
    session, published = datetime(2024, 12, 18, 21, tzinfo=UTC), datetime(2024, 12, 19, 5, tzinfo=UTC)
    items = readings(
        when,
        {
            "price.return.btc": (-3.4, (9, 90)),
            "price.close.btc": 101_200.0,
            "price.return.eth": (-4.0, (12, 90)),
            "price.return_before.btc": (9.1, (80, 90)),
            "level.open_vs_high_20d.btc": -0.8,
            "etf.net_flow.btc_eth": (381e6, (50, 60)),
            "open_interest.change.btc": (-0.043, (6, 90)),
            "funding.change.btc": (-0.12, (8, 90)),
            "liquidations.share_of_open_interest": (0.004, (40, 90)),
            "sentiment.fear_greed": (84.0, (80, 90)),
            "options.expiry_size": 0.0,
            "options.expiry_ahead": 3.0,
            "volatility.vix": 14.2,
        }
        | news("profit_taking", 6, 0.3, 0.2, fall_tied=2.0)
        | news("sentiment", 9, 5.0),
        session,
        published,
    )
    findings = [
        finding("profit_taking", 0.82, "after_a_run", "near_the_high", "money_still_came", "talk"),
        finding("deleveraging", 0.74, "positions_closed", "funding_fell"),
        finding("sentiment_extreme", 0.66, "extreme_greed", "talk"),
        finding("options_expiry", 0.55, "expiry_ahead"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def spot_rally():
    """Buyers in the US, a company's disclosure, a ruling that headlines tie to the rise."""
    when = window("2025-05-09T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (6.1, (87, 90)),
            "price.close.btc": 103_240.0,
            "price.high.btc": 104_010.0,
            "price.runup.btc": 6.9,
            "price.return.eth": (14.0, (89, 90)),
            "premium.coinbase.btc": (8.0, (84, 90)),
            "taker.imbalance.btc": (0.042, (83, 90)),
            "volume.spot_over_perp.btc": (0.21, (82, 90)),
            "rates.us2y.change": (-6.0, (10, 90)),
            "calendar.key_releases": 1.0,
            "calendar.surprise.inflation": -0.1,
            "calendar.surprise.jobs": -37_000.0,
            "options.expiry_size": 2.0,
            "options.move_near_expiry.btc": 0.44,
            "liquidations.reported.total": 960e6,
            "liquidations.long_share": 0.14,
        }
        | news("treasuries", 11, 3.0)
        | news("regulation", 22, 8.0, 0.41, rise_tied=3.1, intensity_3d=2.6),
        headlines={
            "treasuries": headline("2025-05-08T12:31", "The Block", "Strategy buys another 1,895 BTC"),
            "regulation": headline("2025-05-08T15:04", "DL News", 'SEC drops <b>case</b> & "closes" the file!'),
        },
    )
    findings = [
        finding("spot_buying", 0.84, "us_premium", "spot_led", "takers_bought", "treasury_buying"),
        finding("regulation", 0.77, "attention", "reported"),
        finding("short_squeeze", 0.7, "reported_size"),
        finding("macro_tailwind", 0.68, "inflation", "release", "cut_hopes_grew"),
        finding("options_expiry", 0.6, "expiry", "near_the_hour"),
    ]
    return explanation(when, DayKind.RALLY, findings, items)


def slow_fall():
    """Coins of a large holder, a hack three days old, spot sellers, fear and fewer stablecoins."""
    when = window("2024-07-05T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-5.0, (3, 90)),
            "price.close.btc": 57_020.0,
            "price.return.eth": (-6.0, (6, 90)),
            "premium.coinbase.btc": (-12.0, (4, 90)),
            "taker.imbalance.btc": (-0.05, (6, 90)),
            "volume.spot_over_perp.btc": (0.19, (30, 90)),
            "volume.coinbase_share.btc": (0.34, (84, 90)),
            "calendar.us_holiday": 1.0,
            "depth.change.btc": (-0.31, (3, 90)),
            "stablecoins.change_7d": (-0.8, (3, 90)),
            "sentiment.fear_greed": (18.0, (2, 90)),
        }
        | news("supply", 19, 0.2, 1.0, fall_tied=3.6)
        | news("security", 2, 3.0, fall_tied=0.6, intensity_3d=3.4),
        headlines={
            "supply": headline("2024-07-04T09:10", "99Bitcoins", "German Government " + "Moves BTC Again " * 12)
        },
    )
    findings = [
        finding("spot_selling", 0.8, "us_discount", "takers_sold", "spot_led"),
        finding("supply_overhang", 0.79, "attention", "reported"),
        finding("security_incident", 0.62, "attention"),
        finding("liquidity_thin", 0.66, "holiday", "low_depth"),
        finding("stablecoin_drain", 0.7, "supply_shrinks", "unusual"),
        finding("sentiment_extreme", 0.61, "extreme_fear"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


def origin_unknown():
    """What fed the fall is known, what set it off is not; headlines are not recorded."""
    when = window("2025-10-11T00:00")
    items = readings(
        when,
        {
            "price.return.btc": (-7.2, (0, 90)),
            "price.close.btc": 112_870.0,
            "price.return.eth": (-12.2, (0, 90)),
            "open_interest.change.btc": (-0.18, (0, 90)),
            "open_interest.leverage.btc": (0.034, (85, 90)),
            "liquidations.long_share": 0.87,
            "liquidations.share_of_open_interest": (0.09, (90, 90)),
        },
        absent=["news.count.geopolitics", "news.intensity.geopolitics"],
    )
    lacking = [("news.intensity.geopolitics", None)]
    findings = [
        finding("geopolitics_or_tariffs", 0.3, state=State.UNKNOWN, evidence=lacking),
        finding("long_crowding", 0.9, "leverage_high", "chain_liquidation", "positions_closed"),
        finding("long_liquidation_cascade", 0.95, "cascade", "loop"),
    ]
    return explanation(when, DayKind.SELLOFF, findings, items)


CASES = {
    "tariff_day": tariff_day,
    "after_a_run": after_a_run,
    "spot_rally": spot_rally,
    "slow_fall": slow_fall,
    "origin_unknown": origin_unknown,
    "source_day": source_day,
    "february_day": february_day,
    "rally": rally,
    "whipsaw": whipsaw,
    "quiet": quiet,
    "no_clear_cause": no_clear_cause,
    "missing_everywhere": missing_everywhere,
    "one_asset": one_asset,
    "own_cause": own_cause,
}
