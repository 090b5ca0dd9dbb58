"""What the settings of a chat look like from one place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from bot.chat.answers import Rows
from bot.chat.callbacks import pack
from bot.chat.services import Services
from bot.chat.texts import Tongue
from bot.domain.chats import Chat, ChatKind, Place, Subscription
from bot.domain.delivery import Button

__all__ = ["DONE", "SETTINGS", "Screen", "View", "endings", "in_rows"]

SETTINGS: Final = "set1"
DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class View:
    """`held` are the subscriptions of the whole chat."""

    services: Services
    chat: Chat
    place: Place
    held: tuple[Subscription, ...]

    @property
    def tongue(self) -> Tongue:
        return self.services.tongue(self.chat)

    @property
    def here(self) -> tuple[Subscription, ...]:
        return tuple(subscription for subscription in self.held if subscription.place == self.place)

    @property
    def is_group(self) -> bool:
        return self.chat.kind in {ChatKind.GROUP, ChatKind.SUPERGROUP}

    def subscription(self, number: str) -> Subscription | None:
        """This place's of that number; None where it has ended since the button was made."""
        return next((subscription for subscription in self.here if str(subscription.id) == number), None)


@dataclass(frozen=True, slots=True)
class Screen:
    html: Markup
    rows: Rows


def endings(tongue: Tongue, back: str = "") -> tuple[Button, ...]:
    """Back and Done; `back` names the screen before, "" the first one."""
    data = pack(SETTINGS, *back.split(":")) if back else pack(SETTINGS)
    return (
        Button(tongue.plain("settings.back"), data),
        Button(tongue.plain("settings.done"), pack(SETTINGS, DONE)),
    )


def in_rows(buttons: Sequence[Button], columns: int) -> Rows:
    return tuple(tuple(buttons[n : n + columns]) for n in range(0, len(buttons), columns))
