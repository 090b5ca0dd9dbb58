"""Who speaks where in the terminal, and what the bot hears of it."""

import asyncio

import pytest

from bot.app.conversation.screen import Screen, console
from bot.app.conversation.stage import Stage
from bot.app.conversation.witness import Witness
from bot.app.conversation.words import WORDS, understood
from bot.emulator import Emulator
from bot.emulator.methods import METHODS
from bot.emulator.server import Call


class Terminal:
    """What the words act on, without a bot behind it."""

    def __init__(self):
        self.emulator = Emulator()
        self.stage = Stage(self.emulator, "en")
        self.screen = Screen(console(plain=True))
        self.witness = Witness(self.stage, self.screen)
        self.left, self.passed, self.pressed, self.asked = False, [], [], []

    async def forward(self, length):
        self.passed.append(length)

    async def inline(self, text):
        self.asked.append(text)

    async def press(self, button):
        self.pressed.append(button)

    async def types(self, *lines):
        for line in lines:
            if not await understood(self, line):
                await self.stage.says(line)

    def bot(self, method, **said):
        """What the bot calls here."""
        said = {"chat_id": self.stage.chat.id, **said}
        call = Call(method, said, 200, METHODS[method.lower()](self.emulator.state, said))
        if self.witness.would_show(call):
            self.witness.show(call)
        return call.result

    def heard(self):
        """The last update."""
        return self.emulator.state.mailbox.waiting[-1]


@pytest.fixture
def play(capsys):
    """`await story(terminal)`, then what the screen showed."""

    def run(story):
        asyncio.run(story(Terminal()))
        return capsys.readouterr().out

    return run


def test_each_place_hears_its_own(play):
    async def story(terminal):
        await terminal.types("/a")
        assert terminal.heard()["message"]["chat"]["type"] == "private"
        await terminal.types(":group", ":as bob", "/b")
        message = terminal.heard()["message"]
        assert (message["chat"]["title"], message["from"]["first_name"]) == ("Desk", "Bob")
        await terminal.types(":topic Talk", "/c")
        assert terminal.heard()["message"]["is_topic_message"]
        talk = terminal.stage.topic
        await terminal.types(":forum", "/d", ":topic talk")
        assert "message_thread_id" not in terminal.heard()["message"]
        assert terminal.stage.topic is talk
        await terminal.types(":channel", ":as ann", ":channel", "/e")
        assert terminal.heard()["channel_post"]["chat"]["username"] == "signals"
        await terminal.types(":as bob")
        assert terminal.stage.prompt == "Bob> "

    assert "Only Ann may post in the channel" in play(story)


def test_a_line_answers_the_message_that_asks_for_one(play):
    async def story(terminal):
        await terminal.types("/start")
        asked = terminal.bot("sendMessage", text="Which city?", reply_markup={"force_reply": True})
        await terminal.types("Berlin")
        assert terminal.heard()["message"]["reply_to_message"]["message_id"] == asked["message_id"]
        terminal.bot("sendMessage", text="Thanks.")
        await terminal.types("more words")
        assert "reply_to_message" not in terminal.heard()["message"]

    assert "(your next line answers this message)" in play(story)


def test_a_place_is_shared_by_its_degrees(play):
    async def story(terminal):
        await terminal.types("/start")
        keyboard = {"keyboard": [[{"text": "Where I am", "request_location": True}]]}
        terminal.bot("sendMessage", text="Where are you?", reply_markup=keyboard)
        await terminal.types(":location 52.5 13.4", ":location 95 0", ":location Berlin")
        assert terminal.heard()["message"]["location"] == {"latitude": 52.5, "longitude": 13.4}

    shown = play(story)
    assert "(Where I am: type :location 52.5 13.4)" in shown
    assert shown.count("Say where, in degrees") == 2


def test_what_was_deleted_or_rearranged_is_told(play):
    async def story(terminal):
        await terminal.types("/start")
        keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
        sent = terminal.bot("sendMessage", text="one\ntwo")
        terminal.bot("editMessageReplyMarkup", message_id=sent["message_id"], reply_markup=keyboard)
        await terminal.types("1")
        terminal.bot("deleteMessage", message_id=sent["message_id"])
        await terminal.types("1")
        assert len(terminal.pressed) == 1

    shown = play(story)
    assert "The buttons of “one two” changed.\n[1] x\n" in shown
    assert "Deleted: “one two”\nButton 1 is gone" in shown


@pytest.mark.parametrize(
    "line", [":time", ":time 8", ":time +15d", ":time -1h", ":as", ":as 1", ":reply", ":bot king", ":x", "more", "7"]
)
def test_a_word_that_is_not_understood_says_what_is(play, line):
    async def story(terminal):
        await terminal.types(line)
        assert not terminal.emulator.state.mailbox.waiting
        assert not terminal.passed

    assert len(play(story).splitlines()) == 1


def test_help_lists_every_word(play):
    async def story(terminal):
        await terminal.types("help")

    shown = play(story)
    assert all(word.form in shown and word.help in shown for word in WORDS)
