"""The rows of an archive's files, checked: each function gives the whole file or raises InputFaults with all faults."""

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from io import StringIO
from math import isfinite
from typing import Any

from bot.domain.series import TIMEFRAMES, BarColumns, Headline, PointColumns, Release, moment, stamp
from bot.errors import Fault, InputFaults
from bot.sources.archive_files import ArchiveFile
from bot.sources.archive_units import describe, quantity

__all__ = ["BARS", "HEADLINES", "POINTS", "RELEASES", "parse_bars", "parse_headlines", "parse_points", "parse_releases"]

POINTS = ("time", "known", "value")
BARS = ("time", "open", "high", "low", "close", "volume")
RELEASES = ("time", "event", "impact", "forecast", "previous", "actual", "actual_known")
HEADLINES = ("time", "outlet", "title", "url")

IMPACTS = ("low", "moderate", "high")
LONGEST_NAME = 500
MOST_FAULTS = 100
_SERIES = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_MARKET = re.compile(r"([a-z0-9_]+)\.([A-Z0-9]+(?:-[A-Z0-9]+)*)\.([0-9]+[a-z])")


def parse_points(file: ArchiveFile) -> PointColumns:
    """`points/<series>.csv`; rows may stand in any order, and the same row twice."""
    kind = quantity(file.name)
    if kind is None or not _SERIES.fullmatch(file.name):
        raise file.fault(f"unknown series {file.name!r}; {describe(file.name)}")
    sheet = _Sheet(file, POINTS)
    found: dict[tuple[int, int], float] = {}
    for row in sheet:
        time, known, value = sheet.time(row, 0), sheet.time(row, 1), sheet.number(row, 2)
        if time is None or known is None or value is None:
            continue
        if known < time:
            sheet.fault(f"known {row[1]} lies before time {row[0]}: nobody knows a thing before it happens")
        if not kind.fits(value):
            sheet.fault(f"value {row[2]} can't be {kind.prefix}: it is {kind.bounds}")
        if found.setdefault((time, known), value) != value:
            sheet.fault(f"a second value for time {row[0]} and known {row[1]}: {found[time, known]!r} stands above")
    sheet.close()
    rows = sorted(found.items())
    return PointColumns(
        file.name,
        array("q", [time for (time, _), _ in rows]),
        array("q", [known for (_, known), _ in rows]),
        array("d", [value for _, value in rows]),
    )


def parse_bars(file: ArchiveFile) -> BarColumns:
    """`bars/<venue>.<SYMBOL>.<timeframe>.csv`; rows may stand in any order, and the same row twice."""
    venue, symbol, timeframe = _market(file)
    length = round(TIMEFRAMES[timeframe].total_seconds() * 1000)
    sheet = _Sheet(file, BARS)
    found: dict[int, tuple[float, ...]] = {}
    for row in sheet:
        time = sheet.time(row, 0)
        prices = tuple(value for n in range(1, 6) if (value := sheet.number(row, n)) is not None)
        if time is None or len(prices) < 5:
            continue
        if time % length:
            sheet.fault(f"time {row[0]} is no start of a {timeframe} bar")
        for fault in _impossible(*prices):
            sheet.fault(fault)
        if found.setdefault(time, prices) != prices:
            sheet.fault(f"a second bar for time {row[0]}, with other numbers than the one above")
    sheet.close()
    columns = [array("d", column) for column in zip(*(found[time] for time in sorted(found)), strict=True)]
    opens, highs, lows, closes, volumes = columns
    return BarColumns(venue, symbol, timeframe, array("q", sorted(found)), opens, highs, lows, closes, volumes)


def parse_releases(file: ArchiveFile) -> tuple[Release, ...]:
    """`releases.csv`, sorted by time and event."""
    sheet = _Sheet(file, RELEASES)
    found: dict[tuple[int, str], Release] = {}
    for row in sheet:
        time, known = sheet.time(row, 0), sheet.time(row, 6) if row[6] else None
        sheet.name(row, 1)
        if row[2] not in IMPACTS:
            sheet.fault(f"impact {row[2]!r} is none of {', '.join(IMPACTS)}")
        if bool(row[5]) != bool(row[6]):
            sheet.fault("actual and actual_known belong together: give both or neither")
        if time is None:
            continue
        if known is not None and known < time:
            sheet.fault(f"actual_known {row[6]} lies before time {row[0]}")
        _, event, impact, forecast, previous, actual, _ = row
        release = Release(
            moment(time), event, impact, forecast, previous, actual, None if known is None else moment(known)
        )
        if found.setdefault((time, event), release) != release:
            sheet.fault(f"a second release {event!r} at {row[0]}, with other content than the one above")
    sheet.close()
    return tuple(found[key] for key in sorted(found))


