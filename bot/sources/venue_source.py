"""What all sources of a venue share: each asset in turn, page by page, and what is to be done about one that fails."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.series import BarColumns, moment
from bot.sources.batch import Batch, FaultKind, Points, SourceFault
from bot.sources.payload import Row, points
from bot.sources.venue_exchange import Desk

__all__ = ["Found", "Pages", "VenueSource", "series_points"]

Found = tuple[tuple[Points, ...], tuple[BarColumns, ...]]
_OF_ONE_ASSET = {FaultKind.GARBLED, FaultKind.REFUSED, FaultKind.STALE}


@dataclass(frozen=True, slots=True)
class Pages:
    """How a venue's history is paged: so much at once; `reach` is how far back it goes, None for as far as asked."""

    length: timedelta
    reach: timedelta | None = None

    def split(self, since: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
        """Start and end of each page, oldest first."""
        start = since if self.reach is None else max(since, now - self.reach)
        count = max(1, -(-(now - start) // self.length))
        return [(start + n * self.length, min(start + (n + 1) * self.length, now)) for n in range(count)]


class VenueSource(ABC):
    """One kind of figures of one desk. `fresh` is how old the newest figure may be when the venue is well."""

    pace = timedelta(minutes=5)
    fresh: timedelta

    def __init__(self, kind: str, desk: Desk, assets: Iterable[str]) -> None:
        self.name = f"{desk.venue.name}.{kind}"
        self._desk, self._assets = desk, tuple(assets)
        self._absent: set[str] = set()

    @abstractmethod
    async def _of(self, asset: str, symbol: str, since: datetime, now: datetime) -> Found:
        """The asset's figures; raises SourceFault, and inside the desk's `answering` whatever an odd answer raises."""

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """What happened after `since`. An asset that fails alone is a note; raises SourceFault where all do."""
        told: list[Found] = []
        faults: list[SourceFault] = []
        notes: list[str] = []
        async for asset, symbol in self._listed(notes):
            try:
                told.append(await self._of(asset, symbol, since, now))
            except SourceFault as fault:
                if fault.kind not in _OF_ONE_ASSET:
                    raise
                faults.append(fault)
        if faults and not told:
            raise faults[0]
        found_points = tuple(points for of_asset, _ in told for points in of_asset if len(points.columns))
        found_bars = tuple(bars for _, of_asset in told for bars in of_asset if len(bars))
        return Batch(points=found_points, bars=found_bars, notes=(*notes, *map(str, faults)))

    async def _listed(self, notes: list[str]) -> AsyncIterator[tuple[str, str]]:
        """The assets traded here with their symbols; one that isn't is noted the first time."""
        for asset in self._assets:
            symbol = await self._desk.symbol(asset)
            if symbol is not None:
                yield asset, symbol
            elif asset not in self._absent:
                self._absent.add(asset)
                notes.append(f"{self._desk.venue.publisher} lists no {self._desk.market.symbol.format(asset)}.")

    def _check_fresh(self, asset: str, newest: int | None, since: datetime, now: datetime) -> None:
        """Raises SourceFault where nothing new came although it is time; `newest` is a stamp."""
        last = since if newest is None else moment(newest)
        if now - last > self.fresh:
            sentence = f"{self.name} gives nothing of {asset} newer than {last:%Y-%m-%d %H:%M} UTC."
            raise SourceFault(FaultKind.STALE, f"{sentence} It isn't used until it goes on.")


def series_points(series: str, publisher: str, rows: Iterable[tuple[int, float]], since: datetime) -> Points:
    """Rows after `since`, known when they happened; raises ValueError for a number in the wrong unit."""
    dated: list[Row] = [(moment(time), moment(time), value) for time, value in rows if moment(time) > since]
    return points(series, publisher, dated)
