"""The bot's client against the strict far end: what it sends arrives, and answers aren't read twice."""

import asyncio
from io import BytesIO

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.chat.requests import AiohttpRequest
from bot.emulator import Emulator, emulating


def calling(story):
    async def scene():
        async with emulating(Emulator()) as emulator:
            request = AiohttpRequest(4)
            async with Bot(emulator.token, emulator.base_url, request=request, get_updates_request=request) as bot:
                ann = emulator.person("Ann")
                await ann.says("/start")
                await story(emulator, bot, ann.user.id)

    asyncio.run(scene())


def test_words_and_buttons_arrive_and_do_not_come_back():
    async def story(emulator, bot, chat):
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("价 & more", callback_data="d")]])
        sent = await bot.send_message(chat, "<b>涨 &amp; 跌</b> 😀", parse_mode="HTML", reply_markup=keyboard)
        shown = emulator.world.chats[chat].messages[sent.message_id]
        assert shown.text == "涨 & 跌 😀"
        assert shown.content.entities[0]["type"] == "bold"
        assert shown.button("价 & more")
        assert (sent.chat.id, sent.text, sent.entities) == (chat, None, ())

    calling(story)


def test_what_the_bot_does_not_know_is_read_whole():
    async def story(_, bot, chat):
        (update,) = await bot.get_updates()
        assert update.message.text == "/start"
        assert (await bot.get_me()).username == "recapbot"
        assert (await bot.get_chat(chat)).first_name == "Ann"

    calling(story)


def test_files_go_as_a_form():
    async def story(emulator, bot, _):
        await bot.set_webhook("https://bot.example/hook", certificate=BytesIO(b"a certificate"), secret_token="s3cret")
        assert emulator.of("setWebhook")[-1].said["secret_token"] == "s3cret"
        await bot.delete_webhook()

    calling(story)
