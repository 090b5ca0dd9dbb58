"""The rules held against labelled days, with three rankings beside them that take no reasoning."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bot.app.files import write_whole
from bot.app.recap import Source
from bot.app.retold import Retold, days_of, retelling
from bot.domain.explanation import DayKind, Explanation
from bot.reasoning.baselines import by_base_rate, fixed_lists, loudest
from bot.reasoning.labels import LabelledDay
from bot.reasoning.quiet import moved_little, overdone
from bot.reasoning.reliability import Bin, Said, brier, reliability, said, usual
from bot.reasoning.rulebook import Rulebook
from bot.reasoning.scoring import DayScore, Prediction, Predictions, score

__all__ = ["Contender", "Evaluation", "QuietDays", "evaluate", "predictions_of", "quiet_days", "write_predictions"]

CONFIDENT, SURE = 0.6, 0.75


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to rank causes and how it scored; `brier` is None where it says no confidences."""

    name: str
    scores: tuple[DayScore, ...]
    brier: float | None = None


@dataclass(frozen=True, slots=True)
class QuietDays:
    """Of `days` days with little to explain, those that were explained with conviction, and by what."""

    days: int
    overdone: int
    causes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`usual_brier` is what knowing the labels' frequencies alone would reach; `quiet` are the days labelled quiet."""

    explanations: dict[date, Explanation]
    contenders: tuple[Contender, ...]
    pairs: int
    usual_brier: float
    reliability: tuple[Bin, ...]
    quiet: QuietDays

    @property
    def scores(self) -> tuple[DayScore, ...]:
        """The rules' own."""
        return self.contenders[0].scores


def evaluate(days: Sequence[LabelledDay], retold: Retold, rulebook: Rulebook) -> Evaluation:
    """Everything that is measured on the days; one that couldn't be explained scores 0."""
    explained = {day.date: retold.explanations[day.date] for day in days if day.date in retold.explanations}
    sayings = said(days, explained)
    contenders = (
        Contender("rules", score(days, predictions_of(explained)), brier(sayings)),
        Contender("told", score(days, _told(explained))),
        Contender("fixed list", score(days, fixed_lists(days, explained))),
        Contender("largest |z|", score(days, loudest(explained, rulebook))),
        Contender("base rates", score(days, by_base_rate(explained)), brier(_at_base_rate(sayings, rulebook))),
    )
    quiet = _quiet(days, explained)
    return Evaluation(explained, contenders, len(sayings), brier(usual(days, sayings)), reliability(sayings), quiet)


def predictions_of(explanations: dict[date, Explanation]) -> Predictions:
    """Every hypothesis in its order: the causes that were told, and those that are possible but were not."""
    return {day: Prediction(e.day_kind, tuple(f.cause for f in e.hypotheses)) for day, e in explanations.items()}


def _told(explanations: dict[date, Explanation]) -> Predictions:
    return {day: Prediction(e.day_kind, tuple(f.cause for f in e.ranking)) for day, e in explanations.items()}


def write_predictions(path: Path, explanations: dict[date, Explanation]) -> None:
    """One JSON line a day, in order of time; the file appears whole or not at all."""
    lines = (
        json.dumps({"date": str(day), "direction": p.direction, "causes": p.causes}) + "\n"
        for day, p in sorted(predictions_of(explanations).items())
    )
    write_whole(path, "".join(lines))


def quiet_days(source: Source, rulebook: Rulebook, count: Callable[[int, int], None]) -> QuietDays:
    """All days of the data on which bitcoin hardly moved: how many are explained as if it had."""
    days, found = days_of(source), []
    for done, (_, told) in enumerate(retelling(days, source, rulebook), start=1):
        if not isinstance(told, str) and moved_little(told):
            found.append([finding.cause for finding in overdone(told, SURE)])
        count(done, len(days))
    return _summed(found)


def _quiet(days: Sequence[LabelledDay], explained: dict[date, Explanation]) -> QuietDays:
    calm = [day for day in days if day.direction is DayKind.QUIET and day.date in explained]
    return _summed([[f.cause for f in overdone(explained[day.date], CONFIDENT, day.causes)] for day in calm])


def _summed(found: Sequence[Sequence[str]]) -> QuietDays:
    causes = Counter(cause for named in found for cause in named)
    return QuietDays(len(found), sum(map(bool, found)), tuple(causes.most_common()))


def _at_base_rate(sayings: Sequence[Said], rulebook: Rulebook) -> list[Said]:
    rates = {cause.name: cause.base_rate for cause in rulebook.causes}
    return [replace(saying, confidence=rates[saying.cause]) for saying in sayings]
