"""From when to when each venue was listened to."""

__all__ = ["Spans"]


class Spans:
    """Stretches of milliseconds a venue; the last one may still go on."""

    def __init__(self) -> None:
        self._spans: dict[str, list[tuple[int, int | None]]] = {}

    def opened(self, venue: str, at: int) -> None:
        self.closed(venue, at)
        self._spans.setdefault(venue, []).append((at, None))

    def closed(self, venue: str, at: int) -> None:
        """The running stretch ended then; it was none where it had not begun yet."""
        ended = [(first, at if last is None else last) for first, last in self._spans.get(venue, [])]
        self._spans[venue] = [(first, last) for first, last in ended if first < last]

    def within(self, venue: str, start: int, end: int) -> int:
        """Milliseconds of the stretch in which the venue was listened to."""
        spans = self._spans.get(venue, [])
        return sum(max(0, min(end, end if last is None else last) - max(start, first)) for first, last in spans)

    def forget(self, before: int) -> None:
        """Drops what ended before that."""
        for venue, spans in self._spans.items():
            self._spans[venue] = [(first, last) for first, last in spans if last is None or last >= before]
