"""What operators do in the chat, over the real store and against the strict far end."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.notices import Notices
from bot.app.operations import StoreOperations, self_report
from bot.chat.application import build_application, started
from bot.chat.features import FEATURES
from bot.chat.newsroom import Told
from bot.chat.polling import polling
from bot.chat.services import Services
from bot.chat.texts import Texts
from bot.delivery.books import Books
from bot.domain.chats import Place
from bot.domain.delivery import DeliveryState, Kind, Part, Publication
from bot.domain.thread import Post
from bot.emulator import Emulator, emulating
from bot.store import Store
from bot.store.outbox import Result
from bot.store.schedules import Schedules
from bot.store.updates import SeenUpdates
from bot.store.visits import Visit, Visits

NOW = datetime(2025, 11, 24, 15, tzinfo=UTC)
TABLE = """/admin flows BTC
Date IBIT FBTC Total
19 Nov 2025\t10.0\t-20.5\t-10.5
20 Nov 2025\t-150.0\t-50.0\t-200.0"""


class Still:
    def now(self):
        return NOW

    async def wait_until(self, moment):
        if moment > NOW:
            await asyncio.Event().wait()


class OneRecap:
    async def recap(self, ask):
        return Told("k3v9x0q2ab", (Post("one", "one"), Post("two", "two")), ask.scope, ask.length, NOW)


@pytest.fixture
def desk(tmp_path):
    """`desk(story)` runs `await story(emulator, ann, store)`; Ann runs the bot."""

    @asynccontextmanager
    async def open_(store):
        books, clock, stop = Books.of(store), Still(), asyncio.Event()
        async with emulating(Emulator(now=NOW.timestamp)) as emulator:
            ann = emulator.person("Ann")
            services = Services(
                newsroom=OneRecap(),
                chats=books.chats,
                subscriptions=books.subscriptions,
                schedules=Schedules(store),
                outbox=books.outbox,
                seen=SeenUpdates(store, clock),
                clock=clock,
                texts=Texts.load(),
                operators=frozenset({ann.user.id}),
                operations=StoreOperations(store, books, clock),
            )
            application = build_application(emulator.token, services, FEATURES, base_url=emulator.base_url)
            async with started(application, services):
                fetching = asyncio.create_task(polling(application, clock, stop))
                yield emulator, ann
                stop.set()
                await fetching

    def run(story):
        async def scene():
            with Store.open(f"sqlite:///{tmp_path / 'recap.sqlite3'}") as store:
                async with open_(store) as (emulator, ann):
                    return await story(emulator, ann, store)

        return asyncio.run(scene())

    return run


async def answer(emulator, person, text):
    """The bot's answer to a private message."""
    before = len(emulator.of("sendMessage"))
    await person.says(text)
    await emulator.until(lambda: len(emulator.of("sendMessage")) > before)
    return person.chat.said_by(emulator.world.bot)[-1]


def stored(store):
    found = store.series("etf.net_flow.btc", datetime(2025, 11, 1, tzinfo=UTC), NOW)
    return [] if found is None else list(found.value)


def told_to(ann, outbox, text):
    """Ten minutes ago."""
    then = NOW - timedelta(minutes=10)
    notice = Publication("notice/1", Kind.NOTICE, (Part(text, text),), NOW + timedelta(hours=1), "en", "thread")
    outbox.publish(notice, [Place(ann.user.id)], then)


def test_a_table_of_flows_is_pasted_as_it_stands_on_a_page(desk):
    async def story(emulator, ann, store):
        said = await answer(emulator, ann, TABLE)
        assert said.text == "Stored. BTC: 2 sessions (2025-11-19 – 2025-11-20), −210.5 million USD together."
        assert stored(store) == [-10.5e6, -200e6]

    desk(story)


def test_one_figure_is_stored_with_its_session(desk):
    async def story(emulator, ann, store):
        said = await answer(emulator, ann, "/admin flows BTC 2025-11-20 -123.4")
        assert said.text == "Stored. BTC: 1 session (2025-11-20), −123.4 million USD."
        assert stored(store) == [-123.4e6]

    desk(story)


def test_figures_that_look_wrong_are_stored_on_a_second_word(desk):
    async def story(emulator, ann, store):
        said = await answer(emulator, ann, "/admin flows BTC 2025-11-20 -4,000")
        assert "largest on record" in said.text
        assert stored(store) == []
        await ann.presses(said, "Store it all the same")
        await emulator.until(lambda: emulator.of("editMessageText"))
        assert said.text.startswith("Stored. BTC: 1 session")
        assert stored(store) == [-4e9]

    desk(story)


