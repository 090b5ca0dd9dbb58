"""What stands on the terminal: messages, their buttons by number, and quotes that can be opened."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.app.conversation.rendering import Line, button_rows, lines_of
from bot.emulator import Message

__all__ = ["Button", "NoButton", "Screen", "console"]

BAR = "▎ "
NARROWEST = 20
"""Columns of a terminal that lines are still broken for."""

REMEMBERED = 100
"""Messages whose folded quotes can still be opened."""


class NoButton(Exception):
    """Why a number is none to press, as a sentence."""


@dataclass(frozen=True, slots=True)
class Button:
    """One that was shown: below a message, or an inline result that may be picked."""

    message: Message | None
    data: dict[str, Any]


def console(*, plain: bool) -> Console:
    """Bold and colours on a terminal; `plain` text where they aren't wanted, and in a pipe."""
    return Console(highlight=False, markup=False, emoji=False, color_system=None if plain else "auto")


@dataclass(eq=False, slots=True)
class Screen:
    """Numbers of buttons count up for as long as the conversation lasts; `echoes` what was typed unseen."""

    console: Console
    echoes: bool = False
    _buttons: dict[int, Button] = field(default_factory=dict)
    _numbers: int = 0
    _folded: list[Message] = field(default_factory=list)
    _typing: bool = False

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal

    def ask(self, prompt: str) -> None:
        self.console.print(Text(prompt, "bold"), end="")
        self.console.file.flush()

    def answered(self, line: str | None) -> None:
        """After what was typed, or the end of it."""
        if line is None or self.echoes:
            self._say(Text(line or ""))

    def message(self, message: Message, place: str = "", note: str = "") -> None:
        """One that is new or changed; its buttons get new numbers."""
        shown = lines_of(message.content)
        self._say(_heading(message, place, note))
        self._lines(shown.lines)
        if shown.folded:
            self._folded = [*(each for each in self._folded if each is not message), message][-REMEMBERED:]
        self.keyboard(message)
        self._say(Text())
        self._typing = False

    def keyboard(self, message: Message) -> None:
        self._buttons = {n: button for n, button in self._buttons.items() if button.message is not message}
        rows = (message.keyboard or {}).get("inline_keyboard", ())
        for row in button_rows(rows, self._numbers + 1):
            self._say(row)
        for data in message.buttons:
            self._number(Button(message, data))
        for hint in _other_keyboard(message.keyboard or {}):
            self._say(Text(hint, "dim"))

    def results(self, results: list[dict[str, Any]]) -> None:
        """The answers to an inline question, each to be picked by its number."""
        for result in results:
            self._number(Button(None, result))
            about = f" · {result['description']}" if result.get("description") else ""
            self._say(Text.assemble((f"[{self._numbers}]", "bold cyan"), f" {result['title']}{about}"))
        self._say(Text())

    def typing(self) -> None:
        """Once until the next message, and on terminals only."""
        if self.is_terminal and not self._typing:
            self.note("typing …")
        self._typing = True

    def note(self, sentence: str) -> None:
        """What is no message."""
        self._say(Text(sentence, "dim"))

    def button(self, number: int) -> Button:
        """Raises NoButton."""
        if number in self._buttons:
            return self._buttons[number]
        if 1 <= number <= self._numbers:
            raise NoButton(f"Button {number} is gone: its message has changed since.")
        raise NoButton(f"There is no button {number}. Buttons stand below messages, numbered in brackets.")

    def gone(self, message: Message) -> None:
        """A message was deleted."""
        self._buttons = {n: button for n, button in self._buttons.items() if button.message is not message}
        self._folded = [each for each in self._folded if each is not message]

    def more(self) -> bool:
        """Opens the quotes of the latest message that has folded ones; False where there is none."""
        if not self._folded:
            return False
        message = self._folded.pop()
        self._say(Text("opened", "dim"))
        self._lines(lines_of(message.content, opened=True).lines)
        self._say(Text())
        return True

    def _number(self, button: Button) -> None:
        self._numbers += 1
        self._buttons[self._numbers] = button

    def _lines(self, lines: tuple[Line, ...]) -> None:
        for line in lines:
            bar = BAR if line.quoted else ""
            if not self.is_terminal:
                self._say(Text.assemble(bar, line.text))
                continue
            for piece in line.text.wrap(self.console, max(NARROWEST, self.console.width - len(bar))):
                piece.rstrip()
                self._say(Text.assemble((bar, "green"), piece))

    def _say(self, text: Text) -> None:
        self.console.print(text, soft_wrap=True)


def _heading(message: Message, place: str, note: str) -> Text:
    sender = message.sender.first_name if message.sender is not None else message.chat.title
    when = f"{datetime.fromtimestamp(message.date, UTC):%b %d, %H:%M}"
    where = f"in {place}" if place else ""
    marks = [when, where, "silent" if message.silent else "", note]
    return Text.assemble((sender, "bold green"), (" · ".join(["", *filter(None, marks)]), "dim"))


def _other_keyboard(keyboard: dict[str, Any]) -> list[str]:
    """What a keyboard in place of the letters asks for."""
    if "force_reply" in keyboard:
        return ["(your next line answers this message)"]
    buttons = [button for row in keyboard.get("keyboard", ()) for button in row]
    return [
        f"({button['text']}: type :location 52.5 13.4)"
        if button.get("request_location")
        else f"({button['text']}: type it)"
        for button in buttons
        if isinstance(button, dict)
    ]
