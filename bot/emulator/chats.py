"""Chats of any kind, their topics, and what is said in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.emulator.accounts import Json, Member, User
from bot.emulator.entities import Formatted
from bot.emulator.files import Photo

__all__ = ["Chat", "Message", "Topic"]

Kind = Literal["private", "group", "supergroup", "channel"]


@dataclass(eq=False, slots=True)
class Topic:
    """A forum's topic; its id is that of the message that opened it."""

    thread_id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(eq=False, slots=True)
class Message:
    """A message as it stands now, `content` being its text or the caption of its `photo`.

    `versions` are its texts so far, `extra` is what else its JSON shows.
    """

    chat: Chat
    message_id: int
    date: int
    sender: User | None
    content: Formatted
    sender_chat: Chat | None = None
    thread_id: int = 0
    reply_to: Message | None = None
    keyboard: Json | None = None
    silent: bool = False
    preview: bool = True
    photo: Photo | None = None
    deleted: bool = False
    versions: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def buttons(self) -> list[Json]:
        """All inline buttons, row after row."""
        return [button for row in (self.keyboard or {}).get("inline_keyboard", ()) for button in row]

    def button(self, text: str) -> Json:
        """The inline button that shows this text, or whose data it is; raises LookupError."""
        for button in self.buttons:
            if text in {button["text"], button.get("callback_data")}:
                return button
        raise LookupError(f"No button {text!r} below {self.text[:60]!r}: {[button['text'] for button in self.buttons]}")

    @property
    def json(self) -> Json:
        shown = self.alone
        if self.reply_to is not None and not self.reply_to.deleted:
            shown["reply_to_message"] = self.reply_to.alone
        return shown

    @property
    def alone(self) -> Json:
        """Without the message it answers, as messages stand within others."""
        shown: Json = {"message_id": self.message_id, "date": self.date, "chat": self.chat.json}
        if self.sender is not None:
            shown["from"] = self.sender.json
        if self.sender_chat is not None:
            shown["sender_chat"] = self.sender_chat.json
        shown |= self._words
        if self.thread_id:
            shown |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.keyboard and "inline_keyboard" in self.keyboard:
            shown["reply_markup"] = self.keyboard
        return shown | self.extra

    @property
    def _words(self) -> Json:
        text, entities = ("text", "entities") if self.photo is None else ("caption", "caption_entities")
        shown: Json = {} if self.photo is None else {"photo": self.photo.json}
        if self.text:
            shown[text] = self.text
        if self.content.entities:
            shown[entities] = list(self.content.entities)
        return shown


@dataclass(eq=False, slots=True)
class Chat:
    """A chat of any kind; `upgraded_to` is the supergroup a group became.

    `started`: somebody wrote there, so that a bot may write to a person. What `all_may` do, they may do without being
    administrators, who alone may write again before `slow_seconds` have passed.
    """

    id: int
    kind: Kind
    title: str
    username: str = ""
    forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    upgraded_to: int = 0
    deleted: bool = False
    started: bool = False
    general_closed: bool = False
    all_may_write: bool = True
    all_may_send_photos: bool = True
    slow_seconds: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def json(self) -> Json:
        shown: Json = {"id": self.id, "type": self.kind}
        shown |= {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        if self.username:
            shown["username"] = self.username
        return shown | ({"is_forum": True} if self.forum else {})

    def member(self, user_id: int) -> Member:
        return self.members.setdefault(user_id, Member())

    def said_by(self, user: User) -> list[Message]:
        """What somebody said and nobody deleted, in order."""
        return [message for message in self.messages.values() if message.sender is user and not message.deleted]
