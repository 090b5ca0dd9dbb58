"""Levels of a break: each price is told once."""

from dataclasses import replace

import pytest

from bot.domain.readings import Readings
from bot.narrative.plan import plan
from bot.narrative.write import write

LINES = {
    ("support_break", "en"): "is lost as well",
    ("support_break", "zh"): "也丢了",
    ("resistance_breakout", "en"): "is cleared as well",
    ("resistance_breakout", "zh"): "也一并站上",
}
SIDES = {
    "support_break": ("low", -2.0, ("closed_below", "deep_break")),
    "resistance_breakout": ("high", 2.0, ("closed_above", "high_break")),
}


def told(cases, templates, cause, locale, further):
    """A break of the 20-day level at 90,000 and of the 50-day level at `further`."""
    side, beyond, claims = SIDES[cause]
    day = cases.february_day() if side == "low" else cases.rally()
    levels = {f"level.{side}_20d.btc": 90_000.0, f"level.{side}_50d.btc": further}
    levels |= {f"level.close_vs_{side}_{span}.btc": beyond for span in ("20d", "50d")}
    items = {name: cases.reading(name, value, at=day.window.end) for name, value in levels.items()}
    changed = replace(day, readings=Readings({**day.readings.items_by_name, **items}))
    broken = replace(changed, findings=(cases.finding(cause, 0.9, *claims),))
    return write(plan(broken), locale, "thread", templates).posts[0].text


@pytest.mark.parametrize(("cause", "locale"), LINES)
def test_a_further_level_is_told_where_it_is_another_price(cause, locale, cases, templates):
    assert LINES[cause, locale] in told(cases, templates, cause, locale, 89_000.0)
    assert LINES[cause, locale] not in told(cases, templates, cause, locale, 90_000.0)
