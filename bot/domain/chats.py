"""Where recaps go: chats with their settings, and what they subscribed to. Nothing personal but the chat's number."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

__all__ = [
    "EVERY_DAY",
    "Access",
    "Alerts",
    "Chat",
    "ChatKind",
    "ChatState",
    "Place",
    "QuietHours",
    "Schedule",
    "Silence",
    "Subscription",
    "SubscriptionState",
]

EVERY_DAY = frozenset(range(1, 8))
"""ISO weekdays: Monday is 1."""


class ChatKind(StrEnum):
    """As Telegram names them."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """`gone`: the bot was blocked, removed or the chat deleted; kept a while with its settings, revived on return."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"


class SubscriptionState(StrEnum):
    """`topic_gone`: the forum topic answered "not found" or "closed" often enough to stop."""

    ACTIVE = "active"
    PAUSED = "paused"
    TOPIC_GONE = "topic_gone"


class Silence(StrEnum):
    """When messages arrive without a sound."""

    NEVER = "never"
    ALWAYS = "always"
    QUIET_HOURS = "quiet"


class Access(StrEnum):
    """Who may change a group's settings and subscriptions."""

    ADMINS = "admins"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, or one topic of a forum; `thread_id` 0 is the chat itself or its General topic."""

    chat_id: int
    thread_id: int = 0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times, `start` included and `end` not; may reach over midnight."""

    start: time = time(22)
    end: time = time(8)

    def cover(self, local: time) -> bool:
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


@dataclass(frozen=True, slots=True)
class Alerts:
    """Flash recaps on liquidation waves: from how many USD within the wave's window, and how long none after one."""

    on: bool = False
    least_usd: float = 50e6
    cooldown: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat's settings; `reason` says why it is paused or gone, `since` from when."""

    chat_id: int
    kind: ChatKind
    locale: str = "en"
    style: str = "thread"
    scope: str = "market"
    zone: str = "UTC"
    silence: Silence = Silence.NEVER
    quiet: QuietHours = field(default_factory=QuietHours)
    alerts: Alerts = field(default_factory=Alerts)
    access: Access = Access.ADMINS
    trusts_anonymous: bool = True
    deletes_commands: bool = False
    previews_links: bool = False
    state: ChatState = ChatState.ACTIVE
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Local times of day in an IANA zone, on ISO weekdays; `times` sorted, without repetition, at least one."""

    zone: str
    times: tuple[time, ...]
    weekdays: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Subscription:
    """A place that gets the recap of `scope` over `length` on a schedule; slots before `starts` are not served.

    `id` is 0 before it is stored; `strikes` counts topic failures.
    """

    place: Place
    schedule: Schedule
    starts: datetime
    scope: str = "market"
    length: timedelta = timedelta(days=1)
    state: SubscriptionState = SubscriptionState.ACTIVE
    reason: str = ""
    strikes: int = 0
    id: int = 0
