"""Fixtures for every test: small photos, and the service with a fake embedder."""

import os
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from argon2 import PasswordHasher
from fake_embedder import FakeEmbedder, fake_recognition
from PIL import Image
from starlette.testclient import TestClient

from service.accounts import passwords
from service.app import create_app
from service.operations.worker import Worker
from service.settings import Settings
from service.store.database import Database
from service.store.files import PhotoFiles

MEMORY = Path("/dev/shm")  # noqa: S108
MEMORY_BYTES = 4 << 30


def pytest_configure():
    """Put the folders of the tests into memory, where there is room: every commit is flushed to
    the disk, and a disk takes a few milliseconds for it. pytest hands the place to its workers."""
    if roomy(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def roomy(folder):
    """Whether programs run there and there is room for all that the tests write at once."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    return free >= MEMORY_BYTES and not found.f_flag & os.ST_NOEXEC


# how long an example takes is the machine's, not the property's
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """Hashes of 0.1 ms; gives what makes those of the service, which take 50 ms and 64 MB."""
    with pytest.MonkeyPatch.context() as patch:
        of_the_service = passwords._hasher
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))
        yield of_the_service


@pytest.fixture(scope="session")
def painted():
    """photo(seed, ...) -> JPEG bytes; the same seed is the same animal, `view` another picture."""
    return paint


def paint(seed: int, view: int = 0, size=(320, 160), taken: str = "", camera: str = "") -> bytes:
    spots = np.random.default_rng(seed).normal(128, 60, (10, 20, 1)).clip(0, 255)
    image = Image.fromarray(spots.repeat(3, 2).astype(np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    noise = np.random.default_rng([seed, view]).normal(0, 6, (size[1], size[0], 3))
    image = Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
    exif = image.getexif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if camera:
        exif[0x0110] = camera
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif, quality=92)
    return buffer.getvalue()


@pytest.fixture
def settings(tmp_path) -> Settings:
    """A catalogue of its own, and short waits; a page waits until it knows everything."""
    return Settings(
        _env_file=None,
        data_dir=tmp_path / "var",
        poll_s=0.02,
        page_wait_s=60,
        max_upload_bytes=2_000_000,
        port=0,
    )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty SQLite file of the newest schema: a copy takes a tenth of migrating anew."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def app(settings, migrated):
    """The service with a fake embedder and no worker."""
    settings.data_dir.mkdir(exist_ok=True)
    shutil.copy(migrated, settings.data_dir / "reid.sqlite3")
    return create_app(settings, load=fake_recognition)


@pytest.fixture
def client(app) -> Iterator[TestClient]:
    """An HTTP client on a started service."""
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def work(app, client):
    """work() runs the worker until no job is open."""
    components = app.state.components
    worker = Worker(
        components[Database],
        components[PhotoFiles],
        components[Settings],
        FakeEmbedder(),
        name="test",
    )

    def run() -> None:
        worker.beat()
        while worker.work():
            pass

    return run
