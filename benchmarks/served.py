"""The real service as a process of its own, and a Chromium that looks at it."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

SERVE = [sys.executable, "-m", "service", "serve", "--port", "0"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """The service as a process of its own; yields its URL."""
    log = (folder / "serve.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder / "var")], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield url_of(process, folder / "serve.log")
    finally:
        process.terminate()
        process.wait()
        log.close()


def url_of(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where the service says it listens."""
    for _ in range(9000):  # a demo is painted first
        address = re.search(r"http://\S+", log.read_text(encoding="utf-8"))
        if address:
            return address.group()
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"the service did not start:\n{log.read_text(encoding='utf-8')}")


def chromium_path() -> str | None:
    """Where the Chromium of this computer lies; None without one."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def chromium(playwright: Playwright) -> Browser:
    """The Chromium of this computer."""
    path = chromium_path()
    if path is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))
