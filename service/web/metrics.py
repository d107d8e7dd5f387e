"""Counters and histograms for Prometheus, one set an app."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

STAGES = ("decode", "crop", "embed", "search", "compare", "total")
BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """What `/metrics` shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.stage = Histogram(
            "reid_stage_seconds",
            "time of one stage of a query",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        for stage in STAGES:
            self.stage.labels(stage)
        self.files = Counter(
            "reid_uploaded_files",
            "uploaded files by what became of them",
            ["outcome"],
            registry=self.registry,
        )
        self.decisions = Counter(
            "reid_decisions", "decisions of people", ["kind"], registry=self.registry
        )
        self.jobs = Gauge("reid_jobs", "jobs by state", ["state"], registry=self.registry)
        self.annotations = Gauge(
            "reid_gallery_annotations", "annotations that can be searched", registry=self.registry
        )

        self.recall = Gauge(
            "reid_gallery_recall",
            "share of the 50 nearest embeddings that the index of a flank names",
            ["flank"],
            registry=self.registry,
        )

    def query(self, timings: Mapping[str, float]) -> None:
        """Record the stages of one query, in milliseconds."""
        for stage, milliseconds in timings.items():
            self.stage.labels(stage).observe(milliseconds / 1000)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


class Stopwatch:
    """Milliseconds per stage; a stage that runs more than once adds up."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - start) * 1000
            self.timings[stage] = self.timings.get(stage, 0.0) + spent
