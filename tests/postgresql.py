"""A PostgreSQL of our own for the tests: on a socket in a temporary folder, thrown away after."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
NONE = "no PostgreSQL server: install Debian's package postgresql, or set REID_TEST_POSTGRESQL"


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl."""
    found = [Path(p).parent for p in [shutil.which("initdb")] if p]
    found += sorted(p.parent for p in DEBIAN.glob("*/bin/initdb"))
    return found[-1] if found else None


@contextmanager
def cluster() -> Iterator[str | None]:
    """The URL of an empty database, or None where no server is installed."""
    if url := os.environ.get("REID_TEST_POSTGRESQL"):
        yield url
        return
    programs = _programs()
    if programs is None:
        yield None
        return
    # the server refuses to run as root: Debian's package brings a user for it
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        if become:
            shutil.chown(folder, "postgres")

        def run(*command: object) -> None:
            subprocess.run(
                [*become, *map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL
            )

        run(programs / "initdb", "-D", data, "-U", "reid", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-c listen_addresses= -c fsync=off -k {folder}"
        run(programs / "pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://reid@/postgres?host={folder}"
        finally:
            run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
