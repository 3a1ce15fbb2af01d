"""``kassa headquarters …``: distribution from the command line."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import select

from kassa_server.cli import DEFAULT_FOLDER, Database, DataDirectory, Packages, open_headquarters
from kassa_server.headquarters import (
    channel_cli,
    completeness_cli,
    databases_cli,
    monitoring_cli,
    restored_cli,
    session_cli,
    trust_cli,
    users_cli,
)
from kassa_server.headquarters.plugins import cli as plugins_cli

JOB_HELP = (
    "1010 customers, 1020 prices and discounts, 1040 products, 1060 staff, 1070 channel configuration, "
    "1080 tenders and tax, 1090 registers, 9999 all."
)

headquarters = typer.Typer(help="Headquarters: distribution schedules, sessions, keys and users.", no_args_is_help=True)
channel_cli.add_to(headquarters)
completeness_cli.add_to(headquarters)
databases_cli.add_to(headquarters)
monitoring_cli.add_to(headquarters)
plugins_cli.add_to(headquarters)
restored_cli.add_to(headquarters)
session_cli.add_to(headquarters)
trust_cli.add_to(headquarters)
users_cli.add_to(headquarters)


@headquarters.command("run-job")
def run_job(
    job: Annotated[int, typer.Argument(help=JOB_HELP)] = 9999,
    group: Annotated[str | None, typer.Option(help="A channel database group. Default: all.")] = None,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
    packages: Packages = None,
) -> None:
    """Run a distribution job now: what has changed is made available to the registers."""
    from kassa_server.headquarters.distribution import Distribution
    from kassa_server.headquarters.package_place import open_package_files

    with open_headquarters(data_directory, database) as channel:
        files = open_package_files(data_directory, packages)
        run = Distribution(channel, files).run(job, author="command line", group=group)
    typer.echo(f"Job {job}: {run.state}. Packages: {run.packages}. Rows: {run.rows}.")
    if run.state == "create_failed":
        typer.echo(f"{run.error}. Nothing was changed; the log says more.", err=True)
        raise typer.Exit(1)


@headquarters.command()
def schedules(data_directory: DataDirectory = DEFAULT_FOLDER, database: Database = None) -> None:
    """Which jobs run by themselves, and the last runs that did something."""
    from kassa_server.headquarters.schedules import add_default
    from kassa_server.schema import distribution_run, distribution_schedule

    with open_headquarters(data_directory, database) as channel:
        with channel.writing() as connection:
            add_default(connection)
        with channel.reading() as connection:
            for row in connection.execute(select(distribution_schedule).order_by(distribution_schedule.c.job)):
                typer.echo(f"Job {row.job}: every {row.every_minutes} min{'' if row.enabled else ', switched off'}")
            history = select(distribution_run).order_by(distribution_run.c.started_at.desc()).limit(20)
            for row in connection.execute(history):
                who = row.author or "schedule"
                typer.echo(
                    f"{row.started_at:%Y-%m-%d %H:%M:%S} UTC  job {row.job}  {row.state}  {row.rows} rows  {who}"
                )


@headquarters.command()
def schedule(
    job: Annotated[int, typer.Argument(help="The job's number.")],
    every: Annotated[int, typer.Option(help="Minutes between runs; 0 switches it off.", min=0)] = 1,
    data_directory: DataDirectory = DEFAULT_FOLDER,
    database: Database = None,
) -> None:
    """Set how often a job runs by itself. A server that runs notices within a minute."""
    from kassa_server.headquarters.schedule_list import set_schedule

    with open_headquarters(data_directory, database) as channel, channel.writing() as connection:
        now = channel.environment.clock.utc()
        set_schedule(connection, job, max(1, every), enabled=every > 0, by="command line", now=now)
    typer.echo(f"Job {job}: every {every} min." if every else f"Job {job}: switched off.")
