"""From every live source through the store to the reader: a recap at any minute, whoever of the venues answers."""

from datetime import timedelta

import pytest

from bot.domain.series import moment

WANTED = (
    "price.return.btc",
    "price.return.eth",
    "price.return_over_atr.btc",
    "volume.relative.btc",
    "volume.relative.eth",
    "funding.annualised.btc",
    "funding.annualised_after.eth",
    "funding.change.btc",
    "open_interest.usd.btc",
    "open_interest.change.btc",
    "open_interest.change.eth",
    "open_interest.buildup.btc",
    "long_short.accounts.btc",
    "liquidations.total",
    "liquidations.long_share",
    "liquidations.share_of_open_interest",
    "liquidations.total.eth",
    "etf.net_flow.btc",
    "etf.net_flow.eth",
    "etf.net_flow.btc_eth",
    "etf.outflow_streak.btc",
    "premium.coinbase.btc",
    "stablecoins.change_7d",
    "rates.us10y",
    "rates.us10y.change",
    "dollar.index.change",
    "equities.sp500.change",
    "volatility.vix",
    "fed.cut_probability",
    "sentiment.fear_greed",
    "volatility.dvol.btc",
    "news.headlines",
    "breadth.share_down",
    "relative.residual_vs_btc.eth",
)


@pytest.mark.parametrize("scope", ["market", "ETH"])
def test_a_recap_at_no_full_hour_has_all_it_is_told_from(live_day, scope):
    readings = live_day.recap(scope).explanation.readings
    assert [name for name in WANTED if readings.known(name) is None] == []
    assert readings["price.return.btc"].value == pytest.approx(-5, abs=2)
    assert readings["etf.net_flow.btc_eth"].value == pytest.approx(-6.3e8)
    assert readings["open_interest.change.btc"].value == pytest.approx(-0.125, abs=0.03)


def test_the_readers_thread_names_causes_coverage_and_publishers(live_day):
    text = "\n".join(post.text for post in live_day.recap().thread.posts)
    assert "net outflow of $630 million" in text
    assert "At least $" in text
    assert "Sources: " in text
    for name in ("Binance", "SoSoValue", "US Treasury"):
        assert name in text.rpartition("Sources: ")[2]
    for archived in ("Farside", "CoinGlass", "FRED"):
        assert archived not in text


def test_where_binance_and_bybit_are_closed_the_others_tell_the_day(blocked_day):
    recap = blocked_day.recap()
    readings = recap.explanation.readings
    few = {"volume.coinbase_share.btc"}
    assert [name for name in WANTED if name not in few and readings.known(name) is None] == []
    assert readings["price.close.btc"].source == "bars/okx.BTC-USDT-PERP.1h"
    footer = recap.thread.posts[-1].text.rpartition("Sources: ")[2]
    assert "OKX" in footer
    assert "Gate" in footer
    assert "Binance" not in footer
    assert "Bybit" not in footer


def test_a_release_that_was_due_is_told_without_a_surprise(live_day):
    readings = live_day.recap().explanation.readings
    assert readings["calendar.key_releases"].value == 1
    assert readings.known("calendar.surprise.inflation") is None
    assert readings.known("calendar.high_impact.count") is None
    assert "what they showed" in readings["calendar.high_impact.count"].reason


@pytest.mark.parametrize("length", [4, 24, 168])
def test_windows_of_every_length_are_told(live_day, length):
    recap = live_day.recap(length=timedelta(hours=length))
    assert recap.explanation.readings.known("price.return.btc") is not None


def test_an_hour_that_a_venue_has_not_told_yet_makes_a_total_of_the_others(live_day):
    total = live_day.recap(as_of=live_day.clock.now() + timedelta(hours=1)).explanation.readings["liquidations.total"]
    assert moment(0) < total.end <= live_day.clock.now()


def test_a_recap_reads_minutes_of_a_few_days_and_of_no_single_venue(live_day, monkeypatch):
    asked, read = {}, type(live_day.store).series

    def noted(self, name, since, until):
        asked[name] = until - since
        return read(self, name, since, until)

    monkeypatch.setattr(type(live_day.store), "series", noted)
    live_day.recap()
    assert not [name for name in asked if name.startswith("liquidations.hour.long.") and name.count(".") > 3]
    assert max(length for name, length in asked.items() if name.startswith("open_interest.")) <= timedelta(days=131)
