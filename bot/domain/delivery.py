"""What goes out: posts in parts, and each part's way to one place."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.chats import ChatKind, Place

__all__ = ["Button", "DeliveryState", "Kind", "Parcel", "Part", "Publication"]


class Kind(StrEnum):
    """Why a post goes out; the members stand in order of urgency."""

    FLASH = "flash"
    CORRECTION = "correction"
    DAILY = "daily"
    NOTICE = "notice"
    TEST = "test"


class DeliveryState(StrEnum):
    """waiting -> ready -> claimed -> sending (committed before the call) -> one of the rest.

    `waiting` is for the part before it; `retry` waits for its `not_before`; `uncertain` may have arrived: the answer
    was lost; `dead` never will, for its reason; `expired` was not sent in time.
    """

    WAITING = "waiting"
    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button; `data` at most 64 bytes, or `url`."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: Telegram HTML, the same words as plain text, buttons in rows; `photo` names stored media, or ""."""

    html: str
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """One text for many places: all parts in order. Whatever has the same `slot` reaches a place only once.

    `slot` names the occasion, such as `daily/2025-02-26T07:00Z/market/24h`; `recap_id` the stored recap it tells.
    """

    slot: str
    kind: Kind
    parts: tuple[Part, ...]
    expires: datetime
    locale: str
    style: str
    recap_id: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One part claimed for one place. `reply_to` is the message of the part before, 0 without one.

    `silent`: this part must not ring. `attempts` counts calls made before. `edits` is the message to put this text
    into, 0 for a new message.
    """

    delivery_id: int
    publication_id: int
    place: Place
    chat_kind: ChatKind
    index: int
    part: Part
    silent: bool
    reply_to: int
    attempts: int
    expires: datetime
    kind: Kind
    edits: int = 0
    previews_links: bool = False
