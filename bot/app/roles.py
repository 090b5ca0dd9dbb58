"""What a process of the bot does: everything, or a part of it beside others on the same database."""

from enum import StrEnum
from typing import Final

__all__ = ["ALL_ROLES", "Role", "Roles"]


class Role(StrEnum):
    """`web` answers chats, `collector` keeps data fresh and tells waves, `scheduler` serves slots, `sender` posts."""

    WEB = "web"
    COLLECTOR = "collector"
    SCHEDULER = "scheduler"
    SENDER = "sender"


Roles = frozenset[Role]
ALL_ROLES: Final[Roles] = frozenset(Role)
