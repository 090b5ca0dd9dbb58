"""How much one may ask."""

from datetime import UTC, datetime, timedelta

from bot.chat.limits import MOST_KEYS, Cooldown, Limits, Rate

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def asked(limits, user, chat, times, now=NOW):
    return sum(limits.take(user, chat, now) for _ in range(times))


def test_a_person_may_press_buttons_fast_but_not_for_ever():
    limits = Limits()
    assert asked(limits, user=1, chat=1, times=100) == 20
    assert asked(limits, user=1, chat=1, times=100, now=NOW + timedelta(seconds=5)) == 5


def test_one_group_does_not_starve_another():
    limits = Limits()
    for user in range(100):
        asked(limits, user, chat=-1, times=10)
    assert asked(limits, user=500, chat=-1, times=1) == 0
    assert asked(limits, user=500, chat=-2, times=1) == 1


def test_a_refused_request_costs_nothing():
    limits = Limits()
    asked(limits, user=1, chat=1, times=20)
    asked(limits, user=1, chat=2, times=1000)
    assert asked(limits, user=2, chat=2, times=20) == 20


def test_a_cooldown_counts_once_and_may_be_taken_back():
    cooldown = Cooldown(timedelta(minutes=1))
    assert not cooldown.hot("chat", NOW)
    assert cooldown.hot("chat", NOW + timedelta(seconds=59))
    assert not cooldown.hot("chat", NOW + timedelta(seconds=60))
    cooldown.cool("chat")
    assert not cooldown.hot("chat", NOW + timedelta(seconds=61))


def test_who_was_quiet_is_forgotten_so_that_memory_stays_flat():
    rate = Rate(per_second=1, burst=5)
    for second in range(3 * MOST_KEYS):
        rate.take(second, float(second))
    assert len(rate._free) <= MOST_KEYS + 1
