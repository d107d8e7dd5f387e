"""View models of the clusters page and of the pairs most worth a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection

from reid.types import Flank
from service.catalogue import disclosed
from service.encounters.list_view import EncounterRow, IdentityLink, row
from service.store import encounters, identities
from service.store.clusterings import Cluster, Worth
from service.store.encounters import EncounterSummary
from service.web.languages import N_
from service.web.paging import ListPage, list_page, page_number
from service.web.parameters import choice

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

    who: str
    size: str
    station: str
    flank: str
    page: int

    def address(self, page: int) -> str:
        """The page of this number under the same filters."""
        query = asdict(self) | {"page": page if page > 1 else ""}
        return "/clusters?" + urlencode({name: value for name, value in query.items() if value})

    def fits(self, cluster: Cluster) -> bool:
        """Whether a cluster is listed, its stations and flanks apart."""
        size = len(cluster.encounters)
        if size < int(self.size or 1) or (self.size == "1" and size > 1):
            return False
        if self.who == "unidentified":
            return cluster.identity_id is None
        if self.who == "known":
            return cluster.unidentified > 0 and (
                cluster.identity_id is not None or cluster.near >= LIKELY
            )
        return True


def cluster_filters(
    who: str = "unidentified", size: str = "", station: str = "", flank: str = "", page: str = "1"
) -> ClusterFilters:
    """Read an address; a filter that does not exist is an error."""
    return ClusterFilters(
        who=choice("who", who, dict(WHO), "unidentified"),
        size=choice("size", size, dict(SIZES)),
        station=station,
        flank=choice("flank", flank, Flank),
        page=page_number(page),
    )


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as a contact sheet. chosen: its encounters, as an address names them.

    rows: the encounters that are shown, of `size`. near: an identity that it may be.
    """

    cluster: Cluster
    chosen: str
    size: int
    rows: tuple[EncounterRow, ...]
    identity: IdentityLink | None
    stations: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    near: IdentityLink | None
    near_href: str


@dataclass(frozen=True, slots=True)
class WorthView:
    """A pair most worth a decision, with its two encounters."""

    pair: Worth
    one: EncounterRow
    other: EncounterRow


def cluster_list(
    connection: Connection, clusters: Sequence[Cluster], filters: ClusterFilters
) -> tuple[tuple[ClusterView, ...], ListPage]:
    """Those that fit, the largest first, or the likeliest where identities are near."""
    fitting = [cluster for cluster in clusters if filters.fits(cluster)]
    fitting = _placed(connection, fitting, filters)
    if filters.who == "known":
        fitting.sort(key=lambda c: (-max(c.near, c.belongs or 0), c.encounters))
    part = list_page(len(fitting), filters.page, PAGE)
    shown = fitting[part.shown]
    names = identities.names(connection)
    numbers = {n for cluster in shown for n in cluster.encounters}
    summaries = encounters.summaries(connection, numbers)
    hidden = disclosed.hidden(connection)
    return tuple(_view(cluster.veiled(hidden), summaries, names) for cluster in shown), part


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


def worth_views(connection: Connection, pairs: Sequence[Worth]) -> tuple[WorthView, ...]:
    """These pairs with their photos."""
    summaries = encounters.summaries(connection, {n for pair in pairs for n in pair.couple})
    rows = {number: row(summary) for number, summary in summaries.items()}
    return tuple(
        WorthView(pair, *(rows[number] for number in pair.couple))
        for pair in pairs
        if rows.keys() >= set(pair.couple)
    )


def _view(
    cluster: Cluster, summaries: Mapping[int, EncounterSummary], names: Mapping[int, str]
) -> ClusterView:
    inside = [summaries[number] for number in cluster.encounters if number in summaries]
    moments = sorted(each.started_at for each in inside if each.started_at)
    first, second = sorted((cluster.encounters[0], cluster.near_encounter or 0))
    return ClusterView(
        cluster=cluster,
        chosen=",".join(map(str, cluster.encounters)),
        size=len(inside),
        rows=tuple(row(each) for each in inside[:SHOWN]),
        identity=_link(cluster.identity_id, names),
        stations=tuple(sorted({each.station for each in inside if each.station})),
        first=moments[0] if moments else None,
        last=moments[-1] if moments else None,
        near=_link(cluster.near_identity, names) if cluster.near >= LIKELY else None,
        near_href=f"/compare?one={first}&other={second}",
    )


def _link(identity: int | None, names: Mapping[int, str]) -> IdentityLink | None:
    """None where the identity is not in use any more."""
    if identity is None or identity not in names:
        return None
    return IdentityLink(identity, names[identity])
