"""Everybody and everywhere: people and chats by number and name, and the messages in them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.emulator.accounts import Json, Member, User
from bot.emulator.chats import Chat, Message, Topic
from bot.emulator.entities import Formatted
from bot.emulator.refusals import bad_request

__all__ = ["Chat", "Json", "Member", "Message", "Topic", "User", "World"]

GENERAL = 1


@dataclass(eq=False, slots=True)
class World:
    """Everything; `now` gives seconds since 1970. Ids count up from round numbers where none is given."""

    bot: User
    now: Callable[[], float]
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    _people: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    _groups: Iterator[int] = field(default_factory=lambda: itertools.count(5001))
    _channels: Iterator[int] = field(default_factory=lambda: itertools.count(1_002_000_000_001))

    def user(self, first_name: str, language_code: str = "en", user_id: int = 0) -> User:
        """A new person with a private chat, in which nothing has been said."""
        user = User(user_id or next(self._people), first_name, language_code)
        self.users[user.id] = user
        chat = Chat(user.id, "private", first_name)
        chat.members = {user.id: Member("member"), self.bot.id: Member("member")}
        self.chats[chat.id] = chat
        return user

    def private(self, user: User) -> Chat:
        return self.chats[user.id]

    def group(self, title: str, chat_id: int = 0) -> Chat:
        return self._add(Chat(chat_id or -next(self._groups), "group", title))

    def supergroup(self, title: str, *, forum: bool = False, username: str = "", chat_id: int = 0) -> Chat:
        return self._add(Chat(chat_id or -next(self._channels), "supergroup", title, username, forum))

    def channel(self, title: str, username: str = "", chat_id: int = 0) -> Chat:
        return self._add(Chat(chat_id or -next(self._channels), "channel", title, username))

    def _add(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        if chat.username:
            self.names[chat.username.lower()] = chat.id
        return chat

    def topic(self, chat: Chat, name: str) -> Topic:
        """A new topic of a forum; number 1 is no topic but the one all forums have."""
        topic = Topic(next(number for number in chat.numbers if number > GENERAL), name)
        chat.topics[topic.thread_id] = topic
        return topic

    def find(self, chat_id: object) -> Chat:
        """By id or @username; raises Refused."""
        text = str(chat_id if chat_id is not None else "")
        if not text:
            raise bad_request("chat_id is empty")
        found = self.names.get(text[1:].lower()) if text.startswith("@") else _number(text)
        if found not in self.chats:
            raise bad_request("chat not found")
        return self.chats[found]

    def post(self, chat: Chat, sender: User | None, content: Formatted, **more: Any) -> Message:
        """A new message in a chat; to be told of to whom it concerns."""
        message = Message(chat, next(chat.numbers), int(self.now()), sender, content, **more)
        chat.messages[message.message_id] = message
        return message


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
