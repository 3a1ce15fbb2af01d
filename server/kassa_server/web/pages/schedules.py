"""Distribution schedules: run a job now, when jobs run by themselves, what they did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kassa.errors import InvalidInput, KassaError, NotAvailable
from kassa.text import Text, literal, texts
from kassa_server.headquarters.edits import Audited, ChangedMeanwhile, check_stamp, stamp_of
from kassa_server.headquarters.runs import REQUESTED, STARTED
from kassa_server.headquarters.schedule_list import Job, history, job_name, list_jobs, set_schedule
from kassa_server.headquarters.users import MANAGER
from kassa_server.told_words import kept_words
from kassa_server.web.editing import stamp_for, typed_stamp
from kassa_server.web.page import channel_of, distribution_of, field, go, needs, now_of, reading, user_of, writing
from kassa_server.web.rendering import render

_, n_ = texts("kassa_server")

LOOK_AGAIN_S = 2
"""While a job runs the page loads itself anew."""
LOOKS_FOR = timedelta(minutes=10)


def listed(request: Request) -> Response:
    """The jobs and their history."""
    return _page(request)


def _page(request: Request, status: int = 200, error: KassaError | None = None, wrong: int | None = None) -> Response:
    with reading(request) as connection:
        jobs, runs = list_jobs(connection), history(connection)
        stamps = {job.job: stamp_of(connection, _shown(job)) for job in jobs}
    if wrong in stamps:
        stamps[wrong] = stamp_for(request, stamps[wrong], error)
        jobs = [_as_typed(request, job) if job.job == wrong else job for job in jobs]
    running = any(run.state in (REQUESTED, STARTED) and now_of(request) - run.started_at < LOOKS_FOR for run in runs)
    return render(
        request, "schedules.html", status, jobs=jobs, runs=runs, job_name=job_name, error=error, wrong=wrong,
        stamps=stamps, kept_words=kept_words, may_change=user_of(request).may(MANAGER), state_name=state_name,
        look_again_s=LOOK_AGAIN_S if running and request.method == "GET" else None,
    )  # fmt: skip


@needs(MANAGER)
def run(request: Request) -> Response:
    """Run a job now."""
    distribution = distribution_of(request)
    if distribution is None:
        raise NotAvailable(_("This server makes no data packages."))
    started = distribution.start(request.path_params["job"], author=user_of(request).name)
    said = _("Job {job} runs. The history says what it comes to.", job=literal(str(started.job)))
    return go(request, "/schedules", said)


@needs(MANAGER)
def changed(request: Request) -> Response:
    """Set how often a job runs by itself."""
    job, minutes, enabled = request.path_params["job"], _typed_minutes(request), field(request, "enabled") == "yes"
    try:
        with writing(request) as connection:
            there = next((one for one in list_jobs(connection) if one.job == job), None)
            if there is not None:
                told = Audited(("schedule_set",), "job", job)
                check_stamp(connection, typed_stamp(request), _shown(there), audited=told)
            now = channel_of(request).environment.clock.utc()
            set_schedule(connection, job, minutes, enabled=enabled, by=user_of(request).name, now=now)
    except (InvalidInput, ChangedMeanwhile) as error:
        return _page(request, 422, error, job)
    return go(request, "/schedules", _("The schedule of job {job} is set.", job=literal(str(job))))


def _typed_minutes(request: Request) -> int:
    minutes = field(request, "minutes")
    return int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 9 else 0


def _as_typed(request: Request, job: Job) -> Job:
    """The job as the form that comes back shows it."""
    minutes, enabled = _typed_minutes(request) or job.every_minutes, field(request, "enabled") == "yes"
    return replace(job, every_minutes=minutes, enabled=enabled)


def _shown(job: Job) -> list[object]:
    return [job.every_minutes, job.enabled]


def state_name(state: str) -> tuple[str, Text]:
    """A run's state in words, and how it looks."""
    names = {
        "requested": ("", _("Under way")),
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
