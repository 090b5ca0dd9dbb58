"""A cause as it is judged: its clauses, the licences it grants and where it applies, ready for evaluation.

Clauses are named by their position from here on, so that judging a day needs no look-up by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import log2

from bot.domain.explanation import DayKind, Role
from bot.domain.window import Scope
from bot.reasoning.schema import CauseFile, ClaimEntry, ClauseEntry, CounterEntry, TimingEntry

__all__ = ["Cause", "Claim", "Clause", "Timing", "compile_cause"]


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """When a thing must have happened (`ends`, at most `max_age` before that edge) and have been known.

    Clauses with the same timing share one object, by which a window knows the bounds it has worked out.
    """

    ends: str
    known_by: str
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Clause:
    """One witness. Its grade is 0 at `start` and 1 at `end`; `on_z` measures the reading's z, else its value.

    `favour` and `against` are points, `weight` the greater of them; counter-evidence has no `favour`.
    """

    id: str
    reading: str
    market_reading: str
    need: str
    on_z: bool
    start: float
    end: float
    favour: float
    against: float
    group: str
    timing: Timing
    weight: float
    counter: bool

    def name(self, scope: Scope) -> str:
        """The reading this clause looks at, with the scope's asset filled in."""
        return self.named(scope.asset.lower(), market=scope.is_market)

    def named(self, asset: str, *, market: bool) -> str:
        """The same for an asset in small letters; a day's thousand look-ups shouldn't each ask the scope anew."""
        return _filled(self.market_reading if market else self.reading, asset)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence's licence, by positions of clauses."""

    id: str
    needs: tuple[int, ...]
    one_of: tuple[int, ...]
    at_least: float


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """A cause of the rulebook; `prior` is log2 of the base rate's odds, `weight` the sum over all clauses.

    `required`, `one_of` and `groups` hold positions in `clauses`; only groups of two or more are listed.
    """

    name: str
    title: str
    role: Role
    status: str
    applies_to: tuple[DayKind, ...]
    scopes: tuple[str, ...]
    base_rate: float
    prior: float
    weight: float
    clauses: tuple[Clause, ...]
    required: tuple[int, ...]
    one_of: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    claims: tuple[Claim, ...]

    @property
    def retired(self) -> bool:
        return self.status == "retired"


def compile_cause(file: CauseFile) -> Cause:
    """The cause of a file that has passed all checks."""
    clauses = (*map(_evidence, file.evidence), *map(_counter, file.counter))
    return Cause(
        name=file.cause,
        title=file.title,
        role=file.role,
        status=file.status,
        applies_to=file.applies_to,
        scopes=file.scopes,
        base_rate=file.base_rate,
        prior=log2(file.base_rate / (1 - file.base_rate)),
        weight=sum(clause.weight for clause in clauses),
        clauses=clauses,
        required=_positions(clause.need == "required" for clause in clauses),
        one_of=_positions(clause.need == "one_of" for clause in clauses),
        groups=_groups(clauses),
        claims=tuple(_claim(name, entry, clauses) for name, entry in file.claims.items()),
    )


def _evidence(entry: ClauseEntry) -> Clause:
    return _clause(entry, entry.need, entry.points.in_favour, counter=False)


def _counter(entry: CounterEntry) -> Clause:
    return _clause(entry, "supporting", 0.0, counter=True)


def _clause(entry: CounterEntry, need: str, favour: float, *, counter: bool) -> Clause:
    return Clause(
        id=entry.id,
        reading=entry.reading,
        market_reading=entry.market_reading or entry.reading,
        need=need,
        on_z=entry.on == "z",
        start=entry.ramp.start,
        end=entry.ramp.end,
        favour=favour,
        against=entry.points.against,
        group=entry.group or "",
        timing=_timing(entry.timing),
        weight=max(favour, entry.points.against),
        counter=counter,
    )


@cache
def _filled(name: str, asset: str) -> str:
    return name.replace("{asset}", asset)


@cache
def _timing(entry: TimingEntry) -> Timing:
    return Timing(entry.ends, entry.known_by, entry.max_age)


def _positions(flags: Iterable[bool]) -> tuple[int, ...]:
    return tuple(n for n, flag in enumerate(flags) if flag)


def _groups(clauses: tuple[Clause, ...]) -> tuple[tuple[int, ...], ...]:
    names = dict.fromkeys(clause.group for clause in clauses if clause.group)
    members = (_positions(clause.group == name for clause in clauses) for name in names)
    return tuple(group for group in members if len(group) > 1)


def _claim(name: str, entry: ClaimEntry, clauses: tuple[Clause, ...]) -> Claim:
    place = {clause.id: n for n, clause in enumerate(clauses)}
    needs, one_of = (tuple(place[i] for i in ids) for ids in (entry.needs, entry.one_of))
    return Claim(name, needs, one_of, entry.at_least)
