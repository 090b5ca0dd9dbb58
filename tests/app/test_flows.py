"""ETF flows brought in by hand: stored in dollars with both their times, and nothing that can't be."""

from datetime import UTC, datetime

import pytest

from bot.store import Store

SPAN = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@pytest.fixture
def stored(tmp_path):
    def read():
        with Store.open(f"sqlite:///{tmp_path / 'home' / 'recap.sqlite3'}") as store:
            return {c.series: (list(c.time), list(c.known), list(c.value)) for c in store.points(*SPAN)}

    return read


def milliseconds(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_one_figure_is_stored_with_its_session_and_its_publication(recap, stored):
    answer = recap("flows", "add", "btc", "2025-11-20", "-123.4")
    assert (answer.code, answer.out) == (0, "BTC: 1 session stored.\n")
    assert stored() == {
        "etf.net_flow.btc": (
            [milliseconds("2025-11-20T21:00:00+00:00")],
            [milliseconds("2025-11-21T14:00:00+00:00")],
            [-123_400_000.0],
        )
    }


def test_a_second_time_changes_nothing(recap, stored):
    for _ in range(2):
        recap("flows", "add", "ETH", "2025-11-20", "12.5")
    assert stored()["etf.net_flow.eth"][2] == [12_500_000.0]


def test_a_pasted_table_brings_its_funds_too(recap, stored, tmp_path):
    table = tmp_path / "table.txt"
    table.write_text(
        "Date\tIBIT\tFBTC\tTotal\n18 Nov 2025\t(100.5)\t20.5\t(80.0)\n19 Nov 2025\t10.0\t0.0\t10.0\n", encoding="utf-8"
    )
    answer = recap("flows", "paste", "BTC", str(table))
    assert answer.code == 0, answer.err
    assert stored()["etf.net_flow.btc"][2] == [-80e6, 10e6]
    assert stored()["etf.net_flow.btc.ibit"][2] == [-100.5e6, 10e6]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["add", "DOGE", "2025-11-20", "1"], "'DOGE' has no US spot funds here"),
        (["add", "BTC", "2099-11-20", "1"], "hasn't closed yet"),
        (["add", "BTC", "2025-11-20", "lots"], "is no amount"),
        (["add", "BTC", "2025-11-22", "50"], "Nothing was stored."),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_stored(recap, stored, arguments, word):
    answer = recap("flows", *arguments)
    assert answer.code == 2
    assert word in answer.err
    assert "Traceback" not in answer.err
    assert stored() == {}
