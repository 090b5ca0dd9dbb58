"""Buttons below messages, refused where Telegram refuses them."""

from bot.emulator.accounts import Json
from bot.emulator.refusals import bad_request

__all__ = ["keyboard"]

MOST_BUTTONS = 100
MOST_DATA_BYTES = 64
MOST_COPIED = 256
KINDS = frozenset({"callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat", "copy_text"})
SCHEMES = ("https://", "http://", "tg://")


def keyboard(said: Json) -> Json | None:
    """The reply markup of a message, None without one; raises Refused."""
    markup = said.get("reply_markup")
    if not isinstance(markup, dict):
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check(button)
    return {"inline_keyboard": [row for row in rows if row]} if buttons else None


def _check(button: Json) -> None:
    if not str(button.get("text", "")).strip() or not KINDS & button.keys():
        raise bad_request("text buttons are unallowed in the inline keyboard")
    data, url = button.get("callback_data"), button.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= MOST_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and (not str(url).startswith(SCHEMES) or "." not in str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(str(copied.get("text", ""))) <= MOST_COPIED:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
