"""Answers to pressed buttons and to inline questions, each once and in time."""

from bot.emulator.accounts import Json
from bot.emulator.keyboards import keyboard
from bot.emulator.refusals import bad_request
from bot.emulator.sending import words
from bot.emulator.state import Query, State

__all__ = ["QUERIES"]

OVER = "query is too old and response timeout expired or query ID is invalid"
LONGEST_NOTICE = 200
MOST_RESULTS = 50
MOST_RESULT_ID_BYTES = 64


def _answer_press(state: State, said: Json) -> bool:
    query = _open(state, said.get("callback_query_id"))
    if len(str(said.get("text", ""))) > LONGEST_NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    url = str(said.get("url", ""))
    if url and not url.startswith((f"https://t.me/{state.world.bot.username}?start=", "tg://")):
        raise bad_request("URL_INVALID")
    query.answer = said
    return True


def _answer_inline(state: State, said: Json) -> bool:
    query = _open(state, said.get("inline_query_id"))
    results = said.get("results") or []
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result.get("id") for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        _check(result)
    query.answer = said
    return True


def _check(result: Json) -> None:
    if not 1 <= len(str(result.get("id", "")).encode()) <= MOST_RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not result.get("title"):
        raise bad_request("can't parse inline query result: Can't find field \"title\"")
    content = result.get("input_message_content") or {}
    words({"text": content.get("message_text", ""), "parse_mode": content.get("parse_mode", "")})
    keyboard(result)


def _open(state: State, query_id: object) -> Query:
    query = state.queries.get(str(query_id))
    if query is None or query.answer is not None or state.world.now() - query.asked > state.query_seconds:
        raise bad_request(OVER)
    return query


QUERIES = {"answercallbackquery": _answer_press, "answerinlinequery": _answer_inline}
