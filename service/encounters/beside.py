"""An encounter beside the animals of the catalogue: who it may be, and the pair looked at."""

from functools import partial
from typing import Annotated

from fastapi import Depends

from service.encounters.comparison_view import Beside, ChosenPair, chosen_pair, speaking_pair
from service.encounters.pair_evidence import ThePairEvidence
from service.recognition.awaited import awaited
from service.recognition.engine import TheEngine
from service.recognition.query import QueryAnswer
from service.store import encounters
from service.store.encounters import EncounterDetail
from service.viewer.look import Look
from service.viewer.overlay import TheOverlays
from service.web.parameters import TheAhead, TheDatabase


class Comparer:
    """Compares encounters with the catalogue while their page is shown already. One a request."""

    def __init__(
        self,
        database: TheDatabase,
        ahead: TheAhead,
        engine: TheEngine,
        pair_evidence: ThePairEvidence,
        overlays: TheOverlays,
    ) -> None:
        self.database, self.engine = database, engine
        self._ahead, self._pair_evidence, self._overlays = ahead, pair_evidence, overlays

    def candidates(self, encounter_id: int) -> tuple[QueryAnswer | None, str]:
        """The answer, or why there is none; neither while it is being found out."""
        return awaited(
            self._ahead,
            self.engine,
            ("candidates", encounter_id),
            lambda wait: self.engine.candidates(encounter_id, wait=wait),
        )

    def candidates_soon(self, encounter_id: int) -> None:
        """Find them out: a person looks at this encounter next."""
        work = partial(self.engine.candidates, encounter_id)
        self._ahead.soon(("candidates", encounter_id), work)

    def beside(
        self, detail: EncounterDetail, answer: QueryAnswer | None, look: Look
    ) -> Beside | None:
        """The pair that is looked at, with what both encounters say; None without a candidate."""
        chosen = chosen_pair(detail, answer, look)
        if chosen is None:
            return None
        key = ("beside", detail.summary.id, chosen.encounter, look.photo)
        compared, _ = awaited(
            self._ahead,
            self.engine,
            key,
            lambda wait: self._compared(detail, chosen, look, wait=wait),
        )
        return compared or Beside(chosen)

    def _compared(
        self, detail: EncounterDetail, chosen: ChosenPair, look: Look, *, wait: bool
    ) -> Beside:
        evidence = self._pair_evidence if wait else self._pair_evidence.at_once()
        says, known = evidence.between(detail.summary.id, chosen.encounter), None
        if says.best:
            own, annotation = says.best.annotations
            with self.database.read() as connection:
                other = encounters.references(connection, [annotation])[annotation]
            chosen = speaking_pair(detail, chosen, (own, other), look)
            known = says.best.in_order()[0] if chosen.best else None
        laid = self._overlays.photos(chosen.left, chosen.other, known=known, wait=wait)
        return Beside(chosen, says, laid)


TheComparer = Annotated[Comparer, Depends()]
"""For a route."""
