"""Liquidations from before anyone listened: Gate's hours and days, OKX's newest orders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Protocol

from bot.domain.liquidations import LiquidationEvent, Side
from bot.domain.series import moment, stamp
from bot.sources.batch import Batch, FaultKind, Points, SourceFault
from bot.sources.liquidations import UNREADABLE, okx_event
from bot.sources.liquidations_contracts import Contracts, okx_contracts
from bot.sources.liquidations_rollup import HOUR_MS
from bot.sources.liquidations_rows import Rows, published_by
from bot.sources.streams_repeats import Repeats

__all__ = ["GateLiquidations", "OkxLiquidations", "contracts_of_okx", "gate_stats"]

_GATE = "https://api.gateio.ws/api/v4/futures/usdt/contract_stats"
_OKX = "https://www.okx.com/api/v5/public"
_PAGE = 100
_MOST_PAGES = 200
_HOUR = timedelta(hours=1)
_LIMITED = {"50011", "50061"}
"""OKX's codes for too many requests, inside an answer that looks well."""


class Client(Protocol):
    """What asks a venue and raises SourceFault where it gives no JSON."""

    async def json(self, url: str, *, params: Mapping[str, str]) -> Any:
        """The answer, read."""


def gate_stats(rows: Any, length: timedelta, now: datetime) -> dict[int, tuple[float, float]]:
    """Long and short USD by the end of each stretch that is over, in milliseconds; Gate tells its start in seconds.

    Raises one of UNREADABLE for rows of another shape.
    """
    found = {}
    for row in rows:
        start, longs, shorts = int(float(row["time"])), float(row["long_liq_usd"]), float(row["short_liq_usd"])
        if not (isfinite(longs) and isfinite(shorts) and longs >= 0 and shorts >= 0):
            raise ValueError(f"{longs} and {shorts} USD are no liquidations")
        end = moment(1000 * start) + length
        if end <= now and start % length.total_seconds() == 0:
            found[stamp(end)] = (longs, shorts)
    return found


