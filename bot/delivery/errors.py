"""What a failed call to Telegram means: one table of its texts, and what the transport says about the rest."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
)

__all__ = ["Meaning", "Verdict", "classify"]


class Meaning(StrEnum):
    """What to do about it hangs on this alone.

    gone: the chat can't be reached any more · rights: the bot may not write there · no_photo_right: words only ·
    topic: it is closed or deleted · reply_gone: the message replied to was deleted · photo: the stored file number is
    no longer known · content: our text is at fault · noop: nothing was to do · vanished: the message to edit is gone ·
    auth, conflict: the bot as a whole is refused · hold: wait · migrated: the chat has a new number ·
    not_sent: surely not · maybe_sent: the answer is missing
    """

    GONE = "gone"
    RIGHTS = "rights"
    NO_PHOTO_RIGHT = "no_photo_right"
    TOPIC = "topic"
    REPLY_GONE = "reply_gone"
    PHOTO = "photo"
    CONTENT = "content"
    NOOP = "noop"
    VANISHED = "vanished"
    AUTH = "auth"
    CONFLICT = "conflict"
    HOLD = "hold"
    MIGRATED = "migrated"
    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`seconds` to wait with `hold`, the chat's `new_id` with `migrated`; `reason` is Telegram's text."""

    meaning: Meaning
    reason: str
    seconds: float = 0.0
    new_id: int = 0


UNTOLD_SECONDS = 5.0
"""Waited where Telegram says "too many requests" and not for how long."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
SAYS_WAIT = re.compile(r"too many requests(?:: retry after (\d+))?|flood_wait_(\d+)", re.IGNORECASE)

# Telegram's texts in lower case, the particular before the general.
TEXTS: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    (
        Meaning.GONE,
        (
            "bot was blocked by the user",
            "user is deactivated",
            "bot was kicked",
            "bot is not a member",
            "group chat was deleted",
            "can't initiate conversation",
            "can't send messages to bots",
            "can't send messages to the bot",
            "chat not found",
            "group is deactivated",
            "chat was deactivated",
            "peer_id_invalid",
            "user_id_invalid",
            "channel_private",
            "channel_invalid",
            "chat_id_invalid",
            "input_user_deactivated",
            "user_is_blocked",
        ),
    ),
    (
        Meaning.NO_PHOTO_RIGHT,
        ("not enough rights to send photos", "chat_send_photos_forbidden", "chat_send_media_forbidden"),
    ),
    (
        Meaning.RIGHTS,
        (
            "not enough rights",
            "have no rights to send",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_admin_required",
            "chat_restricted",
            "chat_send_plain_forbidden",
            "user_restricted",
            "bot is not an administrator",
        ),
    ),
    (
        Meaning.TOPIC,
        ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid", "the topic is closed"),
    ),
    (Meaning.REPLY_GONE, ("message to be replied not found", "replied message not found", "reply_message_id_invalid")),
    (Meaning.NOOP, ("message is not modified", "query is too old")),
    (
        Meaning.VANISHED,
        (
            "message to edit not found",
            "message to delete not found",
            "message can't be edited",
            "message can't be deleted",
            "message_id_invalid",
        ),
    ),
    (Meaning.PHOTO, ("wrong file_id", "wrong file identifier", "wrong remote file", "file_reference_expired")),
    (
        Meaning.CONTENT,
        (
            "can't parse entities",
            "message is too long",
            "text is too long",
            "caption is too long",
            "message text is empty",
            "text must be non-empty",
            "entities too long",
            "entities_too_long",
            "button_url_invalid",
            "button_data_invalid",
            "button_type_invalid",
            "reply markup is too long",
            "photo_invalid_dimensions",
            "image_process_failed",
            "wrong http url specified",
            "webpage_curl_failed",
            "webpage_media_empty",
            "request entity too large",
        ),
    ),
    (Meaning.AUTH, ("frozen_method_invalid", "unauthorized")),
)


def classify(error: BaseException) -> Verdict:
    """Never raises; what is not known here may have been sent, unless Telegram refused it in so many words."""
    reason = str(error) or type(error).__name__
    match error:
        case RetryAfter():
            return Verdict(Meaning.HOLD, reason, _seconds(error.retry_after))
        case ChatMigrated():
            return Verdict(Meaning.MIGRATED, reason, new_id=error.new_chat_id)
        case InvalidToken():
            return Verdict(Meaning.AUTH, reason)
        case Conflict():
            return Verdict(Meaning.CONFLICT, reason)
    if says := SAYS_WAIT.search(reason):
        told = says[1] or says[2]
        return Verdict(Meaning.HOLD, reason, float(told) if told else UNTOLD_SECONDS)
    return Verdict(_said(reason) or _refused(error) or _transport(error), reason)


def _said(reason: str) -> Meaning | None:
    text = reason.lower()
    return next((meaning for meaning, texts in TEXTS if any(known in text for known in texts)), None)


def _refused(error: BaseException) -> Meaning | None:
    """A refusal in words unknown here: a 400 is about our message, a 403 about our rights. Nothing was sent."""
    if isinstance(error, BadRequest):
        return Meaning.CONTENT
    return Meaning.RIGHTS if isinstance(error, Forbidden) else None


def _transport(error: BaseException) -> Meaning:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NOT_SENT):
            return Meaning.NOT_SENT
        cause = cause.__cause__
    return Meaning.MAYBE_SENT


def _seconds(told: float | timedelta) -> float:
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
