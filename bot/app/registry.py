"""Chats and their subscriptions as JSON, both ways: to move them to another store, or to look at them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from bot.domain.catalogue import ASSETS
from bot.domain.chats import EVERY_DAY, Chat, Place, Schedule, Subscription
from bot.domain.clock import Clock
from bot.errors import UsageError
from bot.store import Store
from bot.store.chats import Chats
from bot.store.subscriptions import MOST_PER_CHAT, Subscriptions

__all__ = ["Taken", "exported", "imported"]

MOST_FAULTS = 10
HOUR = timedelta(hours=1)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(f"{zone} is no time zone; write one such as Europe/Berlin")
    return zone


def _known_scope(scope: str) -> str:
    if scope not in {"market", *ASSETS}:
        raise ValueError(f"{scope} is no scope; there are market, {', '.join(ASSETS)}")
    return scope


class _Wish(_Strict):
    """One subscription: local times as 08:00, ISO weekdays (1 is Monday), `hours` the length of what is told."""

    topic: int = Field(0, ge=0)
    scope: str = "market"
    hours: int = Field(24, ge=1, le=168)
    zone: str
    times: list[time] = Field(min_length=1, max_length=24)
    weekdays: list[int] = Field(default_factory=lambda: sorted(EVERY_DAY), min_length=1)

    _zone = field_validator("zone")(_known_zone)
    _scope = field_validator("scope")(_known_scope)

    @field_validator("weekdays")
    @classmethod
    def _from_monday_to_sunday(cls, days: list[int]) -> list[int]:
        if not set(days) <= EVERY_DAY:
            raise ValueError("weekdays are numbers from 1, Monday, to 7, Sunday")
        return days


class _Listed(_Strict):
    """A chat; settings that are left out are those of a new one."""

    chat: int
    kind: Literal["private", "group", "supergroup", "channel"]
    settings: dict[str, Any] = Field(default_factory=dict)
    subscriptions: list[_Wish] = Field(default_factory=list, max_length=MOST_PER_CHAT)

    @field_validator("settings")
    @classmethod
    def _a_chats(cls, settings: dict[str, Any]) -> dict[str, Any]:
        _known_zone(settings.get("zone", "UTC"))
        _known_scope(settings.get("scope", "market"))
        if unknown := settings.keys() - _SETTINGS:
            raise ValueError(f"{', '.join(sorted(unknown))} is no setting; there are {', '.join(sorted(_SETTINGS))}")
        return settings

    def as_chat(self) -> Chat:
        return _CHAT.validate_python({"chat_id": self.chat, "kind": self.kind, **self.settings})


class _Document(_Strict):
    format: Literal[1]
    chats: list[_Listed]


_CHAT = TypeAdapter(Chat)
_FIXED = {"chat_id", "kind", "state", "reason", "since"}
_SETTINGS = {name for name in Chat.__dataclass_fields__ if name not in _FIXED}


@dataclass(frozen=True, slots=True)
class Taken:
    """How many were stored."""

    chats: int
    subscriptions: int


def exported(store: Store) -> str:
    """All chats that aren't gone, with their settings and subscriptions; raises StoreError."""
    subscriptions = Subscriptions(store)
    rows = [_row(chat, subscriptions.of(chat.chat_id)) for chat in Chats(store).all() if chat.state != "gone"]
    return json.dumps({"format": 1, "chats": rows}, ensure_ascii=False, indent=1)


def _row(chat: Chat, held: Iterable[Subscription]) -> dict[str, Any]:
    settings = {name: value for name, value in _CHAT.dump_python(chat, mode="json").items() if name in _SETTINGS}
    return {
        "chat": chat.chat_id,
        "kind": chat.kind.value,
        "settings": settings,
        "subscriptions": [_wish(subscription) for subscription in held],
    }


def _wish(subscription: Subscription) -> dict[str, Any]:
    schedule = subscription.schedule
    return {
        "topic": subscription.place.thread_id,
        "scope": subscription.scope,
        "hours": subscription.length // HOUR,
        "zone": schedule.zone,
        "times": [f"{clock:%H:%M}" for clock in schedule.times],
        "weekdays": sorted(schedule.weekdays),
    }


def imported(text: str, store: Store, clock: Clock) -> Taken:
    """Stores what a document of `exported` holds, in place of what those chats have; what it doesn't name stays.

    Raises UsageError with each fault and its place, and then nothing is stored.
    """
    document = _document(text)
    chats = [(listed.as_chat(), listed.subscriptions) for listed in document.chats]
    known, subscriptions, now, count = Chats(store), Subscriptions(store), clock.now(), 0
    for chat, wishes in chats:
        known.save(chat)
        for wish in wishes:
            held = subscriptions.of(chat.chat_id)
            wanted = _subscription(chat.chat_id, wish, now)
            same = (s for s in held if (s.place, s.scope, s.length) == (wanted.place, wanted.scope, wanted.length))
            if (before := next(same, None)) is None or before.schedule != wanted.schedule:
                subscriptions.save(wanted)
            count += 1
    return Taken(len(chats), count)


def _subscription(chat_id: int, wish: _Wish, now: Any) -> Subscription:
    schedule = Schedule(wish.zone, tuple(sorted(set(wish.times))), frozenset(wish.weekdays))
    return Subscription(Place(chat_id, wish.topic), schedule, now, wish.scope, wish.hours * HOUR)


def _document(text: str) -> _Document:
    try:
        document = _Document.model_validate_json(text)
        for listed in document.chats:
            listed.as_chat()
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        lines = [f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in faults[:MOST_FAULTS]]
        more = len(faults) - len(lines)
        told = "\n".join([*lines, *([f"… and {more} more"] if more else [])])
        raise UsageError(f"Nothing was stored.\n{told}") from None
    return document
