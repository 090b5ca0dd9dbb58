"""Fitting confidences to labelled days: one temperature, at most one base rate a cause, and only what holds up.

A confidence is 1 / (1 + 2^-(prior + temperature x points + shift)). The temperature minimises the log loss; a cause's
shift does too, held back by a ridge to which one doubling of the odds is a large correction. Each is tried where it
wasn't fitted, on weeks left out, and what doesn't lower the Brier score in seven of ten of them isn't used.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, log1p, log2
from statistics import fmean
from typing import NamedTuple

from bot.domain.explanation import Explanation
from bot.reasoning.calibration import Calibration, Fit
from bot.reasoning.labels import LabelledDay, folds
from bot.reasoning.reliability import assessed

__all__ = ["Calibrating", "Days", "Fold", "Model", "Trial", "Weighed", "calibrate", "fit_of", "heated", "weighed"]

LN2 = log(2)
COLDEST, HOTTEST = 0.05, 4.0
FARTHEST_SHIFT = 4.0
WELL_KNOWN = 5
"""Days a cause must be labelled on before its base rate may be moved."""
ENOUGH = 0.7
"""The share of weeks that must get better."""


class Weighed(NamedTuple):
    """One cause on one day before any calibration: `prior` and `points` are powers of two of the odds."""

    cause: str
    prior: float
    points: float
    labelled: bool


class Model(NamedTuple):
    """What is fitted; as it stands here it changes nothing."""

    temperature: float = 1.0
    shifts: Mapping[str, float] = {}

    def log_odds(self, pair: Weighed) -> float:
        """Natural logarithm of the odds."""
        return LN2 * (pair.prior + self.temperature * pair.points + self.shifts.get(pair.cause, 0.0))


Days = Sequence[tuple[LabelledDay, tuple[Weighed, ...]]]
Teacher = Callable[[Sequence[Weighed]], Model]


@dataclass(frozen=True, slots=True)
class Fold:
    """Days left out, from `first` on: their Brier scores by the old model, and by the new one, fitted without them."""

    first: date
    days: int
    model: Model
    before: float
    after: float

    @property
    def improved(self) -> bool:
        return self.after < self.before


@dataclass(frozen=True, slots=True)
class Trial:
    """A model put to the test; `fitted` is what all days teach."""

    fitted: Model
    folds: tuple[Fold, ...]

    @property
    def improved(self) -> float:
        """The share of folds that got better."""
        return fmean(fold.improved for fold in self.folds) if self.folds else 0.0

    @property
    def accepted(self) -> bool:
        return self.improved >= ENOUGH


@dataclass(frozen=True, slots=True)
class Calibrating:
    """What came out, and the trials it was decided by; `base_rates` is None where none were asked for."""

    calibration: Calibration
    temperature: Trial
    base_rates: Trial | None


def weighed(day: LabelledDay, explanation: Explanation) -> tuple[Weighed, ...]:
    """What a day teaches. A label counts at any rank: confidence means "present", not "among the three"."""
    return tuple(
        Weighed(f.cause, log2(f.base_rate / (1 - f.base_rate)), f.points, f.cause in day.causes)
        for f in assessed(explanation)
    )


def calibrate(days: Days, digest: str, today: date, *, base_rates: bool = False) -> Calibrating:
    """Both fits, each if its trial accepts it; the days were judged by rules as written, of that digest."""
    pairs = _joined(days)
    warm = _tried(days, _as_written, heated)
    teacher: Teacher = heated if warm.accepted else _as_written
    moved = _tried(days, teacher, _shifting(teacher)) if base_rates else None
    model = moved.fitted if moved and moved.accepted else teacher(pairs)
    before, after = fit_of(pairs, Model()), fit_of(pairs, model)
    held = Calibration(today, digest, len(days), model.temperature, _rates(pairs, model), before, after)
    return Calibrating(held, warm, moved)


def heated(pairs: Sequence[Weighed]) -> Model:
    """The temperature of least log loss, no shifts."""
    return Model(_lowest(lambda heat: _log_loss(pairs, Model(heat)), COLDEST, HOTTEST) if pairs else 1.0)


def fit_of(pairs: Sequence[Weighed], model: Model) -> Fit:
    """How good the model's confidences are over the pairs."""
    return Fit(_brier(pairs, model), _log_loss(pairs, model) / max(1, len(pairs)))


def _as_written(_: Sequence[Weighed]) -> Model:
    return Model()


def _shifting(teacher: Teacher) -> Teacher:
    """The other's temperature, and on top of it a shift for every well-known cause."""

    def taught(pairs: Sequence[Weighed]) -> Model:
        heat = teacher(pairs).temperature
        positive = Counter(pair.cause for pair in pairs if pair.labelled)
        return Model(
            heat, {name: _shift(pairs, name, heat) for name in sorted(positive) if positive[name] >= WELL_KNOWN}
        )

    return taught


def _shift(pairs: Sequence[Weighed], cause: str, heat: float) -> float:
    own = [pair for pair in pairs if pair.cause == cause]
    return _lowest(
        lambda shift: _log_loss(own, Model(heat, {cause: shift})) + shift**2 / 2, -FARTHEST_SHIFT, FARTHEST_SHIFT
    )


def _tried(days: Days, old: Teacher, new: Teacher) -> Trial:
    pairs_of = dict(days)
    trials = []
    for fold in folds([day for day, _ in days]):
        own = _joined([(day, pairs_of[day]) for day in fold])
        rest = _joined([(day, pairs) for day, pairs in days if day not in fold])
        trials += [_fold(fold, own, old(rest), new(rest))] if own else []
    return Trial(new(_joined(days)), tuple(trials))


def _fold(days: Sequence[LabelledDay], own: Sequence[Weighed], old: Model, new: Model) -> Fold:
    return Fold(days[0].date, len(days), new, _brier(own, old), _brier(own, new))


def _joined(days: Iterable[tuple[LabelledDay, tuple[Weighed, ...]]]) -> tuple[Weighed, ...]:
    return tuple(pair for _, pairs in days for pair in pairs)


def _rates(pairs: Iterable[Weighed], model: Model) -> dict[str, float]:
    priors = {pair.cause: pair.prior for pair in pairs}
    return {cause: 1 / (1 + 2 ** -(priors[cause] + shift)) for cause, shift in model.shifts.items()}


def _brier(pairs: Sequence[Weighed], model: Model) -> float:
    return fmean([(1 / (1 + exp(-model.log_odds(p))) - p.labelled) ** 2 for p in pairs]) if pairs else 0.0


def _log_loss(pairs: Iterable[Weighed], model: Model) -> float:
    """Summed, in nats; written so that no odds overflow."""
    odds = ((model.log_odds(pair), pair.labelled) for pair in pairs)
    return sum([log1p(exp(-abs(x))) + max(x, 0.0) - x * labelled for x, labelled in odds])


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a loss with a single valley is lowest, by golden section."""
    share = (5**0.5 - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-5:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = loss(right)
    return (low + high) / 2
