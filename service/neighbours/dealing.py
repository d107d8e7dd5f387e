"""All that may be done with neighbours' files: take in, compare, and what is known of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import Depends

from reid.describe.rootsift import MODEL as ROOTSIFT
from reid.signatures.content import Signatures
from reid.signatures.keys import OwnerKey, check_told, known_key
from service.neighbours.comparing import NeighbourComparison, enqueue
from service.neighbours.errors import NoSuchNeighbour
from service.neighbours.folder import ComparedNeighbour, Neighbour, NeighbourFiles
from service.neighbours.passing_on import PassedOn, PassingOn, pass_on
from service.recognition.engine import Engine
from service.settings import Settings
from service.store.database import Database
from service.store.people import ANONYMOUS
from service.web.parameters import component


class Neighbourhood:
    """The neighbours' files of one data folder, beside its catalogue."""

    def __init__(self, database: Database, engine: Engine, settings: Settings) -> None:
        self.database, self._engine, self._settings = database, engine, settings
        self.files = NeighbourFiles(settings.data_dir)
        self._comparison = NeighbourComparison(database, engine, settings)

    @property
    def key(self) -> OwnerKey | None:
        """The key of this catalogue; None before it was first needed."""
        return known_key(self._settings.data_dir)

    @property
    def model(self) -> str | None:
        """The model of this catalogue; None while it is not loaded."""
        return self._engine.loaded

    def take_in(self, data: bytes, person: str, fingerprint: str = "") -> Neighbour:
        """Keep a file and queue its comparison.

        fingerprint: digits that were read out, in any spacing; the file is refused if its key has
        others, and noted as checked if they are the same. Raises InputError, and then nothing is
        kept.
        """
        model = self._engine.embedder().model

        def check(signatures: Signatures) -> None:
            signatures.check_model(model, ROOTSIFT)
            if fingerprint.strip():
                check_told(signatures.fingerprint, fingerprint)

        neighbour = self.files.put(data, person, check)
        if fingerprint.strip() and not neighbour.checked_by:
            neighbour = self.files.check(neighbour.id, person)
        self.ask(neighbour.id)
        return neighbour

    def ask(self, number: str) -> None:
        """Have a file compared in the background with the photos that speak now."""
        self.files.get(number)
        with self.database.write() as connection:
            enqueue(connection, number)

    def compare(self, number: str, step: Callable[[int, int], object]) -> ComparedNeighbour:
        """Compare a file to its end, here and now, and keep what came of it.

        step: told how many animals are done, of how many.
        """
        result = None
        for result in self._comparison.compared(number, self.files):
            step(len(result.done), result.animals)
        if result is None:
            raise NoSuchNeighbour(neighbour=number)
        self.files.keep(number, result)
        return result

    def imported(self, text: str) -> str:
        """The id of an imported file, named by id or by its path; a new file is imported first."""
        path = Path(text)
        if not path.is_file():
            return self.files.get(text).id
        return self.take_in(path.read_bytes(), ANONYMOUS).id

    def state(self) -> str:
        """A digest of the own photos that would speak now; "" while the network is not loaded."""
        return self._comparison.state() if self.model else ""

    def pass_on(self, choice: PassingOn) -> PassedOn:
        """The signed file of this catalogue."""
        return pass_on(self._settings, self.database, self._engine, choice)


TheNeighbourhood = Annotated[Neighbourhood, Depends(component(Neighbourhood))]
"""The app's, for a route."""
