"""Distribution schedules on their page."""

from __future__ import annotations

from collections.abc import Callable

from tests.server.conftest import Shop
from tests.server.web.conftest import Person

from kassa.schema.groups import JOBS
from kassa_server.schema import audit, distribution_run, distribution_schedule


def test_every_job_is_there(person: Callable[[str], Person]) -> None:
    """All jobs by number and name, for a viewer without buttons."""
    page = person("Vera").get("/schedules").text
    for job in JOBS:
        assert f'id="job-{job}"' in page
    assert "Run now</button>" not in page


def test_a_job_runs_now(users: Shop, person: Callable[[str], Person]) -> None:
    """A manager runs everything: packages are available, and the history says who ran it and what it made."""
    mats = person("Mats")
    mats.get("/schedules")
    page = mats.send("/schedules/9999/run")
    (run,) = users.rows(distribution_run)
    assert (run["job"], run["author"], run["state"]) == (9999, "Mats", "available")
    assert f"Job 9999: {run['packages']} packages with {run['rows']} rows are available" in page.text
    assert "nothing has changed since the last run" in mats.send("/schedules/1040/run").text
    assert ">Mats</td>" in mats.get("/schedules").text


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
