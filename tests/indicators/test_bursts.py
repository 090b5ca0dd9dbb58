"""How crowded into few minutes the liquidations were."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import AS_OF, END, points, reason, value

from bot.domain.window import Window

MINUTE = timedelta(minutes=1)
HOUR = Window(END - timedelta(hours=1), END, AS_OF)


def minutes(series, amounts, last=END):
    rows = [(last - MINUTE * back, amount) for back, amount in enumerate(reversed(amounts))]
    return points(f"liquidations.minute.{series}", [(time, time, float(amount)) for time, amount in rows])


def bitcoin(longs, shorts=None):
    return minutes("long.btc", longs), minutes("short.btc", shorts or [0] * len(longs))


def share(*recorded, window=HOUR):
    return value("liquidations.burst_share", *recorded, window=window).value


def test_three_of_sixty_minutes_are_the_busiest():
    # 57 minutes of 1, three of 19: 57 of 114
    assert share(*bitcoin([1] * 20 + [19] * 3 + [1] * 37)) == pytest.approx(0.5)


def test_sides_and_assets_are_added_minute_by_minute():
    ether = minutes("long.eth", [0] * 59 + [30]), minutes("short.eth", [0] * 60)
    assert share(*bitcoin([1] * 60, [1] * 60), *ether) == pytest.approx((2 * 3 + 30) / 150)


def test_an_even_flow_is_flat():
    assert share(*bitcoin([7] * 60)) == pytest.approx(0.05)


@given(st.lists(st.integers(0, 10**6), min_size=60, max_size=60).filter(any), st.floats(0.01, 100))
def test_the_share_ignores_scale_and_order(amounts, scale):
    plain = share(*bitcoin(amounts))
    assert 0.05 - 1e-9 <= plain <= 1 + 1e-9
    assert share(*bitcoin([scale * a for a in amounts])) == pytest.approx(plain)
    assert share(*bitcoin(amounts[::-1])) == pytest.approx(plain)


def test_what_lies_outside_the_window_does_not_count():
    before = [10**6] * 5 + [1] * 60
    assert share(*bitcoin(before)) == pytest.approx(0.05)


def test_minutes_absent_or_never_recorded():
    assert "58 of the window's 60" in reason("liquidations.burst_share", *bitcoin([1] * 58), window=HOUR)
    assert "holds nothing known" in reason("liquidations.burst_share", minutes("long.btc", [1] * 60), window=HOUR)
    assert "nothing was liquidated" in reason("liquidations.burst_share", *bitcoin([0] * 60), window=HOUR)
