"""What happened between a window's end and the moment of telling."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bot.domain.readings import Missing
from bot.domain.series import stamp
from bot.domain.window import MARKET
from bot.indicators.measure import measure, window_until
from bot.indicators.snapshot import Bars, History, Track

END = datetime(2026, 11, 24, 13, tzinfo=UTC)
ASKED = END + timedelta(minutes=40)
HOUR = timedelta(hours=1)


def readings(tracks, asked=ASKED):
    starts = np.array([stamp(END - n * HOUR) for n in range(60, 0, -1)])
    flat = np.full(60, 100.0)
    name = "okx.BTC-USDT-PERP.1h"
    bars = Bars(name, HOUR, dict.fromkeys(("open", "high", "low", "close", "volume"), flat), starts, starts[:0])
    held = {
        series: Track(series, np.array([stamp(t)]), np.array([value]), np.array([stamp(t)]))
        for series, t, value in tracks
    }
    snapshot = History(held, {name: bars}).at(asked)
    return measure(snapshot, window_until(snapshot, timedelta(days=1), MARKET), MARKET)


def test_the_price_since_the_window_s_end_is_the_lead_market_s_own():
    found = readings([("price.last.okx.btc", ASKED - timedelta(minutes=2), 98.0), ("price.last.gate.btc", ASKED, 50.0)])
    assert found["price.now.btc"].value == 98
    assert found["price.since_close.btc"].value == pytest.approx(-2)
    assert found["price.now.btc"].end == ASKED - timedelta(minutes=2)


@pytest.mark.parametrize("when", [END, END - HOUR, ASKED - timedelta(minutes=16), ASKED + timedelta(minutes=1)])
def test_a_price_that_is_old_of_the_window_or_not_known_yet_is_none(when):
    found = readings([("price.last.okx.btc", when, 98.0)])
    assert isinstance(found["price.now.btc"], Missing)
    assert isinstance(found["price.since_close.btc"], Missing)


def test_funding_that_builds_up_is_the_venues_median_a_year():
    at = ASKED - timedelta(minutes=5)
    rates = {"binance": 0.0001, "okx": 0.0002, "bybit": 0.0009}
    found = readings([(f"funding.running_8h.{venue}.btc", at, rate) for venue, rate in rates.items()])
    assert found["funding.running.btc"].value == pytest.approx(0.0002 * 3 * 365)


def test_one_venue_s_funding_is_not_the_market_s():
    found = readings([("funding.running_8h.okx.btc", ASKED, 0.0001)])
    assert isinstance(found["funding.running.btc"], Missing)
