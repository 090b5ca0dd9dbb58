"""What the bot called, as a person would see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.app.conversation.screen import Screen
from bot.app.conversation.stage import Stage
from bot.emulator import Message
from bot.emulator.server import Call

__all__ = ["Witness"]

GRANTED = 200
EXCERPT = 40


@dataclass(frozen=True, eq=False)
class Witness:
    """What a call does on the screen."""

    stage: Stage
    screen: Screen

    @staticmethod
    def would_show(call: Call) -> bool:
        """False for what was refused, and for what nobody sees."""
        return call.method in SHOWN and call.code == GRANTED

    def show(self, call: Call) -> None:
        SHOWN[call.method](self, call)

    def sent(self, call: Call) -> None:
        self._message(self._of(call), "")

    def edited(self, call: Call) -> None:
        if "inline_message_id" not in call.said:
            self._message(self._of(call), "edited")

    def rearranged(self, call: Call) -> None:
        message = self._of(call)
        if message is not None:
            self.screen.note(f"The buttons of “{_excerpt(message)}” changed.")
            self.screen.keyboard(message)

    def deleted(self, call: Call) -> None:
        message = self._of(call)
        if message is not None:
            self.screen.gone(message)
            self.screen.note(f"Deleted: “{_excerpt(message)}”")

    def answered(self, call: Call) -> None:
        """The line that appears over the chat for a moment, or the alert that must be closed."""
        text = str(call.said.get("text", ""))
        if text:
            alert = str(call.said.get("show_alert", "")).lower() == "true"
            self.screen.note(f"{'Alert' if alert else 'Notice'}: {text}")

    def offered(self, call: Call) -> None:
        results = call.said.get("results") or []
        self.screen.results(results)

    def typing(self, _: Call) -> None:
        self.screen.typing()

    def _message(self, message: Message | None, note: str) -> None:
        if message is not None:
            named = self.stage.shows(message) or message.chat.kind == "channel"
            self.screen.message(message, "" if named else _place_of(message), note)

    def _of(self, call: Call) -> Message | None:
        chat = self.stage.emulator.world.find(call.said["chat_id"])
        number = call.said.get("message_id") or call.result["message_id"]
        return chat.messages.get(int(number))


SHOWN: Final[Mapping[str, Callable[[Witness, Call], None]]] = {
    "sendMessage": Witness.sent,
    "editMessageText": Witness.edited,
    "editMessageReplyMarkup": Witness.rearranged,
    "deleteMessage": Witness.deleted,
    "answerCallbackQuery": Witness.answered,
    "answerInlineQuery": Witness.offered,
    "sendChatAction": Witness.typing,
}


def _place_of(message: Message) -> str:
    """A chat and topic by name: Desk › News; a private chat is its person's."""
    chat, topic = message.chat, message.chat.topics.get(message.thread_id)
    if chat.kind == "private":
        return f"{chat.title}'s chat"
    return f"{chat.title} › {topic.name}" if topic is not None else chat.title


def _excerpt(message: Message) -> str:
    line = " ".join(message.text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rstrip()} …"
