"""Telegram's Bot API on this machine: as strict as the real one, with people who talk to the bot.

The terminal's chat stands on it, and so do the tests. It knows nothing of the bot it serves.
"""

from bot.emulator.accounts import User
from bot.emulator.chats import Chat, Message, Topic
from bot.emulator.flood import Flood
from bot.emulator.people import Person
from bot.emulator.server import Emulator, emulating
from bot.emulator.world import World

__all__ = ["Chat", "Emulator", "Flood", "Message", "Person", "Topic", "User", "World", "emulating"]
