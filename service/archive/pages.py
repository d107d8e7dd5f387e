"""Pages of archive runs: how far each is, and its report."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from service.archive import runs
from service.archive.view import run_view
from service.web.page import page
from service.web.parameters import TheDatabase, TheSettings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-same-origin"
)


@router.get("/archives")
def archives(request: Request, database: TheDatabase, settings: TheSettings) -> Response:
    """All runs of the data folder, the newest first."""
    views = [run_view(run) for run in runs.every(settings.data_dir)]
    with database.read() as connection:
        return page(
            request,
            "archive/archives.html",
            connection,
            nav="upload",
            runs=views,
            busy=any(view.running for view in views),
        )


@router.get("/archives/{name}/report")
def archive_report(name: str, settings: TheSettings) -> Response:
    """The report of a run: one file that stands for itself, under a policy of its own."""
    headers = {"content-security-policy": POLICY, "cache-control": "no-cache"}
    return HTMLResponse(runs.report_of(settings.data_dir, name), headers=headers)
