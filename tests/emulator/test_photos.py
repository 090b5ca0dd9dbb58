"""Pictures: uploaded once, known by their id, with a caption of 1024 units."""

import zlib

import pytest
from telegram import InputFile
from telegram.error import BadRequest

from bot.emulator.accounts import Member


def png(width=40, height=30):
    """An empty picture of this size."""

    def chunk(kind, data):
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08\x00\x1e\x00\x28" + bytes(12)


@pytest.mark.parametrize("content", [png(), JPEG])
def test_a_picture_is_uploaded_once_and_then_sent_by_its_id(calling, content):
    async def story(emulator, bot):
        ann, bob = emulator.person("Ann"), emulator.person("Bob")
        await ann.says("/start")
        await bob.says("/start")
        sent = await bot.send_photo(ann.user.id, InputFile(content, "a.png"), "<b>a</b>", parse_mode="HTML")
        assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (40, 30, "a")
        assert sent.caption_entities[0].type == "bold"
        await bot.send_photo(bob.user.id, sent.photo[-1].file_id)
        (shown,) = bob.chat.said_by(emulator.world.bot)
        assert shown.photo.content == content

    calling(story)


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        ("AgACAgIAAxkDAAI1", "wrong remote file identifier specified"),
        ("https://example.com/a.png", "failed to get HTTP URL content"),
        (InputFile(b"no picture", "a.png"), "image_process_failed"),
        (InputFile(b"", "a.png"), "file must be non-empty"),
        (InputFile(png(9000, 1001), "a.png"), "photo_invalid_dimensions"),
        (InputFile(png(2100, 100), "a.png"), "photo_invalid_dimensions"),
    ],
)
def test_what_is_no_picture_is_refused(calling, photo, words):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await bot.send_photo(ann.user.id, photo)
        assert not ann.chat.said_by(emulator.world.bot)

    calling(story)


def test_a_caption_is_edited_as_a_caption_and_a_text_as_a_text(calling):
    async def story(emulator, bot):
        ann = emulator.person("Ann")
        await ann.says("/start")
        picture = await bot.send_photo(ann.user.id, InputFile(png(), "a.png"), "a" * 1024)
        text = await bot.send_message(ann.user.id, "a")
        with pytest.raises(BadRequest, match="caption is too long"):
            await bot.send_photo(ann.user.id, picture.photo[-1].file_id, "a" * 1025)
        with pytest.raises(BadRequest, match="no text in the message to edit"):
            await bot.edit_message_text("b", ann.user.id, picture.message_id)
        with pytest.raises(BadRequest, match="no caption in the message to edit"):
            await bot.edit_message_caption(ann.user.id, text.message_id, caption="b")
        edited = await bot.edit_message_caption(ann.user.id, picture.message_id, caption="b")
        assert (edited.caption, edited.photo) == ("b", picture.photo)

    calling(story)


def test_where_pictures_are_not_allowed_words_are(calling):
    async def story(emulator, bot):
        ann, group = emulator.person("Ann"), emulator.world.supergroup("Desk")
        await ann.adds_bot(group)
        group.members[emulator.world.bot.id] = Member("restricted", frozenset({"can_send_messages"}))
        await bot.send_message(group.id, "a")
        with pytest.raises(BadRequest, match=r"(?i)not enough rights to send photos"):
            await bot.send_photo(group.id, InputFile(png(), "a.png"))
        await ann.promotes_bot(group)
        await bot.send_photo(group.id, InputFile(png(), "a.png"))

    calling(story)
