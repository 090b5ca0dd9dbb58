"""The days the rules got wrong, line by line, with what kept each missed cause away."""

from collections.abc import Iterator

from bot.app.evaluate import Evaluation
from bot.domain.explanation import Contribution, Explanation, Finding, State
from bot.reasoning.scoring import DayScore

__all__ = ["misses"]


def misses(evaluation: Evaluation) -> Iterator[str]:
    """One paragraph a day."""
    for score in evaluation.scores:
        if score.wrong:
            yield from ("", *_day(score, evaluation.explanations.get(score.day.date)))


def _day(score: DayScore, explanation: Explanation | None) -> Iterator[str]:
    day = score.day
    labelled = f"{day.date}  {day.direction}: {', '.join(day.causes)}"
    if explanation is None:
        yield f"{labelled}  |  not told, the data doesn't reach it"
        return
    found = ", ".join(f"{f.cause} {f.confidence:.0%}" for f in explanation.ranking) or "no cause"
    yield f"{labelled}  |  told {explanation.day_kind}: {found}"
    for cause in score.missed:
        yield from _missed(cause, explanation.finding(cause))


def _missed(cause: str, finding: Finding | None) -> Iterator[str]:
    if finding is None:
        yield f"  {cause}: no rule judges it"
        return
    sure = f" {finding.confidence:.0%}" if finding.state in (State.ACTIVE, State.INACTIVE) else ""
    reason = finding.reason or "outranked by the three above it"
    yield f"  {cause}: {finding.state.replace('_', ' ')}{sure}, {reason}"
    if sure:
        yield from map(_clause, finding.contributions)


def _clause(c: Contribution) -> str:
    name = f"    {c.clause}{' (counter)' if c.counter else ''}"
    if c.grade is None:
        return f"{name:<34}  0.00  {c.reason}"
    z = f", z {c.z:+.2f}" if c.z is not None else ""
    return f"{name:<34} {c.points:+.2f}  grade {c.grade:.2f} of {c.reading} {c.value:,.4g} {c.unit}{z}"
