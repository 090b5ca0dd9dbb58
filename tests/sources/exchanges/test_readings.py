"""From the exchanges' answers through the store to the readings of a recap: names, times and units fit together."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.window import MARKET
from bot.indicators.measure import measure, window_until
from bot.indicators.snapshot import History
from bot.sources.aggregate import funding_total, open_interest_totals, taker_totals
from bot.sources.exchanges import exchange_sources
from bot.store import Store

MIDNIGHT = datetime(2026, 11, 24, 0, 0, 30, tzinfo=UTC)
VENUES = ["binance", "bybit", "okx", "coinbase"]


@pytest.fixture
def readings(far_end, world, asking, clock, sqlite_url):
    """What is measured of the day before midnight once these venues were asked for the last 200 days."""

    def run(venues):
        clock.set(MIDNIGHT)
        world.now = int(MIDNIGHT.timestamp() * 1000)

        async def work(client):
            sources = exchange_sources(client, clock, venues, ["BTC"])
            return [await source.fetch(MIDNIGHT - timedelta(days=200), MIDNIGHT) for source in sources]

        with Store.open(sqlite_url) as store:
            for batch in asking(work):
                write(store, batch.points, batch.bars)
            stored = store.points(MIDNIGHT - timedelta(days=110), MIDNIGHT)
            for told in (open_interest_totals, taker_totals, funding_total):
                write(store, told(stored, "BTC"), ())
            since = MIDNIGHT - timedelta(days=220)
            history = History.of(store.points(since, MIDNIGHT), store.bars(since, MIDNIGHT))
        snapshot = history.at(MIDNIGHT)
        return measure(snapshot, window_until(snapshot, timedelta(days=1), MARKET), MARKET)

    return run


def write(store, points, bars):
    for found in points:
        store.write_points(found.columns, found.publisher)
    for columns in bars:
        store.write_bars(columns)


WANTED = {
    "price.return.btc": pytest.approx(100 * 24 / 98_592, rel=0.01),
    "funding.annualised.btc": pytest.approx(0.0001 * 3 * 365),
    "funding.annualised_after.btc": pytest.approx(0.0001 * 3 * 365),
    "open_interest.usd.btc": pytest.approx(3 * 1000 * 98_592, rel=0.01),
    "open_interest.change.btc": 0,
    "open_interest.buildup.btc": 0,
    "long_short.accounts.btc": pytest.approx(1.5),
    "long_short.accounts_after.btc": pytest.approx(1.5),
    "long_short.top_positions.btc": pytest.approx(1.5),
    "taker.imbalance.btc": pytest.approx((5 - 4) / 9),
    "volume.coinbase_share.btc": pytest.approx(0.5),
    "volume.spot_over_perp.btc": pytest.approx(1),
    "premium.coinbase.btc": pytest.approx(10),
}


def test_a_recap_reads_what_exchanges_tell(readings):
    found = readings(VENUES)
    assert {name: getattr(found[name], "value", found[name]) for name in WANTED} == WANTED


def test_a_venue_less_changes_no_reading_but_the_total(readings):
    two = readings(["binance", "okx", "coinbase"])
    assert two["open_interest.usd.btc"].value == pytest.approx(2 * 1000 * 98_592, rel=0.01)
    assert two["open_interest.change.btc"].value == 0
