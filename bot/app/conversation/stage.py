"""Who talks to the bot and where: people, a group, a forum and a channel, made when they are first gone to."""

from dataclasses import dataclass, field

from bot.emulator import Chat, Emulator, Message, Person, Topic

__all__ = ["FIRST", "Stage"]

FIRST = "Ann"
"""Whom one speaks as: she runs the bot and owns every chat. Others are members."""

GROUP, FORUM, CHANNEL, TOPIC = "Desk", "Forum", "Signals", "News"
DISPLACED = frozenset({"keyboard", "force_reply"})


@dataclass(eq=False)
class Stage:
    """`person` speaks in `chat`, in its `topic` where there is one."""

    emulator: Emulator
    language: str
    person: Person = field(init=False)
    chat: Chat = field(init=False)
    topic: Topic | None = None
    _people: dict[str, Person] = field(default_factory=dict)
    _chats: dict[str, Chat] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.person = self._people[FIRST.lower()] = self.emulator.person(FIRST, self.language)
        self.chat = self.person.chat

    @property
    def place(self) -> str:
        """Where one is, by name; "" in private."""
        if self.chat.kind == "private":
            return ""
        return f"{self.chat.title} › {self.topic.name}" if self.topic is not None else self.chat.title

    @property
    def prompt(self) -> str:
        where = f" in {self.place}" if self.place else ""
        return f"{self.person.user.first_name}{where}> "

    def shows(self, message: Message) -> bool:
        """Whether a message stands where one is."""
        return message.chat is self.chat and message.thread_id == (self.topic.thread_id if self.topic else 0)

    def private(self) -> None:
        self.chat, self.topic = self.person.chat, None

    async def group(self) -> None:
        await self._go(GROUP)

    async def forum(self, topic: str) -> None:
        """A topic of the forum by name, opened where there is none; "" is its general one."""
        await self._go(FORUM)
        found = next((each for each in self.chat.topics.values() if each.name.lower() == topic.lower()), None)
        self.topic = (found or self.emulator.world.topic(self.chat, topic)) if topic else None

    async def channel(self) -> None:
        await self._go(CHANNEL)

    def becomes(self, name: str) -> None:
        """Speaks as somebody else from now on, in the same group, else in their own chat with the bot."""
        person = self._people.get(name.lower())
        if person is None:
            person = self._people[name.lower()] = self.emulator.person(name, self.language)
            for chat in self._chats.values():
                person.joins(chat)
        self.person = person
        if self.chat.kind in {"private", "channel"}:
            self.private()

    async def says(self, text: str) -> None:
        """A message here; it answers the bot's last one where that asks for an answer."""
        await self.person.says(text, self.chat, topic=self.topic, reply_to=self._asking())

    async def answers(self, text: str) -> bool:
        """A reply to the bot's last message here; False where there is none."""
        last = self._last()
        if last is not None:
            await self.person.says(text, self.chat, topic=self.topic, reply_to=last)
        return last is not None

    async def shares_location(self, latitude: float, longitude: float) -> None:
        await self.person.shares_location(latitude, longitude, self.chat, self._asking())

    async def bot_becomes(self, standing: str) -> None:
        """Here: `admin`, `member`, `muted` or `out`; in private it is blocked or let back in."""
        person, chat = self.person, self.chat
        if chat.kind == "private":
            await (person.blocks_bot() if standing == "out" else person.unblocks_bot())
        elif standing == "admin":
            await person.promotes_bot(chat)
        elif standing == "member":
            await person.adds_bot(chat)
        elif standing == "muted":
            await person.mutes_bot(chat)
        else:
            await person.removes_bot(chat)

    def _asking(self) -> Message | None:
        last = self._last()
        return last if last is not None and "force_reply" in (last.keyboard or {}) else None

    def _last(self) -> Message | None:
        own = (self.emulator.world.bot, None)
        here = (each for each in reversed(self.chat.messages.values()) if self.shows(each) and not each.deleted)
        return next((message for message in here if message.sender in own), None)

    async def _go(self, title: str) -> None:
        known = self._chats.get(title)
        self.chat, self.topic = known or self._made(title), None
        if known is None:
            owner = self._people[FIRST.lower()]
            await owner.adds_bot(self.chat)

    def _made(self, title: str) -> Chat:
        world = self.emulator.world
        if title == CHANNEL:
            chat = world.channel(title, title.lower())
        else:
            chat = world.supergroup(title, forum=title == FORUM)
        self._chats[title] = chat
        for person in self._people.values():
            person.joins(chat)
        self._people[FIRST.lower()].owns(chat)
        return chat
