"""Headlines made by hand: a month of ordinary days, and what is published in the window."""

from datetime import timedelta

from recorded import AS_OF, DAY, END, START, WINDOW, bars

from bot.domain.readings import Missing, Reading
from bot.domain.series import Headline
from bot.domain.topics import Topic, Topics
from bot.domain.window import MARKET
from bot.indicators.measure import measure
from bot.indicators.snapshot import History

FIRST = START - timedelta(hours=6)
TOPICS = Topics(
    (Topic("macro", "Rates", ("fed",)), Topic("war", "War", ("war",))),
    market=("bitcoin",),
    falls=("falls",),
    rises=("rises",),
    ignore=("sponsored",),
    lead_outlets=("Reuters", "CoinDesk"),
)
FALLING = [100.0] * 2376 + [100 - n for n in range(24)]
RISING = [100.0] * 2376 + [100 + n for n in range(24)]


def at(hours, title, outlet=""):
    """Published that many hours after the window's start."""
    return Headline(START + timedelta(hours=hours), outlet, title, "")


def month(edge=FIRST, days=30, a_day=20, fed=2, tied=1):
    """Before `edge`, on each day so many headlines; `fed` of them on the Fed, `tied` of these on a fall as well."""
    return [
        Headline(edge - day * DAY - timedelta(minutes=n), "", _ordinary(day, n, fed, tied), "")
        for day in range(days)
        for n in range(a_day)
    ]


def _ordinary(day, n, fed, tied):
    said = "Fed, bitcoin falls" if n < tied else "Fed" if n < fed else "Nothing"
    return f"{said} x{day}y{n}"


def filler(count, hours=1.0):
    """Headlines of the window that are about nothing."""
    return [at(hours, f"Filler z{n}") for n in range(count)]


def measured(headlines, topics=TOPICS, window=WINDOW, closes=(100.0,) * 2400, as_of=AS_OF):
    history = History.of([], [bars(closes, wick=1.0)], (), headlines, topics)
    return measure(history.at(as_of), window, MARKET)


def value(name, headlines, **given):
    found = measured(headlines, **given)[name]
    assert isinstance(found, Reading), found
    return found


def reason(name, headlines, **given):
    found = measured(headlines, **given)[name]
    assert isinstance(found, Missing), found
    return found.reason


__all__ = ["DAY", "END", "FALLING", "FIRST", "RISING", "TOPICS", "at", "filler", "measured", "month", "reason", "value"]
