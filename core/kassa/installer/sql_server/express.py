"""Installing SQL Server Express without questions, as Microsoft documents it, and only with consent to its licence.

* Windows: https://learn.microsoft.com/sql/database-engine/install-windows/install-sql-server-from-the-command-prompt
* Linux: https://learn.microsoft.com/sql/linux/sql-server-linux-setup
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kassa.errors import SetupError
from kassa.installer.sql_server.machine import Machine
from kassa.text import literal, texts

_, n_ = texts("kassa")
DOWNLOAD = "https://www.microsoft.com/sql-server/sql-server-downloads"
MSSQL_CONF = Path("/opt/mssql/bin/mssql-conf")
_PACKAGES = "https://packages.microsoft.com"
_LIST = "mssql-server-2022.list"
_LINUX_STEPS = (
    f"curl -fsSL {_PACKAGES}/keys/microsoft.asc | sudo gpg --dearmor -o /usr/share/keyrings/microsoft-prod.gpg",
    f"curl -fsSL {_PACKAGES}/config/ubuntu/22.04/{_LIST} | sudo tee /etc/apt/sources.list.d/{_LIST}",
    "sudo apt-get update && sudo apt-get install -y mssql-server",
)


@dataclass(frozen=True)
class InstallationPlan:
    """How Express gets onto a machine.

    :param command: what Kassa can run itself, with consent; None: only a person can.
    :param secrets: for the command's environment.
    :param by_hand: the commands for a person, in order.
    """

    command: tuple[str, ...] | None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    by_hand: tuple[str, ...] = ()


def installation_plan(machine: Machine, installer: Path | None, sa_password: str) -> InstallationPlan:
    """The way for a machine.

    :param installer: Microsoft's offline installer (``SQLEXPR_x64_ENU.exe``), downloaded by whoever installs.
    :param sa_password: of the administrator that a Linux instance gets.
    """
    return _on_windows(machine, installer) if machine.windows else _on_linux(machine, sa_password)


def run_plan(machine: Machine, plan: InstallationPlan) -> None:
    """Run the installer and wait for it.

    :raises SetupError: there is none to run, or it failed.
    """
    if plan.command is None:
        raise SetupError(
            _("SQL Server Express has to be installed by hand on this device."),
            kept=_("Nothing was changed."),
            hint=_(
                "Run these commands, then this one again: {commands}",
                commands=literal("\n  ".join(("", *plan.by_hand))),
            ),
        )
    try:
        code = machine.run(plan.command, plan.secrets)
    except OSError as error:
        raise _failed(str(error)) from error
    # 3010: done, the machine wants to be started again.
    if code not in (0, 3010):
        raise _failed(f"{plan.command[0]}: exit code {code}")


def _on_windows(machine: Machine, installer: Path | None) -> InstallationPlan:
    options = (
        "/Q",
        "/IACCEPTSQLSERVERLICENSETERMS",
        "/ACTION=Install",
        "/FEATURES=SQLEngine",
        "/INSTANCENAME=SQLEXPRESS",
        "/ADDCURRENTUSERASSQLADMIN=True",
        "/NPENABLED=1",
    )
    shown = " ".join((str(installer or "SQLEXPR_x64_ENU.exe"), *options))
    by_hand = (f"download SQL Server Express from {DOWNLOAD}", shown)
    if installer is None or not machine.has(installer):
        return InstallationPlan(None, by_hand=by_hand)
    return InstallationPlan((str(installer), *options), by_hand=by_hand)


def _on_linux(machine: Machine, sa_password: str) -> InstallationPlan:
    set_up = (str(MSSQL_CONF), "-n", "setup", "accept-eula")
    shown = f"sudo MSSQL_PID=Express ACCEPT_EULA=Y MSSQL_SA_PASSWORD=… {' '.join(set_up)}"
    if not machine.has(MSSQL_CONF):
        return InstallationPlan(None, by_hand=(*_LINUX_STEPS, shown))
    secrets = {"MSSQL_PID": "Express", "ACCEPT_EULA": "Y", "MSSQL_SA_PASSWORD": sa_password}
    return InstallationPlan(set_up, secrets, (shown,))


def _failed(where: str) -> SetupError:
    return SetupError(
        _("SQL Server Express could not be installed."),
        kept=_("The register was not changed."),
        hint=_(
            "Look at Microsoft's log (Windows: Setup Bootstrap\\Log\\Summary.txt; Linux: journalctl -u mssql-server)."
        ),
        where=where,
    )
