"""All that calls look at and change, and how their arguments are read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.emulator.accounts import Json
from bot.emulator.files import Files
from bot.emulator.flood import Flood
from bot.emulator.mailbox import Mailbox
from bot.emulator.refusals import bad_request
from bot.emulator.world import World

__all__ = ["Method", "Query", "State", "flag", "whole"]


@dataclass(eq=False, slots=True)
class Query:
    """A pressed button or an inline question; `answer` is what the bot answered, once."""

    query_id: str
    asked: float
    answer: Json | None = None


@dataclass(eq=False, slots=True)
class State:
    """`query_seconds` is how long a query may wait for its answer; `commands` are by scope and language."""

    world: World
    mailbox: Mailbox
    flood: Flood | None = None
    files: Files = field(default_factory=Files)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    query_seconds: float = 15.0


Method = Callable[[State, Json], Any]
"""What a call does: takes the state and the call's arguments, returns the result; raises Refused."""


def flag(said: Json, name: str) -> bool:
    return str(said.get(name, "")).lower() in {"true", "1"}


def whole(said: Json, name: str) -> int:
    """A number, 0 where there is none; raises Refused for what is no number."""
    try:
        return int(said.get(name) or 0)
    except (TypeError, ValueError):
        raise bad_request(f"invalid {name} specified") from None
