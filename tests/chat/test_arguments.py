"""What people type after a command: any order, either language, and noise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.arguments import Misfit, Trouble, Wish, number_in, said_length, shown, wish

NOW = datetime(2025, 10, 12, 9, 30, tzinfo=UTC)
ASSETS = ("BTC", "ETH", "SOL")
DAY = timedelta(days=1)


def day(text):
    """The end of a whole day, told five minutes later."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) + DAY + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Wish()),
        ("eth", Wish("ETH")),
        ("Bitcoin", Wish("BTC")),
        ("4h", Wish(length=timedelta(hours=4))),
        ("eth 4h", Wish("ETH", timedelta(hours=4))),
        ("4 hours, ETH", Wish("ETH", timedelta(hours=4))),
        ("1w", Wish(length=timedelta(days=7))),
        ("ＥＴＨ ４ｈ", Wish("ETH", timedelta(hours=4))),
        ("\u202eeth\u202c \u200f4h", Wish("ETH", timedelta(hours=4))),
        ("btc 2025-10-10", Wish("BTC", DAY, day("2025-10-10"))),
        ("2025/10/10 btc", Wish("BTC", DAY, day("2025-10-10"))),
        ("yesterday", Wish(None, DAY, day("2025-10-11"))),
        ("today", Wish(None, DAY)),
        ("2025-10-12", Wish(None, DAY)),
        ("以太坊", Wish("ETH")),
        ("以太坊7天", Wish("ETH", timedelta(days=7))),
        ("过去三天", Wish(None, timedelta(days=3))),
        ("24 小时", Wish(None, DAY)),
        ("昨天的比特币", Wish("BTC", DAY, day("2025-10-11"))),
        ("2025年10月10日", Wish(None, DAY, day("2025-10-10"))),
        ("12月25日", Wish(None, DAY, day("2024-12-25"))),
        ("大盘 一周", Wish("market", timedelta(days=7))),
    ],
)
def test_scope_window_and_date_are_read_in_any_order_and_language(text, meant):
    assert wish(text, NOW, ASSETS) == meant


@pytest.mark.parametrize(
    ("text", "trouble", "example"),
    [
        ("ehtereum", Trouble.NEAR, "eth"),
        ("avax", Trouble.NOT_COVERED, "market"),
        ("100d", Trouble.WINDOW, "7d"),
        ("0h", Trouble.WINDOW, "1h"),
        ("5", Trouble.WINDOW, "5h"),
        ("2026-01-01", Trouble.FUTURE, "2025-10-11"),
        ("明天", Trouble.FUTURE, "2025-10-11"),
        ("1999-12-31", Trouble.TOO_EARLY, "2010-07-18"),
        ("2025-13-45", Trouble.UNCLEAR, "2025-10-11"),
        ("eth btc", Trouble.TWICE, "eth"),
        ("25:99", Trouble.UNCLEAR, "eth 4h"),
        ("🚀🚀", Trouble.UNCLEAR, "eth 4h"),
    ],
)
def test_what_does_not_fit_gets_the_nearest_right_form(text, trouble, example):
    with pytest.raises(Misfit) as caught:
        wish(text, NOW, ASSETS)
    assert (caught.value.trouble, caught.value.example) == (trouble, example)


SCRIPTS = st.text(st.characters(codec="utf-8"), max_size=300)
NOISE = st.one_of(
    SCRIPTS,
    st.text("0123456789hdw年月日天小时-/.: ", max_size=40),
    st.lists(st.sampled_from(["eth", "btc", "4h", "昨天", "2025-10-10", "以太坊", "\u202e", "🚀", "2025-02-30"])).map(
        " ".join
    ),
    SCRIPTS.map(lambda text: (text * 4096)[:4096]),
)


@given(NOISE)
def test_noise_of_any_kind_is_a_wish_or_a_short_misfit_whose_example_works(text):
    found, misfit = understood(text)
    if misfit is not None:
        assert len(misfit.word) <= 25
        found = wish(misfit.example, NOW, ASSETS)
    assert found.scope in {None, "market", *ASSETS}
    assert found.length is None or timedelta(hours=1) <= found.length <= timedelta(days=7)
    assert found.as_of is None or found.as_of <= NOW


def understood(text):
    try:
        return wish(text, NOW, ASSETS), None
    except Misfit as misfit:
        return None, misfit


@given(st.sampled_from(["market", *ASSETS]), st.integers(1, 168))
def test_a_window_as_it_is_said_is_understood(scope, hours):
    length = timedelta(hours=hours)
    assert wish(f"{said_length(length)} {scope.lower()}", NOW, ASSETS) == Wish(scope, length)


@pytest.mark.parametrize(("text", "number"), [("", None), ("2", 2), ("#3", 3), (" 12 ", 12)])
def test_a_cause_is_named_by_its_number(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize("text", ["0", "two", "1 2", "-1", "999", "²²²"])
def test_no_number_gets_an_example(text):
    with pytest.raises(Misfit):
        number_in(text)


@given(SCRIPTS)
def test_what_is_said_back_is_short_and_has_no_marks_that_turn_the_line(text):
    assert len(shown(text)) <= 25
    assert not set(shown(text)) & {"\u202e", "\u2066", "\u200f", "\n"}
