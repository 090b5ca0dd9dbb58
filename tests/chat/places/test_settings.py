"""Settings by buttons: every screen leads on, every change is kept, and whoever may not gets a short word."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from html.parser import HTMLParser

import pytest

from bot.chat.settings_times import OFFSETS
from bot.chat.texts import Texts
from bot.domain.chats import Access, Alerts, ChatKind, Place, QuietHours, Schedule, Silence, Subscription

GROUP = -1001
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
TEXTS = Texts.load()
LATIN = {"UTC", "BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "English"}


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def shown(calls):
    return next(call for call in calls if call.method in {"sendMessage", "editMessageText"})


def held(talk, chat_id=7):
    return talk.services.subscriptions.of(chat_id)


def changed(talking, *data, setup=lambda _: None):
    """The screens after presses in a private chat that is subscribed at 08:00, its settings and subscriptions."""

    async def story():
        async with talking() as talk:
            await talk.says("/subscribe 08:00 Berlin")
            setup(talk)
            screens = [shown(await talk.presses(each)) for each in data]
            return screens, talk.services.chats.get(7), held(talk)

    return asyncio.run(story())


def checked(call, locale):
    """A screen as it must be in any locale; the data of its buttons."""
    parser = Balanced()
    parser.feed(call.text)
    assert not parser.open
    assert call.buttons or "/settings" in call.text
    words = [call.text, *(button["text"] for button in call.buttons)]
    assert all(word.strip() for word in words)
    assert not re.search(r"[{}]|settings\.|places\.", " ".join(words))
    if locale == "zh":
        left = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]+>|/\w+|(?<=\d\d:\d\d )[A-Z]{2,5}", " ", " ".join(words))))
        assert left <= LATIN, left
    data = [button["callback_data"] for button in call.buttons]
    assert all(len(each.encode()) <= 64 for each in data)
    assert sum(map(len, words)) < 4096
    return data


@pytest.mark.parametrize("locale", TEXTS.locales)
@pytest.mark.parametrize("chat_id", [7, GROUP])
def test_every_screen_in_every_locale_leads_on_and_none_is_a_dead_end(talking, chat_id, locale):
    """Walks over all buttons; what changes is set back, so that each screen is reached from the same state."""

    async def story():
        async with talking() as talk:
            services = talk.services
            kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.SUPERGROUP
            chat = replace(services.chats.touch(chat_id, kind, locale), access=Access.EVERYONE, zone="Asia/Shanghai")
            services.chats.save(chat)
            schedule = Schedule("Asia/Shanghai", (time(7, 45), time(20)), frozenset({1, 3, 4, 5}))
            stored = services.subscriptions.save(Subscription(Place(chat_id), schedule, NOW))
            services.subscriptions.save(Subscription(Place(chat_id, 42), schedule, NOW))
            (opened,) = await talk.says("/settings", chat_id)
            seen, ahead = set(), checked(opened, locale)
            while ahead:
                data = ahead.pop()
                if data in seen:
                    continue
                seen.add(data)
                talk.clock.advance(seconds=2)
                calls = await talk.presses(data, chat_id)
                assert [call.method for call in calls] == ["answerCallbackQuery", "editMessageText"]
                speaks = data.rpartition(":")[2] if ":lang:lang:" in data else locale
                found = checked(calls[1], speaks)
                if data != "set1:done":
                    assert "set1:done" in found
                    assert len(found) > 1
                    ahead += found if speaks == locale else []
                services.chats.save(chat)
                services.subscriptions.remove_all(Place(chat_id))
                if data.endswith(":end"):
                    ahead += checked(shown(await talk.presses("set1:times", chat_id)), locale)
                again = services.subscriptions.save(stored)
                ahead = [re.sub(r"^(set1:(?:sub|hours)):\d+", rf"\g<1>:{again.id}", each) for each in ahead]
                seen |= {re.sub(r"^(set1:(?:sub|hours)):\d+", rf"\g<1>:{again.id}", each) for each in seen}
            verbs = {data.split(":")[1] for data in seen if ":" in data}
            expected = {"times", "zone", "offset", "scope", "style", "lang", "silent", "alert", "links", "sub", "hours"}
            expected |= {"who", "anon", "tidy"} if chat_id < 0 else set()
            assert verbs == expected | {"done"}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("data", "setting", "value"),
    [
        ("set1:lang:lang:zh", "locale", "zh"),
        ("set1:style:style:brief", "style", "brief"),
        ("set1:scope:scope:ETH", "scope", "ETH"),
        ("set1:silent:silent:always", "silence", Silence.ALWAYS),
        ("set1:silent:quiet:2300-0700", "quiet", QuietHours(time(23), time(7))),
        ("set1:alert:size:250", "alerts", Alerts(on=True, least_usd=250e6)),
        ("set1:alert:rest:12", "alerts", Alerts(on=True, cooldown=timedelta(hours=12))),
        ("set1:links:links:on", "previews_links", True),
        ("set1:tidy:tidy:on", "deletes_commands", True),
        ("set1:anon:anon:off", "trusts_anonymous", False),
        ("set1:who:who:everyone", "access", Access.EVERYONE),
        ("set1:zone:zone:Asia/Tokyo", "zone", "Asia/Tokyo"),
        ("set1:zone:zone:Etc/GMT-8", "zone", "Etc/GMT-8"),
    ],
)
def test_a_press_changes_the_setting_and_a_second_one_nothing(talking, data, setting, value):
    screens, chat, _ = changed(talking, data, data)
    assert getattr(chat, setting) == value
    assert screens[0].said == screens[1].said


def test_a_new_zone_moves_the_times_and_says_when_the_next_recap_comes(talking):
    (screen,), _, (mine,) = changed(talking, "set1:zone:zone:Asia/Tokyo")
    assert mine.schedule == Schedule("Asia/Tokyo", (time(8),))
    assert "Next: Tue 08:00 JST, in 14 hours" in screen.text


def test_times_and_days_are_added_and_taken_away(talking):
    data = ["set1:sub:1:+2000", "set1:sub:1:-0800", "set1:sub:1:d12345"]
    screens, _, (mine,) = changed(talking, *data, *data)
    assert mine.schedule == Schedule("Europe/Berlin", (time(20),), frozenset(range(1, 6)))
    assert "Mon–Fri at 20:00. Next: Mon 20:00 CET, in 10 hours" in screens[-1].text


def test_the_last_time_and_the_last_day_stay(talking):
    _, _, (mine,) = changed(talking, "set1:sub:1:d3", "set1:sub:1:d", "set1:sub:1:-0800")
    assert mine.schedule == Schedule("Europe/Berlin", (time(8),), frozenset({3}))


def test_a_new_scope_is_also_that_of_the_subscription(talking):
    _, _, (mine,) = changed(talking, "set1:scope:scope:SOL")
    assert (mine.scope, mine.schedule.zone) == ("SOL", "Europe/Berlin")


def test_a_subscription_pauses_resumes_ends_and_begins_anew(talking):
    data = ["set1:sub:1:pause", "set1:sub:1:resume", "set1:sub:1:end", "set1:sub:1:+0900", "set1:times:new"]
    screens, _, (mine,) = changed(talking, *data)
    assert "paused" in screens[0].text
    assert "Next: Tue 08:00 CET" in screens[1].text
    assert "No recap comes here yet" in screens[2].text
    assert "No recap comes here yet" in screens[3].text
    assert mine.schedule == Schedule("Europe/Berlin", (time(8),))


@pytest.mark.parametrize(
    "data",
    ["set0:old", "set1:x", "set9:a:b:c:d", "set1:zone:zone:Mars/City", "set1:sub:1:+9999", "set1:sub:999:-0800",
     "set1:scope:scope:DOGGO", "set1:silent:quiet:9900-0000", "set1:hours:77", "set1::", "set1:lang:lang:xx"],
)  # fmt: skip
def test_a_button_of_another_version_gets_a_fresh_screen_and_changes_nothing(talking, data):
    (screen,), chat, (mine,) = changed(talking, data)
    assert "set1:done" in checked(screen, "en")
    assert (chat.zone, chat.scope, chat.locale, chat.silence) == ("Europe/Berlin", "market", "en", Silence.NEVER)
    assert mine.schedule == Schedule("Europe/Berlin", (time(8),))


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBUserWarning")
def test_a_keyboard_of_a_year_ago_answers_with_a_new_message(talking):
    async def story():
        async with talking() as talk:
            talk.recap().deleted = True
            await talk.presses("set1:silent:silent:always", too_old=True)
            assert talk.messages[-1].buttons
            assert talk.services.chats.get(7).silence is Silence.ALWAYS

    asyncio.run(story())


def test_the_wrong_presser_in_a_group_gets_an_alert_and_changes_nothing(talking):
    async def story():
        async with talking() as talk:
            talk.person().administers(talk.chat(GROUP))
            await talk.says("/settings", GROUP)
            talk.person(8).joins(talk.chat(GROUP))
            answer = (await talk.presses("set1:silent:silent:always", GROUP, 8))[-1]
            assert answer.method == "answerCallbackQuery"
            assert answer.show_alert == "true"
            assert talk.services.chats.get(GROUP).silence is Silence.NEVER

    asyncio.run(story())


def answered(talking, screen, text="", location=None):
    """What the bot says to an answer to a screen, and the schedule afterwards."""

    async def story():
        async with talking() as talk:
            await talk.says("/subscribe 08:00 Berlin")
            await talk.presses(screen)
            if location:
                await talk.person().shares_location(*location, reply_to=talk.recap())
            else:
                await talk.says(text, reply_to=talk.recap())
            return talk.messages[-1], held(talk)[0].schedule

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("Munich", "Europe/Berlin", "Time zone: Berlin, it is 10:30 there."),
        ("东京", "Asia/Tokyo", "Next: Tue 08:00 JST, in 14 hours"),
        ("UTC+5", "Etc/GMT-5", "Time zone: UTC+5, it is 14:30 there."),
        ("Springfield", "Europe/Berlin", "Which one?"),
        ("<b>Nowhere", "Europe/Berlin", "called “&lt;b&gt;Nowhere”"),
    ],
)
def test_a_city_typed_in_answer_sets_the_zone_or_asks_which(talking, text, zone, said):
    answer, schedule = answered(talking, "set1:zone", text)
    assert said in answer.text
    assert schedule.zone == zone
    assert len(answer.buttons) != 1


@pytest.mark.parametrize("screen", ["set1:zone", "set1:times"])
def test_a_shared_location_sets_the_zone_in_private(talking, screen):
    answer, schedule = answered(talking, screen, location=(35.68, 139.76))
    assert schedule.zone == "Asia/Tokyo"
    assert "Next: Tue 08:00 JST" in answer.text


@pytest.mark.parametrize(
    ("text", "times", "said"),
    [
        ("07:45 8pm mon-fri", (time(7, 45), time(8), time(20)), "Mon–Fri at 07:45, 08:00, 20:00"),
        ("25:99", (time(8),), "I can't take “25:99”"),
        ("🤷 <i>", (time(8),), "I can't take “🤷 &lt;i&gt;”"),
        ("1:00 2:00 3:00 4:00 5:00 6:00", (time(8),), "I can't take"),
    ],
)
def test_times_typed_in_answer_are_added_or_refused_in_a_line(talking, text, times, said):
    answer, schedule = answered(talking, "set1:sub:1", text)
    assert said in answer.text
    assert schedule.times == times


def test_settings_of_a_topic_show_its_own_times(talking):
    async def story():
        async with talking() as talk:
            talk.person().administers(talk.chat(GROUP))
            await talk.says("/subscribe 08:00", GROUP, thread=42)
            await talk.says("/subscribe 21:00", GROUP, thread=43)
            opened = (await talk.says("/settings", GROUP, thread=43))[-1]
            assert "21:00" in opened.text
            assert "08:00" not in opened.text
            assert "1 other topic gets recaps too" in opened.text
            assert opened.message_thread_id == "43"

    asyncio.run(story())


def test_offsets_reach_from_the_west_of_the_dateline_to_the_east():
    assert (min(OFFSETS), max(OFFSETS)) == (-11, 14)
