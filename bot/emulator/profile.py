"""The bot itself: who it is, which commands it offers, and how updates reach it."""

from bot.emulator.accounts import Json
from bot.emulator.refusals import bad_request
from bot.emulator.state import State

__all__ = ["PROFILE"]

MOST_COMMANDS = 100
LONGEST_NAME = 32
LONGEST_DESCRIPTION = 256


def _get_me(state: State, _: Json) -> Json:
    return state.world.bot.json | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
    }


def _set_commands(state: State, said: Json) -> bool:
    commands = said.get("commands") or []
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        _check(each.get("command", ""), each.get("description", ""))
    state.commands[_audience(said)] = commands
    return True


def _check(name: str, description: str) -> None:
    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()
    if not (plain and 1 <= len(name) <= LONGEST_NAME):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _get_commands(state: State, said: Json) -> list[Json]:
    return state.commands.get(_audience(said), [])


def _delete_commands(state: State, said: Json) -> bool:
    state.commands.pop(_audience(said), None)
    return True


def _audience(said: Json) -> tuple[str, str]:
    scope = said.get("scope") or {}
    return str(scope.get("type", "default")), str(said.get("language_code", ""))


def _webhook_info(state: State, _: Json) -> Json:
    hook = state.mailbox.webhook
    return {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.mailbox.waiting),
    } | ({"last_error_message": state.mailbox.last_error} if state.mailbox.last_error else {})


PROFILE = {
    "deletemycommands": _delete_commands,
    "getme": _get_me,
    "getmycommands": _get_commands,
    "getwebhookinfo": _webhook_info,
    "setmycommands": _set_commands,
}