class GateLiquidations:
    """Gate's own sums a contract, split by side and in USD: of hours, or of days for baselines."""

    def __init__(self, client: Client, assets: Iterable[str], length: timedelta = _HOUR) -> None:
        self.name = "gate.liquidations.hourly" if length == _HOUR else "gate.liquidations.daily"
        self.pace = _HOUR
        self._client, self._assets, self._length = client, tuple(assets), length

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The stretches that ended after `since`; raises SourceFault."""
        found = {asset: await self._sums(asset, since, now) for asset in self._assets}
        rows, publisher, hourly = Rows(), published_by(["gate"]), self._length == _HOUR
        name = f"liquidations{'.hour' if hourly else ''}.{{side}}.gate.{{asset}}"
        for asset, sums in found.items():
            for end, sides in sums.items():
                rows.add_sides(name, publisher, end, end, {asset: sides})
        whole = set.intersection(*(set(sums) for sums in found.values())) if hourly and found else set()
        for end in whole:
            rows.add("liquidations.hour.seconds.gate", publisher, end, end, HOUR_MS / 1000)
        return Batch(points=rows.points())

    async def _sums(self, asset: str, since: datetime, now: datetime) -> dict[int, tuple[float, float]]:
        sums: dict[int, tuple[float, float]] = {}
        start = since - (since - moment(0)) % self._length
        while start + self._length <= now:
            page = await self._page(asset, start, now)
            sums |= {end: sides for end, sides in page.items() if end > stamp(since)}
            start += _PAGE * self._length
        return sums

    async def _page(self, asset: str, start: datetime, now: datetime) -> dict[int, tuple[float, float]]:
        asked: Mapping[str, str] = {
            "contract": f"{asset}_USDT",
            "interval": "1h" if self._length == _HOUR else "1d",
            "from": str(stamp(start) // 1000),
            "limit": str(_PAGE),
        }
        try:
            return gate_stats(await self._client.json(_GATE, params=asked), self._length, now)
        except UNREADABLE as error:
            raise _garbled("Gate", "contract_stats", error) from error


async def contracts_of_okx(client: Client) -> Contracts:
    """How much each perpetual of OKX stands for; raises SourceFault."""
    found = okx_contracts(await _okx(client, "instruments", {"instType": "SWAP"}))
    if not found:
        raise SourceFault(FaultKind.GARBLED, "OKX lists no perpetuals; without their sizes nothing is counted in USD")
    return found


class OkxLiquidations:
    """OKX's newest orders, paged back as far as it goes, summed by the hour."""

    name, pace = "okx.liquidations", _HOUR

    def __init__(self, client: Client, assets: Iterable[str]) -> None:
        self._client, self._assets = client, tuple(assets)

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The hours after `since` that are over and that the pages reach; raises SourceFault."""
        contracts = await contracts_of_okx(self._client)
        families = sorted({name.removesuffix("-SWAP") for name, c in contracts.items() if c.asset in self._assets})
        told = [await self._orders(family, contracts, since) for family in families]
        events = [event for orders in told for event in orders.events]
        return Batch(points=self._hours(events, _complete_from(told), now) if events else ())

    async def _orders(self, family: str, contracts: Contracts, since: datetime) -> "_Orders":
        """The family's closures since then, as far back as 200 pages and OKX's memory reach."""
        repeats, found = Repeats(), list[LiquidationEvent]()
        after: int | None = None
        for _ in range(_MOST_PAGES):
            asked = {"instType": "SWAP", "state": "filled", "instFamily": family, "limit": str(_PAGE)}
            rows = await _okx(self._client, "liquidation-orders", asked | ({"after": str(after)} if after else {}))
            events, oldest = _page_of_okx(rows, contracts)
            found += [event for event in repeats.fresh(events) if event.time > since]
            if oldest is None:
                return _Orders(found, None)
            if moment(oldest) <= since:
                return _Orders(found, since)
            # A page may end between closures of one millisecond: that millisecond is asked for again, but only once.
            after = oldest + 1 if after != oldest + 1 else oldest
        return _Orders(found, min(event.time for event in found))

    def _hours(self, events: Iterable[LiquidationEvent], since: datetime, now: datetime) -> tuple[Points, ...]:
        """Rows of the hours that are over and lie wholly after `since`."""
        first, last = -(-stamp(since) // HOUR_MS) + 1, stamp(now) // HOUR_MS
        usd = {hour: {asset: [0.0, 0.0] for asset in self._assets} for hour in range(first, last + 1)}
        for event in events:
            hour = stamp(event.time) // HOUR_MS + 1
            if hour in usd and event.asset in usd[hour]:
                usd[hour][event.asset][event.side is Side.SHORT] += event.usd
        rows, publisher, known = Rows(), published_by(["okx"]), stamp(now)
        for hour, assets in usd.items():
            rows.add("liquidations.hour.seconds.okx", publisher, hour * HOUR_MS, known, HOUR_MS / 1000)
            sides = {asset: (longs, shorts) for asset, (longs, shorts) in assets.items()}
            rows.add_sides("liquidations.hour.{side}.okx.{asset}", publisher, hour * HOUR_MS, known, sides)
        return rows.points()


@dataclass(frozen=True, slots=True)
class _Orders:
    """A family's closures; `reached` is from when on none is absent, None where OKX keeps no older ones."""

    events: Sequence[LiquidationEvent]
    reached: datetime | None


def _complete_from(told: Iterable[_Orders]) -> datetime:
    """From when on all families are complete: OKX remembers all of them equally long, as the oldest row shows."""
    orders = [o for o in told if o.events or o.reached]
    remembered = [min(event.time for event in o.events) for o in orders if o.reached is None]
    return max([*(o.reached for o in orders if o.reached), *([min(remembered)] if remembered else [])])


def _page_of_okx(rows: Iterable[Any], contracts: Contracts) -> tuple[list[LiquidationEvent], int | None]:
    """The page's closures, and the oldest stamp on it, in milliseconds; None for an empty page."""
    try:
        details = [(row["instId"], detail) for row in rows for detail in row["details"]]
        events = [okx_event(instrument, detail, contracts) for instrument, detail in details]
        oldest = min((int(detail["ts"]) for _, detail in details), default=None)
    except UNREADABLE as error:
        raise _garbled("OKX", "liquidation-orders", error) from error
    return [event for event in events if event is not None], oldest


async def _okx(client: Client, what: str, asked: Mapping[str, str]) -> list[Any]:
    """The `data` of an answer; OKX tells faults inside answers with HTTP 200."""
    said = await client.json(f"{_OKX}/{what}", params=asked)
    if not isinstance(said, dict) or not isinstance(said.get("data"), list):
        raise SourceFault(
            FaultKind.GARBLED, f"OKX answered {what} in another shape than agreed; it is asked again later"
        )
    if (code := str(said.get("code", "0"))) != "0":
        kind = FaultKind.LIMITED if code in _LIMITED else FaultKind.REFUSED
        raise SourceFault(kind, f"OKX refused {what} with code {code}: {str(said.get('msg'))[:200]}")
    return list(said["data"])


def _garbled(venue: str, what: str, error: Exception) -> SourceFault:
    kind = type(error).__name__
    return SourceFault(
        FaultKind.GARBLED, f"{venue} answered {what} in another shape than agreed ({kind}); nothing is taken"
    )
