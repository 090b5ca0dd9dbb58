"""Tables of what US spot funds took in, as their publishers give them: payload to rows, USD a session."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.series import moment
from bot.sources.payload import number

__all__ = [
    "FlowDay",
    "FlowTable",
    "coinglass_table",
    "coinmarketcap_table",
    "sosovalue_funds",
    "sosovalue_table",
    "tftc_table",
    "the_block_table",
]

_NO_FIGURE = (None, "", "-")


@dataclass(frozen=True, slots=True)
class FlowDay:
    """One session's flows in USD: the published total, if any, and those of single funds by small ticker."""

    total: float | None
    funds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlowTable:
    """One publisher's sessions. `origins` are those its figures come from: tables that share one don't confirm.

    `assets` is what all funds held at each session's close, USD, where the publisher tells it.
    """

    publisher: str
    days: Mapping[date, FlowDay]
    origins: frozenset[str]
    assets: Mapping[date, float] = field(default_factory=dict)


def _table(publisher: str, rows: Iterable[tuple[date, FlowDay]], origins: Iterable[str] = ()) -> FlowTable:
    """Rows in order of their days; raises ValueError for none and for two that contradict each other."""
    days = dict[date, FlowDay]()
    for day, flows in rows:
        if days.setdefault(day, flows) != flows:
            raise ValueError(f"{publisher} has two different rows of {day}")
    if not days:
        raise ValueError(f"{publisher} has no rows")
    return FlowTable(publisher, dict(sorted(days.items())), frozenset({publisher, *origins}))


def sosovalue_table(payload: Any) -> FlowTable:
    """Sessions' totals from `historicalInflowChart`; `data` is a list, or has one in it."""
    data = _sosovalue(payload)
    rows = data["list"] if isinstance(data, dict) else data
    table = _table("SoSoValue", ((_day(row["date"]), FlowDay(number(row["totalNetInflow"]))) for row in rows))
    held = ((_day(row["date"]), _sosovalue_assets(row)) for row in rows)
    return replace(table, assets={day: usd for day, usd in held if usd is not None})


def _sosovalue_assets(row: Mapping[str, Any]) -> float | None:
    """None where there is no figure, or one that can't be read: flows don't depend on it."""
    with suppress(TypeError, ValueError):
        return number(row.get("totalNetAssets"))
    return None


def sosovalue_funds(payload: Any) -> dict[str, tuple[date, float]]:
    """Each fund's newest session and its flow from `currentEtfDataMetrics`."""
    found = {}
    for fund in _sosovalue(payload)["list"]:
        flow = fund["dailyNetInflow"]
        if flow["value"] not in _NO_FIGURE:
            found[_ticker(fund["ticker"])] = (_day(flow["lastUpdateDate"]), number(flow["value"]))
    return found


def _sosovalue(payload: Any) -> Any:
    if number(payload["code"]) != 0:
        raise ValueError(f"code {payload['code']}: {payload.get('msg')}")
    return payload["data"]


def the_block_table(payload: Any) -> FlowTable:
    """Funds' flows by session; the total is their sum where every fund that is active has one."""
    chart = payload.get("chart", payload)
    content = chart["jsonFile"]
    content = content.get("data", content)
    series = (json.loads(content) if isinstance(content, str) else content)["Series"]
    days = dict[date, dict[str, float]]()
    for name, fund in series.items():
        for row in fund["Data"]:
            if row["Result"] not in _NO_FIGURE:
                day = datetime.fromtimestamp(number(row["Timestamp"]), UTC).date()
                days.setdefault(day, {})[_ticker(name)] = number(row["Result"])
    return _table("The Block", ((day, _summed(funds)) for day, funds in days.items()))


def coinglass_table(payload: Any) -> FlowTable:
    """Sessions' totals and funds; a code other than 0 inside an answer that looks well raises ValueError.

    A fund that is named without a flow hasn't reported: then the session has no total.
    """
    if str(payload["code"]) != "0":
        raise ValueError(f"code {payload['code']}: {payload.get('msg')}")
    read = ((moment(int(row["timestamp"])).date(), _coinglass_day(row)) for row in payload["data"])
    return _table("CoinGlass", read)


def _coinglass_day(row: Mapping[str, Any]) -> FlowDay:
    funds = {_ticker(fund["etf_ticker"]): fund.get("flow_usd") for fund in row.get("etf_flows") or ()}
    whole = all(flow not in _NO_FIGURE for flow in funds.values())
    flows = {fund: number(flow) for fund, flow in funds.items() if flow not in _NO_FIGURE}
    return FlowDay(number(row["flow_usd"]) if whole else None, flows)


def coinmarketcap_table(payload: Any) -> FlowTable:
    """Sessions' totals; a status other than 0 inside an answer that looks well raises ValueError."""
    if str(payload["status"]["error_code"]) != "0":
        raise ValueError(f"status {payload['status']['error_code']}")
    rows = payload["data"]["points"]
    read = ((moment(int(row["timestamp"])).date(), FlowDay(number(row["value"]))) for row in rows)
    return _table("CoinMarketCap", read)


def tftc_table(payload: Any) -> FlowTable:
    """Sessions' totals and funds; its figures are SoSoValue's and Farside's (CC BY 4.0, to be named)."""
    rows = ((_day(row["date"]), _tftc_day(row)) for row in payload["days"])
    return _table("TFTC", rows, {"SoSoValue", "Farside"})


def _tftc_day(row: Mapping[str, Any]) -> FlowDay:
    total, funds = row["netFlowUsd"], row.get("perEtfUsd") or {}
    flows = {_ticker(name): number(value) for name, value in funds.items() if value not in _NO_FIGURE}
    return FlowDay(None if total in _NO_FIGURE else number(total), flows)


def _summed(funds: dict[str, float]) -> FlowDay:
    total = funds.pop("total", None)
    return FlowDay(sum(funds.values()) if total is None else total, funds)


def _ticker(name: str) -> str:
    """`IBIT`, `IBIT (BlackRock)` and `iShares (IBIT)` are `ibit`."""
    words = name.replace("(", " ").replace(")", " ").split()
    return next((word for word in words if word.isupper()), words[0]).lower()


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
