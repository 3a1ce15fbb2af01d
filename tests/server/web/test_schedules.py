"""Distribution schedules on their page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.schema.groups import JOBS
from kassa.testing.shop import wait_until
from kassa_server.headquarters.distribution import Distribution
from kassa_server.headquarters.runs import RunNote
from kassa_server.schema import audit, distribution_run, distribution_schedule


def test_every_job_is_there(person: Callable[[str], Person]) -> None:
    """All jobs by number and name, for a viewer without buttons."""
    page = person("Vera").get("/schedules").text
    for job in JOBS:
        assert f'id="job-{job}"' in page
    assert "Run now</button>" not in page


def test_a_job_runs_now(users: Shop, person: Callable[[str], Person]) -> None:
    """A manager runs everything: the history says who ran it and what it made."""
    mats = person("Mats")
    mats.get("/schedules")
    mats.send("/schedules/9999/run")
    run = finished(users, 9999)
    assert (run["author"], run["state"]) == ("Mats", "available")
    assert run["packages"] > 0
    page = mats.get("/schedules").text
    assert ">Mats</td>" in page
    assert 'http-equiv="refresh"' not in page
    mats.send("/schedules/1040/run")
    assert finished(users, 1040)["state"] == "no_data"


def test_the_page_does_not_wait_for_the_run(users: Shop, person: Callable[[str], Person]) -> None:
    """While another run holds the packages up, the page is there at once, says that the job runs, and loads itself anew
    until it does no more. A second server process that starts meanwhile leaves it alone, or carries it out: once."""
    mats = person("Mats")
    mats.get("/schedules")
    distribution = users.client.app.state.distribution
    with distribution._one_builder.alone():
        page = mats.send("/schedules/9999/run").text
        assert "Job 9999 runs." in page
        assert "Under way" in page
        assert '<meta http-equiv="refresh" content="2">' in mats.get("/schedules").text
        other = Distribution(users.channel, distribution.files)
        other.take_up()
        assert "Failed" not in mats.get("/schedules").text
    assert finished(users, 9999)["state"] == "available"
    other.stop()
    assert [run["state"] for run in users.rows(distribution_run)] == ["available"]


def test_what_a_stopped_server_was_asked_for_is_done_at_the_next_start(users: Shop) -> None:
    """A run that somebody has asked for, and whose server was killed before it began, is carried out by the next one,
    under its name and the name of who asked."""
    note = RunNote(users.channel, 9999, "Mats", None)
    note.request()
    users.client.app.state.distribution.take_up()
    run = finished(users, 9999)
    assert (run["run_id"], run["author"], run["state"]) == (note.run_id, "Mats", "available")


def finished(users: Shop, job: int) -> dict[str, Any]:
    """The run of a job, when it is over."""

    def over() -> bool:
        return all(
            run["state"] not in ("requested", "started", "create_failed")
            for run in users.rows(distribution_run, job=job)
        )

    wait_until(over, f"job {job} is over")
    (run,) = users.rows(distribution_run, job=job)
    return run


def test_a_job_is_switched_on_and_off(users: Shop, person: Callable[[str], Person]) -> None:
    """Every N minutes, or not at all; who set it is in the audit trail."""
    mats = person("Mats")
    mats.get("/schedules")
    mats.send("/schedules/1040", enabled="yes", minutes="15")
    assert users.rows(distribution_schedule, job=1040) == [{"job": 1040, "every_minutes": 15, "enabled": True}]
    mats.send("/schedules/1040", minutes="15")
    assert users.rows(distribution_schedule, job=1040)[0]["enabled"] is False
    assert all('"by":"Mats"' in row["detail"] for row in users.rows(audit, kind="schedule_set"))


def test_minutes_that_make_no_sense_are_refused(users: Shop, person: Callable[[str], Person]) -> None:
    """The page says between which minutes, and nothing is changed."""
    mats = person("Mats")
    mats.get("/schedules")
    for minutes in ("0", "-1", "1.5", "", "99999999999999999999", "10081", "²"):
        answer = mats.send("/schedules/1040", enabled="yes", minutes=minutes)
        assert answer.status_code == 422, minutes
        assert "Between 1 and 10,080 minutes." in answer.text
    assert users.rows(distribution_schedule, job=1040) == []


def test_an_unknown_job_is_not_there(person: Callable[[str], Person]) -> None:
    """A job that does not exist can be neither run nor set."""
    mats = person("Mats")
    mats.get("/schedules")
    for job in ("1", "99999999999999999999999", "x"):
        assert mats.send(f"/schedules/{job}/run").status_code == 404
        assert mats.send(f"/schedules/{job}", minutes="1").status_code == 404
