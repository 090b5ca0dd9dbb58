"""What Deribit's options say of a window: by hand, and never from after it."""

import pytest
from recorded import AS_OF, END, START, bars, daily, points, reason, value


def test_the_expiry_ahead_is_that_seen_before_the_window():
    pain = daily("options.max_pain.btc", [95_000.0, 90_000.0, 80_000.0])
    notional = daily("options.expiry_notional.btc", [3e9, 4e9, 5e9])
    price = bars([99_000.0] * 24 * 40)
    assert value("options.max_pain.btc", pain).value == 90_000
    assert value("options.expiry_notional.btc", notional).value == 4e9
    distance = value("options.max_pain_distance.btc", pain, price)
    assert (distance.value, distance.end) == (pytest.approx(10.0), START)


def test_what_was_seen_after_the_start_is_too_late():
    late = points("options.max_pain.btc", [(END, AS_OF, 90_000.0)])
    assert "no value" in reason("options.max_pain.btc", late) or "nothing known" in reason("options.max_pain.btc", late)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("put_call.open_interest", 0.6), ("put_call.volume", 1.4), ("skew_25d", 1.4)],
)
def test_the_mood_of_options_has_a_past(name, wanted):
    series = f"options.{name}.btc"
    reading = value(series, daily(series, [0.5, 0.7] * 20 + [0.6, 1.4]))
    assert reading.value == wanted
    assert reading.baseline is not None
    assert reading.baseline.median == pytest.approx(0.6, abs=0.11)
