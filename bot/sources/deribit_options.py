"""What options say, from Deribit: implied volatility, puts against calls, how much dearer puts are, the next expiry."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log, sqrt
from statistics import NormalDist
from typing import Any

from bot.domain.series import moment, stamp
from bot.sources.batch import Batch
from bot.sources.keys import Client
from bot.sources.payload import Row, number, points, reading

__all__ = [
    "Dvol",
    "Option",
    "OptionsBook",
    "dvol_rows",
    "max_pain",
    "next_friday",
    "notional",
    "options",
    "put_call",
    "skew_25_delta",
]

_API = "https://www.deribit.com/api/v2/public"
_HOST = "www.deribit.com"
HOUR = timedelta(hours=1)
EXPIRES = timedelta(hours=8)
TENOR = timedelta(days=30)
FRIDAY = 4
NEAREST, FARTHEST = timedelta(days=7), timedelta(days=90)
MOST_PAGES = 20
_NAME = re.compile(r"([A-Z]+)-(\d{1,2}[A-Z]{3}\d{2})-(\d+)-([CP])")


def dvol_rows(payload: Any, now: datetime) -> list[Row]:
    """Closes of the hours that are over, known then; the index in points."""
    ended = ((moment(int(row[0])) + HOUR, number(row[4])) for row in payload["result"]["data"])
    return [(when, when, value) for when, value in ended if when <= now]


class Dvol:
    """Deribit's index of implied volatility over 30 days, hour by hour."""

    pace = timedelta(minutes=30)

    def __init__(self, client: Client, asset: str = "btc") -> None:
        self.name = f"volatility.dvol.{asset}"
        self._client, self._asset = client, asset

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The hours after `since`, newest pages first; raises SourceFault."""
        rows, end = list[Row](), stamp(now)
        for _ in range(MOST_PAGES):
            payload = await self._client.json(f"{_API}/get_volatility_index_data", params=self._params(since, end))
            with reading(_HOST):
                rows += dvol_rows(payload, now)
                further = payload["result"].get("continuation")
            if further is None or int(further) < stamp(since - HOUR) or int(further) >= end:
                break
            end = int(further)
        with reading(_HOST):
            wanted = [row for row in rows if row[0] >= since]
            return Batch(points=(points(self.name, "Deribit", wanted),) if wanted else ())

    def _params(self, since: datetime, end: int) -> dict[str, str]:
        params = {"currency": self._asset.upper(), "resolution": "3600"}
        return {**params, "start_timestamp": str(stamp(since - HOUR)), "end_timestamp": str(end)}


@dataclass(frozen=True, slots=True)
class Option:
    """One listed option: strike and underlying in USD, sizes in coins, `iv` in points (None: no mark)."""

    put: bool
    strike: float
    expiry: datetime
    open_interest: float
    volume: float
    iv: float | None
    underlying: float


def options(payload: Any) -> tuple[Option, ...]:
    """The book's options; raises ValueError for another shape. Linear (`BTC_USDC`) ones are not in this book."""
    return tuple(_option(row) for row in payload["result"])


def _option(row: dict[str, Any]) -> Option:
    found = _NAME.fullmatch(row["instrument_name"])
    if not found:
        raise ValueError(f"{row['instrument_name']} is no option")
    day = datetime.strptime(found[2].title(), "%d%b%y").replace(tzinfo=UTC)
    iv = row.get("mark_iv")
    return Option(
        found[4] == "P",
        float(found[3]),
        day + EXPIRES,
        number(row["open_interest"]),
        number(row.get("volume") or 0),
        number(iv) if iv else None,
        number(row["underlying_price"]),
    )


def put_call(book: Iterable[Option], size: str) -> float | None:
    """Puts over calls by `open_interest` or `volume`, None without calls."""
    sums = {True: 0.0, False: 0.0}
    for option in book:
        sums[option.put] += getattr(option, size)
    return sums[True] / sums[False] if sums[False] else None


