"""View models of the clusters page and of the pairs most worth a decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection

from reid.types import Flank
from service.catalogue import disclosed as said
from service.clusters.pairing import Pairing
from service.clusters.wire import ClusterOut, ClustersOut, Made, SuggestionOut, SuggestionsOut
from service.encounters.list_view import EncounterRow, Named, row
from service.store import encounters, identities
from service.store.clusterings import Cluster, Clustering, Kept, Worth
from service.store.encounters import EncounterSummary
from service.web.languages import N_

PAGE = 20
SHOWN = 12  # encounters of one cluster on the page
LIKELY = 0.1  # from here on a cluster is listed as perhaps a known identity

WHO = (
    ("unidentified", N_("without an identity")),
    ("known", N_("perhaps a known identity")),
    ("all", N_("all")),
)
SIZES = (
    ("", N_("any size")),
    ("2", N_("two or more")),
    ("3", N_("three or more")),
    ("1", N_("single encounters")),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which clusters are listed; all of it stands in the address."""

    who: str = "unidentified"
    size: str = ""
    station: str = ""
    flank: str = ""
    page: int = 1

    def address(self, page: int) -> str:
        """The page of this number under the same filters."""
        chosen = {"who": self.who, "size": self.size, "station": self.station, "flank": self.flank}
        kept = {name: value for name, value in chosen.items() if value}
        return "/clusters?" + urlencode(kept | ({"page": page} if page > 1 else {}))

    def fits(self, one: Cluster) -> bool:
        """Whether a cluster is listed, its stations and flanks apart."""
        if self.size == "1" and len(one.encounters) > 1:
            return False
        if self.size in {"2", "3"} and len(one.encounters) < int(self.size):
            return False
        if self.who == "unidentified":
            return one.identity_id is None
        if self.who == "known":
            return one.unidentified > 0 and (one.identity_id is not None or one.near >= LIKELY)
        return True


def filters(who: str, size: str, station: str, flank: str, page: str) -> Filters:
    """Read an address; what makes no sense is taken as its default."""
    return Filters(
        who=who if who in dict(WHO) else "unidentified",
        size=size if size in dict(SIZES) else "",
        station=station,
        flank=flank if flank in set(Flank) else "",
        page=int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 7 else 1,
    )


