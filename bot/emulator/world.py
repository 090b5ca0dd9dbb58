"""Who and what there is: people, chats, topics, messages, and the bot's standing in each chat."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.emulator.entities import Formatted
from bot.emulator.refusals import bad_request

__all__ = ["ANONYMOUS", "Chat", "Json", "Member", "Message", "Topic", "User", "World"]

Json = dict[str, Any]
Kind = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ANONYMOUS = 1087968824
"""The user under whose name administrators write who stay anonymous."""

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
SPEECH_RIGHTS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


@dataclass(eq=False, slots=True)
class User:
    """A person or a bot; `deactivated` accounts are gone for good."""

    id: int
    first_name: str
    language_code: str = "en"
    username: str = ""
    is_bot: bool = False
    deactivated: bool = False

    @property
    def json(self) -> Json:
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            shown["username"] = self.username
        return shown | ({} if self.is_bot or not self.language_code else {"language_code": self.language_code})


@dataclass(eq=False, slots=True)
class Member:
    """Somebody's standing in a chat; `rights` are those an administrator has, or a restricted member keeps."""

    status: Status = "left"
    rights: frozenset[str] = frozenset()
    anonymous: bool = False

    def json(self, user: User) -> Json:
        shown: Json = {"status": self.status, "user": user.json}
        if self.status in {"creator", "administrator"}:
            shown["is_anonymous"] = self.anonymous
        if self.status == "administrator":
            shown |= {"can_be_edited": False} | {right: right in self.rights for right in ADMIN_RIGHTS}
            shown |= dict.fromkeys(self.rights, True)
        elif self.status == "restricted":
            shown |= {"is_member": True, "until_date": 0} | {right: right in self.rights for right in SPEECH_RIGHTS}
        elif self.status == "kicked":
            shown["until_date"] = 0
        return shown


@dataclass(eq=False, slots=True)
class Topic:
    """A forum's topic; its id is that of the message that opened it."""

    thread_id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(eq=False, slots=True)
class Message:
    """A message as it stands now; `versions` are its texts so far, `extra` what else its JSON shows."""

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
        if self.text:
            shown["text"] = self.text
        if self.content.entities:
            shown["entities"] = list(self.content.entities)
        if self.thread_id:
            shown |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.keyboard and "inline_keyboard" in self.keyboard:
            shown["reply_markup"] = self.keyboard
        return shown | self.extra


@dataclass(eq=False, slots=True)
class Chat:
    """A chat of any kind; `upgraded_to` is the supergroup a group became."""

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


@dataclass(eq=False, slots=True)
class World:
    """Everything; `now` gives seconds since 1970. Ids count up from round numbers."""

    bot: User
    now: Callable[[], float]
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    _people: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    _groups: Iterator[int] = field(default_factory=lambda: itertools.count(5001))
    _channels: Iterator[int] = field(default_factory=lambda: itertools.count(1_002_000_000_001))

    def user(self, first_name: str, language_code: str = "en") -> User:
        """A new person with a private chat, in which nothing has been said."""
        user = User(next(self._people), first_name, language_code)
        self.users[user.id] = user
        chat = Chat(user.id, "private", first_name)
        chat.members = {user.id: Member("member"), self.bot.id: Member("member")}
        self.chats[chat.id] = chat
        return user

    def private(self, user: User) -> Chat:
        return self.chats[user.id]

    def group(self, title: str) -> Chat:
        return self._add(Chat(-next(self._groups), "group", title))

    def supergroup(self, title: str, *, forum: bool = False, username: str = "") -> Chat:
        return self._add(Chat(-next(self._channels), "supergroup", title, username, forum))

    def channel(self, title: str, username: str = "") -> Chat:
        return self._add(Chat(-next(self._channels), "channel", title, username))

    def _add(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        if chat.username:
            self.names[chat.username.lower()] = chat.id
        return chat

    def topic(self, chat: Chat, name: str) -> Topic:
        """A new topic of a forum."""
        topic = Topic(next(chat.numbers), name)
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
