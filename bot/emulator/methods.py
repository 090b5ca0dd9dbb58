"""What the Bot API does, method by method. Each takes the emulator's state and the call's arguments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.emulator.entities import Formatted, parse
from bot.emulator.flood import Flood
from bot.emulator.mailbox import Mailbox
from bot.emulator.refusals import Refused, bad_request, forbidden
from bot.emulator.world import Chat, Json, Message, World

__all__ = ["METHODS", "Query", "State"]

QUERY_OVER = "query is too old and response timeout expired or query ID is invalid"
UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
WRITES = "can_send_messages"
DELETABLE_SECONDS = 48 * 3600
"""So long a bot may delete what it could not delete as an administrator."""


@dataclass(eq=False, slots=True)
class Query:
    """A pressed button or an inline question; `answer` is what the bot answered, once."""

    query_id: str
    asked: float
    answer: Json | None = None


@dataclass(eq=False, slots=True)
class State:
    """All that calls look at and change; `query_seconds` is how long a query may wait for its answer."""

    world: World
    mailbox: Mailbox
    flood: Flood | None = None
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    query_seconds: float = 15.0


Method = Callable[[State, Json], Any]


def _get_me(state: State, _: Json) -> Json:
    return state.world.bot.json | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
    }


def _send_message(state: State, said: Json) -> Json:
    chat = _place(state, said)
    content = _content(said)
    keyboard = _keyboard(said)
    thread_id, reply_to = _thread(state, chat, said)
    if state.flood is not None:
        state.flood.pass_(chat)
    message = state.world.post(
        chat,
        None if chat.kind == "channel" else state.world.bot,
        content,
        sender_chat=chat if chat.kind == "channel" else None,
        thread_id=thread_id,
        reply_to=reply_to,
        keyboard=keyboard,
        silent=_flag(said, "disable_notification"),
        preview=not (said.get("link_preview_options") or {}).get("is_disabled", False),
    )
    return message.json


def _edit_text(state: State, said: Json) -> Any:
    if said.get("inline_message_id"):
        _content(said)
        return True
    message = _own(state, said, "edit")
    content, keyboard = _content(said), _keyboard(said)
    if (message.content, message.keyboard) == (content, keyboard):
        raise bad_request(UNCHANGED)
    message.versions.append(message.text)
    message.content, message.keyboard = content, keyboard
    return message.json | {"edit_date": int(state.world.now())}


def _edit_markup(state: State, said: Json) -> Any:
    message = _own(state, said, "edit")
    keyboard = _keyboard(said)
    if message.keyboard == keyboard:
        raise bad_request(UNCHANGED)
    message.keyboard = keyboard
    return message.json | {"edit_date": int(state.world.now())}


def _delete(state: State, said: Json) -> bool:
    chat = _reached(state, said)
    message = chat.messages.get(_whole(said, "message_id"))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    standing = chat.member(state.world.bot.id)
    mine = message.sender is state.world.bot or message.sender_chat is chat
    allowed = chat.kind != "private" and "can_delete_messages" in standing.rights
    old = state.world.now() - message.date > DELETABLE_SECONDS
    if not allowed and (old or (not mine and chat.kind != "private")):
        raise bad_request("message can't be deleted" if not mine else "message can't be deleted for everyone")
    message.deleted = True
    return True


def _chat_action(state: State, said: Json) -> bool:
    _place(state, said)
    if not said.get("action"):
        raise bad_request("wrong parameter action in request")
    return True


def _answer_press(state: State, said: Json) -> bool:
    query = _open_query(state, said.get("callback_query_id"))
    if len(str(said.get("text", ""))) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    url = str(said.get("url", ""))
    if url and not url.startswith((f"https://t.me/{state.world.bot.username}?start=", "tg://")):
        raise bad_request("URL_INVALID")
    query.answer = said
    return True


def _answer_inline(state: State, said: Json) -> bool:
    query = _open_query(state, said.get("inline_query_id"))
    results = said.get("results") or []
    if len(results) > 50:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({result.get("id") for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    for result in results:
        if not 1 <= len(str(result.get("id", "")).encode()) <= 64:
            raise bad_request("RESULT_ID_INVALID")
        if not result.get("title"):
            raise bad_request("can't parse inline query result: Can't find field \"title\"")
        content = result.get("input_message_content") or {}
        _checked(str(content.get("message_text", "")), str(content.get("parse_mode", "")))
        _keyboard(result)
    query.answer = said
    return True


def _get_chat(state: State, said: Json) -> Json:
    chat = _reached(state, said)
    return chat.json | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _gifts()}


def _gifts() -> Json:
    kinds = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return dict.fromkeys(kinds, False)


def _get_member(state: State, said: Json) -> Json:
    chat = _reached(state, said)
    user_id = _whole(said, "user_id")
    user = state.world.bot if user_id == state.world.bot.id else state.world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return chat.member(user_id).json(user)


def _get_admins(state: State, said: Json) -> list[Json]:
    chat = _reached(state, said)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = state.world.users | {state.world.bot.id: state.world.bot}
    return [
        member.json(people[user_id])
        for user_id, member in chat.members.items()
        if member.status in {"creator", "administrator"}
    ]


def _leave(state: State, said: Json) -> bool:
    chat = _reached(state, said)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.member(state.world.bot.id).status = "left"
    return True


def _set_commands(state: State, said: Json) -> bool:
    commands = said.get("commands") or []
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        name, description = each.get("command", ""), each.get("description", "")
        if not (1 <= len(name) <= 32 and name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[_audience(said)] = commands
    return True


def _delete_commands(state: State, said: Json) -> bool:
    state.commands.pop(_audience(said), None)
    return True


def _webhook_info(state: State, _: Json) -> Json:
    hook = state.mailbox.webhook
    return {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.mailbox.waiting),
    } | ({"last_error_message": state.mailbox.last_error} if state.mailbox.last_error else {})


METHODS: dict[str, Method] = {
    "answercallbackquery": _answer_press,
    "answerinlinequery": _answer_inline,
    "deletemessage": _delete,
    "deletemycommands": _delete_commands,
    "editmessagereplymarkup": _edit_markup,
    "editmessagetext": _edit_text,
    "getchat": _get_chat,
    "getchatadministrators": _get_admins,
    "getchatmember": _get_member,
    "getme": _get_me,
    "getmycommands": lambda state, said: state.commands.get(_audience(said), []),
    "getwebhookinfo": _webhook_info,
    "leavechat": _leave,
    "sendchataction": _chat_action,
    "sendmessage": _send_message,
    "setmycommands": _set_commands,
}
"""By name in small letters: names are taken in any case. Those that fetch updates are the server's."""


