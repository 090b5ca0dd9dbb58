"""What an answer's status and content mean: one sentence with the host and the remedy, never an address or a key."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from json import JSONDecodeError, loads
from typing import Any

from bot.sources.batch import FaultKind, SourceFault

__all__ = ["garbled", "parsed", "refused", "status_fault", "unreachable"]

DAY = timedelta(days=1)
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=3)
UNTOLD = timedelta(minutes=1)
"""How long to wait for a host that says "too often" without saying until when."""

_BLOCKING, _LIMITING, _TRANSIENT = {403, 451}, {418, 429}, {408, 425}
_SERVER_FAULT = 500


def status_fault(
    host: str, status: int, headers: Mapping[str, str], now: datetime, keyed: bool = False
) -> SourceFault | None:
    """Why nothing can be read from an answer with that status; None where its content is worth a look.

    `keyed` says that a key came along: a host that won't have it isn't closed to everybody.
    """
    if status in _LIMITING:
        wait = _retry_after(headers, now) or UNTOLD
        sentence = f"{host} was asked too often (status {status}); it is left alone for {_spoken(wait)}."
        return SourceFault(FaultKind.LIMITED, sentence, wait)
    if status == 401 or (keyed and status == 403):
        return refused(host, f"it doesn't accept the key (status {status}); renew or remove it in the settings")
    if status in _BLOCKING:
        sentence = f"{host} doesn't serve this machine's address (status {status}); it is left alone for a day."
        return SourceFault(FaultKind.BLOCKED, f"{sentence} Other sources go on without it.", DAY)
    if status in _TRANSIENT or status >= _SERVER_FAULT:
        return unreachable(host, f"it answered with status {status}", _retry_after(headers, now))
    return None


def unreachable(host: str, why: str, wait: timedelta | None = None) -> SourceFault:
    remedy = "It is asked again later; if that lasts, look at the network."
    return SourceFault(FaultKind.UNREACHABLE, f"{host} can't be reached: {why}. {remedy}", wait)


def refused(host: str, why: str) -> SourceFault:
    return SourceFault(FaultKind.REFUSED, f"{host} refuses the question: {why}.")


def garbled(host: str, why: str) -> SourceFault:
    remedy = "Nothing of it was taken; if that lasts, the source has changed and this program needs an update."
    return SourceFault(FaultKind.GARBLED, f"{host} {why}. {remedy}")


def parsed(host: str, text: str) -> Any:
    """The JSON in the text; raises SourceFault for a web page, for half of it, and for numbers that are none."""
    if text.lstrip().startswith("<"):
        raise garbled(host, "answered with a web page instead of data")
    if not text.strip():
        raise garbled(host, "answered with nothing")
    try:
        return loads(text, parse_constant=_no_number)
    except JSONDecodeError:
        raise garbled(host, "answered with broken JSON") from None
    except (ValueError, RecursionError):
        raise garbled(host, "answered with JSON that holds no numbers where numbers belong") from None


def _no_number(constant: str) -> Any:
    raise ValueError(constant)


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Seconds or a date, kept between a second and three days; None where there is none that can be read."""
    text = headers.get("Retry-After", "").strip()
    try:
        wait = timedelta(seconds=float(text)) if text[:1].isdigit() else parsedate_to_datetime(text) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, SHORTEST), LONGEST)


def _spoken(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    for length, unit in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}"
    return f"{seconds} seconds"
