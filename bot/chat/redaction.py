"""Secrets stay out of logs and reports, whoever writes them."""

import logging
import re
import threading

__all__ = ["Redaction", "redact", "redact_logs"]

TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
"""Anything of a bot token's shape, in an address or alone."""
PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")
HIDDEN = "[hidden]"
UNREAD = "Error while parsing updates!"
"""So the library begins where it shows whole updates."""
CHATTY = ("httpx", "httpcore", "telegram.ext.Updater")
"""Loggers that name addresses with the token at INFO."""


def redact(text: str, *secrets: str) -> str:
    """The text without tokens, passwords in addresses, and these secrets."""
    for secret in filter(None, secrets):
        text = text.replace(secret, HIDDEN)
    return PASSWORD.sub(rf"\1:{HIDDEN}@", TOKEN.sub(HIDDEN, text))


class Redaction(logging.Filter):
    """Rewrites each record, its traceback included, before a handler formats it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(UNREAD):
            record.msg, record.args = UNREAD, None  # what people wrote is nobody's to keep
        record.msg, record.args = self._clean(record.getMessage()), None
        if record.exc_info:
            record.exc_text = self._clean(record.exc_text or self._formatter.formatException(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)
        return True

    def _clean(self, text: str) -> str:
        return redact(text, *self.secrets)


_REDACTION = Redaction()
_LOCK = threading.Lock()


def redact_logs(*secrets: str) -> None:
    """Redacts what the root logger's present handlers write; call it again after adding handlers."""
    with _LOCK:
        _REDACTION.secrets.update(filter(None, secrets))
    handlers = [*logging.getLogger().handlers, *([logging.lastResort] if logging.lastResort else [])]
    for handler in handlers:
        handler.addFilter(_REDACTION)
    for name in CHATTY:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
