"""Alts against BTC: the median alt, and what its usual sensitivity leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import bars, reason, value

ALTS = ("SOL", "XRP", "BNB", "DOGE", "ADA")
STEPS = [1.0, -1.0, 2.0, -2.0, 0.5, -0.5] * 30  # 180 days


def market(asset, last, beta=1.0, days=180):
    """Daily bars that move `beta` times the common steps, and at last `last` percent."""
    closes = [100.0]
    for step in STEPS[:days]:
        closes.append(closes[-1] * (1 + beta * step / 100))
    return bars([*closes, closes[-1] * (1 + last / 100)], asset, "1d")


def alts(*lasts, beta=1.5):
    return [market(asset, last, beta) for asset, last in zip(ALTS, lasts, strict=True)]


def test_the_median_alt_is_neither_btc_nor_eth():
    recorded = [*alts(-9, -6, -5, -1, 4), market("BTC", -20), market("ETH", -20)]
    median = value("relative.alt_return", *recorded)
    assert median.value == pytest.approx(-5)
    assert median.baseline is not None
    assert median.baseline.n == 90
    assert "binanceusdm.*-USDT-PERP.1d" in median.source


def test_alts_beyond_their_beta():
    # beta 1.5, BTC -4: -6 is usual, -5 is one point better
    recorded = [*alts(-9, -6, -5, -1, 4), market("BTC", -4)]
    excess = value("relative.alt_excess", *recorded)
    assert excess.value == pytest.approx(1.0, abs=0.02)
    assert excess.baseline is not None
    assert excess.baseline.median == pytest.approx(0.0, abs=0.02)


@given(st.permutations([-9.0, -6.0, -5.0, -1.0, 4.0]))
def test_which_alt_moved_does_not_matter(lasts):
    assert value("relative.alt_return", *alts(*lasts)).value == pytest.approx(-5)


def test_four_alts_make_no_median():
    recorded = [*alts(-9, -6, -5, -1, 4)[:4], market("BTC", -4), market("ETH", -4)]
    assert "5 make a median" in reason("relative.alt_return", *recorded)
    young = [market(asset, -5, days=20) for asset in ALTS]
    assert "30 make a beta" in reason("relative.alt_excess", *young, market("BTC", -4))


def test_days_with_fewer_than_five_alts_are_no_history():
    young = [market(asset, -5, days=20 if asset == "ADA" else 180) for asset in ALTS]
    assert value("relative.alt_return", *young).baseline is None
    older = [market(asset, -5, days=40 if asset == "ADA" else 180) for asset in ALTS]
    history = value("relative.alt_return", *older).baseline
    assert history is not None
    assert history.n == 41
