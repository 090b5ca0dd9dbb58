"""What the rules must beat: three ways to rank causes that take no reasoning.

Each is given the kind of day the rules see, so that it competes on causes alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from bot.domain.explanation import Contribution, DayKind, Explanation, Finding, State
from bot.reasoning.cause import Cause
from bot.reasoning.labels import LabelledDay, folds
from bot.reasoning.rulebook import Rulebook
from bot.reasoning.scoring import Prediction, Predictions

__all__ = ["by_base_rate", "fixed_lists", "loudest"]

Explanations = Mapping[date, Explanation]


def fixed_lists(days: Sequence[LabelledDay], explanations: Explanations) -> Predictions:
    """The codes labelled most often on days of that direction, counted without the weeks of the day itself."""
    return {
        day.date: Prediction(kind, _most_frequent(kind, (other for other in days if other not in fold)))
        for fold in folds(days)
        for day in fold
        if day.date in explanations
        for kind in [explanations[day.date].day_kind]
    }


def loudest(explanations: Explanations, rulebook: Rulebook) -> Predictions:
    """Each cause by the largest z among its clauses, where that points the way the clause looks for."""
    return {
        day: Prediction(explanation.day_kind, _ranked({f.cause: _loudness(f, rulebook) for f in _judged(explanation)}))
        for day, explanation in explanations.items()
    }


def by_base_rate(explanations: Explanations) -> Predictions:
    """Each cause by the base rate its file gives it."""
    return {
        day: Prediction(explanation.day_kind, _ranked({f.cause: f.base_rate for f in _judged(explanation)}))
        for day, explanation in explanations.items()
    }


def _most_frequent(kind: DayKind, days: Iterable[LabelledDay]) -> tuple[str, ...]:
    """By how often a code is among the first three, then by how often it is the first."""
    alike = [day for day in days if day.direction is kind]
    among, first = Counter(code for day in alike for code in day.first_three), Counter(day.causes[0] for day in alike)
    return tuple(sorted(among, key=lambda code: (-among[code], -first[code], code)))


def _judged(explanation: Explanation) -> Iterator[Finding]:
    return (finding for finding in explanation.findings if finding.state is not State.NOT_APPLICABLE)


def _ranked(strengths: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted((name for name in strengths if strengths[name] > 0), key=lambda name: (-strengths[name], name)))


def _loudness(finding: Finding, rulebook: Rulebook) -> float:
    cause = rulebook.cause(finding.cause)
    return max((_speaks(c, cause) for c in finding.contributions), default=0.0) if cause else 0.0


def _speaks(contribution: Contribution, cause: Cause) -> float:
    """|z| where it supports the cause, else 0; counter-evidence supports nothing."""
    clause = next(clause for clause in cause.clauses if clause.id == contribution.clause)
    z = contribution.z or 0.0
    return 0.0 if clause.counter else max(0.0, z if clause.end > clause.start else -z)