def parse_headlines(file: ArchiveFile) -> tuple[Headline, ...]:
    """`headlines.csv.gz`, sorted by time, outlet and title; of the same title with two addresses the last counts."""
    sheet = _Sheet(file, HEADLINES)
    found: dict[tuple[int, str, str], Headline] = {}
    for row in sheet:
        time = sheet.time(row, 0)
        sheet.name(row, 2)
        if time is not None:
            found[time, row[1], row[2]] = Headline(moment(time), row[1], row[2], row[3])
    sheet.close()
    return tuple(found[key] for key in sorted(found))


class _Sheet:
    """One file's rows, each with as many fields as there are columns, and the faults found on the way."""

    def __init__(self, file: ArchiveFile, columns: Sequence[str]) -> None:
        self._file, self._columns = file, columns
        self._faults: list[Fault] = []
        self._line = self._rows = 0

    def __iter__(self) -> Iterator[list[str]]:
        reader = csv.reader(StringIO(self._file.text(), newline=""), strict=True)
        try:
            self._check_header(next(reader))
            for row in self._numbered(reader):
                if len(row) == len(self._columns):
                    yield row
                elif row:
                    self.fault(f"{len(row)} fields where the columns are {','.join(self._columns)}")
        except csv.Error as error:
            self._line = reader.line_num
            self.fault(f"no readable CSV from here on ({error})")

    def _numbered(self, reader: Any) -> Iterator[list[str]]:
        """A row may stretch over several lines; it is named by its first."""
        self._line = reader.line_num + 1
        for row in reader:
            self._rows += bool(row)
            yield row
            self._line = reader.line_num + 1

    def _check_header(self, header: list[str]) -> None:
        if [name.strip() for name in header] != list(self._columns):
            raise self._file.fault(f"the columns must be {','.join(self._columns)}, not {','.join(header)}", 1)

    def fault(self, message: str) -> None:
        self._faults.append(Fault(self._file.path, self._line, message))

    def time(self, row: list[str], column: int) -> int | None:
        """Milliseconds, or None and a fault."""
        try:
            when = datetime.fromisoformat(row[column])
        except ValueError:
            when = None
        if when is not None and when.tzinfo is UTC:
            return stamp(when)
        what = "is no time" if when is None else "isn't in UTC"
        self.fault(f"{self._columns[column]} {row[column]!r} {what}; write it like 2025-02-25T21:00:00Z")
        return None

    def number(self, row: list[str], column: int) -> float | None:
        """A finite number, or None and a fault."""
        try:
            value = float(row[column])
        except ValueError:
            value = float("nan")
        if isfinite(value):
            return value
        self.fault(f"{self._columns[column]} {row[column]!r} is no number")
        return None

    def name(self, row: list[str], column: int) -> None:
        """A text that tells rows apart: it can't be missing, and has a length a database can sort by."""
        if not row[column].strip():
            self.fault(f"{self._columns[column]} is empty")
        if len(row[column]) > LONGEST_NAME:
            self.fault(f"{self._columns[column]} has {len(row[column])} characters; the most is {LONGEST_NAME}")

    def close(self) -> None:
        if not self._rows and not self._faults:
            raise self._file.fault("no rows below the columns' names")
        if len(self._faults) > MOST_FAULTS:
            rest = Fault(self._file.path, 0, f"{len(self._faults) - MOST_FAULTS} more faults like these")
            self._faults[MOST_FAULTS:] = [rest]
        if self._faults:
            raise InputFaults(self._faults)


def _market(file: ArchiveFile) -> tuple[str, str, str]:
    match = _MARKET.fullmatch(file.name)
    if match is None:
        raise file.fault("the file's name must be <venue>.<SYMBOL>.<timeframe>.csv, like binance.BTC-USDT.1d.csv")
    venue, symbol, timeframe = match.groups()
    if timeframe not in TIMEFRAMES:
        near = get_close_matches(timeframe, TIMEFRAMES, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise file.fault(f"unknown timeframe {timeframe!r}; {hint}There are {', '.join(TIMEFRAMES)}")
    return venue, symbol, timeframe


def _impossible(opened: float, high: float, low: float, closed: float, volume: float) -> Iterator[str]:
    if high < low:
        yield f"high {high!r} is below low {low!r}"
    else:
        for name, price in (("open", opened), ("close", closed)):
            if not low <= price <= high:
                yield f"{name} {price!r} lies outside low {low!r} to high {high!r}"
    if low <= 0:
        yield f"low {low!r} isn't above zero"
    if volume < 0:
        yield f"volume {volume!r} is negative"
