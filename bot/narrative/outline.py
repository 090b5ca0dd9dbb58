"""What a plan is made of: facts and their order, without a word of any language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.explanation import DayKind, Role
from bot.domain.readings import Missing
from bot.domain.series import Release
from bot.domain.window import Scope, Window
from bot.narrative.amounts import Amount
from bot.narrative.compare import Comparison
from bot.narrative.facts import Facts

__all__ = ["Formula", "Plan", "Section", "Told", "Watch"]


LEVERAGE = ("long_crowding", "long_liquidation_cascade", "short_crowding", "short_squeeze")
"""The causes that are parts of one chain of forced closures."""


PRESS = {
    "geopolitics_or_tariffs": "geopolitics",
    "regulation": "regulation",
    "supply_overhang": "supply",
    "security_incident": "security",
}
"""Causes that are known by headlines alone, and the topic of each: attention, not proof."""

OPENING, CARRYING = (Role.TRIGGER, Role.BACKDROP), (Role.MECHANISM, Role.AMPLIFIER)


@dataclass(frozen=True, slots=True)
class Told:
    """A cause as it will be told.

    `claims` are the sentences its evidence licenses, `strength` the band of its confidence, `still` whether it led
    the recap before, `evidence` its strongest readings, `gaps` the topics without data when they outweigh the rest.
    """

    cause: str
    role: Role
    strength: str
    claims: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    comparison: Comparison | None = None
    still: bool = False
    in_time: bool = True
    gaps: tuple[str, ...] = ()

    @property
    def press(self) -> str:
        """The topic of a cause that is known by headlines alone, "" for any other."""
        return PRESS.get(self.cause, "")

    def licences(self, *claims: str) -> bool:
        """True when one of the claims is licensed."""
        return any(claim in self.claims for claim in claims)

    def compares(self, pattern: str) -> bool:
        return self.comparison is not None and self.comparison.pattern == pattern


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part: a cause, and what made it worse."""

    number: int
    causes: tuple[Told, ...]

    @property
    def lead(self) -> Told:
        return self.causes[0]


@dataclass(frozen=True, slots=True)
class Formula:
    """A + B = C. `trigger` is None where none is clear; `outcome` names C."""

    trigger: Told | None
    parts: tuple[Told, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Watch:
    """One thing to watch, with a branch either way: a level, a release, the next flow, or the state of leverage."""

    kind: str
    pattern: str = ""
    beyond: str = ""
    release: Release | None = None
    streak: Amount | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Which facts a recap tells, in which order; every locale tells the same ones.

    `strong` allows the dramatic title. `looked_at` and `unassessed` are for a move without a clear cause: readings
    that speak against the causes, and the topics nobody could judge. `choices` keep which opener each slot got.
    """

    window: Window
    scope: Scope
    day_kind: DayKind
    clear: bool
    strong: bool
    hook: str
    formula: Formula | None
    sections: tuple[Section, ...]
    tension: tuple[str, ...]
    looked_at: tuple[str, ...]
    unassessed: tuple[str, ...]
    misfits: tuple[str, ...]
    watch: tuple[Watch, ...]
    gaps: tuple[str, ...]
    choices: Mapping[str, str]
    facts: Facts

    @property
    def causes(self) -> tuple[Told, ...]:
        return tuple(told for section in self.sections for told in section.causes)

    @property
    def mover(self) -> str:
        """The coin the title and the hook speak of, in small letters."""
        return "eth" if self.facts.ether_led else self.scope.asset.lower()

    @property
    def lead(self) -> Told:
        """The cause the first section opens with."""
        return self.sections[0].lead

    @property
    def first_reported(self) -> str:
        """The first cause that headlines tie to the move; the others' sentence is worded another way."""
        return next((told.cause for told in self.causes if told.licences("reported")), "")

    @property
    def daily(self) -> bool:
        """True for a window of one day: its history is days too."""
        return self.window.length == timedelta(days=1)

    @property
    def long(self) -> bool:
        """True for a window of several days: its flows are those of all its sessions."""
        return self.window.length > timedelta(days=1)

    @property
    def chained(self) -> bool:
        """True when the leverage behind a chain of liquidations is surer than merely possible."""
        return any(told.cause in LEVERAGE and told.strength != "possible" for told in self.causes)

    @property
    def origin_unknown(self) -> bool:
        """True where something fed the move and nothing told may have started it."""
        roles = {told.role for told in self.causes}
        return self.day_kind is not DayKind.QUIET and not roles & {*OPENING} and bool(roles & {*CARRYING})

    @property
    def since(self) -> bool:
        """True where a price from after the window is known."""
        return self.facts.has("price.now.{asset}", "price.since_close.{asset}")

    @property
    def headlines_missing(self) -> bool:
        """True where headlines were looked for and none are recorded."""
        read = [found for name, found in self.facts.readings.items() if name.startswith("news.")]
        return bool(read) and all(isinstance(found, Missing) for found in read)

    def dated(self, when: datetime) -> bool:
        """True for a time that isn't of the window's last date, so that the date must be told."""
        return when.date() != (self.window.end - timedelta(microseconds=1)).date()

    @property
    def lacking(self) -> tuple[str, ...]:
        """The gaps for the footer: what was said before is not said again."""
        said = self.origin_unknown and self.headlines_missing
        return tuple(topic for topic in self.gaps if not (said and topic == "news"))

    def tells(self, *causes: str) -> bool:
        """True when one of the causes has its place in a section."""
        return any(told.cause in causes for told in self.causes)

    def claims(self, *claims: str) -> bool:
        """True when one of the claims is licensed anywhere in the recap."""
        return any(told.licences(*claims) for told in self.causes)
