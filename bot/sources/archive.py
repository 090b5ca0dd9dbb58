"""Recorded market data in files: read, checked, taken into the store, and written out again.

An archive is a folder of CSV files or one .zip of it (the compact form):

    bars/<venue>.<SYMBOL>.<timeframe>.csv   time,open,high,low,close,volume
    points/<series>.csv                     time,known,value
    releases.csv                            time,event,impact,forecast,previous,actual,actual_known
    headlines.csv.gz                        time,outlet,title,url

`time` is when a thing happened, `known` when anyone could know it; both in UTC.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import chain, compress
from operator import attrgetter
from pathlib import Path, PurePath

from bot.domain.series import TIMEFRAMES, BarColumns, Headline, PointColumns, Release, moment, stamp
from bot.errors import Fault, InputFaults, OutsideData
from bot.sources.archive_export import File, bar_file, headline_file, point_file, release_file
from bot.sources.archive_files import LAYOUT, ArchiveFile, opened, write
from bot.sources.archive_rows import parse_bars, parse_headlines, parse_points, parse_releases
from bot.store import Store, Transaction, Written

__all__ = ["Archive", "ImportReport", "ImportedFile", "export_archive", "import_archive", "read_archive"]

SOURCE = "archive"
_ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Archive:
    """The content of an archive; every part is sorted by name or time."""

    points: tuple[PointColumns, ...] = ()
    bars: tuple[BarColumns, ...] = ()
    releases: tuple[Release, ...] = ()
    headlines: tuple[Headline, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file taken in, or left out for its faults."""

    path: PurePath
    written: Written
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file."""

    files: tuple[ImportedFile, ...]

    @property
    def written(self) -> Written:
        return sum((file.written for file in self.files), Written())

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(chain.from_iterable(file.faults for file in self.files))


Progress = Callable[[int, int, ImportedFile], object]
"""Called after each file with the number of files done, the number of all files, and what became of this one."""


def read_archive(path: Path, *, headlines: bool = True) -> Archive:
    """Everything in the archive, or all but the headlines, which are most of it.

    Raises InputFaults with every fault of every file, UsageError where there is no archive.
    """
    parts: list[Archive] = []
    faults: list[Fault] = []
    with opened(path) as files:
        for file in files:
            if file.kind == "headlines" and not headlines:
                continue
            try:
                parts.append(_parse(file))
            except InputFaults as found:
                faults.extend(found.faults)
    if faults:
        raise InputFaults(faults)
    return _joined(parts)


def import_archive(path: Path, store: Store, progress: Progress | None = None) -> ImportReport:
    """Takes an archive into the store: each file as a whole, or not at all where it has faults.

    Raises InputFaults with the faults of all files, after the files without faults are stored.
    """
    done: list[ImportedFile] = []
    with opened(path) as files:
        for file in files:
            done.append(_import(file, store))
            if progress:
                progress(len(done), len(files), done[-1])
    report = ImportReport(tuple(done))
    if report.faults:
        raise InputFaults(report.faults)
    return report


def export_archive(
    source: Archive | Store,
    path: Path,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    names: Sequence[str] = (),
    compact: bool = False,
) -> int:
    """Writes an archive and gives the number of its files; nothing stays behind when that fails.

    What is written has `time >= since` and was known at `until`, and has a name that matches one of `names`
    (`etf.*`, `binanceusdm.BTC-*`, `releases`, `headlines`), all names without any. Raises OutsideData where that is
    nothing, UsageError where `path` can't be written.
    """
    chosen = _chosen(source, since or _ALWAYS[0], until or _ALWAYS[1], names)
    contents = dict(_files(chosen, compact=compact))
    if not contents:
        raise OutsideData(
            "There is no data of these names and times to export. Names look like etf.net_flow.btc or "
            "binanceusdm.BTC-USDT-PERP.1d, patterns like 'etf.*' take several."
        )
    write(path, contents, compact=compact)
    return len(contents)


def _parse(file: ArchiveFile) -> Archive:
    """The archive that holds this one file."""
    match file.kind:
        case "points":
            return Archive(points=(parse_points(file),))
        case "bars":
            return Archive(bars=(parse_bars(file),))
        case "releases":
            return Archive(releases=parse_releases(file))
        case "headlines":
            return Archive(headlines=parse_headlines(file))
        case _:
            raise file.fault(f"no file of an archive. {LAYOUT}")


def _joined(parts: Sequence[Archive]) -> Archive:
    return Archive(
        tuple(sorted(chain.from_iterable(part.points for part in parts), key=attrgetter("series"))),
        tuple(sorted(chain.from_iterable(part.bars for part in parts), key=attrgetter("venue", "symbol", "timeframe"))),
        tuple(release for part in parts for release in part.releases),
        tuple(headline for part in parts for headline in part.headlines),
    )


def _import(file: ArchiveFile, store: Store) -> ImportedFile:
    try:
        part = _parse(file)
    except InputFaults as found:
        return ImportedFile(file.path, Written(), found.faults)
    with store.transaction() as transaction:
        return ImportedFile(file.path, _store(part, transaction))


def _store(part: Archive, transaction: Transaction) -> Written:
    writes = chain(
        (transaction.write_points(columns, SOURCE) for columns in part.points),
        (transaction.write_bars(columns) for columns in part.bars),
        (transaction.write_releases(part.releases), transaction.write_headlines(part.headlines)),
    )
    return sum(writes, Written())


def _chosen(source: Archive | Store, since: datetime, until: datetime, names: Sequence[str]) -> Archive:
    if isinstance(source, Store):
        points, bars = source.points(since, until), source.bars(since, until)
        releases, headlines = source.releases(since, until), source.headlines(since, until)
    else:
        points = [_cut_points(columns, since, until) for columns in source.points]
        bars = [_cut_bars(columns, since, until) for columns in source.bars]
        releases = [r for r in source.releases if since <= r.time <= until]
        headlines = [h for h in source.headlines if since <= h.time <= until]
    return Archive(
        tuple(columns for columns in points if _wanted(columns.series, names)),
        tuple(columns for columns in bars if _wanted(columns.name, names)),
        tuple(releases) if _wanted("releases", names) else (),
        tuple(headlines) if _wanted("headlines", names) else (),
    )


def _wanted(name: str, names: Sequence[str]) -> bool:
    return not names or any(fnmatchcase(name, pattern) for pattern in names)


def _cut_points(columns: PointColumns, since: datetime, until: datetime) -> PointColumns:
    first, last = stamp(since), stamp(until)
    kept = [first <= time and known <= last for time, known in zip(columns.time, columns.known, strict=True)]
    return PointColumns(
        columns.series,
        array("q", compress(columns.time, kept)),
        array("q", compress(columns.known, kept)),
        array("d", compress(columns.value, kept)),
    )


def _cut_bars(columns: BarColumns, since: datetime, until: datetime) -> BarColumns:
    length = TIMEFRAMES[columns.timeframe]
    kept = [since <= moment(time) <= until - length for time in columns.time]
    return replace(
        columns,
        time=array("q", compress(columns.time, kept)),
        open=array("d", compress(columns.open, kept)),
        high=array("d", compress(columns.high, kept)),
        low=array("d", compress(columns.low, kept)),
        close=array("d", compress(columns.close, kept)),
        volume=array("d", compress(columns.volume, kept)),
    )


def _files(archive: Archive, *, compact: bool) -> Iterator[File]:
    yield from (point_file(columns) for columns in archive.points if columns)
    yield from (bar_file(columns) for columns in archive.bars if columns)
    if archive.releases:
        yield release_file(archive.releases)
    if archive.headlines:
        yield headline_file(archive.headlines, compact=compact)
