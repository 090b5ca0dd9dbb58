"""Messages go evenly, people come first, and who was told to wait waits alone."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import Budget, Pacer, Rates

ANN, BOB, CAT, GROUP, CHANNEL = 11, 12, 13, -101, -1002000


def paced(clock, chats, *, rates=None, seconds=600.0, answer=False):
    """When each of `chats`, asked for at once, had its turn: (seconds, chat) in order."""

    async def run():
        pacer, log = Pacer(rates or Rates(), clock), []

        async def send(chat):
            await pacer.take(chat, answer=answer)
            log.append((round(clock.seconds(), 3), chat))

        tasks = [asyncio.create_task(send(chat)) for chat in chats]
        await clock.advance(seconds)
        await asyncio.gather(*tasks)
        return log

    return asyncio.run(run())


def test_many_chats_are_served_evenly_after_a_small_burst(clock):
    moments = [moment for moment, _ in paced(clock, range(1, 101))]
    assert moments[:5] == [0.0] * 5
    assert moments[5:] == pytest.approx([0.04 * n for n in range(1, 96)], abs=0.002)


def test_calls_held_up_together_do_not_begin_together(clock):
    """As when the disk stood still for a second: their turns have passed, and the next ones come meanwhile."""

    async def run():
        pacer, begun = Pacer(Rates(), clock), []

        async def call(turn):
            await clock.wait_until(clock.now() + timedelta(seconds=turn))
            await pacer.depart()
            begun.append(clock.seconds())

        tasks = [asyncio.create_task(call(max(1, 0.04 * n))) for n in range(100)]
        await clock.advance(60)
        await asyncio.gather(*tasks)
        return begun

    begun = asyncio.run(run())
    assert max(sum(moment <= other < moment + 1 for other in begun) for moment in begun) <= 28
    assert begun[-1] == pytest.approx(1 + 98 / 26.25, abs=0.02)


def test_calls_that_are_not_held_up_begin_at_their_turns(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        for chat in range(1, 101):
            await pacer.take(chat)
            turn = clock.seconds()
            await pacer.depart()
            if chat > Rates().burst:
                assert clock.seconds() - turn < 0.12
        return clock.seconds()

    async def timed():
        task = asyncio.create_task(run())
        await clock.advance(60)
        return await task

    assert asyncio.run(timed()) == pytest.approx(3.8, abs=0.1)


def test_one_person_gets_a_post_a_second(clock):
    assert [moment for moment, _ in paced(clock, [ANN] * 4)] == pytest.approx([0, 1, 2, 3], abs=0.002)


@pytest.mark.parametrize("chat", [GROUP, CHANNEL, "@channel"])
def test_a_group_and_a_channel_get_eighteen_posts_a_minute(clock, chat):
    moments = [moment for moment, _ in paced(clock, [chat] * 19)]
    assert moments[-1] == pytest.approx(60, abs=0.01)


def test_a_chat_that_has_to_wait_keeps_nobody_else_waiting(clock):
    log = paced(clock, [GROUP] * 3 + [ANN, BOB, CAT])
    assert {chat for moment, chat in log if moment == 0} == {GROUP, ANN, BOB, CAT}


def test_a_person_may_get_two_answers_at_once(clock):
    assert [moment for moment, _ in paced(clock, [ANN] * 3, answer=True)] == pytest.approx([0, 0, 1], abs=0.002)


def test_answers_go_before_posts_and_posts_still_go(clock):
    async def run():
        pacer, log = Pacer(Rates(per_second=10, burst=1), clock), []

        async def send(chat, *, answer):
            await pacer.take(chat, answer=answer)
            log.append("answer" if answer else "post")

        posts = [asyncio.create_task(send(chat, answer=False)) for chat in range(1, 6)]
        await clock.advance(0.05)
        answers = [asyncio.create_task(send(chat, answer=True)) for chat in range(100, 120)]
        await clock.advance(30)
        await asyncio.gather(*posts, *answers)
        return log

    log = asyncio.run(run())
    assert log[:7] == ["post", "answer", "answer", "answer", "answer", "post", "answer"]
    assert log[-1] == "answer"


def test_an_album_counts_as_many_messages_as_it_holds(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        await pacer.take(ANN, 4)
        return pacer.wait(ANN)

    assert asyncio.run(run()).total_seconds() == pytest.approx(4, abs=0.001)


def test_a_refused_chat_waits_alone(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        pacer.refused(ANN, 30)
        await pacer.take(BOB)
        return pacer.wait(ANN), pacer.wait(BOB), clock.seconds()

    ann, bob, taken_at = asyncio.run(run())
    assert ann.total_seconds() == pytest.approx(30, abs=0.001)
    assert bob.total_seconds() == pytest.approx(1, abs=0.001)
    assert taken_at == 0


def test_the_later_deadline_counts(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        pacer.hold(ANN, clock.now() + timedelta(seconds=30))
        pacer.hold(ANN, clock.now() + timedelta(seconds=3))
        return pacer.wait(ANN)

    assert asyncio.run(run()).total_seconds() == pytest.approx(30, abs=0.001)


def test_three_chats_refused_at_once_hold_everybody(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        for chat, seconds in ((ANN, 7), (BOB, 9)):
            pacer.refused(chat, seconds)
        before = pacer.wait(99)
        pacer.refused(CAT, 3600)
        return before, pacer.wait(99)

    before, after = asyncio.run(run())
    assert before == timedelta(0)
    assert after.total_seconds() == pytest.approx(7, abs=0.001)


def test_refusals_far_apart_hold_nobody_else(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        for chat in (ANN, BOB, CAT):
            pacer.refused(chat, 60)
            await clock.advance(3)
        return pacer.wait(99)

    assert asyncio.run(run()) == timedelta(0)


def test_the_same_chat_refused_again_and_again_holds_nobody_else(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        for _ in range(10):
            pacer.refused(ANN, 60)
        return pacer.wait(99)

    assert asyncio.run(run()) == timedelta(0)


def test_a_hold_set_while_others_wait_is_obeyed(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        await pacer.take(ANN)
        second = asyncio.create_task(pacer.take(ANN))
        await clock.advance(0.5)
        pacer.hold(ANN, clock.now() + timedelta(seconds=10))
        await clock.advance(9)
        early = second.done()
        await clock.advance(2)
        return early, second.done()

    assert asyncio.run(run()) == (False, True)


def test_a_cancelled_turn_costs_nothing(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        await pacer.take(ANN)
        waiting = asyncio.create_task(pacer.take(ANN))
        await clock.advance(0.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return pacer.wait(ANN)

    assert asyncio.run(run()).total_seconds() == pytest.approx(0.5, abs=0.001)


def test_the_busy_chats_are_those_that_must_wait_longer(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        await pacer.take(ANN)
        await pacer.take(GROUP)
        pacer.hold(BOB, clock.now() + timedelta(seconds=60))
        return pacer.busy(timedelta(0)), pacer.busy(timedelta(seconds=2)), pacer.busy(timedelta(0), most=1)

    assert asyncio.run(run()) == ({ANN, BOB, GROUP}, {BOB, GROUP}, {BOB})


def test_a_million_chats_leave_no_memory_behind():
    budget, now = Budget(Rates(per_second=1000)), 0.0
    most = 0
    for chat in range(1, 1_000_001):
        budget.spend(chat if chat % 2 else -chat, 1, now)
        now += 0.001
        most = max(most, len(budget)) if chat % 1000 == 0 else most
    assert most < 8_000


@given(
    st.lists(st.tuples(st.sampled_from([ANN, BOB, GROUP, CHANNEL]), st.floats(0, 2), st.booleans()), max_size=60),
    st.floats(0.5, 1000),
)
def test_no_window_ever_holds_more_than_its_rate(asks, per_second):
    rates = Rates(per_second=per_second)
    budget, now, sent = Budget(rates), 0.0, []
    for chat, pause, answer in asks:
        now = max(now + pause, budget.ready(chat, answer=answer))
        budget.spend(chat, 1, now)
        sent.append((now, chat))
    for n, (start, _) in enumerate(sent):
        within = [at for at, _ in sent[n:] if at < start + 1 - 1e-9]
        assert len(within) <= per_second + rates.burst + 1e-6
    for chat in (GROUP, CHANNEL):
        times = [at for at, to in sent if to == chat]
        for n, start in enumerate(times):
            assert sum(at < start + 60 - 1e-6 for at in times[n:]) <= 20
    for chat in (ANN, BOB):
        times = [at for at, to in sent if to == chat]
        for n, start in enumerate(times):
            assert sum(at < start + 1 - 1e-6 for at in times[n:]) <= 3


def test_a_clock_set_back_makes_nobody_wait_longer(clock):
    async def run():
        pacer = Pacer(Rates(), clock)
        await pacer.take(ANN)
        pacer.hold(BOB, clock.now() + timedelta(seconds=60))
        clock._now -= timedelta(hours=1)
        waits = pacer.wait(ANN), pacer.wait(BOB)
        pacer.hold(CAT, clock.now() + timedelta(seconds=5))
        return *waits, pacer.wait(CAT), pacer.ready(CAT) - clock.now()

    waits = [wait.total_seconds() for wait in asyncio.run(run())]
    assert waits == pytest.approx([1, 60, 5, 5], abs=0.001)
