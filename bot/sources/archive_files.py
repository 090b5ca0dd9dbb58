"""The files of an archive, in a folder or in a .zip: found, read, and written so that nothing half stays behind."""

import gzip
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from bot.errors import Fault, InputFaults, UsageError

__all__ = ["LAYOUT", "ArchiveFile", "opened", "write"]

LAYOUT = (
    "An archive holds bars/<venue>.<SYMBOL>.<timeframe>.csv, points/<series>.csv, releases.csv and headlines.csv.gz"
)
_BROKEN = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One CSV file. `kind` is `bars`, `points`, `releases` or `headlines`, or "" for a file that has no place here."""

    path: PurePath
    kind: str
    name: str
    read: Callable[[], bytes]

    def text(self) -> str:
        """The content; raises InputFaults for a file that is empty, damaged or not UTF-8."""
        raw = self._bytes()
        if not raw.strip():
            raise self.fault("the file is empty")
        if b"\0" in raw:
            raise self.fault("not a text file; save it as UTF-8 text", raw.count(b"\n", 0, raw.index(b"\0")) + 1)
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.fault("not UTF-8 text; save it as UTF-8", raw.count(b"\n", 0, error.start) + 1) from error

    def fault(self, message: str, line: int = 0) -> InputFaults:
        return InputFaults([Fault(self.path, line, message)])

    def _bytes(self) -> bytes:
        try:
            raw = self.read()
            return gzip.decompress(raw) if self.path.suffix == ".gz" else raw
        except _BROKEN as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise self.fault(f"the file can't be read ({reason}); copy or export it again") from error


@contextmanager
def opened(path: Path) -> Iterator[list[ArchiveFile]]:
    """The CSV files under a folder or in a .zip, sorted by name; readable inside the block.

    Raises UsageError where there is no archive, InputFaults for a .zip that is damaged.
    """
    contents: dict[PurePath, Callable[[], bytes]]
    with ExitStack() as stack:
        if path.is_dir():
            contents = {file.relative_to(path): file.read_bytes for file in path.rglob("*.csv*") if file.is_file()}
        elif path.is_file():
            contents = _members(stack.enter_context(_open_zip(path)))
        else:
            raise UsageError(f"{path}: there is no such folder or file. {LAYOUT}.")
        files = [_file(path, inner, read) for inner, read in sorted(contents.items()) if _is_table(inner)]
        if not any(file.kind for file in files):
            raise UsageError(f"{path}: nothing to read there. {LAYOUT}.")
        yield files


def write(path: Path, contents: Mapping[str, bytes], *, compact: bool) -> None:
    """Writes a folder, or one .zip with the same bytes for the same contents; whole or not at all.

    Raises UsageError where it can't be written, or where a folder that isn't empty stands already.
    """
    if path.is_dir() and (compact or any(path.iterdir())):
        raise UsageError(f"{path}: stands there already. Name a new place.")
    if not compact and path.exists() and not path.is_dir():
        raise UsageError(f"{path}: a file of this name stands there already. Name a new place.")
    with _beside(path) as unfinished:
        if compact:
            _write_zip(unfinished, contents)
        else:
            _write_folder(unfinished, contents)
            with suppress(FileNotFoundError):
                path.rmdir()
        unfinished.replace(path)


def _is_table(inner: PurePath) -> bool:
    # macOS adds ._name.csv and __MACOSX when it copies and packs.
    own = inner.name.endswith((".csv", ".csv.gz"))
    return own and not any(part.startswith((".", "__MACOSX")) for part in inner.parts)


def _file(root: Path, inner: PurePath, read: Callable[[], bytes]) -> ArchiveFile:
    kind, name = "", inner.name.removesuffix(".csv")
    if inner.parent.as_posix() in {"bars", "points"} and inner.suffix == ".csv":
        kind = inner.parent.as_posix()
    elif inner.as_posix() in {"releases.csv", "headlines.csv", "headlines.csv.gz"}:
        kind = name = inner.name.partition(".")[0]
    return ArchiveFile(root / inner, kind, name, read)


def _open_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        message = "no complete .zip file; copy or export it again, or name a folder"
        raise InputFaults([Fault(path, 0, message)]) from error


def _members(archive: zipfile.ZipFile) -> dict[PurePath, Callable[[], bytes]]:
    return {PurePath(name): partial(archive.read, name) for name in archive.namelist() if not name.endswith("/")}


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A name in the same folder to write to first, so that the last step is a mere renaming."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}). Name another place or free space.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        with suppress(OSError):
            unfinished.unlink()


def _write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, raw in contents.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(raw)


def _write_zip(path: Path, contents: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(contents):
            # A bare name carries a fixed time; the machine's own time and rights would make the same contents differ.
            member = zipfile.ZipInfo(name)
            member.create_system, member.external_attr = 3, 0o644 << 16
            archive.writestr(member, contents[name], zipfile.ZIP_DEFLATED, 9)
