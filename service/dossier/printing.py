"""The dossier as one self-contained HTML page with a policy that lets it load nothing at all."""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reid.errors import BadSettings
from reid.interchange.obscuring import Telling
from service.dossier.record import Dossier, Dossiers
from service.dossier.to_wire import dossier_out
from service.dossier.view import dossier_view
from service.dossier.wire import DossierOut
from service.web import languages
from service.web.quantities import percent
from service.web.words import FILTERS, SIGNS

HERE = Path(__file__).parent.parent

pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
languages.install(pages)
pages.filters.update(FILTERS, percent=percent)


class NoFolder(BadSettings, message="there is no folder {folder}"): ...


@dataclass(frozen=True, slots=True)
class Printed:
    """A page, the Content-Security-Policy it is served with, and what to call the file."""

    html: str
    policy: str
    file_name: str


def printed(record: Dossier, digest: str) -> Printed:
    """A record as a document; the same record gives the same bytes. digest: of its content."""
    style = (HERE / "static" / "dossier" / "dossier.css").read_text(encoding="utf-8") + (
        f'@page {{ @bottom-left {{ content: "SHA-256 of the content {digest}" }} }}\n'
    )
    allowed = b64encode(sha256(style.encode()).digest()).decode("ascii")
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{allowed}'; base-uri 'none'; "
        "form-action 'none'"
    )
    html = pages.get_template("dossier/dossier.html").render(
        view=dossier_view(record, digest),
        style=Markup(style),  # noqa: S704 - our own file and a digest
        policy=policy,
        signs=SIGNS,
    )
    return Printed(html, f"{policy}; frame-ancestors 'none'", f"{file_stem(record)}.html")


def file_stem(record: Dossier) -> str:
    """A file name for a case: "dossier-1-ustyurt-2018"."""
    case = record.report.case
    words = re.sub(r"[^a-z0-9]+", "-", case.name.lower()).strip("-")
    return f"dossier-{case.id}-{words}".rstrip("-")


def write(
    dossiers: Dossiers, case: str, telling: Telling, out: Path, json: Path | None = None
) -> DossierOut:
    """Write a dossier, and its JSON if asked. case: number or name. telling: how places are."""
    for path in (out, json):
        if path and not path.parent.is_dir():
            raise NoFolder(folder=path.parent)
    record = dossiers.of(dossiers.number(case), telling)
    content = dossier_out(record)
    out.write_text(printed(record, content.digest).html, encoding="utf-8")
    if json:
        json.write_text(content.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return content
