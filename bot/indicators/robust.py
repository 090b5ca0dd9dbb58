"""A value held against its own history: median, median absolute deviation, robust z, percentile."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.domain.catalogue import Quantity
from bot.domain.readings import Baseline, Reading
from bot.domain.series import Headline
from bot.indicators.snapshot import Values

__all__ = ["MINIMUM", "Measured", "NoData", "baseline_of", "robust_z", "to_reading"]

MINIMUM = 30
"""Fewer values than this make no baseline: the median absolute deviation is too noisy to divide by."""


FARTHEST = 100.0
"""Times as far from the median as nine of ten earlier values: from 2024 to 2026, crashes included, nothing went beyond
12. A slip of the unit goes hundreds of times as far."""

ROUNDING = 1e10
"""Beyond this the history never moved, but for rounding."""

_FREE = ("liquidations.", "fed.", "news.")
"""What may lie still for months and then leap; liquidations are held against open interest instead."""


class NoData(Exception):
    """A reading can't be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number before it gets its name: when it happened, when it was known, from which series.

    `history` holds the values it is compared with, all of them from before the window; `headline` stands for a number
    of headlines.
    """

    value: float
    end: datetime
    known: datetime
    source: str
    history: Values | None = None
    headline: Headline | None = None


def to_reading(quantity: Quantity, asset: str, measured: Measured) -> Reading:
    """Name, unit and baseline for a measured number; raises NoData where it is not a finite number."""
    if not np.isfinite(measured.value):
        raise NoData(f"{measured.source} holds no usable number for the window")
    history, baseline = measured.history, None
    if quantity.baseline and history is not None:
        history = history[np.isfinite(history)]
        baseline = baseline_of(history, quantity.baseline)
        _refuse_absurd(quantity, measured, history, baseline)
    compared = history if baseline is not None else None
    return Reading(
        name=quantity.name,
        asset=asset,
        value=float(measured.value),
        unit=quantity.unit,
        end=measured.end,
        known=measured.known,
        source=measured.source,
        z=robust_z(measured.value, compared, baseline) if compared is not None and baseline is not None else None,
        percentile=100 * float((compared <= measured.value).mean()) if compared is not None else None,
        baseline=baseline,
        headline=measured.headline,
    )


def _refuse_absurd(quantity: Quantity, measured: Measured, history: Values, baseline: Baseline | None) -> None:
    if baseline is None or quantity.name.startswith(_FREE):
        return
    distances = np.sort(np.abs(history - baseline.median))
    usual, distance = float(distances[9 * (len(distances) - 1) // 10]), abs(measured.value - baseline.median)
    if FARTHEST * usual < distance < ROUNDING * usual:
        times = f"{distance / usual:,.0f} times as far from its median as nine of ten values before"
        raise NoData(f"{measured.source} is absurd: {measured.value:,.6g} {quantity.unit} is {times}")


def baseline_of(history: Values, span: str) -> Baseline | None:
    """Median and median absolute deviation of finite values, None of fewer than 30."""
    if len(history) < MINIMUM:
        return None
    median = _median(history)
    return Baseline(len(history), median, _median(np.abs(history - median)), span)


def _median(values: Values) -> float:
    """Of finite values; several times faster than numpy's on so few."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def robust_z(value: float, history: Values, baseline: Baseline) -> float | None:
    """0.6745 (x - median) / MAD after Iglewicz and Hoaglin; with MAD 0, the mean absolute deviation serves.

    None where the history never moved.
    """
    if baseline.mad > 0:
        return 0.6745 * (value - baseline.median) / baseline.mad
    mean = float(np.abs(history - baseline.median).mean())
    return (value - baseline.median) / (1.2533 * mean) if mean > 0 else None
