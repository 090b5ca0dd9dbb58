"""A locale's words of magnitude: how much goes into a unit, and what stands around the digits."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_skeleton, format_time, get_day_names
from babel.numbers import NumberPattern, format_decimal, parse_pattern

__all__ = ["FIGURES_FILE", "Words", "load_words"]

FIGURES_FILE = "figures.toml"
GROUPING = "#,##0"
EVENT = re.compile(r"([^()]+?)\s*((?:\([^()]*\)\s*)*)")
"""The name of a release, and what stands in brackets behind it."""
QUANTITY = re.compile("(-?)([0-9]+(?:[.][0-9]+)?)([KMB])")
THOUSANDS = {"K": Decimal("1e3"), "M": Decimal("1e6"), "B": Decimal("1e9")}
MINUS, PLUS = "\u2212", "+"


@dataclass(frozen=True)
class Words:
    """`patterns` hold one text with a gap for each kind; `scales` the steps of dollars, the largest first.

    `counts` are the steps of other quantities; `events` name the calendar's releases, their periods and measures.
    """

    locale: Locale
    patterns: Mapping[str, str]
    scales: tuple[tuple[Decimal, str], ...]
    counts: tuple[tuple[Decimal, str], ...] = ()
    events: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fill(self, kind: str, digits: str) -> str:
        return self.patterns[kind].format(digits)

    def plural(self, kind: str, number: float, digits: str) -> str:
        """The pattern `kind.one` or `kind.other`, by the locale's own rule."""
        form = self.locale.plural_form(number)
        return self.patterns.get(f"{kind}.{form}", self.patterns[f"{kind}.other"]).format(digits)

    def decimal(self, value: Decimal, places: int) -> str:
        """Digits with the locale's separators, rounded half up."""
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return str(self._number_patterns[min(places, 8)].apply(rounded, self.locale))

    def dollars(self, value: Decimal) -> str:
        """Three significant digits in the largest unit that fits: $469 million, 4.69亿美元."""
        rounded = significant(value, 3)
        step, pattern = next(row for row in self.scales if rounded >= row[0] or row is self.scales[-1])
        amount = rounded / step
        digits = self.decimal(amount, places_of(amount)) if step == 1 else self._plain(amount)
        return pattern.format(digits)

    def _plain(self, amount: Decimal) -> str:
        """Digits before a word of magnitude are not grouped: 9700万美元."""
        return str(format_decimal(amount, "0.####", locale=self.locale))

    def event(self, text: str) -> str:
        """A release by the locale's name: its period, the name, its measure; as it came where there is no name."""
        found = EVENT.fullmatch(text.strip())
        names, periods, measures = (self.events.get(kind, {}) for kind in ("names", "periods", "measures"))
        if found is None or found.group(1) not in names:
            return text
        marks = re.findall(r"\(([^()]*)\)", found.group(2))
        before = "".join(periods[mark] for mark in marks if mark in periods)
        after = "".join(measures.get(mark, f" ({mark})") for mark in marks if mark not in periods)
        return before + names[found.group(1)] + after

    def quantity(self, text: str) -> str:
        """148K as 14.8万 where the locale counts by its own steps; any other text as it came."""
        found = QUANTITY.fullmatch(text.strip())
        if found is None or not self.counts:
            return text
        amount = Decimal(found.group(2)) * THOUSANDS[found.group(3)]
        step, pattern = next(row for row in self.counts if amount >= row[0] or row is self.counts[-1])
        return found.group(1) + pattern.format(self._plain(amount / step))

    def many(self, value: Decimal) -> str:
        """A number of things, by the locale's own steps where it counts so: 151,000 or 15.1万."""
        step, pattern = next((row for row in self.counts if value >= row[0]), (Decimal(1), "{}"))
        return pattern.format(self._plain(significant(value / step, 3)) if step > 1 else self.decimal(value, 0))

    def date(self, when: datetime) -> str:
        return str(format_skeleton("MMMMd", when, locale=self.locale))

    def time(self, when: datetime) -> str:
        return str(format_time(when, "HH:mm", locale=self.locale))

    def weekday(self, when: datetime) -> str:
        return str(self._days[when.weekday()])

    @cached_property
    def _number_patterns(self) -> list[NumberPattern]:
        return [parse_pattern(GROUPING + ("." + "0" * n if n else "")) for n in range(9)]

    @cached_property
    def _days(self) -> Mapping[int, str]:
        return get_day_names("wide", locale=self.locale)


def significant(value: Decimal, digits: int) -> Decimal:
    """Rounded half up to so many significant digits."""
    if not value:
        return value
    return value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1), ROUND_HALF_UP)


def places_of(value: Decimal) -> int:
    """Decimal places that are needed, without trailing noughts."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def load_words(folder: Path) -> Words:
    """The table of one locale's folder."""
    table = tomllib.loads((folder / FIGURES_FILE).read_text(encoding="utf-8"))
    events = {kind: {str(k): str(v) for k, v in rows.items()} for kind, rows in table.get("events", {}).items()}
    return Words(
        Locale.parse(table["language"]),
        _flat(table["patterns"]),
        _steps(table["dollars"]),
        _steps(table.get("counts", ())),
        events,
    )


def _steps(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[Decimal, str], ...]:
    return tuple((Decimal(row["from"]), str(row["text"])) for row in rows)


def _flat(table: Mapping[str, Any]) -> dict[str, str]:
    rows: dict[str, str] = {}
    for kind, text in table.items():
        rows |= {f"{kind}.{form}": str(t) for form, t in text.items()} if isinstance(text, dict) else {kind: str(text)}
    return rows
