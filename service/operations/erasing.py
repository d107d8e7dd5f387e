"""The work of deleting the bytes of photos that were erased."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from service.store.files import PhotoFiles
from service.store.jobs import Job
from service.store.tasks import Done, JobFailure, Outcome, attempted


class ErasePhotos:
    """Deletes files; whoever erased a photo has most often done it already."""

    def __init__(self, files: PhotoFiles) -> None:
        self._files = files

    def look(self) -> None:
        """Nothing: whoever erases queues it."""

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """Every file of these jobs is gone."""
        return {job.id: attempted(job, partial(self._erased, job)) for job in claimed}

    def failed(self, connection: Connection, job: Job, failure: JobFailure) -> None:
        """Nothing: the job says why, and the bytes cannot be reached any more."""

    def _erased(self, job: Job) -> Outcome:
        self._files.erase(str(job.payload["photo"]))
        return Done(lambda _: None)
