"""Columns as the bytes of an archive's files; reading them gives the same columns, to the last digit."""

import gzip
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from bot.domain.series import BarColumns, Headline, PointColumns, Release, moment
from bot.sources.archive_rows import BARS, HEADLINES, POINTS, RELEASES

__all__ = ["bar_file", "headline_file", "point_file", "release_file"]

File = tuple[str, bytes]
"""A path inside the archive, and what stands there."""

_SPECIAL = re.compile(r'[",\r\n]')


def point_file(columns: PointColumns) -> File:
    rows = zip(_times(columns.time), _times(columns.known), map(repr, columns.value), strict=True)
    return f"points/{columns.series}.csv", _table(POINTS, rows)


def bar_file(columns: BarColumns) -> File:
    prices = (columns.open, columns.high, columns.low, columns.close, columns.volume)
    rows = zip(_times(columns.time), *(map(repr, column) for column in prices), strict=True)
    return f"bars/{columns.name}.csv", _table(BARS, rows)


def release_file(releases: Iterable[Release]) -> File:
    rows = (
        (
            _time(r.time),
            *map(_quoted, (r.event, r.impact, r.forecast, r.previous, r.actual)),
            _time(r.actual_known),
        )
        for r in releases
    )
    return "releases.csv", _table(RELEASES, rows)


def headline_file(headlines: Iterable[Headline], *, compact: bool) -> File:
    """Packed by itself in a folder; a .zip packs it anyway."""
    table = _table(HEADLINES, ((_time(h.time), *map(_quoted, (h.outlet, h.title, h.url))) for h in headlines))
    return ("headlines.csv", table) if compact else ("headlines.csv.gz", gzip.compress(table, mtime=0))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(f"{','.join(row)}\n" for row in chain([header], rows)).encode()


def _quoted(text: str) -> str:
    """A field of CSV. The standard writer leaves a lone carriage return bare, which a reader takes for a line's end."""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _SPECIAL.search(text) else text


def _times(stamps: Iterable[int]) -> list[str]:
    return [_time(moment(stamp)) for stamp in stamps]


def _time(when: datetime | None) -> str:
    if when is None:
        return ""
    return when.isoformat(timespec="milliseconds" if when.microsecond else "seconds").replace("+00:00", "Z")
