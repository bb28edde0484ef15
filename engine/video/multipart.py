"""Cut a `multipart/x-mixed-replace` byte stream, as network cameras send it, into its parts."""

from __future__ import annotations

MAX_PART = 64 << 20  # a part that grows beyond this is no picture


class Parts:
    """Feed bytes as they arrive; whole parts come out. Trusts Content-Length where it is given."""

    def __init__(self, boundary: str) -> None:
        self._mark = b"--" + boundary.strip().strip('"').removeprefix("--").encode("latin-1")
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes; every part that is now complete, oldest first. Raises ValueError if a part never ends."""
        self._buffer += data
        found = []
        while (part := self._cut()) is not None:
            found.append(part)
        if len(self._buffer) > MAX_PART:
            raise ValueError(f"a part is larger than {MAX_PART >> 20} MB")
        return found

    def _cut(self) -> bytes | None:
        start = self._buffer.find(self._mark)
        if start < 0:
            return None
        head_end = self._buffer.find(b"\r\n\r\n", start)
        if head_end < 0:
            return None
        body = head_end + 4
        length = self._length(bytes(self._buffer[start:head_end]))
        # A part without a length ends where the next mark begins, so it comes one part late.
        end = body + length if length is not None else self._buffer.find(self._mark, body)
        if end < 0 or end > len(self._buffer):
            return None
        part = bytes(self._buffer[body:end])
        del self._buffer[:end]
        return part

    @staticmethod
    def _length(head: bytes) -> int | None:
        for line in head.split(b"\r\n"):
            key, _, value = line.partition(b":")
            if key.strip().lower() == b"content-length" and value.strip().isdigit():
                return min(int(value), MAX_PART)
        return None
