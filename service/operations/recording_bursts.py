"""The example of a burst: a passage of poor frames, put together by the worker."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from reid.synthetic.founding import VARIANTS, write_founding
from service.operations.recording_shapes import ApiCaller

API = "/api/v1"
SEED, FRAMES = 2022, 3  # a draw whose poor frames agree


class ApiWorker(ApiCaller, Protocol):
    """What calls routes and does the jobs that follow; see `Recorder`."""

    def work(self) -> None:
        """Do all jobs that are open."""


def call_burst(api: ApiWorker) -> None:
    """The left camera's frames of a simulated September."""
    variant = VARIANTS[1]
    with TemporaryDirectory() as folder:
        index = write_founding(Path(folder), seed=SEED, variants=[variant], september=FRAMES)
        rows = list(csv.DictReader(index.read_text(encoding="utf-8").splitlines()))
        said = {"camera": "A", "flank": "left", "encounter": "a passage"}
        numbers = []
        for row in rows:
            if row["encounter"] == variant.encounters[0] and row["flank"] == "left":
                photo = Path(folder) / row["path"]
                (file,) = api.call("POST", f"{API}/photos", photo=photo, form=said)["files"]
                numbers.append(file["encounter_id"])
    api.work()
    (encounter,) = set(numbers)
    candidates = f"{API}/encounters/{{encounter_id}}/candidates"
    queries = api.call("GET", candidates, at={"encounter_id": encounter})["queries"]
    anchor = next(one["query"] for one in queries if one["frames"] > 1)
    api.call("GET", f"{API}/annotations/{{annotation_id}}/burst", at={"annotation_id": anchor})
