"""What is in the outbox reaches its places once, in order, whatever goes wrong on the way."""

import asyncio
from base64 import b64decode
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.delivery.courier import Policy
from bot.delivery.pacing import Rates
from bot.domain.chats import ChatKind, ChatState, Place, Schedule, Silence, Subscription, SubscriptionState
from bot.domain.delivery import Button, Kind, Part, Publication
from bot.emulator.entities import Formatted
from bot.emulator.faults import Fault
from bot.errors import StoreError
from bot.store.flags import SENDING_PAUSED
from bot.store.messages import Messages

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
ANN, BOB, CAT, DAN, EVE, GROUP, CHANNEL = 11, 12, 13, 14, 15, -1001, -1002


def sent(works, chats, *htmls, prepare=lambda _office: None, policy=None, **wire):
    """Publishes, sends until nothing is left; returns the office."""

    async def body(office):
        office.publish(chats, *htmls)
        prepare(office)
        async with office.sending():
            await office.done()
        return office

    return works(body, policy=policy, **wire)


def test_a_thread_arrives_in_order_each_part_answering_the_one_before(works):
    office = sent(works, [ANN, GROUP], "1", "2", "3")
    for chat in (ANN, GROUP):
        thread = [message for message in office.far.messages if message.chat == chat]
        assert [message.text for message in thread] == ["1", "2", "3"]
        replies = [m.fields.get("reply_parameters", {}).get("message_id") for m in thread]
        assert replies == [None, thread[0].id, thread[1].id]
    assert office.counts() == {"sent": 6}
    assert office.sender.meter.sent == 6


def test_a_message_looks_as_its_chat_wants_it(works):
    async def body(office):
        part = Part("<b>a</b>", "a", ((Button("Why?", data="w"), Button("More", url="https://example.org")),))
        chat = office.books.chats.touch(ANN, ChatKind.PRIVATE, "en")
        office.books.chats.save(replace(chat, silence=Silence.ALWAYS, previews_links=True))
        office.publish([ANN, BOB], parts=(part,), thread_id=0)
        async with office.sending():
            await office.done()
        return {message.chat: message.fields for message in office.far.messages}

    fields = works(body)
    assert fields[ANN]["parse_mode"] == "HTML"
    assert fields[ANN]["reply_markup"]["inline_keyboard"][0][0] == {"text": "Why?", "callback_data": "w"}
    assert fields[ANN]["link_preview_options"] == {"is_disabled": False}
    assert fields[BOB]["link_preview_options"] == {"is_disabled": True}
    assert (fields[ANN]["disable_notification"], fields[BOB].get("disable_notification")) == ("true", "false")
    assert "message_thread_id" not in fields[ANN]
    assert "allow_paid_broadcast" not in fields[ANN]


def test_a_topic_and_paid_broadcasts_are_named(works):
    async def body(office):
        office.publish([GROUP], thread_id=7)
        async with office.sending():
            await office.done()
        return office.far.messages[0].fields

    fields = works(body, policy=Policy(paid=True))
    assert (fields["message_thread_id"], fields["allow_paid_broadcast"]) == ("7", "true")


def test_telegrams_limits_are_never_met(works):
    office = sent(works, [*range(1, 60), *range(-1020, -1000)], "1", "2", limits=True, latency=0.001, rates=Rates())
    assert office.far.refused == 0
    assert office.counts() == {"sent": 158}


def test_a_picture_is_uploaded_once_for_all(works):
    async def body(office):
        digest = office.books.media.keep(PNG)
        office.publish(range(1, 21), parts=(Part("<b>a</b>", "a", photo=digest),))
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    (photo,) = office.far.state.files.photos.values()
    assert photo.content == PNG
    assert [m.shown.photo for m in office.far.messages] == [photo] * 20


def test_a_file_number_that_is_no_longer_known_is_replaced(works):
    async def body(office):
        digest = office.books.media.keep(PNG)
        office.books.media.name(1, digest, "old")
        office.publish([ANN], parts=(Part("a", "a", photo=digest),))
        async with office.sending():
            await office.done()
        return office, office.books.media.file_id(1, digest)

    office, known = works(body)
    assert (office.counts(), [known]) == ({"sent": 1}, list(office.far.state.files.photos))


