"""ETF flows of one asset from several publishers at once, so that they can be held against each other."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.sources.batch import Batch, Points, SourceFault
from bot.sources.etf import (
    FlowDay,
    FlowTable,
    coinglass_table,
    coinmarketcap_table,
    sosovalue_funds,
    sosovalue_table,
    tftc_table,
    the_block_table,
)
from bot.sources.etf_consensus import Settled, etf_consensus, safe_stamp
from bot.sources.keys import Client, ask_with_key
from bot.sources.payload import Revised, Row, close, points, reading

__all__ = ["EtfFlows", "Reader", "readers"]

Reader = Callable[[], Awaitable[tuple[FlowTable, tuple[str, ...]]]]
"""Asks one publisher: its table and notes; raises SourceFault."""

_SOSOVALUE = "https://api.sosovalue.xyz/openapi/v2/etf"
_THE_BLOCK = "https://www.theblock.co/api/charts/chart/etfs"
_COINMARKETCAP = "https://api.coinmarketcap.com/data-api/v3/etf/overview/netflow/chart"
_COINGLASS = "https://open-api-v4.coinglass.com/api/etf"
_TFTC = "https://www.tftc.io/bitcoin-etf-flows/data.json"
_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
_COINS = {"btc": "bitcoin", "eth": "ethereum"}
_ENOUGH = 2
"""Publishers that don't depend on each other."""

CLOSED_AFTER = timedelta(days=15)
"""A fund that has shown nothing for that long exists no more."""


class EtfFlows(Revised):
    """Net flows of the US spot funds of one asset, `btc` or `eth`; `answered` are the publishers of the last visit."""

    pace = timedelta(hours=1)

    def __init__(self, asset: str, readers: Sequence[Reader]) -> None:
        super().__init__()
        self.name = f"etf.{asset}"
        self.answered: tuple[str, ...] = ()
        self.revises = (f"etf.net_flow.{asset}", f"etf.agreed.{asset}", f"etf.net_assets.{asset}")
        self._asset, self._readers = asset, tuple(readers)

    @property
    def answered_by(self) -> str:
        """The publishers in one line."""
        return ", ".join(self.answered)

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """Sessions that closed after `since`; raises SourceFault where no publisher answers."""
        tables, notes, faults = list[FlowTable](), list[str](), list[SourceFault]()
        for read in self._readers:
            try:
                table, said = await read()
            except SourceFault as fault:
                faults.append(fault)
                continue
            tables.append(table)
            notes += said
            if _independent(tables) >= _ENOUGH:
                break
        self.answered = tuple(table.publisher for table in tables)
        if not tables:
            raise SourceFault(faults[0].kind, " ".join(map(str, faults)), faults[0].wait)
        settled = etf_consensus(self._asset, tables, now)
        with reading(f"{self.name} ({', '.join(self.answered)})"):
            found = (*self._points(settled.sessions, since, now), *self._assets(tables, since, now))
        return Batch(points=found, notes=(*map(str, faults), *notes, *settled.notes))

    def _points(self, sessions: Sequence[Settled], since: datetime, now: datetime) -> tuple[Points, ...]:
        """The total's series, then each fund's, by publisher; `etf.agreed` is 1 where a second one confirms it."""
        wanted = dict[str, dict[datetime, tuple[float, str]]]()
        for session in sessions:
            name = f"etf.net_flow.{self._asset}"
            funds = {f"{name}.{fund}": flow for fund, flow in session.flows.funds.items()}
            figures = {name: session.total, f"etf.agreed.{self._asset}": float(session.confirmed)} | funds
            for series, flow in figures.items():
                wanted.setdefault(series, {})[close(session.day)] = (flow, session.publisher)
        return tuple(found for series, rows in wanted.items() for found in self._of_series(series, rows, since, now))

    def _assets(self, tables: Sequence[FlowTable], since: datetime, now: datetime) -> list[Points]:
        """What all funds held at the close of each session, from the first publisher that tells it."""
        told = next((table for table in tables if table.assets), None)
        rows = {close(day): (usd, told.publisher) for day, usd in told.assets.items()} if told else {}
        return self._of_series(f"etf.net_assets.{self._asset}", rows, since, now)

    def _of_series(
        self, series: str, rows: dict[datetime, tuple[float, str]], since: datetime, now: datetime
    ) -> list[Points]:
        dated = [(when, safe_stamp(when.date()), flow) for when, (flow, _) in rows.items()]
        told = self._sightings.rows(series, dated, now)
        by_publisher = dict[str, list[Row]]()
        for row in told:
            if row[0] >= since and row[0] in rows:
                by_publisher.setdefault(rows[row[0]][1], []).append(row)
        return [points(series, publisher, found) for publisher, found in by_publisher.items()]


