"""The only way a number gets into a text: a filter a kind of printing, which books it and leaves a mark in its place.

A mark is U+E000, the figure's index in the ledger, U+E001. Whatever digit stands outside a mark was never a Figure.
A filter prints the magnitude: the direction lies in the word beside it, save for `signed`.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.readings import Reading, Unit
from bot.domain.series import Headline
from bot.domain.thread import Figure
from bot.domain.window import Window
from bot.errors import TemplateFault
from bot.narrative.amounts import Amount, Kind, Moment, window_length
from bot.narrative.outline import Section
from bot.narrative.words import MINUS, PLUS, Words, places_of, significant

__all__ = ["MARK", "UNITS", "Ledger", "Printer", "published"]

MARK = re.compile("\ue000([0-9]+)\ue001")
_MARKS = str.maketrans("", "", "\ue000\ue001")
_QUOTED = str.maketrans("“”", "‘’", "\ue000\ue001")


UNITS: Mapping[str, frozenset[Unit]] = {
    "usd": frozenset({Unit.USD}),
    "price": frozenset({Unit.USD_PRICE}),
    "percent": frozenset({Unit.PERCENT}),
    "points": frozenset({Unit.PERCENTAGE_POINTS}),
    "bp": frozenset({Unit.BASIS_POINTS}),
    "share": frozenset({Unit.RATIO}),
    "rate": frozenset({Unit.RATIO_PER_YEAR}),
    "ratio": frozenset({Unit.RATIO}),
    "multiple": frozenset({Unit.MULTIPLE}),
    "index": frozenset({Unit.INDEX_POINTS}),
    "sessions": frozenset({Unit.SESSIONS}),
    "count": frozenset({Unit.COUNT, Unit.SESSIONS}),
    "headlines": frozenset({Unit.COUNT}),
    "many": frozenset({Unit.COUNT}),
}
"""Filter: the units it prints; any other is a fault of the template."""

SIGNED: Mapping[Unit, str] = {
    Unit.USD: "usd",
    Unit.USD_PRICE: "price",
    Unit.PERCENT: "percent",
    Unit.PERCENTAGE_POINTS: "points",
    Unit.BASIS_POINTS: "bp",
    Unit.RATIO: "ratio",
    Unit.RATIO_PER_YEAR: "rate",
    Unit.MULTIPLE: "multiple",
    Unit.INDEX_POINTS: "index",
    Unit.SESSIONS: "sessions",
    Unit.COUNT: "count",
}

IMPOSSIBLE = 1e18
"""No quantity of any market is as large: such a value is a mistake made before."""

VOWEL = re.compile(r"[^0-9]*(?:8|1[18](?![0-9]))")
"""Eight, eighty, eighteen and eleven, alone or of thousands."""

PART = re.compile("share|leverage|buildup|change|imbalance|weekend|near_expiry")
CHANGE = re.compile(
    "change|net_flow\\.(btc|eth|five)|return|residual|excess|premium|buildup|vs_(low|high|mean|value)|imbalance|surprise"
)
"""Readings that are parts of a whole, and those whose plus sign says something."""


LONGEST_TITLE = 140
"""Characters of a headline that are quoted; the rest is cut at a word."""


@dataclass(slots=True)
class Ledger:
    """The figures of one text as they were booked."""

    figures: list[Figure] = field(default_factory=list)

    def book(self, figure: Figure) -> str:
        self.figures.append(figure)
        return f"\ue000{len(self.figures) - 1}\ue001"

    def readings(self) -> tuple[str, ...]:
        """Names of all readings printed so far."""
        return tuple(dict.fromkeys(f.reading for f in self.figures))

    def quotes(self, headline: Headline) -> bool:
        """True when that title was quoted before."""
        return any(f.unit == Kind.QUOTATION and f.value == headline.title for f in self.figures)


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints for one text in one locale."""

    words: Words
    ledger: Ledger

    def number(self, kind: str, value: object) -> str:
        """A reading or amount as `kind` prints it, by its size."""
        amount = _amount(value, kind)
        if amount.unit not in UNITS[kind]:
            raise TemplateFault(f"The filter {kind} does not print {amount.unit} ({amount.reading}).")
        return self._book(_TEXTS[kind](self.words, _decimal(amount)), amount)

    def signed(self, value: object) -> str:
        """By the reading's own unit, with its sign."""
        amount = _told(_amount(value, "signed"))
        text = _TEXTS[SIGNED[amount.unit]](self.words, _decimal(amount))
        sign = "" if not re.search("[1-9]", text) else MINUS if amount.value < 0 else PLUS
        return self._book(sign + text, amount)

    def listed(self, value: object) -> str:
        """By the reading's own unit, for a list: a change carries its sign, a part of a whole is a percentage."""
        amount = _told(_amount(value, "listed"))
        part = amount.unit is Unit.RATIO and PART.search(amount.reading) is not None
        text = _TEXTS["share" if part else SIGNED[amount.unit]](self.words, _decimal(amount))
        plus = PLUS if amount.value > 0 and CHANGE.search(amount.reading) else ""
        return self._book((MINUS if amount.value < 0 else plus) + text, amount)

    def date(self, value: object) -> str:
        moment = _moment(value)
        return self._booked(self.words.date(moment.when), moment.when.date().isoformat(), Kind.DATE, moment.reading)

    def time(self, value: object) -> str:
        moment = _moment(value)
        return self._booked(self.words.time(moment.when), moment.when.isoformat(), Kind.TIME, moment.reading)

    def weekday(self, value: object) -> str:
        """The day's name; it holds no digit and needs no mark."""
        return self.words.weekday(_moment(value).when)

    def duration(self, value: object) -> str:
        """A window's length: 24 hours."""
        return self._length("duration", value)

    def span(self, value: object) -> str:
        """A window's length as it stands before a noun: 24-hour."""
        return self._length("span", value)

    def ordinal(self, value: object) -> str:
        if not isinstance(value, Section):
            raise TemplateFault("The filter ordinal numbers sections.")
        return self._booked(str(value.number), float(value.number), Kind.ORDINAL, "section")

    def name(self, value: object) -> str:
        """A name that may hold digits: an event, an asset, an index, a number that is part of a term."""
        if not isinstance(value, str):
            raise TemplateFault("The filter name prints a text.")
        text = str(value).translate(_MARKS)
        return self._booked(text, text, Kind.NAME, "name") if any(c.isdigit() for c in text) else text

    def event(self, value: str) -> str:
        """A release by its name in the locale's words."""
        return self.name(self.words.event(value))

    def quantity(self, value: str) -> str:
        """A calendar's own text of a quantity, 148K, in the locale's words of magnitude."""
        return self.name(self.words.quantity(value))

    def quote(self, value: object) -> str:
        """The title of a reading's headline: its digits are the outlet's, so that all of it is one figure."""
        if not isinstance(value, Reading) or value.headline is None:
            raise TemplateFault("The filter quote prints the headline of a reading that has one.")
        title = value.headline.title
        return self._booked(_quotable(title), title, Kind.QUOTATION, value.name)

    def exact(self, value: object) -> str:
        """A number for those who compute with it: six digits at most, no words of magnitude."""
        amount = _amount(value, "exact")
        text = f"{abs(amount.value):,.6g}" if abs(amount.value) < 1e6 else f"{abs(amount.value):,.0f}"
        return self._book((MINUS if amount.value < 0 else "") + text, amount)

    def vowel(self, value: str) -> bool:
        """True when the figure of that mark is read with a vowel first in English: 8.3%, 11%, 18%, 84%."""
        mark = MARK.fullmatch(value)
        return mark is not None and bool(VOWEL.match(self.ledger.figures[int(mark.group(1))].text))

    def _length(self, kind: str, window: object) -> str:
        if not isinstance(window, Window):
            raise TemplateFault(f"The filter {kind} prints the length of a window.")
        hours = window_length(window)
        unit, number = ("days", hours / 24) if hours >= 48 and hours % 24 == 0 else ("hours", hours)
        digits = self.words.decimal(Decimal(str(number)), places_of(Decimal(str(number))))
        text = self.words.plural(f"{kind}_{unit}", number, digits)
        return self._booked(text, hours, Kind.HOURS, "window.length")

    def _book(self, text: str, amount: Amount) -> str:
        return self._booked(text, amount.value, amount.unit, amount.reading)

    def _booked(self, text: str, value: float | str, unit: str, reading: str) -> str:
        return self.ledger.book(Figure(text, value, str(unit), reading))


