"""What no feature took: a hint where somebody speaks to the bot alone, silence where others talk."""

from dataclasses import dataclass
from difflib import get_close_matches

from telegram import Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from bot.chat.answers import NEW_POSTS, Spot, close
from bot.chat.arguments import Misfit, Wish, shown, wish
from bot.chat.gate import command_in
from bot.chat.menu import OWN, READING, SETTING
from bot.chat.services import App, Context, Services, chat_of

__all__ = ["Fallback", "register"]


@dataclass(frozen=True, eq=False)
class Fallback:
    services: Services

    async def words(self, update: Update, context: Context) -> None:
        """In a private chat: the command that was probably meant."""
        message = update.effective_message
        if message is None:
            return
        tongue = self.services.tongue(await chat_of(update, self.services))
        spoken = command_in(message).partition("@")[0]
        near = get_close_matches(spoken, [*READING, *SETTING, *OWN], n=1, cutoff=0.5) if spoken else []
        example = f"/{near[0]}" if near else self._example(message.text or "")
        name = "frame.unknown_command" if spoken else "frame.unknown_words"
        await Spot.of(update).say(context.bot, tongue.html(name, word=f"/{shown(spoken)}", example=example))

    async def press(self, update: Update, _: Context) -> None:
        """A button of an older version, or of none."""
        if update.callback_query is not None:
            tongue = self.services.tongue(await chat_of(update, self.services))
            await close(update.callback_query, tongue.plain("frame.old_button"), alert=True)

    def _example(self, text: str) -> str:
        """`eth 4h` without its command is nearly one."""
        try:
            meant = wish(text, self.services.clock.now(), self.services.assets)
        except Misfit:
            return "/help"
        return "/help" if meant == Wish() else f"/recap {shown(text)}"


def register(application: App, services: Services) -> None:
    """To be registered after every feature."""
    fallback = Fallback(services)
    private = filters.ChatType.PRIVATE & NEW_POSTS & (filters.TEXT | filters.COMMAND)
    application.add_handler(MessageHandler(private, fallback.words))
    application.add_handler(CallbackQueryHandler(fallback.press))