def _independent(tables: Sequence[FlowTable]) -> int:
    """How many tables share no origin with one before."""
    origins, count = set[str](), 0
    for table in tables:
        count += not table.origins & origins
        origins |= table.origins
    return count


def readers(asset: str, client: Client, sosovalue_key: str = "", coinglass_key: str = "") -> tuple[Reader, ...]:
    """The publishers of that asset's flows in the order in which they are asked; CoinGlass needs a key."""

    async def sosovalue() -> tuple[FlowTable, tuple[str, ...]]:
        return await ask_with_key(
            sosovalue_key,
            "keys.sosovalue",
            lambda key: _sosovalue(client, asset, {"x-soso-api-key": key}),
            lambda: _sosovalue(client, asset, {}),
        )

    async def the_block() -> tuple[FlowTable, tuple[str, ...]]:
        coin = _COINS[asset]
        payload = await client.json(f"{_THE_BLOCK}/{coin}-etf/spot-{coin}-etf-flows", headers=_BROWSER)
        with reading("www.theblock.co"):
            return the_block_table(payload), ()

    async def coinmarketcap() -> tuple[FlowTable, tuple[str, ...]]:
        params = {"category": asset, "range": "30d", "convertId": "2781"}
        payload = await client.json(_COINMARKETCAP, params=params, headers=_BROWSER)
        with reading("api.coinmarketcap.com"):
            return coinmarketcap_table(payload), ()

    async def tftc() -> tuple[FlowTable, tuple[str, ...]]:
        payload = await client.json(_TFTC)
        with reading("www.tftc.io"):
            return tftc_table(payload), ()

    async def coinglass() -> tuple[FlowTable, tuple[str, ...]]:
        payload = await client.json(f"{_COINGLASS}/{_COINS[asset]}/flow-history", headers={"CG-API-KEY": coinglass_key})
        with reading("open-api-v4.coinglass.com"):
            return coinglass_table(payload), ()

    keyless = (sosovalue, the_block, coinmarketcap, *([tftc] if asset == "btc" else []))
    return (coinglass, *keyless) if coinglass_key else keyless


async def _sosovalue(client: Client, asset: str, headers: dict[str, str]) -> FlowTable:
    """Its history of totals, the newest session with the single funds that have reported it."""
    body = {"type": f"us-{asset}-spot"}
    history = await client.json(f"{_SOSOVALUE}/historicalInflowChart", body=body, headers=headers)
    current = await client.json(f"{_SOSOVALUE}/currentEtfDataMetrics", body=body, headers=headers)
    with reading("api.sosovalue.xyz"):
        table, funds = sosovalue_table(history), sosovalue_funds(current)
        newest = max(table.days)
        reported = {fund: flow for fund, (day, flow) in funds.items() if day == newest}
        # A fund that still shows an earlier session hasn't reported the newest: no total until it has.
        late = [fund for fund, (day, _) in funds.items() if newest - CLOSED_AFTER <= day < newest]
        total = table.days[newest].total if reported and not late else None
        days = {**table.days, newest: FlowDay(total, reported)}
        return replace(table, days=days)
