"""A real small disk for a test, to be filled up or made read-only."""

import os
import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small_disk(folder, size):
    """The folder as a disk of so much, such as "1m"; skips where none can be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder]
    if os.geteuid() or subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("mounting a disk needs root, and a container that allows it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
