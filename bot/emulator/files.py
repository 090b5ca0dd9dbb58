"""Pictures the bot uploaded: each gets an id that stands for it from then on."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.emulator.refusals import bad_request

__all__ = ["Files", "Photo", "Upload"]

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 10_000
"""Width and height together."""
MOST_RATIO = 20
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG's segments that tell its size."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Photo:
    file_id: str
    width: int
    height: int
    content: bytes = field(repr=False)

    @property
    def json(self) -> list[dict[str, object]]:
        """The sizes it is offered in: here its own."""
        size = {"file_id": self.file_id, "file_unique_id": self.file_id[-8:], "file_size": len(self.content)}
        return [size | {"width": self.width, "height": self.height}]


@dataclass(eq=False, slots=True)
class Files:
    """Everything uploaded, by id."""

    photos: dict[str, Photo] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(10_000_001))

    def photo(self, given: object) -> Photo:
        """A new picture, or a known one by its id; raises Refused."""
        if isinstance(given, Upload):
            return self._taken(given.content)
        if not given:
            raise bad_request("there is no photo in the request")
        if str(given).startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if str(given) not in self.photos:
            raise bad_request("wrong remote file identifier specified: can't unserialize it")
        return self.photos[str(given)]

    def _taken(self, content: bytes) -> Photo:
        if not content:
            raise bad_request("file must be non-empty")
        if len(content) > MOST_BYTES:
            raise bad_request("too big file")
        width, height = _dimensions(content)
        if width + height > MOST_PIXELS or max(width, height) > MOST_RATIO * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        photo = Photo(f"AgACAgIAAxkDAAI{next(self._numbers)}", width, height, content)
        self.photos[photo.file_id] = photo
        return photo


def _dimensions(content: bytes) -> tuple[int, int]:
    """Width and height as a PNG or a JPEG tells them; raises Refused for anything else."""
    width = height = 0
    if content.startswith(PNG):
        width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    elif content.startswith(JPEG):
        height, width = _frame(content)
    if not width or not height:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return width, height


def _frame(content: bytes) -> tuple[int, int]:
    at = len(JPEG)
    while at + 9 <= len(content):
        if content[at + 1] in FRAMES:
            return int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 7 : at + 9])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return 0, 0
