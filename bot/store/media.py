"""Pictures, uploaded once for each bot and named by what Telegram calls them from then on."""

import hashlib

from sqlalchemy import select, text

from bot.store.database import Store
from bot.store.schema import media, media_files

__all__ = ["Media"]

_KEEP = "INSERT INTO media (digest, content) VALUES (:digest, :content) ON CONFLICT (digest) DO NOTHING"
_NAME = (
    "INSERT INTO media_files (bot_id, digest, file_id) VALUES (:bot_id, :digest, :file_id) "
    "ON CONFLICT (bot_id, digest) DO UPDATE SET file_id = excluded.file_id"
)


class Media:
    """Every method is one transaction and raises StoreError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, content: bytes) -> str:
        """Its digest, by which a part names it."""
        digest = hashlib.sha256(content).hexdigest()
        with self._store.writing() as connection:
            connection.execute(text(_KEEP), {"digest": digest, "content": content})
        return digest

    def content(self, digest: str) -> bytes | None:
        with self._store.reading() as connection:
            return connection.scalar(select(media.c.content).where(media.c.digest == digest))

    def file_id(self, bot_id: int, digest: str) -> str | None:
        """What Telegram calls it for this bot, None before it was sent."""
        where = (media_files.c.bot_id == bot_id, media_files.c.digest == digest)
        with self._store.reading() as connection:
            return connection.scalar(select(media_files.c.file_id).where(*where))

    def name(self, bot_id: int, digest: str, file_id: str) -> None:
        with self._store.writing() as connection:
            connection.execute(text(_NAME), {"bot_id": bot_id, "digest": digest, "file_id": file_id})
