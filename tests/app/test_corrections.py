"""A flow that is revised after a recap printed it: its messages say so, once, while the recap is the last and young."""

import asyncio
from array import array
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.clock import RehearsalClock
from bot.app.corrections import Corrections
from bot.app.newsroom import Newsdesk
from bot.chat.newsroom import Ask
from bot.domain.chats import Chat, ChatKind, Place
from bot.domain.delivery import Button, DeliveryState, Kind, Part, Publication
from bot.domain.series import PointColumns, stamp
from bot.narrative.correction import Revision, matters
from bot.store.chats import Chats
from bot.store.messages import Messages, SentMessage
from bot.store.outbox import Outbox, Result

AS_OF = datetime(2025, 2, 26, 0, 5, tzinfo=UTC)
SESSION = datetime(2025, 2, 24, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUTTONS = ((Button("Why?", "why1:x"),),)


class Scene:
    """The famous recap told to Ann in English and Li in Chinese; flows are in the store."""

    def __init__(self, store, desk, templates, sample):
        self.store, self.outbox, self.templates = store, Outbox(store), templates
        self.newsdesk = Newsdesk(desk, store, RehearsalClock(AS_OF, 1))
        self.corrections = Corrections(store, templates)
        for columns in sample.points:
            if columns.series in {"etf.net_flow.btc", "etf.net_flow.eth"}:
                store.write_points(columns, "Farside")
        for chat_id, locale in ((1, "en"), (2, "zh")):
            Chats(store).save(Chat(chat_id, ChatKind.PRIVATE, locale))

    def tell(self, split=False):
        for chat_id, locale in ((1, "en"), (2, "zh")):
            told = asyncio.run(self.newsdesk.recap(Ask("market", 24 * HOUR, AS_OF, locale, "thread")))
            (post,) = told.parts
            parts = [Part("first", "first")] * split + [Part(post.html, post.text, BUTTONS)]
            daily = Publication("daily/1", Kind.DAILY, tuple(parts), AS_OF + HOUR, locale, "thread", told.recap_id)
            self.outbox.publish(daily, [Place(chat_id)], AS_OF)
        while parcels := self.outbox.claim("a", AS_OF, 10, HOUR):
            self.outbox.sending([p.delivery_id for p in parcels], "a")
            results = [Result(p.delivery_id, DeliveryState.SENT, 10 * p.place.chat_id + p.index) for p in parcels]
            self.outbox.finish(results, AS_OF)
        return self

    def revise(self, usd, known=AS_OF + HOUR, asset="btc", session=SESSION):
        times = array("q", [stamp(session)]), array("q", [stamp(known)])
        self.store.write_points(PointColumns(f"etf.net_flow.{asset}", *times, array("d", [usd])), "Farside")
        return self

    def correct(self, hours=2.0):
        return asyncio.run(self.corrections.correct(AS_OF + hours * HOUR))

    def edits(self, hours=2.0):
        claimed = self.outbox.claim("b", AS_OF + hours * HOUR, 10, HOUR)
        return {(p.place.chat_id, p.index): p for p in claimed}


@pytest.fixture
def scene(store, desk, templates, sample):
    return Scene(store, desk, templates, sample)


def test_a_revised_flow_marks_the_recap_in_each_language(scene):
    assert scene.tell().revise(-465.9e6).correct() == 2
    edits = scene.edits()
    ann, li = edits[1, 0], edits[2, 0]
    assert (ann.edits, ann.kind) == (10, Kind.CORRECTION)
    assert ann.part.text.startswith(
        "Corrected 02:05 UTC: the flow of US spot BTC and ETH ETFs in the session of February 24 was revised to "
        "a net outflow of $544 million; this recap was told with a net outflow of $644 million."
    )
    assert "24-hour market" in ann.part.text
    assert ann.part.html.startswith("<b>Corrected 02:05 UTC:</b>")
    assert ann.part.buttons == BUTTONS
    assert li.part.text.startswith(
        "02:05（UTC）更正：2月24日美国现货BTC和ETH ETF的资金流已修正为净流出5.44亿美元，本文发出时为净流出6.44亿美元。"
    )


def test_a_recap_is_corrected_once(scene):
    scene.tell().revise(-465.9e6)
    assert (scene.correct(), scene.correct()) == (2, 0)
    scene.revise(-300e6, AS_OF + 3 * HOUR)
    assert scene.correct(4) == 0


def test_only_the_part_that_printed_the_flow_is_edited(scene):
    assert scene.tell(split=True).revise(-465.9e6).correct() == 2
    assert scene.edits().keys() == {(1, 1), (2, 1)}


def test_an_inflow_instead_of_an_outflow_is_called_so(scene):
    scene.tell().revise(165.9e6).correct()
    assert "revised to a net inflow of $87.9 million" in scene.edits()[1, 0].part.text


@pytest.mark.parametrize("usd", [-565.9e6, -566.2e6, -564.0e6])
def test_a_revision_within_rounding_is_none(scene, usd):
    assert scene.tell().revise(usd).correct() == 0


def test_another_session_s_revision_changes_nothing(scene):
    assert scene.tell().revise(-1e6, session=datetime(2025, 2, 20, 21, tzinfo=UTC)).correct() == 0


def test_after_twelve_hours_a_recap_stays_as_it_is(scene):
    scene.tell().revise(-465.9e6, AS_OF + 11 * HOUR)
    assert scene.correct(12.01) == 0
    assert scene.correct(11.8) == 0


def test_an_edit_is_never_made_after_twelve_hours(scene):
    scene.tell().revise(-465.9e6, AS_OF + 11 * HOUR)
    assert scene.correct(11.7) == 2
    assert scene.edits(12) == {}


def test_what_was_followed_by_another_recap_stays_but_a_flash_recap_is_none(scene):
    scene.tell().revise(-465.9e6)
    messages = Messages(scene.store)
    messages.note([SentMessage(Place(1), 90, "another", "en", "thread")], AS_OF + HOUR)
    messages.note([SentMessage(Place(2), 91, "another", "zh", "flash")], AS_OF + HOUR)
    assert scene.correct() == 1
    assert scene.edits().keys() == {(2, 0)}


def test_what_is_too_long_with_the_note_is_marked_where_there_is_room(scene):
    long = Part("x" * 4090 + " $644 million", "x" * 4090 + " $644 million")
    told = asyncio.run(scene.newsdesk.recap(Ask("market", 24 * HOUR, AS_OF, "en", "thread")))
    parts = (long, Part("second", "second"))
    daily = Publication("daily/2", Kind.DAILY, parts, AS_OF + HOUR, "en", "thread", told.recap_id)
    scene.outbox.publish(daily, [Place(1)], AS_OF)
    Messages(scene.store).note([SentMessage(Place(1), 7, told.recap_id, "en", "thread", 1)], AS_OF)
    scene.outbox.expire(AS_OF + 2 * HOUR)
    assert scene.revise(-465.9e6).correct() == 1
    assert scene.edits()[1, 1].part.text.endswith("second")


@pytest.mark.parametrize(
    ("told", "became", "revised"),
    [(539.4e6, 539.6e6, False), (539.4e6, 545e6, True), (0.0, 5e6, True), (5e6, 0.0, True), (-5e6, 5e6, True)],
)
def test_what_matters_is_what_a_reader_would_see_and_rounding_does_not_make(told, became, revised):
    assert matters(Revision("btc", SESSION, told, became)) is revised