def test_a_correction_edits_and_the_same_again_is_no_failure(works):
    async def body(office):
        office.publish([ANN, BOB], "wrong", recap_id="r1")
        async with office.sending():
            await office.done()
            office.far.messages[1].shown.content = Formatted("right")
            expires = office.clock.now() + timedelta(hours=1)
            parts = (Part("right", "right"),)
            correction = Publication("fix/r1", Kind.CORRECTION, parts, expires, "en", "thread", "r1")
            assert Messages(office.books.outbox._store).correct(correction, office.clock.now()) == 2
            await office.done(4)
        return office

    office = works(body)
    assert office.far.texts() == ["right", "right"]
    assert office.counts() == {"sent": 4}
    assert (office.sender.meter.sent, office.sender.meter.edited) == (2, 2)


# What Telegram refuses.


def test_a_chat_that_is_gone_is_left_alone(works):
    office = sent(works, [ANN, BOB], "1", "2", prepare=lambda o: o.far.bot_is(ANN, "kicked"))
    assert office.far.texts() == ["1", "2"]
    assert office.counts() == {"dead": 2, "sent": 2}
    assert office.books.chats.get(ANN).state is ChatState.GONE
    assert [call.code for call in office.far.calls if call.said.get("chat_id") == str(ANN)] == [403]


def test_a_chat_without_rights_rests_and_operators_hear_once(works):
    async def body(office):
        office.publish([GROUP], "1", "2")
        office.publish([GROUP], "3", slot="daily/2")
        office.far.bot_is(GROUP, "restricted")
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    assert office.books.chats.get(GROUP).state is ChatState.PAUSED
    assert office.counts() == {"dead": 3}
    assert len(office.told) == 1


def test_a_topic_that_stays_closed_loses_its_subscription(works):
    async def body(office):
        place = Place(GROUP, 7)
        schedule = Schedule("UTC", (time(7),))
        office.books.subscriptions.save(Subscription(place, schedule, office.clock.now()))
        office.far.topic(GROUP, 7).closed = True
        async with office.sending():
            for n in range(3):
                office.publish([GROUP], "1", slot=f"daily/{n}", thread_id=7)
                await office.done(n + 1)
                office.clock.jump(timedelta(days=1))
        return office

    office = works(body)
    assert office.books.subscriptions.of(GROUP)[0].state is SubscriptionState.TOPIC_GONE
    assert office.books.chats.get(GROUP).state is ChatState.ACTIVE


def test_a_lost_reply_target_costs_only_the_arrow(works):
    refusal = (400, "Bad Request: message to be replied not found")

    def prepare(office):
        office.far.fails(refusal, times=9, when=lambda said: "reply_parameters" in said)

    office = sent(works, [ANN], "1", "2", prepare=prepare)
    assert office.far.texts() == ["1", "2"]
    assert "reply_parameters" not in office.far.messages[1].fields


def test_html_that_is_refused_goes_out_as_plain_words(works):
    async def body(office):
        office.publish([ANN, BOB, CAT, DAN], parts=(Part("<foo>a</foo>", "a", ((Button("b", data="b"),),)),))
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    assert office.far.texts() == ["a"] * 4
    assert "reply_markup" not in office.far.messages[0].fields
    assert len(office.told) == 1


def test_a_text_refused_by_three_chats_is_stopped_for_all(works):
    office = sent(works, range(1, 201), "1" * 4097, "2", latency=0.002)
    assert office.counts() == {"dead": 400}
    assert len(office.far.calls) < 150
    assert len(office.told) == 1


def test_a_group_that_became_a_supergroup_gets_its_post_there(works):
    def moved(office):
        office.far.world.group("Desk", -5).upgraded_to = -100777

    office = sent(works, [-5], "1", "2", prepare=moved)
    assert [(m.chat, m.text) for m in office.far.messages] == [(-100777, "1"), (-100777, "2")]
    assert office.books.chats.get(-5) is None
    assert office.counts() == {"sent": 2}


def test_a_refused_bot_sends_nothing_until_it_is_taken_again(works):
    async def body(office):
        office.publish([ANN, BOB])
        office.far.fails((401, "Unauthorized"), "sendMessage", "getMe", times=4)
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    assert office.counts() == {"sent": 2}
    assert office.clock.seconds() > 60
    assert [text for text in office.told if "Unauthorized" in text]
    assert len(office.told) == 1
    assert all(office.books.chats.get(chat).state is ChatState.ACTIVE for chat in (ANN, BOB))


# What the line does.