def test_a_question_whose_figures_are_gone_stores_nothing(desk):
    async def story(emulator, ann, store):
        said = await answer(emulator, ann, "/admin flows BTC 2025-11-20 -4,000")
        said.reply_to = None
        query = await ann.presses(said, "Store it all the same")
        await emulator.until(lambda: query.answer)
        assert query.answer["text"] == "The message with the figures is gone. Send them again."
        assert stored(store) == []

    desk(story)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/admin flows", "BTC 2026-11-20 -123.4"),
        ("/admin flows DOGE 2025-11-20 5", "BTC and ETH have"),
        ("/admin flows BTC 2025-11-20 much", "no amount"),
        ("/admin flows BTC 2026-01-05 5", "hasn't closed yet"),
        ("/admin flows BTC\nno table\nat all", "begins with a date"),
        ("/admin dance", "There is no “dance” here"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(desk, text, words):
    async def story(emulator, ann, store):
        assert words in (await answer(emulator, ann, text)).text
        assert stored(store) == []

    desk(story)


def test_the_state_names_chats_queue_and_faults(desk):
    async def story(emulator, ann, store):
        failing = Visit("Farside", NOW, None, "down", "It answers 503 since noon.", 3, NOW)
        await asyncio.to_thread(Visits(store).save, failing)
        said = (await answer(emulator, ann, "/admin")).text
        assert "Chats: 1 active; 0 subscriptions" in said
        assert "🔴 Farside: It answers 503 since noon." in said
        assert "No errors in the last day." in said

    desk(story)


def test_one_subscription_is_one_and_an_empty_queue_says_no_more(desk):
    async def story(emulator, ann, store):
        await answer(emulator, ann, "/subscribe 08:00 Berlin")
        said = (await answer(emulator, ann, "/admin")).text.splitlines()
        assert said[:2] == ["Chats: 1 active; 1 subscription", "Queue: nothing waits"]

    desk(story)


def test_the_queue_tells_how_long_the_oldest_waits_while_anything_does(desk):
    async def story(emulator, ann, store):
        outbox = Books.of(store).outbox
        told_to(ann, outbox, "one")
        assert "Queue: 1 ready; the oldest waits: 10 minutes" in (await answer(emulator, ann, "/admin")).text
        (parcel,) = outbox.claim("me", NOW, 1, timedelta(minutes=1))
        outbox.finish([Result(parcel.delivery_id, DeliveryState.DEAD, reason="blocked")], NOW)
        assert "Queue: 1 refused" in (await answer(emulator, ann, "/admin")).text.splitlines()

    desk(story)


def test_of_an_error_the_first_line_is_shown(desk):
    async def story(emulator, ann, store):
        told_to(ann, Books.of(store).outbox, "A handler failed (1a2b).\nTraceback (most recent call last):\n  File")
        said = (await answer(emulator, ann, "/admin")).text
        assert said.endswith("\n• A handler failed (1a2b).")

    desk(story)


def test_a_report_names_the_first_trouble_in_its_first_line(desk):
    async def story(_, ann, store):
        books = Books.of(store)
        operations = StoreOperations(store, books, Still())
        failing = Visit("Farside", NOW, None, "down", "It answers 503 since noon.", 3, NOW)
        await asyncio.to_thread(Visits(store).save, failing)
        notices = Notices(books.outbox, frozenset({ann.user.id}), "en", Still())
        await self_report(operations, notices, Texts.load().of("en"), Still())
        (told,) = books.outbox.notices(NOW, 9)
        assert told == "Something needs your attention: 🔴 Farside: It answers 503 since noon."

    desk(story)


def test_sending_is_paused_and_goes_on(desk):
    async def story(emulator, ann, _):
        await answer(emulator, ann, "/admin pause")
        assert "⏸ Sending is paused" in (await answer(emulator, ann, "/admin")).text
        await answer(emulator, ann, "/admin resume")
        assert "paused" not in (await answer(emulator, ann, "/admin")).text

    desk(story)


def test_a_test_goes_to_oneself_through_the_outbox(desk):
    async def story(emulator, ann, store):
        said = await answer(emulator, ann, "/admin test")
        assert said.text == "Today's recap is on its way to you through the outbox, in 2 parts."
        assert sum((await asyncio.to_thread(Books.of(store).outbox.counts)).values()) == 2

    desk(story)


def test_nobody_else_gets_an_answer(desk):
    async def story(emulator, _, store):
        bob = emulator.person("Bob")
        await bob.says("/admin flows BTC 2025-11-20 -123.4")
        said = await answer(emulator, bob, "/privacy")
        assert bob.chat.said_by(emulator.world.bot) == [said]
        assert stored(store) == []

    desk(story)