def skew_25_delta(book: Sequence[Option], now: datetime) -> float | None:
    """Implied volatility of 25-delta calls minus that of 25-delta puts in 30 days, points; negative: puts are dearer.

    Between the two expiries around 30 days it is interpolated, else the nearer one counts; None without one.
    """
    within = {o.expiry for o in book if NEAREST <= o.expiry - now <= FARTHEST}
    known = {
        e - now: skew for e in sorted(within) if (skew := _skew([o for o in book if o.expiry == e], now)) is not None
    }
    below = max((left for left in known if left <= TENOR), default=None)
    above = min((left for left in known if left > TENOR), default=None)
    if below is None or above is None:
        nearest = below if below is not None else above
        return None if nearest is None else known[nearest]
    part = (TENOR - below) / (above - below)
    return known[below] + part * (known[above] - known[below])


def _skew(chain: Sequence[Option], now: datetime) -> float | None:
    calls, puts = (_iv_at(0.25, [o for o in chain if o.put is put], now) for put in (False, True))
    return None if calls is None or puts is None else calls - puts


def _iv_at(delta: float, chain: Sequence[Option], now: datetime) -> float | None:
    """Interpolated where two marks bracket the delta, None elsewhere."""
    curve = sorted((abs(_delta(o, o.iv, now)), o.iv) for o in chain if o.iv)
    for (low, low_iv), (high, high_iv) in pairwise(curve):
        if low <= delta <= high and high > low:
            return low_iv + (delta - low) / (high - low) * (high_iv - low_iv)
    return None


def _delta(option: Option, iv: float, now: datetime) -> float:
    """Black's delta with the rate at zero."""
    spread = iv / 100 * sqrt((option.expiry - now) / timedelta(days=365))
    d1 = log(option.underlying / option.strike) / spread + spread / 2
    return NormalDist().cdf(d1) - option.put


def next_friday(book: Iterable[Option]) -> tuple[Option, ...]:
    """The options that lapse together on the nearest Friday in the book, none where it has no Friday."""
    fridays = [option for option in book if option.expiry.weekday() == FRIDAY]
    nearest = min((option.expiry for option in fridays), default=None)
    return tuple(option for option in fridays if option.expiry == nearest)


def notional(chain: Iterable[Option]) -> float:
    """What the options stand for at the price of now, USD."""
    return sum(option.open_interest * option.underlying for option in chain)


def max_pain(chain: Sequence[Option]) -> float | None:
    """The strike at which the holders are paid least, the lowest of several alike; None without anything open."""
    held = [option for option in chain if option.open_interest > 0]

    def paid(price: float) -> float:
        return sum(o.open_interest * max(0.0, o.strike - price if o.put else price - o.strike) for o in held)

    return min(sorted({option.strike for option in held}), key=paid, default=None)


class OptionsBook:
    """Put/call ratios by open interest and by 24 hours' volume, the 25-delta skew, and Friday's expiry: its size and
    the price of least pay, of the inverse options."""

    pace = timedelta(hours=1)

    def __init__(self, client: Client, asset: str = "btc") -> None:
        self.name = f"options.deribit.{asset}"
        self._client, self._asset = client, asset

    async def fetch(self, since: datetime, now: datetime) -> Batch:
        """The present state: there is no history here; raises SourceFault."""
        del since
        params = {"currency": self._asset.upper(), "kind": "option"}
        payload = await self._client.json(f"{_API}/get_book_summary_by_currency", params=params)
        with reading(_HOST):
            book = [option for option in options(payload) if option.expiry > now]
            if not book:
                raise ValueError("no option in it")
            friday = next_friday(book)
            values = {
                "options.expiry_notional": notional(friday) or None,
                "options.max_pain": max_pain(friday),
                "options.put_call.open_interest": put_call(book, "open_interest"),
                "options.put_call.volume": put_call(book, "volume"),
                "options.skew_25d": skew_25_delta(book, now),
            }
            named = {f"{name}.{self._asset}": value for name, value in values.items() if value is not None}
            return Batch(points=tuple(points(name, "Deribit", [(now, now, value)]) for name, value in named.items()))
