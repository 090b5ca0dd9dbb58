"""Each venue's rows become the same event: which position was closed, and for how many USD."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.liquidations import Side
from bot.sources.liquidations import UNREADABLE, binance_event, bybit_event, gate_event, okx_event
from bot.sources.liquidations_contracts import Contract, gate_contracts, okx_contracts, ticker_contract

# An order that was filled in parts: the last of 0.437, 1.437 in all.
BINANCE = {
    "s": "BTCUSDT", "S": "BUY", "o": "LIMIT", "f": "IOC", "q": "1.437", "p": "35100.81", "ap": "34959.70",
    "X": "FILLED", "l": "0.437", "z": "1.437", "T": 1698871323059,
}  # fmt: skip
BYBIT = {"T": 1739502302929, "s": "BTCUSDT", "S": "Sell", "v": "0.5", "p": "96000"}
OKX = {"bkLoss": "0", "bkPx": "96000", "ccy": "", "posSide": "long", "side": "sell", "sz": "13", "ts": "1692266434010"}
GATE = {
    "time": 1548654951, "contract": "BTC_USDT", "size": 600, "order_size": -600, "order_price": "3405",
    "fill_price": "3424", "left": 0,
}  # fmt: skip
GATE_SIZES = {"BTC_USDT": Contract("BTC", 0.0001)}


def test_binance_counts_all_that_was_filled_at_its_average_price():
    event = binance_event(BINANCE)
    assert (event.venue, event.asset, event.price) == ("binance", "BTC", 34959.70)
    assert event.usd == pytest.approx(1.437 * 34959.70)
    assert event.time == datetime(2023, 11, 1, 20, 42, 3, 59000, tzinfo=UTC)


@pytest.mark.parametrize(("order", "position"), [("SELL", Side.LONG), ("BUY", Side.SHORT)])
def test_binance_names_the_order_that_closes(order, position):
    assert binance_event(BINANCE | {"S": order}).side is position


@pytest.mark.parametrize(("symbol", "worth"), [("BTCUSD_PERP", 300), ("BTCUSD_251226", 300), ("ETHUSD_PERP", 30)])
def test_a_coin_margined_contract_of_binance_is_worth_a_fixed_sum(symbol, worth):
    assert binance_event(BINANCE | {"s": symbol, "z": "3"}).usd == worth


def test_binance_without_an_average_price_counts_at_the_orders():
    assert binance_event(BINANCE | {"ap": "0"}).price == 35100.81


def test_an_order_that_closed_nothing_is_no_event():
    assert binance_event(BINANCE | {"z": "0", "X": "NEW"}) is None


@pytest.mark.parametrize(("position", "side"), [("Buy", Side.LONG), ("Sell", Side.SHORT)])
def test_bybit_names_the_position_that_was_closed(position, side):
    event = bybit_event(BYBIT | {"S": position})
    assert (event.side, event.usd, event.asset) == (side, 48_000, "BTC")


def test_bybits_inverse_contracts_count_dollars():
    assert bybit_event(BYBIT | {"s": "BTCUSD", "v": "20000"}).usd == 20_000


def test_okx_counts_contracts_of_their_own_size(okx_sizes):
    assert okx_event("BTC-USDT-SWAP", OKX, okx_sizes).usd == pytest.approx(13 * 0.01 * 96_000)
    assert okx_event("BTC-USD-SWAP", OKX, okx_sizes).usd == 1300
    assert okx_event("NEW-USDT-SWAP", OKX, okx_sizes) is None


@pytest.mark.parametrize(
    ("position", "order", "side"),
    [
        ("long", "sell", Side.LONG),
        ("short", "buy", Side.SHORT),
        ("net", "sell", Side.LONG),
        ("net", "buy", Side.SHORT),
    ],
)
def test_okx_names_the_position_and_where_it_does_not_the_order(position, order, side, okx_sizes):
    detail = OKX | {"posSide": position, "side": order}
    assert okx_event("BTC-USDT-SWAP", detail, okx_sizes).side is side


@pytest.mark.parametrize(("size", "side"), [(600, Side.LONG), (-165, Side.SHORT)])
def test_gates_size_is_the_positions(size, side):
    event = gate_event(GATE | {"size": size}, GATE_SIZES)
    assert (event.side, event.usd) == (side, pytest.approx(abs(size) * 0.0001 * 3424))


def test_gate_counts_what_was_closed_and_not_what_is_left():
    assert gate_event(GATE | {"left": 100}, GATE_SIZES).usd == pytest.approx(500 * 0.0001 * 3424)


@pytest.mark.parametrize(
    ("symbol", "asset"),
    [
        ("BTCUSDT", "BTC"),
        ("ETHUSDC", "ETH"),
        ("BTCPERP", "BTC"),
        ("BTCUSDT_251226", "BTC"),
        ("1000PEPEUSDT", "1000PEPE"),
    ],
)
def test_the_asset_of_a_ticker(symbol, asset):
    assert ticker_contract(symbol) == Contract(asset, 1.0)


def test_a_ticker_of_another_kind_is_nobodys():
    assert ticker_contract("ETHBTC") is None
    assert bybit_event(BYBIT | {"s": "ETHBTC"}) is None


def test_contract_sizes_as_the_venues_list_them():
    rows = [
        {"instId": "BTC-USDT-SWAP", "ctVal": "0.01", "ctMult": "1", "ctType": "linear"},
        {"instId": "BTC-USD-SWAP", "ctVal": "100", "ctMult": "1", "ctType": "inverse"},
        {"instId": "OLD-USDT-SWAP", "ctVal": "", "ctMult": "", "ctType": "linear"},
    ]
    assert okx_contracts(rows) == {
        "BTC-USDT-SWAP": Contract("BTC", 0.01),
        "BTC-USD-SWAP": Contract("BTC", 100, inverse=True),
    }
    assert gate_contracts([{"name": "BTC_USDT", "quanto_multiplier": "0.0001"}, {"name": "X_USDT"}]) == GATE_SIZES


@pytest.mark.parametrize(
    "bad",
    [{"S": "?"}, {"z": "nan"}, {"z": "-1"}, {"ap": "-5"}, {"z": None}, {"T": 10**30}, {"T": "soon"}, {"s": 7}],
)
def test_a_row_that_cannot_be_true_is_refused(bad):
    with pytest.raises(UNREADABLE):
        binance_event(BINANCE | bad)


@given(st.floats(1e-3, 1e4), st.floats(0.01, 2e5), st.booleans())
def test_the_side_never_depends_on_the_amount(quantity, price, long):
    amounts = {"v": repr(quantity), "p": repr(price), "z": repr(quantity), "ap": repr(price)}
    side = Side.LONG if long else Side.SHORT
    by_bybit = bybit_event(BYBIT | amounts | {"S": "Buy" if long else "Sell"})
    by_binance = binance_event(BINANCE | amounts | {"S": "SELL" if long else "BUY"})
    assert (by_bybit.side, by_binance.side) == (side, side)
    assert by_bybit.usd == by_binance.usd == quantity * price
