"""From readings to judged causes: points are added as powers of two of the odds, and every step can be shown.

grade         g = how far a reading lies on the clause's ramp, 0 to 1
contribution  g x for - (1 - g) x against, in points; counter-evidence only - g x against
group         supporting and opposing contributions apart, by size: whole, half, a quarter ...
confidence    1 / (1 + 2^-(log2 of the base rate's odds + temperature x sum of points))
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple, TypeAlias

from bot.domain.explanation import Contribution, DayKind, Explanation, Finding, Role, State
from bot.domain.readings import Readings
from bot.domain.window import Scope, Window
from bot.reasoning.cause import Cause, Claim, Clause
from bot.reasoning.day_kind import day_kind
from bot.reasoning.evidence import Observation, Sight, observe, sight_of
from bot.reasoning.rulebook import Rulebook

__all__ = ["explain", "judge", "taper"]

Grades: TypeAlias = Sequence[float | None]
_EXPLAINING = (Role.TRIGGER, Role.MECHANISM, Role.BACKDROP)
_FARTHEST = 1000.0
"""Beyond 2^1000 the odds leave the range of floating point; no rule file comes near."""


def explain(rulebook: Rulebook, readings: Readings, window: Window, scope: Scope) -> Explanation:
    """Every cause of the rulebook judged by the readings; retired causes are left out.

    Raises OutsideData where the readings that name the kind of day are missing.
    """
    sight = sight_of(readings, window, scope)
    kind = day_kind(rulebook.day_kinds, sight)
    findings = tuple([judge(cause, sight, kind, rulebook.temperature) for cause in rulebook.judged])
    return Explanation(window, scope, kind, findings, readings, _explained(findings))


def judge(cause: Cause, sight: Sight, kind: DayKind, temperature: float = 1.0) -> Finding:
    """One cause judged for what can be seen."""
    if kind not in cause.applies_to or (cause.scopes and sight.scope.name not in cause.scopes):
        return _not_applicable(cause, sight.scope.name, kind.value)
    seen = [observe(clause, sight) for clause in cause.clauses]
    grades = [grade for _, _, grade, _ in seen]
    points = _weigh(cause, grades)
    total = sum(points)
    confidence = _confidence(cause.prior + temperature * total)
    verdict = _verdict(cause, seen, grades, total, confidence)
    return Finding(
        cause.name,
        cause.title,
        cause.role,
        verdict.state,
        confidence,
        cause.base_rate,
        total,
        _coverage(cause, grades),
        tuple([c.id for c in cause.claims if _licensed(c, grades)]) if verdict.state is State.ACTIVE else (),
        tuple(map(_contribution, cause.clauses, seen, points)),
        verdict.reason,
        verdict.refuted,
    )


def taper(sizes: Sequence[float]) -> list[float]:
    """Contributions of one group, in their order, halved for each greater one of the same sign.

    The signs are tapered apart: sorted together, a small change of one contribution could swing the sum.
    """
    shares = [0.0] * len(sizes)
    up, down = 1.0, 1.0
    largest = [abs(size) for size in sizes].__getitem__
    for n in sorted(range(len(sizes)), key=largest, reverse=True):
        if sizes[n] > 0:
            shares[n], up = sizes[n] * up, up / 2
        else:
            shares[n], down = sizes[n] * down, down / 2
    return shares


def _weigh(cause: Cause, grades: Grades) -> list[float]:
    """Points of every clause after tapering; they add up to the cause's points."""
    points = list(map(_points, cause.clauses, grades))
    for group in cause.groups:
        sizes = [points[n] for n in group]
        if sizes.count(0.0) < len(sizes) - 1:  # one alone counts whole
            for n, share in zip(group, taper(sizes), strict=True):
                points[n] = share
    return points


def _points(clause: Clause, grade: float | None) -> float:
    if grade is None:
        return 0.0
    return grade * clause.favour - (grade if clause.counter else 1 - grade) * clause.against


def _confidence(log_odds: float) -> float:
    return float(1 / (1 + 2 ** -max(-_FARTHEST, min(log_odds, _FARTHEST))))


def _coverage(cause: Cause, grades: Grades) -> float:
    gaps = sum([c.weight for c, g in zip(cause.clauses, grades, strict=True) if g is None]) if None in grades else 0.0
    return 1 - gaps / cause.weight if cause.weight else 0.0


class _Verdict(NamedTuple):
    state: State
    reason: str = ""
    refuted: bool = False


_ACTIVE = _Verdict(State.ACTIVE)


def _verdict(cause: Cause, seen: Sequence[Observation], grades: Grades, total: float, confidence: float) -> _Verdict:
    missing = _decisive_gaps(cause, grades) if None in grades else ()
    if missing:
        return _Verdict(State.UNKNOWN, "; ".join(seen[n][3] for n in missing))
    for n in cause.required:
        if not grades[n]:
            reason = f"{cause.clauses[n].id} is required and speaks against it"
            return _Verdict(State.INACTIVE, reason, refuted=True)
    if cause.one_of and not any(grades[n] for n in cause.one_of):
        return _Verdict(State.INACTIVE, f"none of {_names(cause, cause.one_of)} speaks for it", refuted=True)
    return _Verdict(State.INACTIVE, _odds(cause, total, confidence)) if confidence < 0.5 else _ACTIVE


def _decisive_gaps(cause: Cause, grades: Grades) -> tuple[int, ...]:
    """The clauses without which there is no verdict: a required one, or all of `one_of`."""
    gaps = tuple([n for n in cause.required if grades[n] is None])
    open_all = cause.one_of and all(grades[n] is None for n in cause.one_of)
    return gaps + cause.one_of if open_all else gaps


def _names(cause: Cause, positions: Iterable[int]) -> str:
    return ", ".join(cause.clauses[n].id for n in positions)


def _odds(cause: Cause, total: float, confidence: float) -> str:
    return f"{total:+.1f} points on a base rate of {cause.base_rate:.0%} leave {confidence:.0%}"


def _licensed(claim: Claim, grades: Grades) -> bool:
    def passes(n: int) -> bool:
        grade = grades[n]
        return grade is not None and grade >= claim.at_least

    return all(map(passes, claim.needs)) and (not claim.one_of or any(map(passes, claim.one_of)))


def _contribution(clause: Clause, seen: Observation, points: float) -> Contribution:
    name, reading, grade, reason = seen
    if reading is None:
        return Contribution(
            clause.id, name, clause.counter, clause.need, None, None, None, None, 0.0, None, None, "", reason
        )
    return Contribution(
        clause.id,
        name,
        clause.counter,
        clause.need,
        reading.value,
        reading.unit,
        reading.z,
        grade,
        points,
        reading.end,
        reading.known,
        reading.source,
        reason,
    )


@lru_cache(maxsize=1024)
def _not_applicable(cause: Cause, scope: str, kind: str) -> Finding:
    """By plain words, which are found again faster than the things they name."""
    if kind not in cause.applies_to:
        reason = f"applies to {' and '.join(cause.applies_to)}, not to {kind}"
    else:
        reason = f"is judged for {' and '.join(cause.scopes)}, not for {scope}"
    nothing = (0.0, cause.base_rate, 0.0, 0.0, (), (), reason)
    return Finding(cause.name, cause.title, cause.role, State.NOT_APPLICABLE, *nothing)


def _explained(findings: Iterable[Finding]) -> float:
    """The chance that at least one active trigger, mechanism or backdrop was present."""
    return 1 - prod([1 - f.confidence for f in findings if f.active and f.role in _EXPLAINING])
