"""A PostgreSQL of our own for tests and benchmarks: on a socket in a temporary folder, thrown away
after."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
NONE = "no PostgreSQL server: install Debian's package postgresql, or set REID_TEST_POSTGRESQL"
DEAD_S = 30


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = [Path(p).parent for p in [shutil.which("initdb")] if p]
    found += sorted(p.parent for p in DEBIAN.glob("*/bin/initdb"))
    return found[-1] if found else None


class PostgresServer:
    """A server over an empty database; may be killed and started again."""

    def __init__(self, programs: Path, folder: Path, *, durable: bool = False) -> None:
        """durable: commits are flushed to the disk, as in earnest."""
        self._programs, self._folder, self._data = programs, folder, folder / "data"
        how = "-c fsync=on -c recovery_init_sync_method=syncfs" if durable else "-c fsync=off"
        self._options = f"-c listen_addresses= {how} -k {folder}"
        # the server refuses to run as root: Debian's package brings a user for it
        self._become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._become:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", self._data, "-U", "reid", "-A", "trust", "-E", "UTF8", "-N")
        self.url = f"postgresql+psycopg://reid@/postgres?host={folder}"

    def start(self) -> None:
        """Start it and wait until it answers; after a kill it first recovers."""
        log = ("-l", self._data / "log", "-o", self._options)
        self._run("pg_ctl", "-D", self._data, "-w", *log, "start")

    def kill(self) -> None:
        """SIGKILL to the server and to every process of it, and wait until all are gone.

        Gone is what the system has forgotten: a new server looks whether the number of the old one
        is still known.
        """
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGSTOP)  # else it has another child before it dies
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        numbers = [first, *map(int, children)]
        for number in numbers:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        end = time.monotonic() + DEAD_S
        while any(Path(f"/proc/{number}").exists() for number in numbers):
            if time.monotonic() > end:
                raise TimeoutError("PostgreSQL outlives SIGKILL")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it without waiting for anybody."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def _run(self, program: str, *words: object) -> None:
        command = [*self._become, str(self._programs / program), *map(str, words)]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def server(*, durable: bool = False) -> Iterator[PostgresServer | None]:
    """A server that runs; None where PostgreSQL is not installed."""
    programs = _programs()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        running = PostgresServer(programs, Path(folder), durable=durable)
        running.start()
        try:
            yield running
        finally:
            running.stop()


@contextmanager
def cluster() -> Iterator[str | None]:
    """The URL of an empty database, or None where no server is installed."""
    if url := os.environ.get("REID_TEST_POSTGRESQL"):
        yield url
        return
    with server() as running:
        yield running.url if running else None
