"""What people type for a time, a window and a scope, turned into values or a clear sentence."""

import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches

from bot.domain.catalogue import ASSETS
from bot.domain.window import MARKET, Scope
from bot.errors import UsageError

__all__ = ["DAY_DELAY", "parse_clock", "parse_day", "parse_length", "parse_locale", "parse_scope", "parse_time"]

DAY_DELAY = timedelta(minutes=5)
"""A day is told five minutes after it ended, when its last bars are in."""

LOCALES = ("en", "zh")
LONGEST = timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 2010, 2100
"""The first year with a price of bitcoin, and one that a slip of the finger passes."""


def parse_time(text: str) -> tuple[datetime, str]:
    """The UTC time, and what to say aloud about how it was taken ("" where nothing was assumed).

    A bare date means the recap of that day, told five minutes after it ended.
    """
    try:
        moment = datetime.fromisoformat(text.strip() if re.match(r"\s*\d{4}-?\d{2}-?\d{2}", text) else "")
    except ValueError:
        raise UsageError(
            f"{text!r} is no time. Write it as 2025-02-26T00:05Z, 2025-02-26 00:05 or, for a whole day, 2025-02-25."
        ) from None
    _within_reason(moment, text)
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", text.strip()):
        as_of = _utc(moment) + timedelta(days=1) + DAY_DELAY
        return as_of, f"{text.strip()} is taken as the whole UTC day, told at {as_of:%Y-%m-%d %H:%M} UTC."
    if moment.tzinfo is None:
        return _utc(moment), f"{text.strip()} is taken as UTC."
    return moment.astimezone(UTC), ""


def parse_day(text: str) -> datetime:
    """The start of a UTC day."""
    try:
        return _within_reason(datetime.combine(date.fromisoformat(text.strip()), time(), UTC), text)
    except ValueError:
        raise UsageError(f"{text!r} is no date. Write it as 2025-02-25.") from None


def parse_clock(text: str) -> timedelta:
    """A time of day, from midnight UTC."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if not found:
        raise UsageError(f"{text!r} is no time of day. Write it as 00:05.")
    return timedelta(hours=int(found[1]), minutes=int(found[2]))


def parse_locale(text: str) -> str:
    """A language the templates are written in."""
    if text not in LOCALES:
        raise UsageError(f"{text!r} is no language of the templates. Choose {' or '.join(LOCALES)}.")
    return text


def parse_length(text: str) -> timedelta:
    """Hours or days up to a week: 4h, 24h, 7d."""
    found = re.fullmatch(r"(\d{1,3})\s*([hd])", text.strip().lower())
    length = timedelta(**{{"h": "hours", "d": "days"}[found[2]]: int(found[1])}) if found else timedelta(0)
    if not timedelta(0) < length <= LONGEST:
        raise UsageError(f"{text!r} is no window. Write hours or days up to a week: 4h, 24h or 7d.")
    return length


def parse_scope(text: str) -> Scope:
    """`market` or an asset of the catalogue, in any case."""
    if text.strip().lower() == "market":
        return MARKET
    asset = text.strip().upper()
    if asset in ASSETS:
        return Scope(asset)
    near = get_close_matches(asset, [*ASSETS, "MARKET"], n=1, cutoff=0.5)
    hint = f" Did you mean {near[0] if near[0] != 'MARKET' else 'market'}?" if near else ""
    raise UsageError(f"{text!r} is no scope.{hint} Choose market or one of {', '.join(ASSETS)}.")


def _within_reason(moment: datetime, text: str) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UsageError(f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}. Check the year.")
    return moment


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
