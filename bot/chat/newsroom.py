"""What the handlers ask of those who make recaps: the app hands in an object that does all this."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.chats import Place
from bot.domain.thread import Post
from bot.errors import UsageError

__all__ = ["Ask", "Evidence", "Newsroom", "Refusal", "RefusalCode", "SourceState", "SourceStatus", "Told"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ask:
    """Which recap: of `scope` ("market" or an asset in capitals) over `length`, told as of `as_of`, None for now.

    `cached` asks for what is at hand, however old, before anything new is computed: the asker is in a cooldown.
    """

    scope: str = "market"
    length: timedelta = DAY
    as_of: datetime | None = None
    locale: str = "en"
    style: str = "thread"
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A recap told: its posts in order, each fit for one message."""

    recap_id: str
    parts: tuple[Post, ...]
    scope: str
    length: timedelta
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a recap says so; `causes` is how many it tells, `posts` is empty for a cause beyond that number."""

    posts: tuple[Post, ...]
    causes: int


class SourceStatus(StrEnum):
    """`late`: older than its pace promises; `down`: the last tries failed; `blocked`: refused here."""

    GOOD = "good"
    LATE = "late"
    DOWN = "down"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class SourceState:
    """A publisher by its public name, how its data stands, and when it last gave any (None: never)."""

    name: str
    status: SourceStatus
    last: datetime | None


class RefusalCode(StrEnum):
    """Why there is no recap; each has its text at `recap.refused.<code>`."""

    NO_DATA = "no_data"
    TOO_EARLY = "too_early"
    FUTURE = "future"
    NOT_COVERED = "not_covered"
    TOO_SHORT = "too_short"
    BUSY = "busy"


class Refusal(UsageError):
    """A recap that can't be told, for a reason the bot can say in every language.

    `first` and `last` are how far the data reaches, where that is the reason.
    """

    def __init__(
        self, code: RefusalCode, sentence: str = "", first: datetime | None = None, last: datetime | None = None
    ) -> None:
        super().__init__(sentence or f"This recap can't be told ({code}).")
        self.code, self.first, self.last = code, first, last


class Newsroom(Protocol):
    """Every method may take its time; the handlers show that work goes on."""

    async def recap(self, ask: Ask) -> Told:
        """The recap asked for, from the cache where one serves; raises Refusal (or another UsageError)."""

    async def why(self, recap_id: str, locale: str, cause: int | None = None) -> Evidence | None:
        """The evidence in short, or one cause (from 1) in full; None when the recap's data is gone."""

    async def levels(self, scope: str, locale: str) -> tuple[Post, ...]:
        """Support, resistance and liquidation levels that matter now; raises Refusal."""

    async def sources(self) -> Sequence[SourceState] | None:
        """How fresh each source is; None where recaps are told from a recording and none is read."""

    async def remember(self, place: Place, recap_id: str, message_ids: Sequence[int]) -> None:
        """Messages that tell this recap, sent in answer to somebody, for `told` and `last_told`."""

    async def told(self, chat_id: int, message_id: int) -> str | None:
        """The recap a message of the bot tells, None if it tells none."""

    async def last_told(self, place: Place) -> str | None:
        """The recap told last in a place, on schedule or on demand."""
