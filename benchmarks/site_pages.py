"""Every page of the service, and how to fill its address from what a catalogue holds.

For what looks at all pages: tests/browser/test_accessibility.py, screenshots.py, page_times.py. A
page that has no entry here fails the first of them: add a line to PAGES beside the route.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

AT_ONCE = 500

NO_PAGES = {
    "/health", "/metrics", "/openapi.json", "/reviews/next", "/export/tables.zip",
    "/neighbours/{neighbour}/pairs.csv",
    "/archives/{name}/report",  # its policy runs no script: its file is looked at by itself
}  # fmt: skip
"""Routes outside of the API that answer no HTML, only lead to a page, or need a file of others."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a catalogue holds, as its API tells: numbers, and names of stations.

    waiting, decided: encounters. photos: some. uploads: some. reviews: pairs put up. neighbours:
    files of signatures.
    """

    waiting: tuple[int, ...] = ()
    decided: tuple[int, ...] = ()
    identities: tuple[int, ...] = ()
    photos: tuple[str, ...] = ()
    cases: tuple[int, ...] = ()
    uploads: tuple[int, ...] = ()
    reviews: tuple[int, ...] = ()
    stations: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()

    @property
    def encounters(self) -> tuple[int, ...]:
        """All of them."""
        return self.waiting + self.decided


Filled = Callable[[Holdings, Random], str | None]


def fixed(address: str) -> Filled:
    """A page that needs nothing."""
    return lambda _holdings, _chance: address


def one_of(template: str, kind: str) -> Filled:
    """A page of one thing of a kind; None where the catalogue holds none."""

    def fill(holdings: Holdings, chance: Random) -> str | None:
        items = getattr(holdings, kind)
        return template.format(chance.choice(items)) if items else None

    return fill


def encounter_list(holdings: Holdings, chance: Random) -> str:
    """A page of the list of encounters under random filters."""
    station = chance.choice(("", *holdings.stations[:20]))
    state = chance.choice(("waiting", "decided", "failed", "all"))
    flank, page = chance.choice(("", "left", "right")), chance.randint(1, 3)
    filters = {"state": state, "station": station, "flank": flank, "page": page}
    return f"/encounters?{httpx.QueryParams(filters)}"


def two_of(template: str, kind: str) -> Filled:
    """A page of two things of a kind; None where the catalogue holds fewer."""

    def fill(holdings: Holdings, chance: Random) -> str | None:
        items = getattr(holdings, kind)
        return template.format(*chance.sample(items, 2)) if len(items) > 1 else None

    return fill


PAGES: Mapping[str, Filled] = {
    "/": fixed("/"),
    "/search": fixed("/search?q=2"),
    "/upload": fixed("/upload"),
    "/uploads/{upload_id}": one_of("/uploads/{}", "uploads"),
    "/encounters": encounter_list,
    "/encounters/{encounter_id}": one_of("/encounters/{}", "encounters"),
    "/encounters/{encounter_id}/posterior": one_of("/encounters/{}/posterior", "encounters"),
    "/questions": fixed("/questions?state=all"),
    "/compare": two_of("/compare?one={}&other={}", "encounters"),
    "/compare-with": one_of("/compare-with?encounter={}", "encounters"),
    "/clusters": fixed("/clusters"),
    "/clusters/preview": two_of("/clusters/preview?what=case&chosen={},{}", "encounters"),
    "/catalogue": fixed("/catalogue"),
    "/identities/{identity_id}": one_of("/identities/{}", "identities"),
    "/identities/{identity_id}/merge": two_of("/identities/{}/merge?other={}", "identities"),
    "/identities/{identity_id}/split": one_of("/identities/{}/split?suggest=1", "identities"),
    "/conflicts": fixed("/conflicts"),
    "/photos/{photo_id}": one_of("/photos/{}", "photos"),
    "/stations": fixed("/stations"),
    "/stations/import": fixed("/stations/import"),
    "/stations/{name:path}": one_of("/stations/{}", "stations"),
    "/stations/{name:path}/clock": one_of("/stations/{}/clock?difference=0:30", "stations"),
    "/calibration": fixed("/calibration"),
    "/archives": fixed("/archives"),
    "/density": fixed("/density"),
    "/export": fixed("/export"),
    "/neighbours": fixed("/neighbours"),
    "/neighbours/{neighbour}": one_of("/neighbours/{}", "neighbours"),
    "/cases": fixed("/cases"),
    "/cases/{case_id}": one_of("/cases/{}", "cases"),
    "/cases/{case_id}/dossier": one_of("/cases/{}/dossier", "cases"),
    "/reviews": fixed("/reviews?whose=all"),
    "/reviews/{pair_id}": one_of("/reviews/{}", "reviews"),
    "/reviews/agreement": fixed("/reviews/agreement"),
    "/reviews/settling": fixed("/reviews/settling"),
    "/reviews/batch": one_of("/reviews/batch?act=close&pair={}", "reviews"),
    "/reviews/put": two_of("/reviews/put?encounters={}+{}", "encounters"),
    "/reviews/round": fixed("/reviews/round"),
    "/login": fixed("/login"),
    "/account": fixed("/account"),
    "/accounts": fixed("/accounts"),
    "/place-looks": fixed("/place-looks"),
}
"""Path as the app knows it, and what fills it."""


def paths(app: Any) -> list[str]:  # noqa: ANN401  an app, or what an app includes
    """The GET routes of an app outside of its API that answer a browser, each once."""
    routes = {path for path in _get_paths(app) if not path.startswith("/api/")}
    return sorted(routes - NO_PAGES)


def _get_paths(holder: Any) -> Iterator[str]:  # noqa: ANN401
    candidates = getattr(holder, "effective_candidates", None)  # of a router that was included
    for route in candidates() if candidates else holder.routes:
        if hasattr(route, "effective_candidates"):
            yield from _get_paths(route)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


def ready(client: httpx.Client, *, patience_s: float = 900.0) -> None:
    """Wait until the network is loaded, a worker lives and every photo is embedded."""
    end = time.monotonic() + patience_s
    while (health := client.get("/health").json())["status"] != "ok" or health["waiting_jobs"]:
        if time.monotonic() > end:
            raise SystemExit(f"the service does not get ready: {health}")
        time.sleep(0.5)


def holdings(client: httpx.Client, *, photos: int = 40) -> Holdings:
    """Ask a running service what it holds. photos: of so many encounters."""
    by_state = {state: _encounters(client, state) for state in ("waiting", "decided")}
    ids = {state: _ids(encounters) for state, encounters in by_state.items()}
    every = [*by_state["waiting"], *by_state["decided"]]
    sample = Random(1).sample(every, min(photos, len(every)))
    details = [client.get(f"/api/v1/encounters/{number}").json() for number in _ids(sample)]
    return Holdings(
        waiting=ids["waiting"],
        decided=ids["decided"],
        identities=_ids(_listed(client, "/api/v1/identities", "identities")),
        photos=tuple(
            reference["photo"]["id"] for detail in details for reference in detail["references"]
        ),
        cases=_ids(_listed(client, "/api/v1/cases", "cases")),
        uploads=tuple(
            n for n in range(1, 20) if client.get(f"/api/v1/uploads/{n}").status_code == 200
        ),
        reviews=_ids(_listed(client, "/api/v1/reviews", "reviews")),
        stations=tuple(sorted({row["station"] for row in every if row["station"]})),
        neighbours=tuple(
            str(row["id"]) for row in _listed(client, "/api/v1/neighbours", "neighbours")
        ),
    )


def _encounters(client: httpx.Client, state: str) -> list[dict[str, Any]]:
    encounters: list[dict[str, Any]] = []
    while True:
        query = {"state": state, "limit": AT_ONCE, "offset": len(encounters)}
        batch = client.get("/api/v1/encounters", params=query).json()["encounters"]
        encounters += batch
        if len(batch) < AT_ONCE:
            return encounters


def _ids(rows: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    return tuple(row["id"] for row in rows)


def _listed(client: httpx.Client, address: str, name: str) -> list[dict[str, Any]]:
    """Answers that are a list, or hold one under a name."""
    answer = client.get(address).json()
    return answer if isinstance(answer, list) else answer[name]