def _reached(state: State, said: Json) -> Chat:
    """The chat of a call, if the bot can reach it."""
    chat = state.world.find(said.get("chat_id"))
    if chat.upgraded_to:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.upgraded_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    if chat.kind == "private":
        user = state.world.users[chat.id]
        if user.deactivated:
            raise forbidden("user is deactivated")
        if chat.member(state.world.bot.id).status == "kicked":
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat
    standing = chat.member(state.world.bot.id)
    if standing.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if standing.status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def _place(state: State, said: Json) -> Chat:
    """The chat of a message to be sent, if the bot may write there."""
    chat = _reached(state, said)
    standing = chat.member(state.world.bot.id)
    if chat.kind == "channel" and "can_post_messages" not in standing.rights:
        raise bad_request("need administrator rights in the channel chat")
    muted = standing.status == "restricted" and WRITES not in standing.rights
    if muted or (standing.status == "member" and not chat.all_may_write):
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def _thread(state: State, chat: Chat, said: Json) -> tuple[int, Message | None]:
    """The topic a message goes to (0: none), and the message it answers; in private chats topics are ignored."""
    reply_to = _replied(chat, said)
    if chat.kind == "private":
        return 0, reply_to
    asked = _whole(said, "message_thread_id") if said.get("message_thread_id") else 0
    topic = chat.topics.get(asked)
    if asked and (topic is None or topic.deleted):
        raise bad_request("message thread not found")
    if reply_to is not None and asked and reply_to.thread_id != asked:
        raise bad_request("message to be replied not found")
    thread_id = asked or (reply_to.thread_id if reply_to is not None else 0)
    found = chat.topics.get(thread_id)
    closed = found.closed if found is not None else chat.forum and chat.general_closed
    if closed and "can_manage_topics" not in chat.member(state.world.bot.id).rights:
        raise bad_request("TOPIC_CLOSED")
    return thread_id, reply_to


def _replied(chat: Chat, said: Json) -> Message | None:
    wanted = said.get("reply_parameters")
    if not wanted:
        return None
    found = chat.messages.get(int(wanted.get("message_id", 0)))
    if found is not None and not found.deleted:
        return found
    if wanted.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _own(state: State, said: Json, verb: str) -> Message:
    """The bot's own message that a call changes."""
    chat = _reached(state, said)
    message = chat.messages.get(_whole(said, "message_id"))
    if message is None or message.deleted:
        raise bad_request(f"message to {verb} not found")
    if message.sender is not state.world.bot and message.sender_chat is not chat:
        raise bad_request(f"message can't be {verb}ed")
    return message


def _content(said: Json) -> Formatted:
    return _checked(str(said.get("text", "")), str(said.get("parse_mode", "")))


def _checked(text: str, parse_mode: str) -> Formatted:
    found = parse(text, parse_mode)
    if not found.text:
        raise bad_request("message text is empty")
    return found


def _keyboard(said: Json) -> Json | None:
    """The reply markup, refused where Telegram refuses its buttons."""
    markup = said.get("reply_markup")
    if not isinstance(markup, dict):
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise bad_request("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return {"inline_keyboard": [row for row in rows if row]} if buttons else None


def _check_button(button: Json) -> None:
    text = str(button.get("text", ""))
    if not text.strip():
        raise bad_request("text buttons are unallowed in the inline keyboard")
    data, url = button.get("callback_data"), button.get("url")
    if data is not None and not 1 <= len(str(data).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and (not str(url).startswith(("https://", "http://", "tg://")) or "." not in str(url)):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if not {"callback_data", "url", "switch_inline_query", "switch_inline_query_current_chat"} & button.keys():
        raise bad_request("text buttons are unallowed in the inline keyboard")


def _open_query(state: State, query_id: object) -> Query:
    query = state.queries.get(str(query_id))
    if query is None or query.answer is not None or state.world.now() - query.asked > state.query_seconds:
        raise Refused(400, f"Bad Request: {QUERY_OVER}")
    return query


def _audience(said: Json) -> tuple[str, str]:
    scope = said.get("scope") or {}
    return str(scope.get("type", "default")), str(said.get("language_code", ""))


def _flag(said: Json, name: str) -> bool:
    return str(said.get(name, "")).lower() in {"true", "1"}


def _whole(said: Json, name: str) -> int:
    try:
        return int(said.get(name, 0))
    except (TypeError, ValueError):
        raise bad_request(f"invalid {name} specified") from None