def test_a_refused_chat_waits_and_nobody_else(works):
    office = sent(works, range(1, 31), prepare=lambda o: o.far.waits(40, chat_id=ANN))
    at = {message.chat: message.at for message in office.far.messages}
    at_last = at.pop(ANN)
    assert at_last > 40
    assert max(at.values()) < at_last
    assert (office.sender.meter.refused, office.sender.meter.held_seconds) == (1, 40)


def test_operators_hear_of_long_waits_in_the_same_words(works):
    async def body(office):
        office.far.waits(70, chat_id=ANN)
        office.publish([ANN])
        async with office.sending():
            await office.until(lambda: office.told)
            office.far.waits(95, chat_id=ANN)
            await office.done()
        return office

    assert works(body).told == [f"Chat {ANN} has to wait up to 1 h: Telegram said so."] * 2


def test_a_notice_that_has_to_wait_makes_no_further_notice(works):
    async def body(office):
        office.far.waits(70, chat_id=ANN)
        office.publish([ANN], kind=Kind.NOTICE)
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    assert (office.sender.meter.refused, office.told) == (1, [])


def test_a_storm_of_refusals_is_sat_out(works):
    office = sent(works, range(1, 101), prepare=lambda o: o.far.waits(5, times=30))
    assert office.counts() == {"sent": 100}
    assert sorted(m.chat for m in office.far.messages) == list(range(1, 101))


def test_a_cut_line_loses_nothing_and_repeats_nothing(works):
    async def body(office):
        office.publish(range(1, 41))
        port = office.far.port
        await office.far.__aexit__()
        async with office.sending():
            await office.until(lambda: office.sender._trouble)
            far = type(office.far)(office.clock.seconds, port=port)
            async with far:
                await office.done()
                return office, far

    office, far = works(body)
    assert sorted(m.chat for m in far.messages) == list(range(1, 41))
    assert office.counts() == {"sent": 40}


def test_a_message_to_a_group_that_may_have_arrived_is_not_sent_again(works):
    office = sent(works, [GROUP], "1", "2", prepare=lambda o: o.far.fails(Fault.ANSWER_LOST, chat=GROUP))
    assert office.far.texts() == ["1", "2"]
    assert office.counts() == {"uncertain": 1, "sent": 1}


@pytest.mark.parametrize(
    "how",
    [Fault.ANSWER_LOST, Fault.TRUNCATED, Fault.BAD_GATEWAY, Fault.NOT_OK, Fault.DROPPED, Fault.SERVER_ERROR],
)
def test_a_message_to_a_person_that_may_have_arrived_is_sent_once_more_after_a_minute(works, how):
    office = sent(works, [ANN], "1", "2", prepare=lambda o: o.far.fails(how, chat=ANN))
    assert office.counts() == {"sent": 2}
    taken = ["1", "1", "2"] if how in {Fault.ANSWER_LOST, Fault.TRUNCATED} else ["1", "2"]
    assert office.far.texts() == taken
    assert office.far.messages[-2].at > 55


def test_what_may_have_arrived_twice_is_left_uncertain(works):
    office = sent(works, [ANN], prepare=lambda o: o.far.fails(Fault.ANSWER_LOST, chat=ANN, times=9))
    assert office.far.texts() == ["post"] * 2
    assert office.counts() == {"uncertain": 1}


def test_nothing_is_sent_again_where_the_operator_says_so(works):
    def prepare(office):
        office.far.fails(Fault.ANSWER_LOST, chat=ANN)

    office = sent(works, [ANN], prepare=prepare, policy=Policy(resend_private=None))
    assert (office.far.texts(), office.counts()) == (["post"], {"uncertain": 1})


def test_a_server_that_answers_no_call_is_not_fed_the_whole_outbox(works):
    office = sent(
        works,
        range(-1300, -1000),
        prepare=lambda o: o.far.fails((502, "Bad Gateway"), "sendMessage", "getMe", times=15),
        latency=0.001,
    )
    counts = office.counts()
    assert counts["sent"] == 300 - counts["uncertain"]
    assert counts["uncertain"] <= 15


def test_a_call_that_hangs_keeps_nobody_else_waiting(works):
    async def body(office):
        office.publish(range(-1030, -1000))
        office.far.fails(Fault.ANSWER_HANGS, chat=-1030)
        async with office.sending():
            await office.until(lambda: len(office.far.messages) == 30)
            await office.until(lambda: office.counts().get("sent") == 29)
            office.far.faults.lift()
            await office.done()
        return office.counts()

    assert works(body) == {"sent": 29, "uncertain": 1}


