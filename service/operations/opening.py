"""Open a catalogue for a command, and close it again."""

from collections.abc import Iterator
from contextlib import contextmanager

from reid.errors import NotFound
from service.app import build
from service.settings import Settings
from service.store.claiming import claim
from service.store.database import Database
from service.store.files import PhotoFiles
from service.web.parameters import Components


class NoCatalogue(NotFound, message="no catalogue in {folder}: leopard-reid serve makes one"): ...


@contextmanager
def opened(settings: Settings) -> Iterator[Components]:
    """The components over a migrated database."""
    components = build(settings)
    try:
        claim(components[Database], components[PhotoFiles], settings.data_dir)
        yield components
    finally:
        components[Database].close()


@contextmanager
def opened_catalogue(settings: Settings) -> Iterator[Components]:
    """The components over a catalogue that is there already; raises NoCatalogue."""
    there = settings.database_url or (settings.data_dir / "reid.sqlite3").exists()
    if not there and PhotoFiles(settings.photos).mark() is None:
        raise NoCatalogue(folder=settings.data_dir)
    with opened(settings) as components:
        yield components
