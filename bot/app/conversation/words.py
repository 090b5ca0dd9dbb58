"""What the terminal itself understands, beside what is said to the bot."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.app.conversation.screen import Button, NoButton, Screen
from bot.app.conversation.stage import FIRST, TOPIC, Stage

__all__ = ["WORDS", "Terminal", "Word", "understood"]

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=14)
STANDINGS = ("admin", "member", "muted", "out")


class Terminal(Protocol):
    """What the words act on."""

    stage: Stage
    screen: Screen
    left: bool

    async def forward(self, length: timedelta) -> None:
        """Time passes, and what falls due meanwhile arrives."""

    async def inline(self, text: str) -> None:
        """An inline question, its results to be picked."""

    async def press(self, button: Button) -> None:
        """A button below a message, or an inline result."""


@dataclass(frozen=True, slots=True)
class Word:
    """`form` shows its argument."""

    form: str
    help: str
    act: Callable[[Terminal, str], Awaitable[None]]

    @property
    def name(self) -> str:
        return self.form.partition(" ")[0]


async def understood(terminal: Terminal, line: str) -> bool:
    """Acts on a line meant for the terminal; False for one that is said to the bot."""
    name, _, rest = line.strip().partition(" ")
    if re.fullmatch(r"[0-9]{1,6}", name) and not rest:
        await _press(terminal, name)
        return True
    word = _NAMED.get(name.lower()) if name.startswith(":") or not rest else None
    if word is not None:
        await word.act(terminal, rest.strip())
    elif name.startswith(":"):
        terminal.screen.note(f"{name} is no word of this terminal. ? lists them.")
    return word is not None or name.startswith(":")


async def _press(terminal: Terminal, number: str) -> None:
    try:
        button = terminal.screen.button(int(number))
    except NoButton as reason:
        terminal.screen.note(str(reason))
    else:
        await terminal.press(button)


async def _more(terminal: Terminal, _: str) -> None:
    if not terminal.screen.more():
        terminal.screen.note("Nothing is folded.")


async def _private(terminal: Terminal, _: str) -> None:
    terminal.stage.private()


async def _group(terminal: Terminal, _: str) -> None:
    await terminal.stage.group()


async def _topic(terminal: Terminal, name: str) -> None:
    await terminal.stage.forum(name or TOPIC)


async def _forum(terminal: Terminal, _: str) -> None:
    await terminal.stage.forum("")


async def _channel(terminal: Terminal, _: str) -> None:
    if terminal.stage.person.user.first_name != FIRST:
        terminal.screen.note(f"Only {FIRST} may post in the channel: type :as {FIRST} first.")
        return
    await terminal.stage.channel()


async def _inline(terminal: Terminal, text: str) -> None:
    await terminal.inline(text)


async def _as(terminal: Terminal, name: str) -> None:
    if not name.isalpha() or len(name) > 32:
        terminal.screen.note("Say who: :as Bob")
        return
    terminal.stage.becomes(name.capitalize())


async def _bot(terminal: Terminal, standing: str) -> None:
    stage = terminal.stage
    if standing not in STANDINGS:
        terminal.screen.note(f"Say what the bot shall be here: {', '.join(STANDINGS)}.")
    elif stage.chat.kind != "private" and stage.person.user.first_name != FIRST:
        terminal.screen.note(f"Only {FIRST} decides that here: type :as {FIRST} first.")
    else:
        await stage.bot_becomes(standing)


async def _reply(terminal: Terminal, text: str) -> None:
    if not text:
        terminal.screen.note("Say what: :reply /why")
    elif not await terminal.stage.answers(text):
        terminal.screen.note("The bot has said nothing here that could be answered.")


async def _location(terminal: Terminal, text: str) -> None:
    found = re.fullmatch(r"(-?\d{1,2}(?:\.\d+)?)[,\s]+(-?\d{1,3}(?:\.\d+)?)", text)
    if found is None or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        terminal.screen.note("Say where, in degrees north and east: :location 52.5 13.4")
        return
    await terminal.stage.shares_location(float(found[1]), float(found[2]))


async def _time(terminal: Terminal, text: str) -> None:
    found = re.fullmatch(r"\+?(\d{1,4})\s*([mhd])", text)
    length = timedelta(**{UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < length <= LONGEST:
        terminal.screen.note("Say how far, up to 14 days: :time +8h, :time +30m, :time +2d")
        return
    await terminal.forward(length)


async def _help(terminal: Terminal, _: str) -> None:
    width = max(len(word.form) for word in WORDS)
    terminal.screen.note("To the bot: /recap, /settings, … or plain words. A number presses that button.")
    for word in WORDS:
        terminal.screen.note(f"{word.form:<{width}}  {word.help}")


async def _quit(terminal: Terminal, _: str) -> None:
    terminal.left = True


WORDS = (
    Word("more", "opens the quote that was folded last", _more),
    Word(":private", "your own chat with the bot, where you begin", _private),
    Word(":group", "a group of yours with the bot in it", _group),
    Word(":forum", "a group with topics, its general one", _forum),
    Word(":topic NAME", "one of its topics, News without a name", _topic),
    Word(":channel", "a channel in which the bot may post: @signals", _channel),
    Word(":inline TEXT", "asks @recapbot TEXT while writing here; pick a result by its number", _inline),
    Word(":as NAME", f"speaks as somebody else, who administers nothing; :as {FIRST} is you again", _as),
    Word(":bot admin", "makes it an administrator here; also member, muted, out (in private: blocked)", _bot),
    Word(":reply TEXT", "answers the bot's last message here", _reply),
    Word(":location N E", "shares a place in degrees: :location 52.5 13.4", _location),
    Word(":time +8h", "puts the clock forward; what falls due meanwhile arrives", _time),
    Word("?", "this list", _help),
    Word(":quit", "leaves, as Ctrl-D does", _quit),
)
_NAMED = {word.name: word for word in WORDS} | {"help": WORDS[-2], "/quit": WORDS[-1]}
