"""Predicted causes measured against labelled days; pure arithmetic on lists of codes.

top1       the first predicted cause is the first labelled one
lenient1   the first predicted cause is among the first two labelled
recall3    |first three predicted ∩ first three labelled| / min(3, labelled)
mrr        1 / rank of the first labelled cause among the predicted
direction  the predicted direction is the labelled one
sign       causes among the first three whose opposite is labelled
trigger1   top1 over the days whose first labelled cause can be measured, that is, isn't news
A day without a prediction scores 0.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.explanation import DayKind
from bot.reasoning.labels import LabelledDay
from bot.reasoning.taxonomy import NEWS, OPPOSITE

__all__ = ["DayScore", "Measures", "Prediction", "Predictions", "Tally", "measure", "quarters", "score", "tally"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was said of a day: its direction, and causes with the likeliest first."""

    direction: DayKind | None
    causes: tuple[str, ...]


Predictions = Mapping[date, Prediction]
NOTHING = Prediction(None, ())


@dataclass(frozen=True, slots=True)
class DayScore:
    """One day's scores; `predicted` are distinct causes."""

    day: LabelledDay
    predicted: tuple[str, ...]
    top1: bool
    lenient1: bool
    recall3: float
    reciprocal: float
    direction: bool
    sign_errors: int

    @property
    def wrong(self) -> bool:
        return not (self.top1 and self.recall3 == 1 and self.direction)

    @property
    def missed(self) -> tuple[str, ...]:
        """What was labelled among the first three and not predicted there."""
        return tuple(code for code in self.day.first_three if code not in self.predicted[:3])


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over days, `sign_errors` a sum; `numeric` are the days that `trigger1` is a mean of."""

    days: int
    top1: float
    lenient1: float
    recall3: float
    mrr: float
    direction: float
    sign_errors: int
    trigger1: float
    numeric: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Codes of one group: those labelled on days' first three, found among them, and invented.

    `days` have a label of the group; on `firsts` of them the first predicted cause of the group is the first labelled.
    """

    labelled: int
    found: int
    invented: int
    days: int
    firsts: int


def score(days: Iterable[LabelledDay], predictions: Predictions) -> tuple[DayScore, ...]:
    """Each day scored, in the order given."""
    return tuple(_score(day, predictions.get(day.date, NOTHING)) for day in days)


def measure(scores: Sequence[DayScore]) -> Measures:
    numeric = [s.top1 for s in scores if s.day.causes[0] not in NEWS]
    return Measures(
        days=len(scores),
        top1=_mean([s.top1 for s in scores]),
        lenient1=_mean([s.lenient1 for s in scores]),
        recall3=_mean([s.recall3 for s in scores]),
        mrr=_mean([s.reciprocal for s in scores]),
        direction=_mean([s.direction for s in scores]),
        sign_errors=sum(s.sign_errors for s in scores),
        trigger1=_mean(numeric),
        numeric=len(numeric),
    )


def tally(scores: Iterable[DayScore], group: Collection[str]) -> Tally:
    """How one group of codes fares; a cause is invented where no rank of the day's labels names it."""
    labelled = found = invented = days = firsts = 0
    for s in scores:
        wanted, said = _within(s.day.first_three, group), _within(s.predicted[:3], group)
        labelled += len(wanted)
        found += len(set(wanted) & set(said))
        invented += len(set(said) - set(s.day.causes))
        days += bool(wanted)
        firsts += bool(wanted) and _within(s.predicted, group)[:1] == wanted[:1]
    return Tally(labelled, found, invented, days, firsts)


def quarters(scores: Iterable[DayScore]) -> dict[str, tuple[DayScore, ...]]:
    """The scores by calendar quarter, `2025 Q1` and so on, in order of time."""
    shelves: dict[str, list[DayScore]] = {}
    for s in sorted(scores, key=lambda s: s.day.date):
        shelves.setdefault(f"{s.day.date.year} Q{(s.day.date.month + 2) // 3}", []).append(s)
    return {quarter: tuple(shelf) for quarter, shelf in shelves.items()}


def _score(day: LabelledDay, prediction: Prediction) -> DayScore:
    gold, mine = day.causes, tuple(dict.fromkeys(prediction.causes))
    return DayScore(
        day=day,
        predicted=mine,
        top1=mine[:1] == gold[:1],
        lenient1=bool(mine) and mine[0] in gold[:2],
        recall3=len(set(mine[:3]) & set(gold[:3])) / min(3, len(gold)),
        reciprocal=1 / (mine.index(gold[0]) + 1) if gold[0] in mine else 0.0,
        direction=prediction.direction == day.direction,
        sign_errors=sum(OPPOSITE.get(cause) in gold[:3] for cause in mine[:3]),
    )


def _within(codes: Iterable[str], group: Collection[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code in group)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))
