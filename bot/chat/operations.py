"""What those who run the bot may see and do; the app hands in an object that does all this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from bot.chat.texts import Tongue
from bot.domain.chats import ChatState
from bot.domain.delivery import DeliveryState

__all__ = ["Condition", "Entered", "Operations", "troubles"]

LONGEST_WAIT: Final = timedelta(minutes=30)
MOST_ERRORS: Final = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """How the bot is. `paused` says who paused sending, "" while it goes on; `faults` are sentences by source;
    `errors` what operators were told last, the latest first."""

    chats: Mapping[ChatState, int] = field(default_factory=dict)
    subscriptions: int = 0
    queue: Mapping[DeliveryState, int] = field(default_factory=dict)
    oldest: datetime | None = None
    paused: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """Flows brought in by hand: totals in USD by session; `notes` tell what was left out.

    With `questions` nothing was stored, unless it was to be in any case.
    """

    asset: str
    totals: Mapping[date, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class Operations(Protocol):
    async def condition(self) -> Condition:
        """As it is now."""

    async def pause(self, who: str) -> None:
        """Nothing goes out from now on, in any process; what is due waits or expires."""

    async def resume(self) -> None:
        """Sending goes on."""

    async def flows(self, text: str, *, sure: bool) -> Entered:
        """Stores `BTC 2026-11-20 -123.4` (million USD), or an asset and below it a table with a session a line.

        Where figures look wrong they are stored only with `sure`. Raises UsageError for what can't be figures.
        """


def troubles(condition: Condition, now: datetime, tongue: Tongue) -> list[str]:
    """What is wrong, a line each; nothing when all is well."""
    lines = [tongue.plain("admin.trouble.paused", who=condition.paused)] if condition.paused else []
    if condition.oldest is not None and now - condition.oldest > LONGEST_WAIT:
        minutes = (now - condition.oldest) // timedelta(minutes=1)
        lines.append(tongue.plain("admin.trouble.waiting", minutes=minutes))
    lines += [tongue.plain("admin.fault", name=name, sentence=said) for name, said in condition.faults.items()]
    return lines
