"""Where calls go: chats, topics and messages, as far as the bot may reach them."""

from bot.emulator.accounts import Json, Member
from bot.emulator.chats import Chat, Message
from bot.emulator.refusals import bad_request, forbidden
from bot.emulator.state import State, whole

__all__ = ["is_own", "message_of", "own_message", "place", "reached", "thread"]


def reached(state: State, said: Json) -> Chat:
    """The chat of a call, if the bot is in it."""
    chat = state.world.find(said.get("chat_id"))
    if chat.upgraded_to:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.upgraded_to)
    if chat.deleted:
        raise forbidden("the group chat was deleted")
    if chat.kind == "private":
        return _person(state, chat)
    standing = chat.member(state.world.bot.id)
    if standing.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if standing.status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def _person(state: State, chat: Chat) -> Chat:
    if state.world.users[chat.id].deactivated:
        raise forbidden("user is deactivated")
    if chat.member(state.world.bot.id).status == "kicked":
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def place(state: State, said: Json, *, photo: bool = False) -> Chat:
    """The chat of something to be sent, if the bot may write there, or send a photo."""
    chat = reached(state, said)
    standing = chat.member(state.world.bot.id)
    if chat.kind == "channel" and "can_post_messages" not in standing.rights:
        raise bad_request("need administrator rights in the channel chat")
    if not _may(chat, standing, "can_send_messages", everybody=chat.all_may_write):
        raise bad_request("not enough rights to send text messages to the chat")
    if photo and not _may(chat, standing, "can_send_photos", everybody=chat.all_may_send_photos):
        raise bad_request("not enough rights to send photos to the chat")
    return chat


def _may(chat: Chat, standing: Member, right: str, *, everybody: bool) -> bool:
    """Whether one in this standing has a right of those who are no administrators."""
    if chat.kind == "private" or standing.status == "administrator":
        return True
    return everybody and (standing.status != "restricted" or right in standing.rights)


def thread(state: State, chat: Chat, said: Json) -> tuple[int, Message | None]:
    """The topic a message goes to (0: none), and the message it answers; in private chats topics are ignored."""
    if chat.kind == "private":
        return 0, _replied(chat, said)
    asked = whole(said, "message_thread_id")
    topic = chat.topics.get(asked)
    if asked and (topic is None or topic.deleted):
        raise bad_request("message thread not found")
    reply_to = _replied(chat, said)
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
    found = chat.messages.get(whole(wanted, "message_id"))
    if found is not None and not found.deleted:
        return found
    if wanted.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def message_of(state: State, said: Json, verb: str) -> Message:
    """The message that a call wants to `verb`."""
    message = reached(state, said).messages.get(whole(said, "message_id"))
    if message is None or message.deleted:
        raise bad_request(f"message to {verb} not found")
    return message


def own_message(state: State, said: Json, verb: str) -> Message:
    """The bot's own message that a call changes."""
    message = message_of(state, said, verb)
    if not is_own(state, message):
        raise bad_request(f"message can't be {verb}ed")
    return message


def is_own(state: State, message: Message) -> bool:
    """Whether the bot wrote it; in a channel all write in the channel's name."""
    return message.sender is state.world.bot or message.sender_chat is message.chat
