"""Distribution schedules: run a job now, when jobs run by themselves, what they did."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, NotAvailable
from kassa.text import Text, literal, texts
from kassa_server.headquarters.schedule_list import history, job_name, list_jobs, set_schedule
from kassa_server.headquarters.users import MANAGER
from kassa_server.web.page import channel_of, distribution_of, field, go, needs, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")


def listed(request: Request) -> Response:
    """The jobs and their history."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, wrong: int | None = None) -> Response:
    with reading(request) as connection:
        jobs, runs = list_jobs(connection), history(connection)
    return render(
        request, "schedules.html", status, jobs=jobs, runs=runs, job_name=job_name, error=error, wrong=wrong,
        may_change=user_of(request).may(MANAGER), state_name=state_name,
    )  # fmt: skip


@needs(MANAGER)
def run(request: Request) -> Response:
    """Run a job now."""
    distribution = distribution_of(request)
    if distribution is None:
        raise NotAvailable(_("This server makes no data packages."))
    done = distribution.run(request.path_params["job"], author=user_of(request).name)
    return go(request, "/schedules", _told(done.job, done.state, done.packages, done.rows))


def _told(job: int, state: str, packages: int, rows: int) -> Text:
    name = literal(str(job))
    if state == "available":
        return n_(
            "Job {job}: {count} package with {rows} rows is available to the registers.",
            "Job {job}: {count} packages with {rows} rows are available to the registers.",
            count=packages, job=name, rows=rows,
        )  # fmt: skip
    if state == "no_data":
        return _("Job {job}: nothing has changed since the last run.", job=name)
    return _("Job {job} failed. Nothing was changed; the history says why.", job=name)


@needs(MANAGER)
def changed(request: Request) -> Response:
    """Set how often a job runs by itself."""
    job, minutes = request.path_params["job"], field(request, "minutes")
    try:
        with writing(request) as connection:
            set_schedule(
                connection, job, int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 else 0,
                enabled=field(request, "enabled") == "yes", by=user_of(request).name,
                now=channel_of(request).environment.clock.utc(),
            )  # fmt: skip
    except InvalidInput as error:
        return _page(request, 422, error, job)
    return go(request, "/schedules", _("The schedule of job {job} is set.", job=literal(str(job))))


def state_name(state: str) -> tuple[str, Text]:
    """A run's state in words, and how it looks."""
    names = {
        "started": ("", _("Under way")),
        "available": ("good", _("Available")),
        "no_data": ("", _("Nothing new")),
        "create_failed": ("bad", _("Failed")),
    }
    return names.get(state, ("", literal(state)))


ROUTES = [
    Route("/schedules", listed),
    Route("/schedules/{job:int}/run", run, methods=["POST"]),
    Route("/schedules/{job:int}", changed, methods=["POST"]),
]
