"""Schedules keep local time whatever clocks and machines do, and nobody gets an old recap or the same one again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.chats import SubscriptionState

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(("late", "told"), [(timedelta(minutes=90), 1), (timedelta(hours=3), 0)])
def test_a_slot_missed_by_hours_is_left_out_and_next_says_so(living, late, told):
    """The bot was down at that time; a little late is better than never, an old recap is not."""

    async def story(house):
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 10:00 Berlin")
        await house.stop()
        house.clock.jump(days=1, minutes=-30)
        house.clock.jump(seconds=late.total_seconds())
        await house.start()
        for _ in range(3):
            await house.tick()
        assert len(house.after(confirmed)) == told
        (answer,) = await house.ask(ann, "/next")
        assert ("2026-01-06 09:00 UTC was left out" in answer.text) is not bool(told)

    living(story, sends=True)


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 8, tzinfo=NEW_YORK), datetime(2026, 11, 1, tzinfo=NEW_YORK)], ids=["gap", "overlap"]
)
def test_when_clocks_change_each_time_of_day_has_its_recap_once(living, day):
    """02:30 is left out on one day of the year; 01:30 comes twice on another."""

    async def story(house):
        house.clock.jump(seconds=(day.astimezone(UTC) - house.clock.now()).total_seconds())
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 01:30 02:30 New York")
        for _ in range(2):
            for _ in range(9):
                await house.tick(minutes=30)
            await house.tick(hours=19, minutes=25)
        posted = [datetime.fromtimestamp(post.date, NEW_YORK).date() for post in house.after(confirmed)]
        assert posted == [day.date()] * 2 + [(day + timedelta(days=1)).date()] * 2

    living(story, sends=True)


@pytest.mark.parametrize(
    ("language", "order", "lines"),
    [
        ("en", "/subscribe 08:00 Berlin", ["at 08:00", "Next: Tue 08:00 CET", "in 22 hours"]),
        ("en", "/subscribe 08:00 Tokyo", ["Next: Tue 08:00 JST", "in 14 hours"]),
        ("en", "/subscribe 23:00", ["Next: Mon 23:00 UTC", "in 14 hours", "The time is UTC"]),
        ("zh", "/subscribe 08:00 北京", ["08:00", "下一份：周二 08:00", "14小时后"]),
    ],
)
def test_the_confirmation_names_the_next_time_its_zone_and_how_long_until_then(living, language, order, lines):
    async def story(house):
        (answer,) = await house.ask(house.emulator.person("Ann", language), order)
        assert all(line in answer.text for line in lines), answer.text

    living(story)


def test_a_subscription_survives_a_restart(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30 Berlin")
        await house.restart()
        (again,) = await house.ask(ann, "/next")
        assert "Next: Tue 09:30 CET" in again.text
        await house.tick(hours=23, minutes=30)
        assert len(house.after(again)) == 1
        assert confirmed in house.written(ann.chat)

    living(story, sends=True)


def test_a_zone_is_set_by_city_offset_or_shared_location(living):
    """No zone is taken from the client's language: it is only what the screen offers first."""

    async def story(house):
        ann = house.emulator.person("Ann", "zh")
        await house.ask(ann, "/subscribe 08:00")
        assert house.kept(ann.chat).zone == "UTC"
        (settings,) = await house.ask(ann, "/settings")
        await house.press(ann, settings, "set1:zone")
        assert settings.buttons[0]["callback_data"] == "set1:zone:zone:Asia/Shanghai"
        zones = []
        for word in ("São Paulo", "UTC+8", "深圳"):
            await house.ask(ann, word, reply_to=settings)
            zones.append(house.kept(ann.chat).zone)
        await ann.shares_location(35.68, 139.69)
        await house.heard()
        zones.append(house.kept(ann.chat).zone)
        assert zones == ["America/Sao_Paulo", "Etc/GMT-8", "Asia/Shanghai", "Asia/Tokyo"]
        assert [each.schedule.zone for each in house.held(ann.chat)] == ["Asia/Tokyo"]

    living(story)


def test_after_a_restart_nothing_is_posted_again(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 10:00")
        (slot,) = house.schedules.due(house.clock.now() + timedelta(hours=1))
        await house.tick(minutes=40)
        assert len(house.after(confirmed)) == 1
        for _ in range(2):
            await house.restart()
            await house.tick(minutes=1)
            await house.broadcast._serve(slot, slot.at)
            await house.sent()
        assert len(house.after(confirmed)) == 1

    living(story, sends=True)


def test_a_paused_subscription_goes_on_with_its_next_slot_and_brings_no_backlog(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        await house.ask(ann, "/subscribe 09:30")
        (settings,) = await house.ask(ann, "/settings")
        number = house.held(ann.chat)[0].id
        await house.press(ann, settings, "set1:times")
        await house.press(ann, settings, f"set1:sub:{number}")
        await house.press(ann, settings, f"set1:sub:{number}:pause")
        assert house.held(ann.chat)[0].state is SubscriptionState.PAUSED
        for _ in range(4):
            await house.tick(days=1)
        await house.press(ann, settings, f"set1:sub:{number}:resume")
        await house.tick()
        assert house.after(settings) == []
        await house.tick(days=1)
        assert len(house.after(settings)) == 1

    living(story, sends=True)


def test_a_chat_that_comes_back_gets_no_backlog(living):
    async def story(house):
        ann = house.emulator.person("Ann")
        (confirmed,) = await house.ask(ann, "/subscribe 09:30")
        await ann.blocks_bot()
        await house.heard()
        for _ in range(3):
            await house.tick(days=1)
        await ann.unblocks_bot()
        await house.heard()
        await house.tick()
        assert house.after(confirmed) == []
        await house.tick(days=1)
        assert len(house.after(confirmed)) == 1

    living(story, sends=True)
