"""From a wave to the outbox: at once, in each chat's language, with a reason where there is one in time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.app import flash as flash_module
from bot.app.clock import RehearsalClock
from bot.app.flash import Flash
from bot.app.newsroom import Newsdesk
from bot.chat.texts import Texts
from bot.domain.chats import Alerts, Chat, ChatKind
from bot.domain.liquidations import Side
from bot.domain.waves import Wave
from bot.errors import StoreError
from bot.store.chats import Chats
from bot.store.flashes import Flashes
from bot.store.outbox import Outbox

END = datetime(2025, 2, 25, 14, 33, 20, tzinfo=UTC)
WAVE = Wave("BTC", Side.LONG, END - timedelta(minutes=3), END, 60e6, 12e6, ("okx",), END - timedelta(minutes=3))


@pytest.fixture
def wanting(store):
    for chat_id, locale in ((1, "en"), (2, "zh"), (3, "en")):
        Chats(store).save(Chat(chat_id, ChatKind.PRIVATE, locale, alerts=Alerts(True, 50e6 if chat_id < 3 else 90e6)))
    return store


@pytest.fixture
def scene(wanting, desk, templates):
    """`scene(body)` runs `body(flash, seen)` over the sample's newsdesk; `seen` notes what operators and sender got."""

    def run(body, newsdesk=None, flashes=None):
        clock = RehearsalClock(END + timedelta(seconds=1), 1)
        seen = SimpleNamespace(notices=[], nudged=asyncio.Event())

        async def notify(text):
            seen.notices.append(text)

        async def inside():
            news = newsdesk or Newsdesk(desk, wanting, clock)
            found = flashes or Flashes(wanting)
            flash = Flash(found, news, templates, Texts.load(), wall=clock, notify=notify, sent=seen.nudged.set)
            return await body(flash, seen)

        return asyncio.run(asyncio.wait_for(inside(), 30))

    return run


def waiting(store):
    """What the sender would send now: text, buttons and chat."""
    return {p.place.chat_id: p.part for p in Outbox(store).claim("a", END, 10, timedelta(seconds=30))}


def test_a_wave_is_told_to_each_chat_in_its_language_with_buttons(scene, wanting):
    async def body(flash, seen):
        stop = asyncio.Event()
        running = asyncio.create_task(flash.run(stop))
        flash.saw(WAVE)
        await seen.nudged.wait()
        stop.set()
        await running

    scene(body)
    told = waiting(wanting)
    assert told.keys() == {1, 2}
    assert told[1].text.startswith("Flash: at least $60 million of BTC longs liquidated")
    assert "money left the US spot ETFs" in told[1].text
    assert told[2].text.startswith("快讯：BTC多单爆仓至少6000万美元")
    assert [len(row) for row in told[1].buttons] == [3, 2]


def test_the_button_why_finds_the_evidence(scene, wanting, desk):
    async def body(flash, _):
        await flash.tell(WAVE)
        why = waiting(wanting)[2].buttons[0][0].data
        newsdesk = Newsdesk(desk, wanting, RehearsalClock(END, 1))
        return await newsdesk.why(why.split(":")[1], "zh")

    evidence = scene(body)
    assert evidence.causes >= 1


def test_only_the_last_state_of_a_wave_is_told_the_largest_wave_first(scene, wanting):
    async def body(flash, _):
        flash.saw(WAVE)
        flash.saw(replace(WAVE, usd=70e6, grown=True))
        flash.saw(replace(WAVE, asset="ETH", usd=95e6))
        return await flash.tell_seen()

    assert scene(body) == 3
    assert {part.text.split("\n")[0] for chat, part in waiting(wanting).items() if chat != 2} == {
        "Flash: at least $95 million of ETH longs liquidated"
    }


def test_who_asked_for_a_larger_wave_hears_of_it_when_it_grew(scene, wanting):
    async def body(flash, _):
        first = await flash.tell(WAVE)
        grown = await flash.tell(replace(WAVE, usd=91e6, end=END + timedelta(minutes=1), grown=True))
        return first, grown

    assert scene(body) == (2, 1)
    assert "$91 million" in waiting(wanting)[3].text


def test_without_a_reason_in_time_the_wave_is_told_alone(scene, wanting, monkeypatch):
    monkeypatch.setattr(flash_module, "PATIENCE_SECONDS", 0.01)

    class Slow:
        async def behind(self, _):
            await asyncio.Event().wait()

    assert scene(lambda flash, _: flash.tell(WAVE), Slow()) == 2
    told = waiting(wanting)[1]
    assert "Not known yet" in told.text
    assert told.buttons == ()


def test_an_asset_without_data_is_told_all_the_same(scene, wanting):
    assert scene(lambda flash, _: flash.tell(replace(WAVE, asset="PEPE"))) == 2
    assert "of PEPE longs" in waiting(wanting)[1].text


def test_nobody_who_waits_costs_no_recap(scene):
    class Never:
        async def behind(self, _):
            raise AssertionError

    assert scene(lambda flash, _: flash.tell(replace(WAVE, usd=10e6)), Never()) == 0


def test_a_database_that_fails_is_told_and_the_next_wave_goes_on(scene, wanting):
    class Failing(Flashes):
        failures = 1

        def locales(self, occasion):
            if self.failures:
                self.failures -= 1
                raise StoreError("The database rests.")
            return super().locales(occasion)

    async def body(flash, seen):
        flash.saw(WAVE)
        flash.saw(replace(WAVE, side=Side.SHORT, usd=55e6))
        return await flash.tell_seen(), seen.notices

    told, notices = scene(body, flashes=Failing(wanting))
    assert told == 2
    assert notices == ["A wave of liquidations (BTC/long) could not be told: The database rests."]
