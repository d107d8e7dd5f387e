"""A bad line: passes connections on to ports of this computer, and cuts them by chance."""

import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from threading import Lock, Thread

AT_ONCE = 4096  # bytes
RESET = struct.pack("ii", 1, 0)  # what was not delivered yet is thrown away


class CutLine:
    """Cuts each connection after bytes of the sender that chance draws; `off`: there is no line.

    Some are cut in the middle of a request, some when its answer comes back; some are closed, and
    some are reset, which loses bytes that were on their way. sent: bytes that were passed on to the
    service.
    """

    def __init__(self, targets: Sequence[int], chance: Random, mean_bytes: float) -> None:
        """targets: ports of the services, one drawn for each connection. mean_bytes: between two
        cuts; 0 cuts nothing."""
        self._targets, self._chance, self.mean_bytes = targets, chance, mean_bytes
        self._lock, self._open = Lock(), set[socket.socket]()
        self.cuts = self.sent = 0
        self._off = False

    @property
    def off(self) -> bool:
        """Whether there is no line at all."""
        return self._off

    @off.setter
    def off(self, off: bool) -> None:
        self._off = off
        if off:
            with self._lock:
                there = list(self._open)
            for connection in there:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self.cuts += bool(there)

    @contextmanager
    def port(self) -> Iterator[int]:
        """The port that leads to the service over this line."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            Thread(target=self._accept, args=(listening,), daemon=True).start()
            try:
                yield listening.getsockname()[1]
            finally:
                self.off = True
                with suppress(OSError):
                    listening.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            if self._off:
                near.close()
                continue
            with self._lock:
                target = self._chance.choice(self._targets)
            try:
                far = socket.create_connection(("127.0.0.1", target))
            except OSError:  # the service is not there
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
                left = self._chance.expovariate(1 / self.mean_bytes) if self.mean_bytes else None
                with_answer, reset = self._chance.random() < 0.3, self._chance.random() < 0.5
            passed = _Passed(self, near, far, left, with_answer, reset)
            Thread(target=passed.up, daemon=True).start()
            Thread(target=passed.down, daemon=True).start()

    def counted(self, sent: int = 0, cuts: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self.sent += sent
            self.cuts += cuts

    def ended(self, *connections: socket.socket) -> None:
        """These are closed."""
        with self._lock:
            self._open -= {*connections}


class _Passed:
    """One connection. left: bytes of the sender until it is cut, None for never.

    with_answer: it is cut when the next answer comes, which is lost.
    """

    def __init__(
        self,
        line: CutLine,
        near: socket.socket,
        far: socket.socket,
        left: float | None,
        with_answer: bool,
        reset: bool,
    ) -> None:
        self._line, self._near, self._far = line, near, far
        self._left, self._with_answer, self._reset = left, with_answer, reset

    def up(self) -> None:
        """What the sender sends."""
        with suppress(OSError):
            self._pass_up()
        self._close()

    def down(self) -> None:
        """What is answered."""
        with suppress(OSError):
            while part := self._far.recv(AT_ONCE):
                if self._left is not None and self._left <= 0 and self._with_answer:
                    self._cut()
                    break
                self._near.sendall(part)
        self._close()

    def _pass_up(self) -> None:
        while part := self._near.recv(AT_ONCE):
            if self._left is not None and not self._with_answer:
                part = part[: max(0, int(self._left))]
            if part:
                self._far.sendall(part)
            self._line.counted(sent=len(part))
            if self._left is None:
                continue
            self._left -= max(1, len(part))
            if self._left <= 0 and not self._with_answer:
                self._cut()
                return

    def _cut(self) -> None:
        self._line.counted(cuts=1)
        if self._reset:
            for connection in (self._near, self._far):
                with suppress(OSError):
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._close()

    def _close(self) -> None:
        for connection in (self._near, self._far):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                connection.close()
        self._line.ended(self._near, self._far)
