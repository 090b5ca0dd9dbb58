"""What was concluded: causes judged by their evidence, ranked, or none that is clear."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.readings import Readings, Unit
from bot.domain.window import Scope, Window

__all__ = ["Contribution", "DayKind", "Explanation", "Finding", "Role", "State"]


class DayKind(StrEnum):
    """What sort of move the window holds, as the lead asset's return against its usual range."""

    SELLOFF = "selloff"
    RALLY = "rally"
    WHIPSAW = "whipsaw"
    QUIET = "quiet"


class Role(StrEnum):
    """The part a cause plays; the members stand in the order of the thread."""

    TRIGGER = "trigger"
    MECHANISM = "mechanism"
    AMPLIFIER = "amplifier"
    BACKDROP = "backdrop"
    DIFFERENTIATION = "differentiation"


class State(StrEnum):
    """`unknown` means not assessed for lack of data, never "no"."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


_FAINT = 0.1


class Contribution(NamedTuple):
    """What one clause added: `points` are powers of two of the odds, `grade` 0 to 1.

    A clause without a usable reading has grade None, no points, and its `reason`.
    """

    clause: str
    reading: str
    counter: bool
    need: str
    value: float | None
    unit: Unit | None
    z: float | None
    grade: float | None
    points: float
    end: datetime | None
    known: datetime | None
    source: str
    reason: str


class Finding(NamedTuple):
    """A cause judged. `confidence` (0 to 1) means "present and in time", never a share of the move.

    `points` is the sum after tapering, `coverage` the share of the evidence's weight that was known.
    `reason` says in one sentence why a cause is not active; it is `refuted` where evidence it can't do without is known
    and silent.
    """

    cause: str
    title: str
    role: Role
    state: State
    confidence: float
    base_rate: float
    points: float
    coverage: float
    claims: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    reason: str
    refuted: bool = False

    @property
    def active(self) -> bool:
        return self.state is State.ACTIVE

    @property
    def possible(self) -> bool:
        """Assessed and not refuted, less likely than not, and with a chance of a tenth at least."""
        return self.state is State.INACTIVE and not self.refuted and self.confidence >= _FAINT

    def contribution(self, clause: str) -> Contribution | None:
        return next((c for c in self.contributions if c.clause == clause), None)


_OPENING = (Role.TRIGGER, Role.BACKDROP)
_CARRYING = (Role.MECHANISM, Role.AMPLIFIER)
_CHANCE = 3 / 8


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every cause of the rulebook judged for one window, with the readings it was judged by.

    `findings` hold the whole rulebook in file order; `explained` (0 to 1) is the chance that at least one active
    trigger, mechanism or backdrop was present.
    """

    window: Window
    scope: Scope
    day_kind: DayKind
    findings: tuple[Finding, ...]
    readings: Readings
    explained: float

    @property
    def ranking(self) -> tuple[Finding, ...]:
        """The active causes in the order of `hypotheses`."""
        return tuple(f for f in self.hypotheses if f.active)

    @property
    def hypotheses(self) -> tuple[Finding, ...]:
        """The active causes and those that are possible but less likely than not, best first.

        Most certain first; ties by points, then by name. What only carries a move doesn't open the list while
        something that may have started it has a chance of three in eight; the surest carrier stands third at the
        latest.
        """
        possible = [f for f in self.findings if f.active or f.possible]
        surest = sorted(possible, key=lambda f: (-f.confidence, -f.points, f.cause))
        openers = [f for f in surest if f.role in _OPENING and f.confidence >= _CHANCE][:1]
        order = openers + [f for f in surest if f not in openers]
        carriers = [f for f in order if f.active and f.role in _CARRYING]
        if carriers and carriers[0] not in order[:3]:
            order.remove(carriers[0])
            order.insert(2, carriers[0])
        return tuple(order)

    @property
    def clear(self) -> bool:
        """False when nothing that could have started or carried the move is likelier than not."""
        return self.explained >= 0.5

    def finding(self, cause: str) -> Finding | None:
        return next((f for f in self.findings if f.cause == cause), None)