def test_many_calls_are_under_way_where_answers_take_long(works):
    office = sent(works, range(1, 201), latency=0.05)
    assert 8 <= office.far.most_at_once <= 64


# What time does.


def test_what_is_too_late_is_not_sent(works):
    async def body(office):
        office.publish([ANN], hours=-1)
        office.publish([BOB], slot="daily/2")
        async with office.sending():
            await office.done()
        return office

    office = works(body)
    assert [message.chat for message in office.far.messages] == [BOB]
    assert office.counts() == {"expired": 1, "sent": 1}


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_stops_nothing(works, hours):
    async def body(office):
        office.publish(range(1, 101), hours=24)
        async with office.sending():
            await office.far.called(20)
            office.clock.jump(timedelta(hours=hours))
            await office.done()
        return office

    office = works(body, rates=Rates(per_second=60))
    assert sorted(m.chat for m in office.far.messages) == list(range(1, 101))


def test_flashes_go_before_what_was_published_earlier(works):
    async def body(office):
        office.publish(range(1, 101), "daily")
        office.publish([500], "flash", slot="flash/1", kind=Kind.FLASH)
        async with office.sending():
            await office.done()
        return office.far.texts().index("flash")

    assert works(body) == 0


# Who sends.


def test_only_the_holder_of_the_lease_sends(works):
    async def body(office):
        office.publish(range(1, 51), "1", "2")
        async with office.sending("one") as one:
            await office.until(one.sends)
            async with office.sending("two") as two:
                await office.done()
                return office.far.texts(), one.sends() and two.sends()

    texts, both = works(body)
    assert (len(texts), both) == (100, False)


def test_another_takes_over_when_the_first_ends(works):
    async def body(office):
        async with office.sending("two") as second:
            async with office.sending("one"):
                pass
            office.publish([ANN])
            await office.done()
            return second.sends(), office.far.texts()

    assert works(body) == (True, ["post"])


def test_a_stop_lets_calls_under_way_end(works):
    async def body(office):
        office.publish(range(1, 101))
        async with office.sending():
            await office.far.called(3)
        return office

    office = works(body, latency=0.05, rates=Rates(per_second=100))
    counts = office.counts()
    assert counts["sent"] == len(office.far.messages)
    assert counts.get("ready", 0) + counts["sent"] == 100


class Full:
    """An outbox whose disk is full while `broken`."""

    def __init__(self, outbox, *methods):
        self._outbox, self._methods, self.broken, self.failures = outbox, methods, False, 0

    def __getattr__(self, name):
        if self.broken and name in self._methods:
            self.failures += 1
            raise StoreError("no space is left for the database")
        return getattr(self._outbox, name)


@pytest.mark.parametrize("methods", [("claim",), ("sending",), ("finish",), ("claim", "sending", "finish", "release")])
def test_a_full_disk_stops_sending_and_loses_nothing(works, methods):
    async def body(office):
        full = Full(office.books.outbox, *methods)
        office.publish(range(1, 101))
        async with office.sending(books=replace(office.books, outbox=full)):
            await office.far.called(10)
            full.broken = True
            await office.until(lambda: full.failures > 1)
            full.broken = False
            await office.done()
        return office

    office = works(body, rates=Rates(per_second=100), latency=0.005)
    assert sorted(m.chat for m in office.far.messages) == list(range(1, 101))
    assert office.counts() == {"sent": 100}


def test_sending_rests_while_an_operator_says_so(works):
    async def body(office):
        office.books.flags.set(SENDING_PAUSED, "an operator")
        office.publish([ANN])
        async with office.sending():
            await office.clock.wait_until(office.clock.now() + timedelta(seconds=10))
            before = list(office.far.texts())
            office.books.flags.set(SENDING_PAUSED, "")
            await office.done()
            return before, office.far.texts()

    assert works(body) == ([], ["post"])


def test_operators_who_cannot_be_told_stop_nothing(works):
    async def body(office):
        async def fail(_text):
            raise StoreError("no space is left")

        office._notify = fail
        office.publish([GROUP, ANN])
        office.far.fails((400, "Bad Request: CHAT_WRITE_FORBIDDEN"), chat=GROUP)
        async with office.sending():
            await office.done()
        return office.counts()

    assert works(body) == {"dead": 1, "sent": 1}


def test_ends_at_once_with_nothing_to_do(works):
    async def body(office):
        async with office.sending():
            await asyncio.sleep(0)

    works(body)
