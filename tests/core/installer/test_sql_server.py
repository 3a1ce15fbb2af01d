"""SQL Server found, installed with consent, or the commands named; on machines that are written down, for no Windows
and no SQL Server is here."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from tests.core.installer.machines import WrittenMachine

from kassa.environment import Environment
from kassa.errors import KassaError, NotAllowed, SetupError
from kassa.installer.sql_server import Instance, set_up
from kassa.installer.sql_server.express import MSSQL_CONF, installation_plan, run_plan
from kassa.installer.sql_server.machine import PosixMachine, WindowsMachine
from kassa.installer.sql_server.preparing import new_password

INSTALLER = Path("C:/Temp/SQLEXPR_x64_ENU.exe")
EXPRESS = Instance(".\\SQLEXPRESS", trusted=True)


def wanted(machine: WrittenMachine, *, consent: bool, installer: Path | None = None) -> None:
    set_up(
        machine,
        consent=lambda: consent,
        installer=installer,
        administrator_password=None,
        environment=Environment(),
    )


def test_microsofts_command_on_windows() -> None:
    """The unattended installer as Microsoft documents it, with consent said in its own words."""
    machine = WrittenMachine(windows=True, files=(INSTALLER,))
    plan = installation_plan(machine, INSTALLER, "")
    assert plan.command is not None
    assert plan.command[0] == str(INSTALLER)
    for option in ("/Q", "/IACCEPTSQLSERVERLICENSETERMS", "/ACTION=Install", "/FEATURES=SQLEngine"):
        assert option in plan.command
    assert "/INSTANCENAME=SQLEXPRESS" in plan.command


def test_without_consent_nothing_is_run() -> None:
    """Microsoft's licence is accepted by a person, or nothing happens."""
    machine = WrittenMachine(windows=True, files=(INSTALLER,))
    with pytest.raises(NotAllowed):
        wanted(machine, consent=False, installer=INSTALLER)
    assert machine.ran == []


@pytest.mark.parametrize("windows", [True, False])
def test_without_an_installer_the_commands_are_named(windows: bool) -> None:
    """What a person has to run stands in the error, whole; no password is in it."""
    machine = WrittenMachine(windows=windows)
    with pytest.raises(SetupError) as told:
        wanted(machine, consent=True)
    assert told.value.hint is not None
    words = told.value.hint.words("en")
    if windows:
        assert "SQLEXPR_x64_ENU.exe /Q /IACCEPTSQLSERVERLICENSETERMS /ACTION=Install" in words
    else:
        assert "apt-get install -y mssql-server" in words
        assert "MSSQL_SA_PASSWORD=… /opt/mssql/bin/mssql-conf -n setup accept-eula" in words
    assert machine.ran == []


def test_on_linux_the_password_is_in_no_list_of_processes() -> None:
    """``mssql-conf`` gets it in its environment, and whoever prints the plan does not see it."""
    machine = WrittenMachine(windows=False, files=(MSSQL_CONF,))
    plan = installation_plan(machine, None, "s3cr3t")
    run_plan(machine, plan)
    ((command, secrets),) = machine.ran
    assert command == (str(MSSQL_CONF), "-n", "setup", "accept-eula")
    assert secrets == {"MSSQL_PID": "Express", "ACCEPT_EULA": "Y", "MSSQL_SA_PASSWORD": "s3cr3t"}
    assert "s3cr3t" not in repr(plan)


@pytest.mark.parametrize("code", [0, 3010])
def test_installed_and_not_there_yet(code: int) -> None:
    """An installer that wants the machine started again is no failure; the same command goes on afterwards."""
    machine = WrittenMachine(windows=True, files=(INSTALLER,), code=code)
    with pytest.raises(SetupError, match="does not answer yet"):
        wanted(machine, consent=True, installer=INSTALLER)
    assert len(machine.ran) == 1


def test_installer_that_fails() -> None:
    """Its exit code is told, and where its log is."""
    machine = WrittenMachine(windows=True, files=(INSTALLER,), code=-2068578304)
    with pytest.raises(SetupError, match="-2068578304") as told:
        wanted(machine, consent=True, installer=INSTALLER)
    assert told.value.hint is not None
    assert "Summary.txt" in told.value.hint.words("en")


def test_instance_that_is_there_is_used_and_not_installed_again() -> None:
    """A local instance is found first; one that does not let us in says what is needed."""
    machine = WrittenMachine(windows=True, found=(Instance("127.0.0.1", port=9),), files=(INSTALLER,))
    with pytest.raises(KassaError, match="could not be made in SQL Server"):
        wanted(machine, consent=True, installer=INSTALLER)
    assert machine.ran == []


def test_finding_an_instance_by_its_port() -> None:
    """Away from Windows: what answers on the port is one."""
    with socket.create_server(("localhost", 0)) as listening:
        port = listening.getsockname()[1]
        assert PosixMachine(port).instances() == [Instance("localhost", port)]
    assert PosixMachine(port).instances() == []


def test_no_registry_no_instances() -> None:
    """Looking for Windows' registry where there is none finds nothing, and does not fail."""
    assert WindowsMachine().instances() == []


def test_generated_password_needs_no_quoting_anywhere() -> None:
    """Strong enough for SQL Server's policy, and without a sign that any driver or statement reads as its own."""
    made = new_password(Environment())
    assert re.fullmatch(r"K1-[0-9a-f]{26}Q", made)
    assert made != new_password(Environment())
