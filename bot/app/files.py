"""Small files that appear whole or not at all."""

from pathlib import Path

from bot.errors import UsageError

__all__ = ["write_whole"]


def write_whole(path: Path, text: str) -> None:
    """Write the file, or leave what was there; raises UsageError with the reason."""
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}. Choose another place or make room.") from None
    finally:
        _forget(unfinished)


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # where its folder is no folder, nothing was written either
