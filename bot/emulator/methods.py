"""What the Bot API does, method by method."""

from bot.emulator.editing import EDITING
from bot.emulator.members import MEMBERS
from bot.emulator.profile import PROFILE
from bot.emulator.queries import QUERIES
from bot.emulator.sending import SENDING
from bot.emulator.state import Method

__all__ = ["METHODS"]

METHODS: dict[str, Method] = {**EDITING, **MEMBERS, **PROFILE, **QUERIES, **SENDING}
"""By name in small letters: names are taken in any case. Those that fetch updates are the server's."""
