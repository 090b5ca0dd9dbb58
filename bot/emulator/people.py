"""What people do: write, press, ask inline, add the bot and throw it out. Each act becomes an update."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.emulator.accounts import ADMIN_RIGHTS, ANONYMOUS, Json, Member, User
from bot.emulator.chats import Chat, Message, Topic
from bot.emulator.entities import Formatted, units
from bot.emulator.mailbox import Mailbox
from bot.emulator.state import Query, State

__all__ = ["Person"]

_queries: Iterator[int] = itertools.count(40_000_000_001)


@dataclass(eq=False, slots=True)
class Person:
    """A user and what they can do; in private chats unless a chat is named."""

    user: User
    state: State
    _anonymous: User = field(default_factory=lambda: User(ANONYMOUS, "Group", "", "GroupAnonymousBot", is_bot=True))

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.state.world.private(self.user)

    @property
    def _mailbox(self) -> Mailbox:
        return self.state.mailbox

    def writes(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        anonymous: bool = False,
        age_seconds: float = 0,
    ) -> Message:
        """A message of which the bot isn't told yet."""
        content = Formatted(text, _commands(text))
        message = self._posted(content, chat, topic, reply_to, anonymous=anonymous)
        message.date -= int(age_seconds)
        return message

    async def says(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        topic: Topic | None = None,
        reply_to: Message | None = None,
        anonymous: bool = False,
        age_seconds: float = 0,
        update_id: int = 0,
    ) -> Message:
        """A message; in a channel a post. `age_seconds` ago it was written; `update_id` repeats an old update."""
        message = self.writes(text, chat, topic=topic, reply_to=reply_to, anonymous=anonymous, age_seconds=age_seconds)
        return await self._sent(message, update_id)

    async def shares_location(
        self, latitude: float, longitude: float, chat: Chat | None = None, reply_to: Message | None = None
    ) -> Message:
        place = {"location": {"latitude": latitude, "longitude": longitude}}
        return await self._sent(self._posted(Formatted(""), chat, None, reply_to, extra=place))

    async def edits(self, message: Message, text: str) -> None:
        """Changes an own message."""
        message.versions.append(message.text)
        message.content = Formatted(text, _commands(text))
        kind = "edited_channel_post" if message.chat.kind == "channel" else "edited_message"
        await self._mailbox.put(kind, message.json | {"edit_date": int(self.state.world.now())})

    async def presses(self, message: Message, button: str, *, too_old: bool = False, stale: bool = False) -> Query:
        """Presses the button that shows this text, or whose data it is.

        `too_old` messages are sent as inaccessible; a `stale` button, given by its data, is one the message had before.
        """
        data = button if too_old or stale else message.button(button)["callback_data"]
        shown = message.json
        if too_old:
            shown = {"message_id": message.message_id, "date": 0, "chat": message.chat.json}
        content = {"from": self.user.json, "message": shown, "chat_instance": "1", "data": data}
        return await self._asks("callback_query", content)

    async def asks_inline(self, text: str) -> Query:
        return await self._asks("inline_query", {"from": self.user.json, "query": text, "offset": ""})

    async def adds_bot(self, chat: Chat, *, admin: bool = False) -> None:
        """As a member, or as an administrator (in a channel the only way)."""
        admin = admin or chat.kind == "channel"
        await self._bot_becomes(chat, _administrator(chat) if admin else Member("member"))

    async def promotes_bot(self, chat: Chat) -> None:
        await self._bot_becomes(chat, _administrator(chat))

    async def demotes_bot(self, chat: Chat) -> None:
        await self._bot_becomes(chat, Member("member"))

    async def mutes_bot(self, chat: Chat) -> None:
        await self._bot_becomes(chat, Member("restricted"))

    async def removes_bot(self, chat: Chat) -> None:
        await self._bot_becomes(chat, Member("kicked" if chat.kind != "group" else "left"))

    async def blocks_bot(self) -> None:
        await self._bot_becomes(self.chat, Member("kicked"))

    async def unblocks_bot(self) -> None:
        await self._bot_becomes(self.chat, Member("member"))

    async def upgrades(self, chat: Chat) -> Chat:
        """Makes a supergroup of a group; its old id is dead from now on."""
        world = self.state.world
        new = world.supergroup(chat.title)
        new.members, new.started = chat.members, True
        chat.upgraded_to = new.id
        old_note = world.post(chat, self.user, Formatted(""), extra={"migrate_to_chat_id": new.id})
        await self._mailbox.put("message", old_note.json)
        new_note = world.post(new, self._anonymous, Formatted(""), extra={"migrate_from_chat_id": chat.id})
        await self._mailbox.put("message", new_note.json)
        return new

    def owns(self, chat: Chat) -> None:
        chat.members[self.user.id] = Member("creator")

    def administers(self, chat: Chat) -> None:
        chat.members[self.user.id] = Member("administrator", frozenset(ADMIN_RIGHTS))

    def joins(self, chat: Chat) -> None:
        chat.members[self.user.id] = Member("member")

    def _posted(
        self,
        content: Formatted,
        chat: Chat | None,
        topic: Topic | None,
        reply_to: Message | None,
        *,
        anonymous: bool = False,
        extra: Json | None = None,
    ) -> Message:
        chat = chat or self.chat
        chat.started = True
        channel = chat.kind == "channel"
        return self.state.world.post(
            chat,
            None if channel else self._anonymous if anonymous else self.user,
            content,
            sender_chat=chat if channel or anonymous else None,
            thread_id=topic.thread_id if topic else 0,
            reply_to=reply_to,
            extra=extra or {},
        )

    async def _sent(self, message: Message, update_id: int = 0) -> Message:
        if self._is_heard(message):
            kind = "channel_post" if message.chat.kind == "channel" else "message"
            await self._mailbox.put(kind, message.json, update_id)
        return message

    def _is_heard(self, message: Message) -> bool:
        """Among others a bot hears commands and answers to itself only, unless it is an administrator."""
        bot, chat = self.state.world.bot, message.chat
        standing = chat.member(bot.id).status
        if chat.kind == "private" or standing == "administrator":
            return True
        if standing in {"left", "kicked"}:
            return False
        first = message.content.entities[0]["type"] if message.content.entities else ""
        called = message.text.split(maxsplit=1)[0].partition("@")[2] if first == "bot_command" else None
        answers = message.reply_to is not None and message.reply_to.sender is bot
        return answers or (called is not None and called.lower() in {"", bot.username.lower()})

    async def _asks(self, kind: str, content: Json) -> Query:
        query = Query(str(next(_queries)), self.state.world.now())
        self.state.queries[query.query_id] = query
        await self._mailbox.put(kind, {"id": query.query_id} | content)
        return query

    async def _bot_becomes(self, chat: Chat, new: Member) -> None:
        world = self.state.world
        bot, old = world.bot, chat.member(world.bot.id)
        chat.members[bot.id] = new
        content = {
            "chat": chat.json,
            "from": self.user.json,
            "date": int(world.now()),
            "old_chat_member": old.json(bot),
            "new_chat_member": new.json(bot),
        }
        await self._mailbox.put("my_chat_member", content)


def _administrator(chat: Chat) -> Member:
    more = {"can_post_messages", "can_edit_messages"} if chat.kind == "channel" else {"can_pin_messages"}
    return Member("administrator", frozenset(ADMIN_RIGHTS) | more)


def _commands(text: str) -> tuple[Json, ...]:
    """The command a text begins with, as an entity."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    name = first[1:].partition("@")[0]
    if not text.startswith("/") or not (name.isascii() and name.replace("_", "a").isalnum()):
        return ()
    return ({"type": "bot_command", "offset": 0, "length": units(first)},)
