"""View models of the clusters page and of the pairs most worth a decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection

from reid.types import Flank
from service.catalogue import disclosed as said
from service.clusters.pairing import Pairing
from service.encounters.list_view import EncounterRow, IdentityLink, row
from service.store import encounters, identities
from service.store.clusterings import Cluster, KeptClusters, Worth
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
class ClusterFilters:
    """Which clusters are listed; all of it stands in the address."""

    who: str = "unidentified"
    size: str = ""
    station: str = ""
    flank: str = ""
    page: int = 1

    def address(self, page: int) -> str:
        """The page of this number under the same filters."""
        chosen = {"who": self.who, "size": self.size, "station": self.station, "flank": self.flank}
        query = {name: value for name, value in chosen.items() if value}
        return "/clusters?" + urlencode(query | ({"page": page} if page > 1 else {}))

    def fits(self, cluster: Cluster) -> bool:
        """Whether a cluster is listed, its stations and flanks apart."""
        if self.size == "1" and len(cluster.encounters) > 1:
            return False
        if self.size in {"2", "3"} and len(cluster.encounters) < int(self.size):
            return False
        if self.who == "unidentified":
            return cluster.identity_id is None
        if self.who == "known":
            return cluster.unidentified > 0 and (
                cluster.identity_id is not None or cluster.near >= LIKELY
            )
        return True


def filters(who: str, size: str, station: str, flank: str, page: str) -> ClusterFilters:
    """Read an address; what makes no sense is taken as its default."""
    return ClusterFilters(
        who=who if who in dict(WHO) else "unidentified",
        size=size if size in dict(SIZES) else "",
        station=station,
        flank=flank if flank in set(Flank) else "",
        page=int(page) if page.isascii() and page.isdecimal() and 0 < len(page) < 7 else 1,
    )


@dataclass(frozen=True, slots=True)
class EncounterCouple:
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
    identity: IdentityLink | None
    together: float | None
    belongs: float | None
    counted: bool
    weakest: EncounterCouple | None
    doubtful: int
    stations: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    near: IdentityLink | None
    near_chance: float
    near_href: str


@dataclass(frozen=True, slots=True)
class WorthView:
    """A pair most worth a decision."""

    pair: EncounterCouple
    together: float
    joined: bool
    gain: float


@dataclass(frozen=True, slots=True)
class ClusterList:
    """One page of clusters. made None: there are none yet."""

    made: KeptClusters | None
    current: bool
    clusters: tuple[ClusterView, ...]
    total: int
    page: int
    pages: int


def cluster_list(pairing: Pairing, connection: Connection, filters: ClusterFilters) -> ClusterList:
    """The clusters that fit, the largest first, or the likeliest where identities are near."""
    newest, current = pairing.state(connection)
    if newest is None:
        return ClusterList(None, False, (), 0, 1, 1)
    clusters = [cluster for cluster in newest.content.clusters if filters.fits(cluster)]
    clusters = _placed(connection, clusters, filters)
    if filters.who == "known":
        clusters.sort(key=lambda c: (-max(c.near, c.belongs or 0), c.encounters))
    pages = max(1, -(-len(clusters) // PAGE))
    page = min(max(1, filters.page), pages)
    shown = clusters[(page - 1) * PAGE : page * PAGE]
    views = _views(connection, shown)
    return ClusterList(newest, current, views, len(clusters), page, pages)


def _placed(
    connection: Connection, clusters: list[Cluster], filters: ClusterFilters
) -> list[Cluster]:
    """Those with an encounter at the station that shows the flank."""
    fitting: set[int] | None = None
    if filters.station:
        stations = encounters.stations(connection)
        fitting = {number for number, name in stations.items() if name == filters.station}
    if filters.flank:
        showing = encounters.showing(connection, Flank(filters.flank))
        fitting = showing if fitting is None else fitting & showing
    if fitting is None:
        return clusters
    return [cluster for cluster in clusters if not fitting.isdisjoint(cluster.encounters)]


def worth_views(pairing: Pairing, connection: Connection, limit: int) -> tuple[WorthView, ...]:
    """The pairs most worth a decision, with their photos."""
    return worth_of(connection, pairing.worth(connection, limit=limit))


def worth_of(connection: Connection, pairs: Sequence[Worth]) -> tuple[WorthView, ...]:
    """Some pairs with their photos."""
    rows = _rows(connection, {number for pair in pairs for number in pair.couple})
    return tuple(
        WorthView(_couple(pair.couple, pair.llr, rows, compared=pair.compared), *_chances(pair))
        for pair in pairs
        if pair.couple[0] in rows and pair.couple[1] in rows
    )


def _chances(pair: Worth) -> tuple[float, bool, float]:
    return pair.together, pair.joined, pair.gain


def _rows(connection: Connection, numbers: Collection[int]) -> dict[int, EncounterRow]:
    return {n: row(summary) for n, summary in encounters.summaries(connection, numbers).items()}


def _couple(
    couple: tuple[int, int], llr: float, rows: Mapping[int, EncounterRow], *, compared: bool
) -> EncounterCouple:
    return EncounterCouple(
        rows[couple[0]], rows[couple[1]], llr, compared, compare_address(*couple)
    )


def compare_address(first: int, second: int) -> str:
    """Where two encounters are compared."""
    return f"/compare?one={first}&other={second}"


def _views(connection: Connection, clusters: Sequence[Cluster]) -> tuple[ClusterView, ...]:
    names = identities.names(connection)
    summaries = encounters.summaries(
        connection, {n for cluster in clusters for n in cluster.encounters}
    )
    hidden = said.hidden(connection)
    return tuple(_view(cluster.veiled(hidden), summaries, names) for cluster in clusters)


def _view(
    cluster: Cluster, summaries: Mapping[int, EncounterSummary], names: Mapping[int, str]
) -> ClusterView:
    inside = [summaries[number] for number in cluster.encounters if number in summaries]
    moments = sorted(each.started_at for each in inside if each.started_at)
    rows = {each.id: row(each) for each in inside}
    return ClusterView(
        chosen=",".join(map(str, cluster.encounters)),
        size=len(inside),
        rows=tuple(list(rows.values())[:SHOWN]),
        hidden=max(0, len(inside) - SHOWN),
        unidentified=cluster.unidentified,
        identity=_link(cluster.identity_id, names),
        together=cluster.together,
        belongs=cluster.belongs,
        counted=cluster.counted,
        weakest=_couple(
            cluster.weakest.couple, cluster.weakest.llr, rows, compared=cluster.weakest.compared
        )
        if cluster.weakest
        else None,
        doubtful=len(cluster.doubtful),
        stations=tuple(sorted({each.station for each in inside if each.station})),
        first=moments[0] if moments else None,
        last=moments[-1] if moments else None,
        near=_link(cluster.near_identity, names) if cluster.near >= LIKELY else None,
        near_chance=cluster.near,
        near_href=compare_address(*sorted((cluster.encounters[0], cluster.near_encounter)))
        if cluster.near_encounter
        else "",
    )


def _link(identity: int | None, names: Mapping[int, str]) -> IdentityLink | None:
    """None where the identity is not in use any more."""
    if identity is None or identity not in names:
        return None
    return IdentityLink(identity, names[identity])
