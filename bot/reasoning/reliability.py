"""Whether confidences mean what they say: of the causes said to be 80 % likely, four in five should be labelled."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from random import Random
from statistics import fmean

from bot.domain.explanation import Explanation, Finding, State
from bot.reasoning.labels import LabelledDay
from bot.reasoning.taxonomy import CODES

__all__ = ["Bin", "Said", "assessed", "brier", "reliability", "said", "usual"]

EDGES = (0.0, 0.25, 0.5, 0.75, 1.0)
SEED = 20240110
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """One cause on one day: how likely it was said to be, and whether people named it."""

    day: date
    cause: str
    confidence: float
    labelled: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """The sayings with a confidence from `low` to `high`; nine of ten resamplings have their share in `interval`."""

    low: float
    high: float
    n: int
    confidence: float
    share: float
    interval: tuple[float, float]


def assessed(explanation: Explanation) -> Iterator[Finding]:
    """The findings that say how likely a cause is and that a label can confirm."""
    judged = (State.ACTIVE, State.INACTIVE)
    return (finding for finding in explanation.findings if finding.state in judged and finding.cause in CODES)


def said(days: Sequence[LabelledDay], explanations: Mapping[date, Explanation]) -> tuple[Said, ...]:
    """What was said of each day's causes, held against its first three labels."""
    return tuple(
        Said(day.date, finding.cause, finding.confidence, finding.cause in day.first_three)
        for day in days
        if day.date in explanations
        for finding in assessed(explanations[day.date])
    )


def usual(days: Sequence[LabelledDay], sayings: Sequence[Said]) -> tuple[Said, ...]:
    """The same, said by someone who knows only how often a cause is labelled on days of that direction.

    The day itself isn't counted; where no other day has its direction, all other days are.
    """
    by_date = {day.date: day for day in days}
    return tuple(Said(s.day, s.cause, _frequency(s.cause, by_date[s.day], days), s.labelled) for s in sayings)


def brier(sayings: Sequence[Said]) -> float:
    """Mean squared distance between what was said and what was so; 0 is perfect."""
    return fmean([(s.confidence - s.labelled) ** 2 for s in sayings]) if sayings else 0.0


def reliability(sayings: Sequence[Said], seed: int = SEED) -> tuple[Bin, ...]:
    """Four bins of confidence; empty ones are left out."""
    bins = []
    for low, high in pairwise(EDGES):
        inside = [s for s in sayings if low <= s.confidence < high or s.confidence == high == EDGES[-1]]
        bins += [_bin(low, high, inside, Random(seed))] if inside else []  # noqa: S311 - chance here keeps no secret
    return tuple(bins)


def _bin(low: float, high: float, inside: Sequence[Said], chance: Random) -> Bin:
    confidence, share = fmean(s.confidence for s in inside), fmean(s.labelled for s in inside)
    return Bin(low, high, len(inside), confidence, share, _interval(inside, chance))


def _frequency(cause: str, day: LabelledDay, days: Sequence[LabelledDay]) -> float:
    others = [other for other in days if other.date != day.date]
    alike = [other for other in others if other.direction is day.direction] or others
    return fmean(cause in other.first_three for other in alike) if alike else 0.0


def _interval(inside: Sequence[Said], chance: Random) -> tuple[float, float]:
    """The 5th and 95th percentile of the share over resampled days: causes of one day are right or wrong together."""
    counts: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
    for s in inside:
        counts[s.day][0] += s.labelled
        counts[s.day][1] += 1
    days = list(counts.values())
    shares = sorted(_share(chance.choices(days, k=len(days))) for _ in range(RESAMPLES))
    return shares[RESAMPLES // 20], shares[-RESAMPLES // 20 - 1]


def _share(days: Sequence[Sequence[int]]) -> float:
    return sum(hits for hits, _ in days) / sum(n for _, n in days)
