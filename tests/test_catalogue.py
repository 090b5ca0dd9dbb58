"""Where figures come from, in the names readers know."""

import pytest

from bot.domain.catalogue import publishers


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("bars/cccagg.BTC-USD.1h", ("CryptoCompare",)),
        ("bars/binanceusdm.ETH-USDT-PERP.4h, bars/cccagg.BTC-USD.1h", ("Binance", "CryptoCompare")),
        ("liquidations.*.{btc,eth} / open_interest.usd.total.{btc,eth}", ("CoinGlass",)),
        ("(etf.net_flow.eth / market_cap.eth) - (etf.net_flow.btc / market_cap.btc)", ("Farside", "CoinGecko")),
        ("etf.net_flow.btc / bars/cccagg.BTC-USD.1d", ("Farside", "CryptoCompare")),
        ("premium.coinbase_okx.btc", ("Coinbase", "OKX")),
        ("own.series.btc", ("own.series.btc",)),
    ],
)
def test_a_source_names_its_publishers(source, names):
    assert publishers(source) == names


def test_who_published_the_stored_figures_comes_first():
    recorded = {"etf.net_flow.btc": "SoSoValue", "etf.net_flow.eth": "The Block", "liquidations.hour.long.btc": "Gate"}
    assert publishers("etf.net_flow.{btc,eth}", recorded) == ("SoSoValue", "The Block")
    assert publishers("liquidations.hour.*.btc", recorded) == ("Gate",)
    assert publishers("etf.net_flow.btc / bars/okx.BTC-USDT-PERP.1h", recorded) == ("SoSoValue", "OKX")
    assert publishers("rates.us10y", {"rates.us10y": ""}) == ("FRED",)
