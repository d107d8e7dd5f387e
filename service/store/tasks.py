"""What a worker needs to know of one kind of work, and what may become of a job."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from reid.errors import ReidError
from reid.sentences import Sentence
from service.store.jobs import Job

log = logging.getLogger(__name__)

Keep = Callable[[Connection], None]  # writes what came out, in the transaction that ends the job


@dataclass(frozen=True, slots=True)
class Done:
    """It came to an end."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class MadeWay:
    """It stopped halfway because something urgent waits, and goes on later."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it cannot be done: a second try would not help."""

    code: str
    detail: Sentence | str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong beside the job; it is tried again later."""

    detail: str


Outcome = Done | MadeWay | Failure | Trouble


class Task(Protocol):
    """One kind of work. Whatever it keeps may be kept twice: a job can be done twice."""

    def look(self) -> None:
        """Queue what is lacking; called when no photo waits to be embedded."""

    def do(self, claimed: Sequence[Job]) -> Mapping[int, Outcome]:
        """What became of every job, by its number; nothing is written yet."""

    def failed(self, connection: Connection, job: Job, failure: Failure) -> None:
        """A job will never be done: note it where it matters, in the transaction that ends it."""


def attempted(job: Job, work: Callable[[], Outcome]) -> Outcome:
    """The outcome, also where `work` raises."""
    try:
        return work()
    except ReidError as error:
        return Failure(error.code, error)
    except Exception as error:
        log.exception("job %s", job.id)
        return Trouble(f"{type(error).__name__}: {error}")