@dataclass(frozen=True, slots=True)
class Couple:
    """Two encounters to look at. href: where they are compared."""

    one: EncounterRow
    other: EncounterRow
    llr: float
    compared: bool
    href: str


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as a contact sheet. chosen: its encounters, as an address names them.

    hidden: encounters that are not shown. near: an identity that it may be.
    """

    chosen: str
    size: int
    rows: tuple[EncounterRow, ...]
    hidden: int
    unidentified: int
    identity: Named | None
    together: float | None
    belongs: float | None
    counted: bool
    weakest: Couple | None
    doubtful: int
    stations: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    near: Named | None
    near_chance: float
    near_href: str


@dataclass(frozen=True, slots=True)
class WorthView:
    """A pair most worth a decision."""

    pair: Couple
    together: float
    joined: bool
    gain: float


@dataclass(frozen=True, slots=True)
class ClusterList:
    """One page of clusters. made None: there are none yet."""

    made: Kept | None
    current: bool
    clusters: tuple[ClusterView, ...]
    total: int
    page: int
    pages: int


def cluster_list(pairing: Pairing, connection: Connection, wanted: Filters) -> ClusterList:
    """The clusters that fit, the largest first, or the likeliest where identities are near."""
    kept = pairing.latest(connection)
    if kept is None:
        return ClusterList(None, False, (), 0, 1, 1)
    found = [one for one in kept.content.clusters if wanted.fits(one)]
    found = _placed(connection, found, wanted)
    if wanted.who == "known":
        found.sort(key=lambda one: (-max(one.near, one.belongs or 0), one.encounters))
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, wanted.page), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    views = _views(connection, shown)
    current = pairing.current(connection, kept)
    return ClusterList(kept, current, views, len(found), page, pages)


def _placed(connection: Connection, found: list[Cluster], wanted: Filters) -> list[Cluster]:
    """Those with an encounter at the station that shows the flank."""
    fitting: set[int] | None = None
    if wanted.station:
        stations = encounters.stations(connection)
        fitting = {number for number, name in stations.items() if name == wanted.station}
    if wanted.flank:
        showing = encounters.showing(connection, Flank(wanted.flank))
        fitting = showing if fitting is None else fitting & showing
    if fitting is None:
        return found
    return [one for one in found if not fitting.isdisjoint(one.encounters)]


def worth_views(pairing: Pairing, connection: Connection, limit: int) -> tuple[WorthView, ...]:
    """The pairs most worth a decision, with their photos."""
    return worth_of(connection, pairing.worth(connection, limit=limit))


def worth_of(connection: Connection, found: Sequence[Worth]) -> tuple[WorthView, ...]:
    """Some pairs with their photos."""
    rows = _rows(connection, {number for one in found for number in one.couple})
    return tuple(
        WorthView(_couple(one.couple, one.llr, rows, compared=one.compared), *_chances(one))
        for one in found
        if one.couple[0] in rows and one.couple[1] in rows
    )


def _chances(one: Worth) -> tuple[float, bool, float]:
    return one.together, one.joined, one.gain


def _rows(connection: Connection, numbers: Collection[int]) -> dict[int, EncounterRow]:
    return {n: row(one) for n, one in encounters.summaries(connection, numbers).items()}


def _couple(
    couple: tuple[int, int], llr: float, rows: Mapping[int, EncounterRow], *, compared: bool
) -> Couple:
    return Couple(rows[couple[0]], rows[couple[1]], llr, compared, compare_address(*couple))


def compare_address(one: int, other: int) -> str:
    """Where two encounters are compared."""
    return f"/compare?one={one}&other={other}"


def _views(connection: Connection, some: Sequence[Cluster]) -> tuple[ClusterView, ...]:
    names = identities.names(connection)
    found = encounters.summaries(connection, {n for one in some for n in one.encounters})
    hidden = said.hidden(connection)
    return tuple(_view(one.veiled(hidden), found, names) for one in some)


def _view(
    one: Cluster, found: Mapping[int, EncounterSummary], names: Mapping[int, str]
) -> ClusterView:
    inside = [found[number] for number in one.encounters if number in found]
    moments = sorted(each.started_at for each in inside if each.started_at)
    rows = {each.id: row(each) for each in inside}
    named = one.identity_id
    return ClusterView(
        chosen=",".join(map(str, one.encounters)),
        size=len(inside),
        rows=tuple(list(rows.values())[:SHOWN]),
        hidden=max(0, len(inside) - SHOWN),
        unidentified=one.unidentified,
        identity=Named(named, names[named]) if named in names and named is not None else None,
        together=one.together,
        belongs=one.belongs,
        counted=one.counted,
        weakest=_couple(one.weakest.couple, one.weakest.llr, rows, compared=one.weakest.compared)
        if one.weakest
        else None,
        doubtful=len(one.doubtful),
        stations=tuple(sorted({each.station for each in inside if each.station})),
        first=moments[0] if moments else None,
        last=moments[-1] if moments else None,
        near=Named(one.near_identity, names[one.near_identity])
        if one.near_identity in names and one.near_identity is not None and one.near >= LIKELY
        else None,
        near_chance=one.near,
        near_href=compare_address(*sorted((one.encounters[0], one.near_encounter)))
        if one.near_encounter
        else "",
    )


def made_out(pairing: Pairing, connection: Connection, kept: Kept | None) -> Made | None:
    """When and from what the clusters were made."""
    if kept is None:
        return None
    content: Clustering = kept.content
    return Made(
        made_at=kept.made_at,
        current=pairing.current(connection, kept),
        model=content.model,
        calibrator=content.calibrator,
        prior=content.prior,
    )


def clusters_out(pairing: Pairing, connection: Connection, limit: int, offset: int) -> ClustersOut:
    """Clusters on the wire."""
    kept = pairing.latest(connection)
    content = kept.content if kept else None
    hidden = said.hidden(connection)
    every = content.clusters if content else ()
    shown = [one.veiled(hidden) for one in every[offset : offset + limit]]
    return ClustersOut(
        made=made_out(pairing, connection, kept),
        encounters=content.encounters if content else 0,
        animals=content.animals if content else 0,
        unplaced=content.unplaced if content else 0,
        waiting=content.waiting if content else 0,
        conflicts=list(content.conflicts) if content else [],
        total=len(every),
        clusters=[ClusterOut.model_validate(one) for one in shown],
    )


def suggestions_out(pairing: Pairing, connection: Connection, limit: int) -> SuggestionsOut:
    """Suggestions on the wire."""
    found = pairing.worth(connection, limit=limit)
    return SuggestionsOut(
        made=made_out(pairing, connection, pairing.latest(connection)),
        suggestions=[SuggestionOut.model_validate(one) for one in found],
    )