def _amount(value: object, kind: str) -> Amount:
    amount = Amount(value.value, value.unit, value.name) if isinstance(value, Reading) else value
    if not isinstance(amount, Amount):
        raise TemplateFault(f"The filter {kind} prints a reading, not {type(value).__name__}.")
    if not (math.isfinite(amount.value) and abs(amount.value) < IMPOSSIBLE):
        raise TemplateFault(f"{amount.reading} is {amount.value}, which no filter prints.")
    return amount


def _told(amount: Amount) -> Amount:
    """The difference of two yearly rates is counted in percentage points."""
    if amount.unit is Unit.RATIO_PER_YEAR and "change" in amount.reading:
        return Amount(amount.value * 100, Unit.PERCENTAGE_POINTS, amount.reading)
    return amount


def published(value: object) -> Moment:
    """When a reading's headline came out."""
    if not isinstance(value, Reading) or value.headline is None:
        raise TemplateFault("The filter published gives the time of a headline.")
    return Moment(value.headline.time, value.name)


def _quotable(title: str) -> str:
    """One line without marks of ours or quotation marks of its own kind, cut at a word where it is too long."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in title.translate(_QUOTED)).split())
    if len(plain) <= LONGEST_TITLE:
        return plain
    head = plain[: LONGEST_TITLE - 1].rpartition(" ")[0]
    if len(head) < LONGEST_TITLE // 2:  # one long word, as in languages without blanks
        return plain[: LONGEST_TITLE - 1] + "…"
    return head.rstrip(" ,;:–—-") + " …"


def _moment(value: object) -> Moment:
    if isinstance(value, Reading):
        return Moment(value.end, value.name)
    if isinstance(value, Moment):
        return value
    raise TemplateFault("The filters date, time and weekday print the time of a reading or a moment.")


def _decimal(amount: Amount) -> Decimal:
    return abs(Decimal(repr(float(amount.value))))


def _adaptive(words: Words, value: Decimal) -> str:
    """One decimal below ten, three digits at least from there on, and enough for the first digit of the tiny."""
    if value >= 10:
        tenths = significant(value, 3) if value < 100 else value.quantize(Decimal(1))
        return words.decimal(tenths, min(1, places_of(tenths)))
    if not value:
        return words.decimal(value, 0)
    if value < Decimal("0.095"):
        return words.decimal(value, 2)
    return words.decimal(value, 1)


def _times(words: Words, value: Decimal) -> str:
    """A proportion below one needs a second decimal."""
    return words.decimal(value, 2) if 0 < value < 1 else _adaptive(words, value)


def _whole(words: Words, value: Decimal) -> str:
    """No decimals where there are none, one below ten."""
    tenths = value.quantize(Decimal("0.1")) if value < 10 else value.quantize(Decimal(1))
    return words.decimal(tenths, places_of(tenths))


def _price(words: Words, value: Decimal) -> str:
    if value >= 1000:
        return words.fill("price", words.decimal(value, 0))
    if value >= 1 or not value:
        return words.fill("price", words.decimal(value, 2))
    small = significant(value, 4)
    return words.fill("price", words.decimal(small, min(8, places_of(small))))


def _counted(kind: str) -> Callable[[Words, Decimal], str]:
    return lambda words, value: words.plural(kind, float(value), words.decimal(value, 0))


def _filled(kind: str, digits: Callable[[Words, Decimal], str], times: int = 1) -> Callable[[Words, Decimal], str]:
    return lambda words, value: words.fill(kind, digits(words, value * times))


_TEXTS: Mapping[str, Callable[[Words, Decimal], str]] = {
    "usd": lambda words, value: words.dollars(value),
    "price": _price,
    "percent": _filled("percent", _adaptive),
    "points": _filled("points", _adaptive),
    "bp": _filled("bp", _whole),
    "share": _filled("percent", _adaptive, 100),
    "rate": _filled("percent", _adaptive, 100),
    "ratio": _times,
    "multiple": _filled("multiple", _times),
    "index": _whole,
    "sessions": _counted("sessions"),
    "count": lambda words, value: words.decimal(value, 0),
    "headlines": _counted("headlines"),
    "many": lambda words, value: words.many(value),
}
