"""Connections that send no whole request: they are closed after a while, the oldest first."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0
"""So long may the head of a request take, from the start of a connection or its first byte."""
MOST_CONNECTIONS = 500
ENOUGH = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\nconnection: close\r\n"
    b"content-length: 0\r\n\r\n"
)
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(H11Protocol):
    """HTTP of uvicorn, which itself waits for the head of a request without limit.

    Where there are too many connections, the one that waits longest for its head makes room; where
    none waits, the new one is told to come again. So `/health` answers meanwhile.
    """

    head_s, most_connections = HEAD_S, MOST_CONNECTIONS

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for a head."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections and not self._room_made():
            transport.write(ENOUGH)
            transport.close()
            return
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """A request whose head is there waits for nothing here; its body is awaited elsewhere."""
        if self._head_timer is None and self._between_requests:
            self._wait_for_head()
        super().data_received(data)
        if not self._between_requests:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def waits_until(self) -> float | None:
        """By the clock of the loop; None where the head of a request is there."""
        return self._head_timer.when() if self._head_timer else None

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self.too_slow)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def too_slow(self) -> None:
        """Close the connection, which gets no answer beyond that it was too slow."""
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(TOO_SLOW)
            self.transport.close()

    def _room_made(self) -> bool:
        waiting = [
            (other.waits_until, other)
            for other in self.connections
            if isinstance(other, PatientProtocol) and other.waits_until is not None
        ]
        if not waiting:
            return False
        min(waiting, key=lambda pair: pair[0])[1].too_slow()
        return True
