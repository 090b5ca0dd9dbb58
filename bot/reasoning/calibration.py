"""What was fitted to labelled days: one temperature for all points and, seldom, the base rates of some causes.

`calibration.yaml` lies beside the rules it was fitted to and names them by their digest. After a change of the rules
it still holds, since a temperature fitted to nearly the same rules beats none, but `recap check` complains.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from math import log2
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.errors import Fault
from bot.reasoning.cause import Cause
from bot.reasoning.document import Document
from bot.reasoning.schema import Name, Shape

__all__ = [
    "Calibration",
    "CalibrationFile",
    "Fit",
    "base_rate_faults",
    "calibrated",
    "staleness",
    "to_yaml",
]

HEADER = """\
# Written by `recap calibrate`, not by hand: what labelled days say of the confidences these rules give.
"""


def _day(text: object) -> str:
    try:
        plain = date.fromisoformat(text).isoformat() if isinstance(text, str) else None
    except ValueError:
        plain = None
    if plain is None or plain != text:
        raise ValueError(f"'{text}' is no date; write 2026-01-31")
    return plain


Chance = Annotated[float, Field(gt=0, lt=1)]


class FitEntry(Shape):
    """How good confidences were over all labelled days."""

    brier: float = Field(ge=0, le=1)
    log_loss: float = Field(ge=0)


class CalibrationFile(Shape):
    schema_number: Literal[1] = Field(alias="schema")
    date: Annotated[str, BeforeValidator(_day)]
    rules: str = Field(pattern=r"^[0-9a-f]{32}$")
    days: int = Field(ge=1)
    temperature: float = Field(gt=0, le=10)
    base_rates: dict[Name, Chance]
    before: FitEntry
    after: FitEntry


@dataclass(frozen=True, slots=True)
class Fit:
    """Mean squared error and mean log loss (nats) of the confidences over pairs of day and cause; both best at 0."""

    brier: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """All that `calibration.yaml` holds; `rules` is the digest of the rulebook it was fitted to."""

    date: date
    rules: str
    days: int
    temperature: float
    base_rates: Mapping[str, float]
    before: Fit
    after: Fit


def calibrated(cause: Cause, file: CalibrationFile | None) -> Cause:
    """The cause with the base rate that was fitted, if one was."""
    rate = file.base_rates.get(cause.name) if file else None
    return cause if rate is None else replace(cause, base_rate=rate, prior=log2(rate / (1 - rate)))


def staleness(document: Document, digest: str, own: Path | None = None) -> Fault | None:
    """The complaint where the rules have changed since; `own` is a folder laid over those it was fitted to."""
    if _get(document.data, "rules") == digest:
        return None
    if own is not None:
        message = f"was fitted without the rules in {own}; with labelled days, recap calibrate fits one to all of them"
        return document.fault(("rules",), message)
    return document.fault(("rules",), "was fitted to other rules; run recap calibrate")


def base_rate_faults(document: Document, causes: Iterable[str]) -> Iterator[Fault]:
    """Base rates of causes the rulebook doesn't have."""
    known, rates = list(causes), _get(document.data, "base_rates")
    for name in rates if isinstance(rates, dict) else ():
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield document.fault(("base_rates", name), f"there is no cause '{name}'{hint}", key=True)


def to_yaml(calibration: Calibration) -> str:
    """The text of the file."""
    c = calibration
    rates = "".join(f"\n  {name}: {rate:.4f}" for name, rate in sorted(c.base_rates.items())) or " {}"
    return (
        f"{HEADER}schema: 1\ndate: {c.date}\nrules: '{c.rules}'\ndays: {c.days}\n"
        f"temperature: {c.temperature:.4g}\nbase_rates:{rates}\nbefore: {_fit(c.before)}\nafter: {_fit(c.after)}\n"
    )


def _fit(fit: Fit) -> str:
    return f"{{brier: {fit.brier:.4f}, log_loss: {fit.log_loss:.4f}}}"


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None
