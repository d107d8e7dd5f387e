"""What an import will bring and what became of it, for the command line and for programs."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from reid.interchange.package import SourcePackage
from reid.interchange.sources import SourceOptions, read_source
from reid.interchange.summary import ChosenPhoto, SourceSummary, chosen_of, summary_of
from service.exchange.importing import ImportReport

SHOWN = 12  # of each kind; all of them stand in the JSON


@dataclass(frozen=True, slots=True)
class Planned:
    """A source that was read, and what is taken of it. label: names it in the catalogue."""

    label: str
    package: SourcePackage
    chosen: tuple[ChosenPhoto, ...]
    summary: SourceSummary

    @classmethod
    def of(cls, path: Path, options: SourceOptions, species: Collection[str] = ()) -> Self:
        """Read a source. Raises BadDataset and BadSettings as `read_source`."""
        package = read_source(path, options)
        chosen, left_out, remarks = chosen_of(package, species)
        summary = summary_of(package, chosen, left_out, remarks)
        label = package.about.get("name") or path.resolve().name
        return cls(label, package, tuple(chosen), summary)


def plan_text(planned: Planned) -> str:
    """What a source will bring, a line a fact."""
    summary = planned.summary
    lines = [
        f"{summary.form}: {summary.photos} photos, {summary.chosen} of them are taken",
        _line("not taken", summary.left_out),
        f"animals: {summary.animals}, with a box {summary.boxes}, with a name {summary.named}",
        _line(f"names: {len(summary.names)}", summary.names),
        _line("flanks", summary.flanks),
        _line("species", summary.species),
        _line(f"stations: {len(summary.stations)}", summary.stations),
        f"deployments: {summary.deployments}",
        f"with a time in the source: {summary.timed}, with a station: {summary.placed}",
    ]
    absent = [str(one.missing) for one in planned.package.photos if one.missing is not None]
    lines += _some("not there", absent, 3)
    lines += _some("remark", [str(one) for one in summary.remarks])
    refused = [f"{one.place}: {one.why}" for one in planned.package.refused]
    lines += _some("cannot be read", refused)
    if planned.package.ignored:
        lines.append(f"columns that are not read: {', '.join(planned.package.ignored)}")
    return "\n".join(line for line in lines if line)


def report_text(report: ImportReport) -> str:
    """What became of an import, a line a fact."""
    naming = report.naming
    lines = [
        f"photos: {report.photos['new']} new, {report.photos['known']} known, "
        f"{report.photos['refused']} refused",
        f"annotations with a box: {report.boxes}",
        _line("deployments", report.deployments),
        f"encounters decided: {sum(naming.encounters.values())} of {len(naming.encounters)} "
        f"identities, {naming.new_identities} of them new; decided so before: {naming.known}",
        f"encounters parted: {naming.parted}" if naming.parted else "",
        f"upload: {report.upload}" if report.upload else "",
    ]
    lines += _some("not decided", [str(one) for one in naming.conflicts])
    lines += _some("refused", [f"{one.place}: {one.why}" for one in report.refused])
    return "\n".join(line for line in lines if line)


def as_json_text(planned: Planned, report: ImportReport | None = None) -> str:
    """Plan and report as JSON."""
    summary = planned.summary
    content: dict[str, Any] = {
        "label": planned.label,
        "form": summary.form,
        "photos": summary.photos,
        "taken": summary.chosen,
        "left_out": summary.left_out,
        "animals": summary.animals,
        "boxes": summary.boxes,
        "named": summary.named,
        "names": summary.names,
        "flanks": summary.flanks,
        "species": summary.species,
        "stations": summary.stations,
        "deployments": summary.deployments,
        "with_time": summary.timed,
        "remarks": [str(one) for one in summary.remarks],
        "unreadable": [f"{one.place}: {one.why}" for one in planned.package.refused],
    }
    if report is not None:
        content["report"] = _report(report)
    return json.dumps(content, ensure_ascii=False, indent=2)


def _report(report: ImportReport) -> dict[str, Any]:
    return {
        "photos": report.photos,
        "boxes": report.boxes,
        "deployments": report.deployments,
        "encounters_decided": report.naming.encounters,
        "new_identities": report.naming.new_identities,
        "decided_before": report.naming.known,
        "parted": report.naming.parted,
        "conflicts": [str(one) for one in report.naming.conflicts],
        "refused": [f"{one.place}: {one.why}" for one in report.refused],
        "upload": report.upload,
    }


def _line(what: str, counts: Mapping[str, int]) -> str:
    """A line with the most frequent values; "" where there is none."""
    if not counts:
        return ""
    parts = [f"{name or '(none)'} {n}" for name, n in Counter(counts).most_common(SHOWN)]
    more = [f"and {len(counts) - SHOWN} more"] if len(counts) > SHOWN else []
    return f"{what}: {', '.join([*parts, *more])}"


def _some(what: str, texts: Sequence[str], shown: int = SHOWN) -> list[str]:
    more = [f"{what}: {len(texts) - shown} more"] if len(texts) > shown else []
    return [*(f"{what}: {text}" for text in texts[:shown]), *more]
